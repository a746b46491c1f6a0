"""Log Analytics workspaces: enough to find one, and its keys."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from aci_reconcile.emulator.arm import scopes
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.guids import make_guid
from aci_reconcile.emulator.model import Json, Response, answer, as_object
from aci_reconcile.emulator.neighbours.shelf import Shelf, get_properties

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call

_WORKSPACES = Shelf("Microsoft.OperationalInsights/workspaces", group_word="resourcegroups")
_DAYS = 30


@rests_on("workspaces")
def put(call: Call) -> Response:
    """Create (201) or replace (200) a workspace."""
    body, document = _WORKSPACES.read(call)
    new, sent = _WORKSPACES.find(call) is None, get_properties(body)
    document["sku"] = str(as_object(sent.get("sku")).get("name") or "PerGB2018").lower()
    days = sent.get("retentionInDays")
    document["days"] = days if isinstance(days, int) else _DAYS
    _WORKSPACES.save(call, document)
    return answer(201 if new else 200, _show(call, document, "Creating" if new else "Succeeded"))


def get(call: Call) -> Response:
    """Return a workspace."""
    return answer(200, _show(call, _WORKSPACES.require(call)))


def list_all(call: Call) -> Response:
    """Return the workspaces of a resource group or a subscription."""
    return _WORKSPACES.list(call, _show)


@rests_on("workspace-list-keys")
def list_keys(call: Call) -> Response:
    """Return the two keys of a workspace: made up, and the same each time."""
    document = _WORKSPACES.require(call)
    names = ("primarySharedKey", "secondarySharedKey")
    return answer(200, {name: _make_key(f"{name} of {document['id']}") for name in names})


def delete(call: Call) -> Response:
    """Delete a workspace: 200 without a body, or 204."""
    scopes.require(call)
    found = _WORKSPACES.find(call)
    call.session.delete("neighbour", _WORKSPACES.key(call))
    return Response(204 if found is None else 200)


def _show(_: Call, document: Json, state: str = "Succeeded") -> Json:
    properties: Json = {
        "source": "Azure",
        "customerId": make_guid(f"workspace {document['id'].lower()}"),
        "provisioningState": state,
        "sku": {"name": document["sku"]},
        "retentionInDays": document["days"],
        "publicNetworkAccessForIngestion": "Enabled",
        "publicNetworkAccessForQuery": "Enabled",
    }
    kept: Json = {name: document[name] for name in ("id", "name", "type", "location", "tags") if name in document}
    return {"properties": properties, **kept}


def _make_key(text: str) -> str:
    return base64.b64encode(hashlib.sha512(text.encode("utf-8", "replace")).digest()).decode()
