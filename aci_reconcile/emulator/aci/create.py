"""The PUT of a container group: a new group, or a full replacement that restarts every container."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci import addresses, groups, operations, profile_use, regions, updates
from aci_reconcile.emulator.aci.checks.group import check_group
from aci_reconcile.emulator.aci.deserializer import Reader, parse
from aci_reconcile.emulator.aci.echo import Echo, without_empty_values
from aci_reconcile.emulator.aci.normal_form import check_location, normalize_spelling, without_secrets
from aci_reconcile.emulator.aci.record import Group, Operation, Run, image_of
from aci_reconcile.emulator.aci.schema import GROUP
from aci_reconcile.emulator.aci.simulation import views
from aci_reconcile.emulator.aci.simulation.images import find_image, parse_reference
from aci_reconcile.emulator.aci.simulation.runtime import find_ready_time
from aci_reconcile.emulator.arm import rights, scopes, tags, versions
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, Response, answer, as_object, list_objects
from aci_reconcile.emulator.neighbours import networks

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call
    from aci_reconcile.emulator.faults import Outcome
    from aci_reconcile.emulator.knobs import Knobs
    from aci_reconcile.emulator.model import ArmError

# Seconds that a group of a pool has waited: its images are there.
_IN_POOL = 3600.0


@rests_on("group-created", "put-takes-tags", "zones-kept", "update-headers", "update-restarts", "update-replaces")
def put(call: Call) -> Response:
    """Create or replace a group: refuse it before anything is written, or accept it as Pending or Creating."""
    scopes.require_writable(call)
    content = profile_use.complete_from_profile(call, _read(call))
    rights.check_linked(call, content)  # before the provider sees the body (ARM documentation)
    stored = _find_living(groups.find_stored(call), content, call)
    # Azure/azure-cli#8902: a PUT while the group transitions is refused, whatever is in it.
    if stored is not None and (stored.gone is not None or stored.is_running(call.now)):
        raise errors.group_in_transition(call.name)
    location = check_location(call, content, "" if stored is None else stored.location)
    properties = as_object(content["properties"])
    check_group(call.name, content, call.version, _with_subnets(call, properties))
    _check_images(call, properties)  # last of the body's checks: an image is only looked up for a valid body
    if stored is not None:
        updates.check_update(stored, content, call.now, call.knobs)
    group = _set_times(call, _make_group(call, content, location, stored))
    holder = call.session.get("label", group.fqdn) if group.fqdn else None
    if holder is not None and holder["group"] != call.group_key:
        raise errors.label_taken(str(as_object(properties["ipAddress"]).get("dnsNameLabel")), call.name)
    groups.check_subnets(call, group)
    if call.knobs.limits:  # off by default: a test of a client should not fail because of another test's groups
        regions.enforce(call, group)
    if stored is not None:
        groups.forget(call, call.group_key, stored)
    groups.save(call, call.group_key, group)
    operations.save(call, call.group_key, group)
    if stored is not None:
        body = Echo.of(call).show(_before_start(group), provisioning="Creating")
        return answer(call.knobs.update_status, body, operations.make_headers(call, group))
    # Recorded, 204 of 204 PUTs: the answer says Pending, however quickly the group is ready; but not of a claim.
    body = Echo.of(call).show(group, provisioning=None if _is_new_claim(properties, stored) else "Pending")
    return answer(201, body, operations.make_headers(call, group))


@rests_on("update-creating")
def _before_start(group: Group) -> Group:
    """Return an updated group as the answer shows it: its new containers wait, however soon they start."""
    run = replace(group.run, begins=group.modified, pulled=math.inf, starts=math.inf, pulls=False)
    return replace(group, run=run)


def _with_subnets(call: Call, properties: Json) -> Knobs:
    """Return the knobs with the state of the subnet that the group names."""
    states = [networks.find_state(call, str(each.get("id"))) for each in list_objects(properties.get("subnetIds"))]
    return replace(call.knobs, subnets=states[0]) if states else call.knobs


def _find_living(stored: Group | None, content: Json, call: Call) -> Group | None:
    """Return the group that occupies the name; None if only a deleted one does and it does not block a new one."""
    if stored is None or stored.gone is None or call.knobs.lingering_name == "taken":
        return stored
    # hashicorp/terraform-provider-azurerm#23451, #9375: users meet the 409 for groups in subnets only.
    return stored if stored.subnets() or as_object(content["properties"]).get("subnetIds") else None


def _is_new_claim(properties: Json, stored: Group | None) -> bool:
    return stored is None and bool(properties.get("isCreatedFromStandbyPool"))


def _plan_claim(call: Call) -> tuple[Operation, Run]:
    """Return the timeline of a group that has waited in a pool: its images are there, and its containers start now."""
    run = Run(call.now - _IN_POOL, pulled=call.now - _IN_POOL, starts=call.now)
    return Operation(call.new_id(), call.now, call.now, call.now), run


@rests_on("update-duration")
def plan_run(call: Call, *, subnet: bool, update: bool = False) -> tuple[Operation, Run]:
    """Return the timeline of a deployment that begins now, without containers that take longer than usual."""
    length = call.knobs.provisioning_seconds + (call.knobs.vnet_extra_seconds if subnet else 0.0)
    if update and call.knobs.update_seconds is not None:
        length = call.knobs.update_seconds
    begins = call.now + 0.3 * length
    creating = call.now if update else begins  # recorded: an update has no Pending
    run = Run(begins, pulled=call.now + 0.6 * length, starts=call.now + 0.9 * length)
    return Operation(call.new_id(), call.now, creating, call.now + length), run


def without_start(run: Run, properties: Json) -> Run:
    """Return the run in which no container starts if a volume cannot be mounted."""
    return replace(run, starts=math.inf) if views.find_denied(properties) else run


def with_slow_parts(group: Group, timeout: float, outcome: Outcome = "") -> Group:
    """Extend provisioning until every container was started once, or until it times out as Failed."""
    operation = group.operation
    if outcome == "endless":  # microsoft/AzureTRE: a share that cannot be mounted leaves a group Creating for good
        return replace(group, operation=replace(operation, ready=math.inf))
    if outcome == "failed":
        return replace(group, operation=replace(operation, failed=True, reason="A requested failure."))
    ready = max(operation.ready, find_ready_time(group))
    failed = ready > operation.started + timeout
    ready = operation.started + timeout if failed else ready
    return replace(group, operation=replace(operation, ready=ready, failed=failed))


def _read(call: Call) -> Json:
    reader = Reader(len(call.request.body), call.knobs.keep_unknown_properties)
    content: Json = reader.read(GROUP, parse(call.request.body))
    # Since then a network profile is an unknown property like any other (REST reference).
    if call.version >= versions.SUBNETS_SINCE and not call.knobs.keep_unknown_properties:
        as_object(content["properties"]).pop("networkProfile", None)
    named = tags.apply_policy(tags.read(content.get("tags", {})), call.knobs.policy_tags)
    return {**content, "tags": named} if "tags" in content or named else content


def _check_images(call: Call, properties: Json) -> None:
    """Refuse images that cannot be pulled: Azure reports those with the PUT itself."""
    found: dict[str, ArmError] = {}
    for container in (*list_objects(properties.get("initContainers")), *list_objects(properties.get("containers"))):
        image = image_of(container)
        if find_image(image).limited:
            reference = parse_reference(image)
            found[image] = errors.registry_error((reference.registry if reference else "") or "index.docker.io")
        elif not find_image(image).accessible or not _can_pull(call, image, properties):
            found[image] = errors.inaccessible_image(image, call.name)
    if found:
        raise errors.several(list(found.values()))


def _can_pull(call: Call, image: str, properties: Json) -> bool:
    reference = parse_reference(image)
    if not call.knobs.registry_needs_credentials or reference is None or not reference.registry.endswith(".azurecr.io"):
        return True
    servers = {str(item.get("server", "")).lower() for item in list_objects(properties.get("imageRegistryCredentials"))}
    return reference.registry.lower() in servers


@rests_on("name-as-sent")
def _make_group(call: Call, content: Json, location: str, stored: Group | None) -> Group:
    body = _make_body(call, content, stored)
    properties = as_object(body["properties"])
    serial = call.session.next_serial() if stored is None else stored.serial
    if _is_new_claim(properties, stored):
        operation, run = _plan_claim(call)
    else:
        operation, run = plan_run(call, subnet=bool(properties.get("subnetIds")), update=stored is not None)
    run = without_start(run, properties)
    group = Group(
        # The spelling of the first PUT stays: ARM ignores case in later paths.
        id=stored.id if stored else _make_id(call),
        name=stored.name if stored else call.name,
        location=location,
        body=body,
        serial=serial,
        ip="",
        fqdn=addresses.make_fqdn(call, as_object(properties.get("ipAddress")), location, serial),
        created=call.now if stored is None else stored.created,
        modified=call.now,
        operation=operation,
        run=run,
        backoff=call.knobs.crash_backoff_seconds,
        backoff_max=call.knobs.crash_backoff_max_seconds,
    )
    return replace(group, ip=addresses.choose_ip(call, group, stored))


def _make_body(call: Call, content: Json, stored: Group | None) -> Json:
    """Return the part of the request that is stored: everything but write-only values."""
    kept = as_object(without_secrets(GROUP, content))
    properties = normalize_spelling(as_object(kept["properties"]))
    if not call.knobs.echo_empty_value:
        properties = without_empty_values(properties)
    address = addresses.set_label_scope(call, as_object(properties.get("ipAddress")), stored)
    if address:
        properties["ipAddress"] = address
    body: Json = {**kept, "properties": properties}
    body.pop("location", None)
    if stored is not None and not call.knobs.put_updates_tags:
        body.pop("tags", None)
        body |= {"tags": stored.body["tags"]} if "tags" in stored.body else {}
    return body


def _set_times(call: Call, group: Group) -> Group:
    return with_slow_parts(group, call.knobs.provisioning_timeout_seconds, call.outcome)


def _make_id(call: Call) -> str:
    return (
        f"/subscriptions/{call.subscription}/resourceGroups/{call.resource_group}"
        f"/providers/Microsoft.ContainerInstance/containerGroups/{call.name}"
    )
