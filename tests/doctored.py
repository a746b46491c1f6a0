"""An emulator over HTTP whose reads show groups in states that somebody wishes for: what Azure alone brings about."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator import Emulator, Knobs, Request, Response, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Generator

    from aci_reconcile.emulator.faults import Outcome


class Doctored(Emulator):
    """``states`` holds by a group's name what its reads show: ``provisioningState``, and ``events`` of its own."""

    states: dict[str, dict[str, Any]]
    url: str

    def __init__(self, knobs: Knobs) -> None:
        super().__init__(open_store(None), knobs=knobs)
        self.states = {}
        self.url = ""

    def _answer(self, request: Request, outcome: Outcome) -> Response:
        response = super()._answer(request, outcome)
        if request.method != "GET" or response.status != 200 or "containergroups" not in request.url.lower():
            return response
        told = json.loads(response.body)
        for each in told.get("value", [told]):
            self._show(each)
        return replace(response, body=json.dumps(told).encode())

    def _show(self, group: dict[str, Any]) -> None:
        wished = self.states.get(group.get("name", ""), {})
        properties = group.get("properties", {})
        properties |= {name: value for name, value in wished.items() if name == "provisioningState"}
        if "events" in wished and "instanceView" in properties:
            properties["instanceView"] |= {"events": wished["events"], "state": "Pending"}
            for each in properties["containers"]:
                each["properties"]["instanceView"] = {"currentState": {"state": "Waiting"}, "events": []}


@contextmanager
def doctored(**knobs: Any) -> Generator[Doctored]:
    """Serve one."""
    emulator = Doctored(replace(Knobs(provisioning_seconds=0, crash_backoff_seconds=0.2), **knobs))
    with serve(emulator) as server:
        emulator.url = server.url
        yield emulator
