"""Following many logs: what happens to their streams when somebody interrupts."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from factories import FakeBackend, FakeClock, FakeStream, group, owned

from aci_reconcile.operate.log_events import LogLines, LogSource
from aci_reconcile.reconcile.log_context import LogContext
from aci_reconcile.reconcile.logs import follow_logs

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY = 6


@dataclass
class Lingering(FakeStream):
    """A stream that never brings anything, and whose farewell waits for those of all others."""

    farewells: threading.Barrier = field(default_factory=lambda: threading.Barrier(MANY, timeout=10))

    def receive(self, timeout: float | None, /) -> bytes | None:
        """Bring nothing."""
        del timeout
        return None

    def close(self) -> None:
        """Wait until all are being closed."""
        self.farewells.wait()
        self.closed = True


def test_streams_are_closed_side_by_side() -> None:
    """Each farewell may take half a second: one after the other, fifty would keep a Ctrl-C waiting for 25 s."""
    live = [owned(group(f"web-{number}")) for number in range(MANY)]
    together = threading.Barrier(MANY, timeout=10)
    streams = [Lingering(farewells=together) for _ in live]
    backend = FakeBackend.holding(*live)
    backend.streams = list[FakeStream](streams)
    sources = [LogSource(each.id, _name_container(each)) for each in live]
    events = follow_logs(sources, LogContext(backend, FakeClock(), lambda: 0.5))
    _read_until_attached(events, backend)
    events.close()  # type: ignore[attr-defined]  # it is a generator, which whoever stops reading closes

    assert all(each.closed for each in streams)


def _name_container(live: object) -> str:
    from aci_reconcile.app.targets import list_containers
    from aci_reconcile.core.model import Resource

    assert isinstance(live, Resource)
    return list_containers(live)[0][0]


def _read_until_attached(events: Iterator[object], backend: FakeBackend) -> None:
    """Read until every container has said something, which it does only once it is attached."""
    seen = 0
    for event in events:
        seen += isinstance(event, LogLines)
        if seen == MANY and not backend.streams:
            return
