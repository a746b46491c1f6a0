"""Reading what happens to groups, again and again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import NoAnswerError, RetryableError
from aci_reconcile.operate.timeline import Entry, Source, find_news, make_timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aci_reconcile.app.pace import WatchPace
    from aci_reconcile.app.view import View
    from aci_reconcile.core.model import Resource, ResourceId


@dataclass(frozen=True, slots=True)
class EventWatch:
    """Looks at groups again and again, at a pace that Azure's limits allow."""

    view: View
    pace: WatchPace

    def follow(self, groups: Sequence[Resource]) -> Iterator[tuple[Entry, ...]]:
        """Yield what has happened so far, then what happens, until the last of the groups is deleted or nobody reads.

        Raises:
            AzureError: the groups cannot be read, and waiting does not help.
        """
        known: dict[tuple[str, ...], tuple[int, str]] = {}
        yield tuple(find_news(make_timeline(groups), known))
        left: list[ResourceId] = [each.id for each in groups]
        while left:
            if not self.pace.wait(len(left)):
                return
            try:
                seen = self._read(left)
            except (RetryableError, NoAnswerError) as error:
                if not self.pace.wait_out(error):
                    return
                continue
            pairs = tuple(zip(left, seen, strict=True))
            gone = [each for each, live in pairs if live is None]
            left = [each for each, live in pairs if live is not None]
            news = [*find_news(make_timeline(each for each in seen if each is not None), known), *self._tell_gone(gone)]
            if news:
                self.pace.hurry()
                yield tuple(news)

    def _read(self, ids: Sequence[ResourceId]) -> list[Resource | None]:
        with ThreadPoolExecutor(self.view.concurrency, thread_name_prefix="aci-reconcile") as pool:
            return list(pool.map(self.view.backend.get, ids))

    def _tell_gone(self, gone: Sequence[ResourceId]) -> Iterator[Entry]:
        now = datetime.fromtimestamp(self.pace.clock.now(), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        for each in gone:
            yield Entry(each.address, now, "Deleted", "Normal", "the group was deleted", source=Source.WATCH)
