"""The emulator's own endpoints below `/emulator`: faults, probes, secrets and counts. For this machine only."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator import openapi
from aci_reconcile.emulator.faults import Fault, fault_from_json
from aci_reconcile.emulator.model import ArmError, Json, Request, Response, answer, as_list, objects
from aci_reconcile.emulator.probes import has_liveness_probe
from aci_reconcile.emulator.record import group_from_json
from aci_reconcile.emulator.routes import match
from aci_reconcile.emulator.shape import parse
from aci_reconcile.emulator.sickness import read_sickness

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.emulator.counts import Counts
    from aci_reconcile.emulator.faults import Faults
    from aci_reconcile.emulator.store import Store
    from aci_reconcile.emulator.vault import Vaults

_ROOT = "/emulator"


class Control:
    """What may be done to a running emulator from outside."""

    def __init__(self, store: Store, faults: Faults, vaults: Vaults, counts: Counts) -> None:
        self._store = store
        self._faults = faults
        self._vaults = vaults
        self._counts = counts

    def handle(self, request: Request, now: float) -> Response | None:
        """Return the answer where the path is the emulator's own, else None."""
        path = request.split().path.rstrip("/")
        if path != _ROOT and not path.startswith(f"{_ROOT}/"):
            return None
        if not request.local or request.header("origin"):
            # A page in a browser on this machine must not reach it either.
            raise ArmError(
                403,
                "Forbidden",
                "The emulator can be controlled from its own machine only, and not from a web page.",
                fact="emulators-own",
            )
        parts = path.strip("/").split("/")[1:]
        match [request.method.upper(), *parts]:
            case ["GET"] | ["GET", "health"]:
                return answer(200, {"status": "ok"})
            case ["GET", "openapi.json"]:
                return answer(200, openapi.describe(request.origin()))
            case ["GET", "requests"]:
                return answer(200, {"requests": self._counts.table()})
            case ["DELETE", "requests"]:
                self._counts.clear()
                return Response(204)
            case [_, "faults"]:
                return self._handle_faults(request)
            case ["POST", "probes" | "groups" as what]:
                act = self._set_probe if what == "probes" else self._set_sickness
                return act(parse(request.body), now)
            case ["PUT", "vaults", vault, "secrets", name]:
                return self._put_secret(vault, name, parse(request.body), now)
            case _:
                raise ArmError(
                    404, "NotFound", f"The emulator has no {request.method} on this path.", fact="emulators-own"
                )

    def _handle_faults(self, request: Request) -> Response:
        match request.method.upper():
            case "POST":
                body = parse(request.body)
                given = as_list(body["faults"]) if "faults" in body else [body]
                self._faults.add([_read_fault(item) for item in given])
            case "DELETE":
                self._faults.clear()
                return Response(204)
            case "GET":
                pass
            case _:
                raise ArmError(405, "MethodNotAllowed", "Faults take GET, POST and DELETE.", fact="emulators-own")
        return answer(200, {"faults": [asdict(fault) for fault in self._faults.left()]})

    def _set_sickness(self, body: Json, now: float) -> Response:
        """Keep a group in a provisioning state and give it events, until it is written again."""
        try:
            state, events = read_sickness(body, now)
        except ValueError as error:
            raise _make_invalid(str(error)) from None
        key = _find_key(body)
        with self._store.transaction(write=True) as session:
            document = session.get("group", key)
            group = None if document is None else group_from_json(document)
            if group is None or group.gone is not None:
                raise ArmError(404, "NotFound", "The 'id' is not a container group.", fact="emulators-own")
            session.put("group", key, replace(group, sick=state, troubles=events).to_json())
        return answer(200, {"id": group.id, "state": state, "events": events})

    def _set_probe(self, body: Json, now: float) -> Response:
        """Make the liveness probe of one container fail from now on, or pass again."""
        key = _find_key(body)
        name, failing = str(body.get("container", "")), body.get("failing", True) is not False
        with self._store.transaction(write=True) as session:
            document = session.get("group", key)
            group = None if document is None else group_from_json(document)
            containers = [] if group is None else objects(group.properties().get("containers"))
            container = next((item for item in containers if item.get("name") == name), None)
            if group is None or container is None or not has_liveness_probe(container):
                message = "The 'id' and 'container' do not name a container with a liveness probe."
                raise ArmError(404, "NotFound", message, fact="emulators-own")
            before = group.unhealthy.get(name, [now])
            changed = {**group.unhealthy, name: [now] if failing else [before[0], now]}
            session.put("group", key, {**group.to_json(), "unhealthy": changed})
        return answer(200, {"id": group.id, "container": name, "failing": failing})

    def _put_secret(self, vault: str, name: str, body: Json, now: float) -> Response:
        try:
            made = self._vaults.put(vault, name, body, now)
        except ValueError as error:
            raise _make_invalid(str(error)) from None
        return answer(200, {"vault": vault, "name": name, "version": made.version})


def _find_key(body: Json) -> str:
    """Return the key in the store of the group whose `id` a body gives."""
    found = match(str(body.get("id", "")))
    path: Mapping[str, str] = {} if found is None else found.path
    return f"{path.get('subscription')}/{path.get('resource_group')}/{path.get('name')}".lower()


def _read_fault(given: Any) -> Fault:
    try:
        return fault_from_json(given)
    except ValueError as error:
        raise _make_invalid(str(error)) from None


def _make_invalid(message: str) -> ArmError:
    return ArmError(400, "BadRequest", message, fact="emulators-own")
