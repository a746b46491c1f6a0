"""The tags of a scope as a resource of their own: of a resource, a resource group or a subscription."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci.deserializer import parse
from aci_reconcile.emulator.arm import scopes, tags
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, Response, answer, as_object
from aci_reconcile.emulator.neighbours import shelf

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call

_TYPE = "Microsoft.Resources/tags"
_OURS = "2025-09-01"
_ARMS = "2021-04-01"


@rests_on("tags-resource")
def get(call: Call) -> Response:
    """Return the tags of a scope."""
    return answer(200, _show(call, _read(call)))


@rests_on("tags-resource")
def put(call: Call) -> Response:
    """Replace the tags of a scope."""
    return answer(200, _show(call, _write(call, _read_sent(parse(call.request.body)))))


@rests_on("tags-resource")
def patch(call: Call) -> Response:
    """Merge tags into those of a scope, replace them, or delete some of them."""
    body = parse(call.request.body)
    sent, found = _read_sent(body), _read(call)
    operation = str(body.get("operation", "")).lower()
    if operation == "replace":
        found = sent
    elif operation == "merge":
        found = _merge(found, sent)
    elif operation == "delete":
        gone = {name.lower(): value for name, value in sent.items()}
        found = {name: value for name, value in found.items() if gone.get(name.lower()) not in {"", value}}
    else:
        message = f"The tags operation '{body.get('operation')}' is not Replace, Merge or Delete."
        raise ArmError(400, "InvalidRequestContent", message, fact="deserialiser")
    return answer(200, _show(call, _write(call, found)))


def delete(call: Call) -> Response:
    """Delete all tags of a scope: 200 without a body."""
    _write(call, {})
    return Response(200)


@rests_on("tags-replaced")
def patch_neighbour(call: Call) -> Response:
    """Replace the tags of a resource of another provider, and return it."""
    body = parse(call.request.body)
    if body.get("tags") is not None:
        scopes.require_writable(call)
        _write_neighbour(call, tags.read(body["tags"]))
    return call.send("GET", call.request.split().path, call.version)


def _merge(found: dict[str, str], sent: dict[str, str]) -> dict[str, str]:
    """Return tags with others merged into them; a name keeps its spelling."""
    spelt = {name.lower(): name for name in found}
    return {**found, **{spelt.get(name.lower(), name): value for name, value in sent.items()}}


def _read_sent(body: Json) -> dict[str, str]:
    return tags.read(as_object(body.get("properties")).get("tags") or {})


def _find_scope(call: Call) -> str:
    """Return the id of the scope, as the path spells it."""
    path = call.request.split().path.rstrip("/")
    return path[: path.lower().rindex(f"/providers/{_TYPE.lower()}")]


def _show(call: Call, found: dict[str, str]) -> Json:
    return {
        "id": f"{_find_scope(call)}/providers/{_TYPE}/default",
        "name": "default",
        "type": _TYPE,
        "properties": {"tags": found},
    }


def _read(call: Call) -> dict[str, str]:
    if set(call.path) == {"subscription"}:
        return as_object(as_object(call.session.get("tags", call.subscription.lower())).get("tags"))
    found: Json = call.send("GET", _find_scope(call), _choose_version(call)).json()
    return as_object(found.get("tags"))


def _write(call: Call, found: dict[str, str]) -> dict[str, str]:
    checked = tags.read(found)
    if set(call.path) == {"subscription"}:
        call.session.put("tags", call.subscription.lower(), {"tags": checked})
    else:
        call.send("PATCH", _find_scope(call), _choose_version(call), {"tags": checked})
    return checked


def _choose_version(call: Call) -> str:
    return _OURS if call.path.get("namespace", "").lower() == "microsoft.containerinstance" else _ARMS


def _write_neighbour(call: Call, found: dict[str, str]) -> None:
    """Set the tags of the resource in the path, whatever its provider."""
    segments = call.request.split().path.strip("/").split("/")
    namespace, kind, name = segments[5:8]
    document = shelf.find_any(call, f"{namespace}/{kind}", name)
    if document is None:
        raise errors.resource_not_found(name, call.resource_group, f"{namespace}/{kind}")
    key, body = document
    call.session.put("neighbour", key, {**body, "tags": found, "changed": call.now})
