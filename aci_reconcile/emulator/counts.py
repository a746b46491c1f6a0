"""How often each operation was asked for, and how it was answered."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from aci_reconcile.emulator.routes import match

if TYPE_CHECKING:
    from aci_reconcile.emulator.model import Json, Request, Response

_OTHER = "(other)"
# What is not Azure Resource Manager, by a part of its path.
_OUTSIDE = {
    "/oauth2/": "(token)",
    "/.well-known/": "(identity)",
    "/discovery/": "(identity)",
    "/userrealm/": "(identity)",
    "/metadata/endpoints": "(metadata)",
    "/secrets": "(vault)",
}
_METHODS = frozenset({"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS"})


class Counts:
    """A table of requests by method, operation and status; 0 stands for a connection that was reset."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: Counter[tuple[str, str, int]] = Counter()

    def add(self, request: Request, response: Response) -> None:
        """Count one request with its answer."""
        method = request.method.upper()
        status = 0 if response.wire == "reset" else response.status
        key = (method if method in _METHODS else _OTHER, _find_operation(request.split().path), status)
        with self._lock:
            self._counted[key] += 1

    def clear(self) -> None:
        """Set all counts to zero."""
        with self._lock:
            self._counted.clear()

    def table(self) -> list[Json]:
        """Return the rows, sorted."""
        with self._lock:
            rows = sorted(self._counted.items())
        return [
            {"method": method, "path": path, "status": status, "count": count} for (method, path, status), count in rows
        ]


def _find_operation(path: str) -> str:
    found = match(path)
    if found is not None:
        return found.route.path
    return next((name for part, name in _OUTSIDE.items() if part in path.lower()), _OTHER)
