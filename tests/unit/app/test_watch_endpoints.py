"""What the paths of a watch answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus

import pytest

from aci_reconcile.app.status_server import Answer
from aci_reconcile.app.watch_endpoints import WatchEndpoints
from aci_reconcile.reconcile.rounds import Heal, Round, Watched

NOW = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Stopped:
    """A clock that stands still."""

    moment: float

    def now(self) -> float:
        """Return the moment."""
        return self.moment

    def sleep(self, seconds: float) -> None:
        """Do nothing."""


WATCHED = Watched("shop", Heal.ALL, started=NOW, every=60, alive=NOW, good_at=NOW, last=Round(1, NOW))


def ask(path: str, watched: Watched = WATCHED, now: float = NOW) -> Answer | None:
    """Return the answer to a path."""
    return WatchEndpoints(lambda: watched, Stopped(now)).answer(path)


def test_probes() -> None:
    """A status is all that a cluster looks at; the text says why to people."""
    assert Answer(HTTPStatus.OK, "ok\n") == ask("/healthz") == ask("/readyz")
    fresh = replace(WATCHED, good_at=None, last=None)
    assert Answer(HTTPStatus.OK, "ok\n") == ask("/healthz", fresh)
    assert Answer(HTTPStatus.SERVICE_UNAVAILABLE, "no good round yet\n") == ask("/readyz", fresh)
    stuck = ask("/healthz", now=NOW + 1000)
    assert Answer(HTTPStatus.SERVICE_UNAVAILABLE, "the loop gave no sign of life for 1000 s\n") == stuck


def test_a_scrape() -> None:
    """It is in Prometheus's text format."""
    found = ask("/metrics")
    assert found is not None
    assert "text/plain; version=0.0.4; charset=utf-8" == found.content_type
    assert 'aci_reconcile_watch_rounds_total{environment="",project="shop"} 0.0\n' in found.text


@pytest.mark.parametrize("path", ["/", "", "/metrics/", "/Healthz", "/healthz/../metrics", "*"])
def test_there_are_no_other_paths(path: str) -> None:
    """Nor other spellings of them."""
    assert ask(path) is None
