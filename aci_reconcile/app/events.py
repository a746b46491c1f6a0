"""Reading what happened to groups, once or again and again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import NoAnswerError, RetryableError, ThrottledError
from aci_reconcile.operate.timeline import Entry, Source, find_news, make_timeline
from aci_reconcile.reconcile.retries import Backoff

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aci_reconcile.app.run import Messages
    from aci_reconcile.app.view import View
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.model import Resource, ResourceId

_SOON: Final = 2.0
"""Seconds between two looks while something happens."""
_SELDOM: Final = 10.0
"""Seconds between two looks once nothing has happened for a while."""
_READS: Final = 5
"""Reads a second that a watch uses of the 25 that ARM refills (documented at request-limits-and-throttling)."""
_REFUSED: Final = 15.0
"""Seconds until the next look after Azure has refused one without saying for how long."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks at groups again and again, at a pace that Azure's limits allow."""

    view: View
    clock: Clock
    messages: Messages

    def follow(self, groups: Sequence[Resource]) -> Iterator[tuple[Entry, ...]]:
        """Yield what has happened so far, then what happens, until the last of the groups is deleted.

        Raises:
            AzureError: the groups cannot be read, and waiting does not help.
        """
        known: dict[tuple[str, ...], tuple[int, str]] = {}
        yield tuple(find_news(make_timeline(groups), known))
        left: list[ResourceId] = [each.id for each in groups]
        backoff = _make_backoff()
        while left:
            self.clock.sleep(max(backoff.next(), len(left) / _READS))
            try:
                seen = self._read(left)
            except (RetryableError, NoAnswerError) as error:
                self._wait(error)
                continue
            pairs = tuple(zip(left, seen, strict=True))
            gone = [each for each, live in pairs if live is None]
            left = [each for each, live in pairs if live is not None]
            news = [*find_news(make_timeline(each for each in seen if each is not None), known), *self._tell_gone(gone)]
            if news:
                backoff = _make_backoff()
                yield tuple(news)

    def _read(self, ids: Sequence[ResourceId]) -> list[Resource | None]:
        with ThreadPoolExecutor(self.view.concurrency, thread_name_prefix="aci-reconcile") as pool:
            return list(pool.map(self.view.backend.get, ids))

    def _wait(self, error: RetryableError | NoAnswerError) -> None:
        """Wait until Azure may answer again, and say why nothing is seen meanwhile."""
        seconds = error.retry_after if isinstance(error, ThrottledError) and error.retry_after else _REFUSED
        self.messages.warn(f"{error.message}; the next look is in {seconds:.0f} s")
        self.clock.sleep(seconds)

    def _tell_gone(self, gone: Sequence[ResourceId]) -> Iterator[Entry]:
        now = datetime.fromtimestamp(self.clock.now(), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        for each in gone:
            yield Entry(each.address, now, "Deleted", "Normal", "the group was deleted", source=Source.WATCH)


def _make_backoff() -> Backoff:
    return Backoff(_SOON, factor=1.25, ceiling=_SELDOM)
