"""How many queries one user may send: counted in memory, per process, where limits are enforced."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.emulator.knobs import Knobs

PATH = "/providers/microsoft.resourcegraph/resources"
_QUERIES = 15
_SECONDS = 5.0


@dataclass(slots=True)
class _Window:
    """The queries of one user since the last reset."""

    begun: float
    used: int = 0


def is_query(request: Request) -> bool:
    """Whether a request is a query of Resource Graph."""
    return request.split().path.lower().rstrip("/") == PATH


class Quota:
    """The queries that are left to each user."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[str, _Window] = {}

    def spend(self, actor: str, now: float) -> None:
        """Count a query; refuse it if there were too many."""
        with self._lock:
            window = self._windows.get(actor)
            if window is None or not 0 <= now - window.begun < _SECONDS:
                window = self._windows[actor] = _Window(now)
            if window.used >= _QUERIES:
                raise _make_refusal()
            window.used += 1

    @rests_on("graph-quota")
    def headers(self, actor: str, now: float, knobs: Knobs) -> Mapping[str, str]:
        """Return the headers that say how many queries are left, and when that is reset."""
        with self._lock:
            window = self._windows.get(actor) if knobs.limits else None
        left, seconds = _QUERIES, _SECONDS
        if window is not None and 0 <= now - window.begun < _SECONDS:
            left, seconds = _QUERIES - window.used, window.begun + _SECONDS - now
        # Whole seconds, as documented: rounded up, so that whoever waits so long is not refused.
        return {
            "x-ms-user-quota-remaining": str(left),
            "x-ms-user-quota-resets-after": f"00:00:{math.ceil(seconds):02d}",
        }


def _make_refusal() -> ArmError:
    message = (
        "Client application has been throttled and should not attempt to repeat the request until an amount of time "
        "has elapsed. Please see https://aka.ms/resourcegraph-throttling for help."
    )
    details = [{"code": "RateLimiting", "message": message}]
    return ArmError(429, "RateLimiting", "", fact="graph-throttled", more={"details": details})
