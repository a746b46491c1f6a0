"""Container groups in the store: reading, listing, tagging and deleting them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci.deserializer import parse
from aci_reconcile.emulator.aci.echo import Echo
from aci_reconcile.emulator.aci.record import Group, group_from_json
from aci_reconcile.emulator.arm import scopes, tags
from aci_reconcile.emulator.arm.call import make_page
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.graph.history import remember
from aci_reconcile.emulator.model import Json, Response, answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.emulator.arm.call import Call


def get(call: Call) -> Response:
    """Return one group, with its instance views."""
    scopes.require(call)
    return answer(200, Echo.of(call).show(require(call)))


def list_by_resource_group(call: Call) -> Response:
    """Return the groups of a resource group, without instance views."""
    scopes.require(call)
    return _list(call, f"{call.resource_group_key}/")


def list_by_subscription(call: Call) -> Response:
    """Return the groups of a subscription, without instance views."""
    return _list(call, f"{call.subscription}/".lower())


@rests_on("tags-replaced", "tags-while-creating")
def patch(call: Call) -> Response:
    """Replace the whole map of tags; a PATCH knows no other field and restarts nothing."""
    scopes.require_writable(call)
    group = require(call)
    body = parse(call.request.body)
    if body.get("tags") is not None:  # recorded: a PATCH supports no other field
        named = tags.apply_policy(tags.read(body["tags"]), call.knobs.policy_tags)
        group = replace(group, body={**group.body, "tags": named}, modified=call.now)
        save(call, call.group_key, group)
    return answer(200, Echo.of(call).show(group))


@rests_on("group-deleted", "group-absent", "name-lingers")
def delete(call: Call) -> Response:
    """Answer 200 with the old body at once, or 204. The name stays taken for a while."""
    scopes.require(call)
    group = find(call)
    if group is None:  # REST reference: a DELETE is idempotent
        return Response(204)
    if group.is_running(call.now) and call.knobs.delete_while_transitioning == "refuse":
        raise errors.group_in_transition(group.name)
    check_subnets(call, group)
    body = Echo.of(call).show(group)  # recorded, 15 of 15: the body of the deleted group, at once
    forget(call, call.group_key, group)
    if call.knobs.delete_linger_seconds > 0:
        save(call, call.group_key, replace(group, gone=call.now + call.knobs.delete_linger_seconds))
    return answer(200, body)


def find(call: Call) -> Group | None:
    """Return the group of the path, if there is one that was not deleted."""
    group = find_stored(call)
    return group if group is not None and group.gone is None else None


def find_stored(call: Call) -> Group | None:
    """Return the group of the path, even while a deleted one still holds its name."""
    document = call.session.get("group", call.group_key)
    group = None if document is None else group_from_json(document)
    return None if group is None or (group.gone is not None and call.now >= group.gone) else group


def require(call: Call) -> Group:
    """Return the group of the path; the error for a missing one has one of the two recorded dialects."""
    group = find_stored(call)
    if group is not None and group.gone is None:
        return group
    # Both are recorded. By default the provider answers while a deleted group still holds the name, else ARM.
    dialect = call.knobs.not_found_dialect
    if dialect == "provider" or (dialect == "both" and group is not None):
        raise errors.group_not_found(call.name)
    raise errors.resource_not_found(call.name, call.resource_group)


def require_settled(call: Call) -> Group:
    """Return the group of a write; refuse one in transition."""
    group = require(call)
    if group.is_running(call.now):
        raise errors.group_in_transition(group.name)
    return group


def list_stored(call: Call, prefix: str, after: str = "") -> Iterator[tuple[str, Group]]:
    """Return all groups below a key, the lingering ones too."""
    for key, document in call.session.scan("group", prefix, after):
        yield key, group_from_json(document)


def save(call: Call, key: str, group: Group) -> None:
    """Write a group, and reserve its DNS name and its address in the subnet."""
    remember(call, key)
    call.session.put("group", key, group.to_json())
    if group.gone is None and group.fqdn:
        call.session.put("label", group.fqdn, {"group": key})
    held: Json = (
        {"ip": group.ip, "busy": group.operation.ready, "lives": True}
        if group.gone is None
        else {"ip": "", "busy": group.gone}
    )
    for slot in _list_slots(group, key):
        call.session.put("subnet", slot, held)


def forget(call: Call, key: str, group: Group) -> None:
    """Remove a group, and free what it held."""
    remember(call, key)
    call.session.delete("group", key)
    holder = call.session.get("label", group.fqdn) if group.fqdn else None
    if holder is not None and holder["group"] == key:
        call.session.delete("label", group.fqdn)
    for slot in _list_slots(group, key):
        call.session.delete("subnet", slot)


def check_subnets(call: Call, group: Group) -> None:
    """Refuse a write while another group in one of its subnets is being created or deleted."""
    if call.knobs.subnet_collisions == "accept":
        return
    own = _list_slots(group, call.group_key)
    for subnet in group.subnets():
        for slot, held in call.session.scan("subnet", f"{subnet}|"):
            if slot not in own and call.now < held.get("busy", 0.0):
                raise errors.subnet_busy(group.name)


def _list_slots(group: Group, key: str) -> list[str]:
    return [f"{subnet}|{key}" for subnet in group.subnets()]


def _list(call: Call, prefix: str) -> Response:
    echo = Echo.of(call, full=False)
    found = list_stored(call, prefix, call.request.query().get("$skiptoken", ""))
    return make_page(call, ((key, echo.show(group)) for key, group in found if group.gone is None))
