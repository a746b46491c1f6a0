"""User-assigned identities: their ids are those that groups show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator.arm import scopes
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.guids import TENANT, make_user_ids
from aci_reconcile.emulator.model import Json, Response, answer
from aci_reconcile.emulator.neighbours.shelf import Shelf

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call

_IDENTITIES = Shelf("Microsoft.ManagedIdentity/userAssignedIdentities", group_word="resourcegroups")


@rests_on("identities")
def put(call: Call) -> Response:
    """Create (201) or replace (200) an identity, at once."""
    _, document = _IDENTITIES.read(call)
    new = _IDENTITIES.find(call) is None
    _IDENTITIES.save(call, document)
    shown = _show(call, document)
    return answer(201 if new else 200, shown, {"location": document["id"]} if new else None)


def get(call: Call) -> Response:
    """Return an identity."""
    return answer(200, _show(call, _IDENTITIES.require(call)))


def list_all(call: Call) -> Response:
    """Return the identities of a resource group or a subscription."""
    return _IDENTITIES.list(call, _show)


def delete(call: Call) -> Response:
    """Delete an identity: 200 without a body, or 204."""
    scopes.require(call)
    found = _IDENTITIES.find(call)
    call.session.delete("neighbour", _IDENTITIES.key(call))
    return Response(204 if found is None else 200)


def _show(_: Call, document: Json) -> Json:
    ids = make_user_ids(document["id"])
    kept = {name: document[name] for name in ("id", "name", "type")}
    properties = {"tenantId": TENANT, **ids}
    return {"location": document["location"], "tags": document.get("tags", {}), **kept, "properties": properties}
