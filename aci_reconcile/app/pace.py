"""How often Azure is looked at while somebody watches: soon where something happens, no more than its limits bear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import ThrottledError
from aci_reconcile.reconcile.retries import Backoff
from aci_reconcile.reconcile.steps import never

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.app.run import Messages
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.errors import NoAnswerError, RetryableError

_SOON: Final = 2.0
"""Seconds between two looks while something happens."""
_SELDOM: Final = 10.0
"""Seconds between two looks once nothing has happened for a while."""
_READS: Final = 5
"""Reads a second that a watch uses of the 25 that ARM refills (documented at request-limits-and-throttling)."""
_GLANCE: Final = 1.0
"""Seconds after which a waiting watch makes sure that somebody still reads."""
_REFUSED: Final = 15.0
"""Seconds until the next look after Azure has refused one without saying for how long."""


def _make_backoff() -> Backoff:
    return Backoff(_SOON, factor=1.25, ceiling=_SELDOM)


@dataclass(slots=True)
class WatchPace:
    """Waits between the looks of one watch."""

    clock: Clock
    messages: Messages
    over: Callable[[], bool] = never
    """Whether nobody reads any more what the watch would tell."""
    backoff: Backoff = field(default_factory=_make_backoff)

    def wait(self, reads: int) -> bool:
        """Wait until the next look, which takes so many reads; return whether it is still wanted."""
        return self._sleep(max(self.backoff.next(), reads / _READS))

    def hurry(self) -> None:
        """Look soon again: something has happened."""
        self.backoff = _make_backoff()

    def wait_out(self, error: RetryableError | NoAnswerError) -> bool:
        """Wait until Azure may answer again, and say why nothing is seen meanwhile; return whether to look again."""
        seconds = error.retry_after if isinstance(error, ThrottledError) and error.retry_after else _REFUSED
        self.messages.warn(f"{error.message}; the next look is in {seconds:.0f} s")
        return self._sleep(seconds)

    def _sleep(self, seconds: float) -> bool:
        """Sleep, and wake now and then: a quiet watch writes nothing, so no write tells that its reader is gone."""
        left = seconds
        while left > 0 and not self.over():
            step = left if self.over is never else min(left, _GLANCE)
            self.clock.sleep(step)
            left -= step
        return not self.over()
