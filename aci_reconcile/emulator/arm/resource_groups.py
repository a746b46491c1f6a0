"""Resource groups: the part of ARM that container groups live in."""

from __future__ import annotations

import heapq
import re
from operator import itemgetter
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci import groups, profiles
from aci_reconcile.emulator.aci.deserializer import parse
from aci_reconcile.emulator.aci.echo import TYPE
from aci_reconcile.emulator.arm import scopes, tags, versions
from aci_reconcile.emulator.arm.call import make_page
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, Response, answer, as_object
from aci_reconcile.emulator.neighbours import shelf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.emulator.arm.call import Call

_TYPE = "Microsoft.Resources/resourceGroups"
_TYPE_FILTER = re.compile(r"\s*resourceType\s+eq\s+'(?P<type>[^']+)'\s*", re.IGNORECASE)
_PAGE = 1000
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
    """Return all resource groups of the subscription."""
    _refuse_filter(call)
    found = call.session.scan("resource_group", f"{call.subscription}/".lower(), _read_skip_token(call))
    alive = ((key, show(item, call)) for key, item in found if not scopes.is_gone(item, call))
    return make_page(call, alive)


@rests_on("resources-filter", "resources-page")
def list_resources(call: Call) -> Response:
    """Return the resources of a resource group or a subscription in ARM's short form, filtered by type on request."""
    wanted = _read_type(call).lower()
    prefix = f"{call.subscription}/"
    if "resource_group" in call.path:
        scopes.require(call)
        prefix = f"{call.resource_group_key}/"
    listed = [
        lister(call, prefix.lower())
        for kind, lister in ((TYPE, _list_groups), (profiles.TYPE, _list_profiles))
        if wanted in {"", kind.lower()}
    ]
    listed.append(_list_neighbours(call, wanted))
    return make_page(call, heapq.merge(*listed, key=itemgetter(0)), _PAGE)


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


def _list_groups(call: Call, prefix: str) -> Iterator[tuple[str, Json]]:
    for key, group in groups.list_stored(call, prefix, _read_skip_token(call)):
        if group.gone is None:
            short: Json = {"id": group.id, "name": group.name, "type": TYPE, "location": group.location}
            extras = {name: group.body[name] for name in ("tags", "zones") if name in group.body}
            yield key, {**short, **as_object(extras)}


def _list_profiles(call: Call, prefix: str) -> Iterator[tuple[str, Json]]:
    """Yield profiles under keys that no group has, so that a page can begin between the two."""
    for key, profile in profiles.list_stored(call, prefix):
        shown = profile.show("")
        if f"{key}|profile" > _read_skip_token(call):
            yield f"{key}|profile", {name: item for name, item in shown.items() if name != "properties"}


def _list_neighbours(call: Call, wanted: str) -> Iterator[tuple[str, Json]]:
    """Yield the resources of other providers."""
    prefix = f"{call.resource_group_key}|" if "resource_group" in call.path else f"{call.subscription}/".lower()
    for key, document in shelf.list_all(call, prefix, _read_skip_token(call)):
        if wanted in {"", document["type"].lower()}:
            yield key, document


def _check_name(name: str) -> None:
    if len(name) > _LONGEST or name.endswith(".") or _ILLEGAL.search(name):
        message = (
            f"The provided resource group name '{name}' has invalid characters or is too long. The name can only be "
            "letters, digits, '-', '.', '(', ')' or '_', at most 90 of them, and must not end with '.'."
        )
        raise ArmError(400, "InvalidResourceGroup", message, fact="resource-group-name")


def _read_type(call: Call) -> str:
    """Return the type by which a list of resources is filtered; empty for all. Other filters are not supported."""
    wanted = call.request.query().get("$filter", "")
    if not wanted:
        _refuse_filter(call)
        return ""
    match = _TYPE_FILTER.fullmatch(wanted)
    if match is None or call.request.query().keys() & {"$top", "$expand"}:
        raise errors.not_emulated("filters of ARM's lists but `resourceType eq '…'`, and $top and $expand")
    return match["type"]


def _refuse_filter(call: Call) -> None:
    if call.request.query().keys() & {"$filter", "$top", "$expand"}:
        raise errors.not_emulated("$filter, $top and $expand on ARM's lists")


def _read_skip_token(call: Call) -> str:
    return call.request.query().get("$skiptoken", "")


def _make_result_url(call: Call, operation: str) -> str:
    path = f"/subscriptions/{call.subscription}/operationresults/{operation}"
    return f"{call.request.origin()}{path}?api-version={call.version}"
