"""What a deployment would change: what-if, which compares what the template says with what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from aci_reconcile.emulator.arm.versions import canonical_location
from aci_reconcile.emulator.deployments.evaluation import LiveError
from aci_reconcile.emulator.deployments.preparation import nest, prepare
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.emulator.arm.call import Call
    from aci_reconcile.emulator.deployments.planned import Planned
    from aci_reconcile.emulator.deployments.preparation import Prepared

Format: TypeAlias = Literal["FullResourcePayloads", "ResourceIdOnly"]
_LISTED = "2021-04-01"
_GIVEN = frozenset({"id", "type", "name", "apiVersion"})


@rests_on("what-if")
def list_changes(call: Call, prepared: Prepared, form: Format) -> list[Json]:
    """Return what would change, and what would not: each resource of the template, and of the resource group."""
    found = list(_list_own(call, prepared))
    place = prepared.wanted.place
    if place.group:
        known = {each["resourceId"].lower() for each in found}
        kind = "Delete" if prepared.wanted.mode == "Complete" else "Ignore"
        listed = call.send("GET", f"{place.root}/resources", _LISTED).json()["value"]
        for each in listed:
            if each["id"].lower() not in known:
                after: Json = {"after": each} if kind == "Ignore" else {}
                found.append({"resourceId": each["id"], "changeType": kind, "before": each, **after})
    if form == "ResourceIdOnly":
        deployed = {"Create", "Modify", "NoChange"}
        return [
            {
                "resourceId": each["resourceId"],
                "changeType": "Deploy" if each["changeType"] in deployed else each["changeType"],
            }
            for each in found
        ]
    return found


def _list_own(call: Call, prepared: Prepared) -> Iterator[Json]:
    for resource in prepared.order.resources:
        if not resource.deployed:
            continue
        if resource.is_deployment:
            try:
                yield from _list_own(call, prepare(call, nest(call, prepared, resource)))
            except LiveError:
                yield {"resourceId": resource.id, "changeType": "Unsupported", "unsupportedReason": _UNKNOWN}
            continue
        yield _compare(call, resource, _hide_all(prepared, prepared.bodies[resource.id]))


_UNKNOWN = "The parameters of the nested deployment are only known in the deployment."


def _compare(call: Call, resource: Planned, body: Json) -> Json:
    given = {"apiVersion": resource.version, "id": resource.id, "type": resource.type, "name": resource.name}
    after: Json = {**given, **body}
    try:
        before: Json = {**call.send("GET", resource.id, resource.version).json(), "apiVersion": resource.version}
    except ArmError:
        return {"resourceId": resource.id, "changeType": "Create", "after": after}
    delta = list(_list_differences(before, {name: value for name, value in after.items() if name not in _GIVEN}))
    kind = "Modify" if delta else "NoChange"
    return {"resourceId": resource.id, "changeType": kind, "before": before, "after": after, "delta": delta}


def _list_differences(before: Json, after: Json, path: str = "") -> Iterator[Json]:
    """Yield what the template says otherwise; what it does not say is not compared."""
    for name, value in after.items():
        spelt = next((key for key in before if key.lower() == name.lower()), name)
        yield from _differ(f"{path}.{spelt}" if path else spelt, before.get(spelt), value)


def _differ(path: str, before: Any, after: Any) -> Iterator[Json]:
    if is_object(before) and is_object(after):
        yield from _list_differences(before, after, path)
    elif is_list(before) and is_list(after):
        children = list(_list_items(before, after))
        if children:
            yield {"path": path, "propertyChangeType": "Array", "children": children}
    elif before is None and after is not None:
        yield {"path": path, "propertyChangeType": "Create", "after": after}
    elif not _are_equal(path, before, after):
        yield {"path": path, "propertyChangeType": "Modify", "before": before, "after": after}


def _list_items(before: list[Any], after: list[Any]) -> Iterator[Json]:
    for index in range(max(len(before), len(after))):
        if index >= len(before):
            yield {"path": str(index), "propertyChangeType": "Create", "after": after[index]}
        elif index >= len(after):
            yield {"path": str(index), "propertyChangeType": "Delete", "before": before[index]}
        elif is_object(before[index]) and is_object(after[index]):
            children = list(_list_differences(before[index], after[index]))
            if children:
                yield {"path": str(index), "propertyChangeType": "Modify", "children": children}
        else:
            yield from _differ(str(index), before[index], after[index])


def _are_equal(path: str, before: Any, after: Any) -> bool:
    if path == "location":
        return canonical_location(str(before)) == canonical_location(str(after))
    return bool(before == after)


def _hide_all(prepared: Prepared, value: Any) -> Any:
    """Return a body without the secrets among the parameters."""
    if isinstance(value, str):
        return prepared.hide(value)
    if is_list(value):
        return [_hide_all(prepared, each) for each in value]
    return {key: _hide_all(prepared, each) for key, each in value.items()} if is_object(value) else value
