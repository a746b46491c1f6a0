"""``/healthz``, ``/readyz`` and ``/metrics`` of a watch: what each answers, from how the watch stands."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from aci_reconcile.app.status_server import Answer
from aci_reconcile.reconcile.health_checks import explain_stuck, explain_unready
from aci_reconcile.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.reconcile.rounds import Watched


@dataclass(frozen=True, slots=True)
class WatchEndpoints:
    """Answers a path; it is called by the thread of the server."""

    read: Callable[[], Watched]
    clock: Clock

    def answer(self, path: str) -> Answer | None:
        """Return what a path answers; None: there is no such path."""
        match path:
            case "/healthz":
                return _answer_probe(explain_stuck(self.read(), self.clock.now()))
            case "/readyz":
                return _answer_probe(explain_unready(self.read(), self.clock.now()))
            case "/metrics":
                from aci_reconcile.render.formats.watch_metrics import CONTENT_TYPE, render_watch_metrics

                return Answer(HTTPStatus.OK, render_watch_metrics(self.read(), VERSION), CONTENT_TYPE)
            case _:
                return None


def _answer_probe(problem: str) -> Answer:
    return Answer(HTTPStatus.SERVICE_UNAVAILABLE, f"{problem}\n") if problem else Answer(HTTPStatus.OK, "ok\n")
