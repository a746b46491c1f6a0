"""How often Azure is looked at while somebody watches: soon where something happens, no more than its limits bear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import ThrottledError
from aci_reconcile.reconcile.retries import Backoff

if TYPE_CHECKING:
    from aci_reconcile.app.run import Messages
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.errors import NoAnswerError, RetryableError

_SOON: Final = 2.0
"""Seconds between two looks while something happens."""
_SELDOM: Final = 10.0
"""Seconds between two looks once nothing has happened for a while."""
_READS: Final = 5
"""Reads a second that a watch uses of the 25 that ARM refills (documented at request-limits-and-throttling)."""
_REFUSED: Final = 15.0
"""Seconds until the next look after Azure has refused one without saying for how long."""


def _make_backoff() -> Backoff:
    return Backoff(_SOON, factor=1.25, ceiling=_SELDOM)


@dataclass(slots=True)
class WatchPace:
    """Waits between the looks of one watch."""

    clock: Clock
    messages: Messages
    backoff: Backoff = field(default_factory=_make_backoff)

    def wait(self, reads: int) -> None:
        """Wait until the next look, which takes so many reads."""
        self.clock.sleep(max(self.backoff.next(), reads / _READS))

    def hurry(self) -> None:
        """Look soon again: something has happened."""
        self.backoff = _make_backoff()

    def wait_out(self, error: RetryableError | NoAnswerError) -> None:
        """Wait until Azure may answer again, and say why nothing is seen meanwhile."""
        seconds = error.retry_after if isinstance(error, ThrottledError) and error.retry_after else _REFUSED
        self.messages.warn(f"{error.message}; the next look is in {seconds:.0f} s")
        self.clock.sleep(seconds)
