"""A pytest fixture for other projects: `aci_emulator`, a separate emulator for each test, over HTTP.

A project names this module where it wants it; nothing loads it by itself. The emulator only starts if a test uses it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aci_reconcile.emulator import Fault, Request, Response


@dataclass(frozen=True, slots=True)
class AciEmulator:
    """A running emulator: its URL, its requests so far, and direct access."""

    url: str
    """`http://127.0.0.1:PORT`, or https where the test is marked so."""
    subscription: str
    tenant: str
    client_id: str
    client_secret: str
    ca_file: str
    """The CA to trust if it is https, else empty."""
    requests: list[tuple[str, str, int]]
    """Method, path and status of each request so far."""
    handle: Callable[[Request], Response]
    """`Emulator.handle`, for requests without a network."""
    add_fault: Callable[[Fault], None]
    """Make the next matching requests meet a fault."""

    def writes(self) -> list[tuple[str, str, int]]:
        """Return the requests with a writing method."""
        return [row for row in self.requests if row[0] not in {"GET", "HEAD"}]

    def resource_group(self, name: str, location: str = "westeurope") -> str:
        """Create a resource group, and return its id."""
        from aci_reconcile.emulator import Request

        path = f"/subscriptions/{self.subscription}/resourceGroups/{name}"
        body = json.dumps({"location": location}).encode()
        self.handle(Request("PUT", f"{path}?api-version=2021-04-01", body=body))
        return path


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker that sets knobs."""
    config.addinivalue_line(
        "markers",
        "aci_emulator(tls=False, pace='instant', **knobs): settings of the aci_emulator fixture for this test",
    )


@pytest.fixture
def aci_emulator(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AciEmulator]:
    """Serve an emulator on loopback, empty and instantaneous, for one test."""
    from aci_reconcile.emulator import Emulator, Faults, Knobs, Tls, open_store, serve

    options = _options(request)
    secure, pace = options.pop("tls", False), options.pop("pace", "instant")
    knobs, faults, seen = replace(Knobs().at(pace), **options), Faults(), list[tuple[str, str, int]]()

    def note(asked: Request, answered: Response) -> None:
        seen.append((asked.method, asked.split().path, answered.status))

    def add_fault(fault: Fault) -> None:
        faults.add([fault])

    emulator = Emulator(open_store(None), knobs=knobs, faults=faults, on_request=note)
    ca = tmp_path / "emulator-ca.pem"
    with serve(emulator, tls=Tls(ca) if secure else None) as server:
        yield AciEmulator(
            url=server.url,
            subscription=knobs.subscription_id,
            tenant=knobs.tenant_id,
            client_id=knobs.client_id,
            client_secret=knobs.client_secret,
            ca_file=str(ca) if secure else "",
            requests=seen,
            handle=emulator.handle,
            add_fault=add_fault,
        )


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker("aci_emulator")
    return {} if marker is None else dict(marker.kwargs)
