"""Resource groups: the part of ARM that container groups live in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci import groups, profiles
from aci_reconcile.emulator.aci.deserializer import parse
from aci_reconcile.emulator.arm import scopes, tags, versions
from aci_reconcile.emulator.arm.call import make_page
from aci_reconcile.emulator.arm.filters import read_tag_filter, read_top
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, Response, answer
from aci_reconcile.emulator.neighbours import shelf

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call

_TYPE = "Microsoft.Resources/resourceGroups"
_ILLEGAL = re.compile(r"[^\w.()-]")
_LONGEST = 90
_POLL_SECONDS = "1"


def put(call: Call) -> Response:
    """Create (201) or update (200) a resource group."""
    body = parse(call.request.body)
    _check_name(call.resource_group)
    wanted = body.get("location")
    if not isinstance(wanted, str) or not wanted:
        raise errors.location_required()
    location = versions.canonical_location(wanted)
    stored = scopes.find(call)
    if stored is not None and scopes.is_deleting(stored, call):
        raise errors.resource_group_being_deleted(call.resource_group)
    if stored is not None and stored["location"] != location:  # ARM documentation: only what is in it can move
        message = f"Invalid resource group location '{location}'. The Resource group already exists in location"
        raise ArmError(
            409, "InvalidResourceGroupLocation", f"{message} '{stored['location']}'.", fact="resource-group-location"
        )
    document: Json = {
        "subscription": call.subscription,
        "name": stored["name"] if stored else call.resource_group,
        "location": location,
        "tags": tags.read(body.get("tags")) if body.get("tags") is not None else None,
        "deleted": None,
    }
    call.session.put("resource_group", call.resource_group_key, document)
    return answer(200 if stored else 201, show(document, call))


def get(call: Call) -> Response:
    """Return one resource group."""
    return answer(200, show(scopes.require(call), call))


def head(call: Call) -> Response:
    """Whether there is one: 204 or 404, without a body."""
    return Response(204 if scopes.find(call) is not None else 404)


def patch(call: Call) -> Response:
    """Replace the tags."""
    document = scopes.require_writable(call)
    body = parse(call.request.body)
    if body.get("tags") is not None:
        document = {**document, "tags": tags.read(body["tags"])}
        call.session.put("resource_group", call.resource_group_key, document)
    return answer(200, show(document, call))


def list_all(call: Call) -> Response:
    """Return the resource groups of the subscription: all, or those with a tag."""
    query = call.request.query()
    wanted, top = read_tag_filter(query.get("$filter", "")), read_top(query.get("$top", ""))
    found = call.session.scan("resource_group", f"{call.subscription}/".lower(), _read_skip_token(call))
    alive = ((key, show(item, call)) for key, item in found if not scopes.is_gone(item, call) and wanted.fits(item))
    return make_page(call, alive, top)


@rests_on("resource-group-blocked")
def delete(call: Call) -> Response:
    """Delete it with everything inside: 202, and a Location that answers 202 until it is done or has failed."""
    document = scopes.require(call)
    if scopes.is_deleting(document, call):
        return answer(
            202, None, {"location": _make_result_url(call, document["operation"]), "retry-after": _POLL_SECONDS}
        )
    until = call.now + call.knobs.resource_group_delete_seconds
    operation = call.new_id()
    begun: Json = {"until": until, "name": document["name"], "failed": call.outcome == "failed"}
    call.session.put("operation", f"{call.subscription}/{operation}".lower(), begun)
    if call.outcome != "failed":  # Azure/bicep-registry-modules#1607: if the deletion fails, the resource group stays
        for key, group in groups.list_stored(call, f"{call.resource_group_key}/"):
            groups.forget(call, key, group)
        for key in [key for key, _ in profiles.list_stored(call, f"{call.resource_group_key}/")]:
            call.session.delete("profile", key)
        shelf.forget_all(call)
        for key in [key for key, _ in call.session.scan("deployment", f"{call.resource_group_key}|")]:
            call.session.delete("deployment", key)
        gone: Json = {**document, "deleted": until, "operation": operation}
        call.session.put("resource_group", call.resource_group_key, gone)
    headers = {"location": _make_result_url(call, operation), "retry-after": _POLL_SECONDS}
    return answer(202, None, headers)


def get_result(call: Call) -> Response:
    """Answer a poll of a Location: 202 while it goes on, then 200 or what the operation has found."""
    stored = call.session.get("operation", f"{call.subscription}/{call.path['operation']}".lower())
    if stored is None or "until" not in stored:
        raise ArmError(
            404,
            "OperationNotFound",
            f"The operation '{call.path['operation']}' does not exist.",
            fact="operation-not-found",
        )
    if call.now < stored["until"]:
        return answer(202, None, {"location": call.request.absolute_url(), "retry-after": _POLL_SECONDS})
    if stored.get("failed"):
        raise errors.resource_group_blocked(stored["name"], call.path["operation"])
    return answer(stored.get("status", 200), stored.get("result"))


def show(document: Json, call: Call) -> Json:
    """Return a resource group as Azure shows it."""
    state = "Deleting" if scopes.is_deleting(document, call) else "Succeeded"
    body: Json = {
        "id": f"/subscriptions/{document['subscription']}/resourceGroups/{document['name']}",
        "name": document["name"],
        "type": _TYPE,
        "location": document["location"],
    }
    if document["tags"] is not None:
        body["tags"] = document["tags"]
    return {**body, "properties": {"provisioningState": state}}


def _check_name(name: str) -> None:
    if len(name) > _LONGEST or name.endswith(".") or _ILLEGAL.search(name):
        message = (
            f"The provided resource group name '{name}' has invalid characters or is too long. The name can only be "
            "letters, digits, '-', '.', '(', ')' or '_', at most 90 of them, and must not end with '.'."
        )
        raise ArmError(400, "InvalidResourceGroup", message, fact="resource-group-name")


def _read_skip_token(call: Call) -> str:
    return call.request.query().get("$skiptoken", "")


def _make_result_url(call: Call, operation: str) -> str:
    path = f"/subscriptions/{call.subscription}/operationresults/{operation}"
    return f"{call.request.origin()}{path}?api-version={call.version}"
