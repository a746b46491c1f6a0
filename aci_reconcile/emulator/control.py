"""The emulator's own endpoints below `/emulator`: faults, probes, states, secrets and counts. For this machine only."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator import openapi, times
from aci_reconcile.emulator.aci.deserializer import parse
from aci_reconcile.emulator.aci.record import group_from_json
from aci_reconcile.emulator.aci.simulation.runtime import has_liveness_probe
from aci_reconcile.emulator.faults import Fault, fault_from_json
from aci_reconcile.emulator.model import ArmError, Json, Request, Response, answer, as_list, is_object, list_objects
from aci_reconcile.emulator.routes import match

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.emulator.faults import Faults
    from aci_reconcile.emulator.key_vault import Vaults
    from aci_reconcile.emulator.store import Store


_ROOT = "/emulator"


class Control:
    """The control endpoints of a running emulator."""

    def __init__(self, store: Store, faults: Faults, vaults: Vaults, counts: Counts) -> None:
        self._store = store
        self._faults = faults
        self._vaults = vaults
        self._counts = counts

    def handle(self, request: Request, now: float) -> Response | None:
        """Return the answer if the path is one of the emulator's own, else None."""
        path = request.split().path.rstrip("/")
        if path != _ROOT and not path.startswith(f"{_ROOT}/"):
            return None
        if not request.local or request.header("origin"):
            # a web page in a browser on this machine must not reach it either
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
                items = as_list(body["faults"]) if "faults" in body else [body]
                self._faults.add([_read_fault(item) for item in items])
            case "DELETE":
                self._faults.clear()
                return Response(204)
            case "GET":
                pass
            case _:
                raise ArmError(405, "MethodNotAllowed", "Faults take GET, POST and DELETE.", fact="emulators-own")
        return answer(200, {"faults": [asdict(fault) for fault in self._faults.list_pending()]})

    def _set_sickness(self, body: Json, now: float) -> Response:
        """Keep a group in a provisioning state, with the given events, until its next write."""
        try:
            state, events = read_forced_state(body, now)
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
            containers = [] if group is None else list_objects(group.properties().get("containers"))
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


def _read_fault(item: Any) -> Fault:
    try:
        return fault_from_json(item)
    except ValueError as error:
        raise _make_invalid(str(error)) from None


def _make_invalid(message: str) -> ArmError:
    return ArmError(400, "BadRequest", message, fact="emulators-own")


_OTHER_PATH = "(other)"
# endpoints outside Azure Resource Manager, by a part of their path
_OUTSIDE = {
    "/oauth2/": "(token)",
    "/.well-known/": "(identity)",
    "/discovery/": "(identity)",
    "/userrealm/": "(identity)",
    "/metadata/endpoints": "(metadata)",
    "/secrets": "(vault)",
    "/execstream/": "(stream)",
    "/logstream/": "(stream)",
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
        key = (method if method in _METHODS else _OTHER_PATH, _find_operation(request.split().path), status)
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
    return next((name for part, name in _OUTSIDE.items() if part in path.lower()), _OTHER_PATH)


# all states in the documentation and in other clients
_STATES = (
    *("", "Accepted", "Pending", "Creating", "Updating", "Repairing", "Deleting"),
    *("Unhealthy", "Failed", "Canceled", "Succeeded"),
)
_NORMAL, _WARNING = "Normal", "Warning"


def read_forced_state(body: Json, now: float) -> tuple[str, list[Json]]:
    """Return the state and the events in a request. Raises ValueError if it is invalid."""
    unknown = sorted(body.keys() - {"id", "state", "events"})
    if unknown:
        raise ValueError(f"the body has no property '{unknown[0]}'")
    state = body.get("state", "")
    if state not in _STATES:
        raise ValueError(f"the state must be one of {', '.join(_STATES[1:])}, or empty for the group's own state")
    return state, [_make_event(item, now) for item in as_list(body.get("events"))]


def _make_event(item: object, now: float) -> Json:
    if not is_object(item) or item.keys() - {"name", "message", "type", "count"}:
        raise ValueError("an event has the properties name, message, type and count")
    name, message, kind, count = (
        item.get(key, default) for key, default in (("name", ""), ("message", ""), ("type", _WARNING), ("count", 1))
    )
    if not name or not isinstance(name, str) or not isinstance(message, str) or kind not in {_NORMAL, _WARNING}:
        raise ValueError("name and message of an event must be texts, and its type Normal or Warning")
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ValueError("the count of an event must be a whole number from 1")
    stamp = times.format_seconds(now)
    return {
        "count": count,
        "firstTimestamp": stamp,
        "lastTimestamp": stamp,
        "name": name,
        "message": message,
        "type": kind,
    }
