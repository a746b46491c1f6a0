"""A deployment in the store, and how it is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.emulator import times
from aci_reconcile.emulator.deployments import problems
from aci_reconcile.emulator.deployments.planned import DEPLOYMENTS
from aci_reconcile.emulator.evidence import rests_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.emulator.arm.call import Call
    from aci_reconcile.emulator.deployments.planned import Planned
    from aci_reconcile.emulator.deployments.preparation import Prepared
    from aci_reconcile.emulator.faults import Outcome
    from aci_reconcile.emulator.model import Json


@dataclass(frozen=True, slots=True)
class Ended:
    """How a deployment ends."""

    ends: float
    operations: list[Json]
    details: list[Json] | None
    """The errors of its resources, if it fails."""
    written: list[str]
    """The ids of its resources."""
    outputs: Json


def make(call: Call, prepared: Prepared, ended: Ended) -> Json:
    """Return the document of a deployment that has been begun."""
    wanted = prepared.wanted
    error = None if ended.details is None else problems.failed_deployment(wanted.id, ended.details)
    outputs = make_operation(call, {}, (ended.ends, None, "OK"))
    return {
        **describe(call, prepared),
        "location": wanted.location,
        "tags": wanted.tags,
        "ends": ended.ends,
        "error": error,
        "outputs": ended.outputs,
        "resources": ended.written,
        "operations": [*ended.operations, outputs],
        "template": prepared.template.sent,
        "status": call.new_id(),
        "canceled": None,
    }


def end_as_asked(document: Json, outcome: Outcome) -> Json:
    """Return a deployment that fails or never ends, if a fault asks for it."""
    if outcome == "endless":
        return {**document, "ends": math.inf}
    if outcome == "failed":
        details: list[Json] = [{"code": "DeploymentFailed", "message": "A requested failure."}]
        return {**document, "error": problems.failed_deployment(document["id"], details)}
    return document


@rests_on("deployment-shown")
def describe(call: Call, prepared: Prepared) -> Json:
    """Return what is known of a deployment before it runs."""
    wanted = prepared.wanted
    deployed = [each for each in prepared.order.resources if each.deployed]
    return {
        "id": wanted.id,
        "name": wanted.name,
        "mode": wanted.mode,
        "hash": prepared.hash,
        "parameters": prepared.parameters.show(),
        "begun": call.now,
        "providers": _list_providers(deployed, prepared.bodies),
        "dependencies": _list_dependencies(prepared, deployed),
        "correlation": call.request.header("x-ms-correlation-request-id") or call.new_id(),
    }


@rests_on("deployment-operations")
def make_operation(call: Call, target: Json, ended: tuple[float, Json | None, str]) -> Json:
    """Return an operation of a deployment: a resource, or at the end the outputs."""
    ready, error, status = ended
    return {
        "id": call.new_id().replace("-", "")[:16].upper(),
        "begun": call.now,
        "ends": ready,
        "failed": error is not None,
        "tracking": call.new_id(),
        "properties": {
            "provisioningOperation": "Create" if target else "EvaluateDeploymentOutput",
            "statusCode": status,
            "statusMessage": None if error is None else {"error": error},
            **({"targetResource": target} if target else {}),
        },
    }


def save(call: Call, document: Json) -> None:
    """Write a deployment."""
    call.session.put("deployment", make_key(document["id"]), document)


def make_key(identity: str) -> str:
    """Return the store's key of a deployment: those of a resource group, or of a subscription, begin alike."""
    root, _, name = identity.rpartition(f"/providers/{DEPLOYMENTS}/")
    parts = root.strip("/").split("/")
    return f"{'/'.join(parts[1::2])}|{name}".lower()


def list_stored(call: Call, prefix: str, after: str = "") -> Iterator[tuple[str, Json]]:
    """Yield the deployments of a scope."""
    yield from call.session.scan("deployment", f"{prefix}|", after)


def find_state(document: Json, now: float) -> str:
    """Return the provisioningState."""
    if document["canceled"] is not None:
        return "Canceled"
    if now < document["ends"]:
        return "Running"
    return "Failed" if document["error"] else "Succeeded"


@rests_on("deployment-shown")
def show(document: Json, now: float, state: str = "") -> Json:
    """Return a deployment as Azure shows it; what has been validated only has no end."""
    ended = min(now, document.get("ends", now))
    state = state or find_state(document, now)
    properties: Json = {"templateHash": document["hash"]}
    if document["parameters"]:
        properties["parameters"] = document["parameters"]
    properties |= {
        "mode": document["mode"],
        "provisioningState": state,
        "timestamp": times.format_fraction(ended, 7),
        "duration": _show_duration(ended - document["begun"]),
        "correlationId": document["correlation"],
        "providers": document["providers"],
        "dependencies": document["dependencies"],
    }
    if state == "Succeeded" and "outputs" in document:
        properties |= {"outputs": document["outputs"]} if document["outputs"] else {}
        properties["outputResources"] = [{"id": each} for each in document["resources"]]
    if state == "Failed":
        properties["error"] = document["error"]
    shown: Json = {"id": document["id"], "name": document["name"], "type": DEPLOYMENTS}
    shown |= {key: document[key] for key in ("location", "tags") if document.get(key)}
    return {**shown, "properties": properties}


def show_operation(document: Json, operation: Json, now: float) -> Json:
    """Return one operation of a deployment."""
    ended = min(now, operation["ends"])
    state = "Running" if now < operation["ends"] else "Failed" if operation["failed"] else "Succeeded"
    properties: Json = {
        **operation["properties"],
        "provisioningState": state,
        "timestamp": times.format_fraction(ended, 7),
        "duration": _show_duration(ended - operation["begun"]),
        "trackingId": operation["tracking"],
    }
    path = f"{document['id']}/operations/{operation['id']}"
    return {"id": path, "operationId": operation["id"], "properties": properties}


def _show_duration(seconds: float) -> str:
    return f"PT{max(0.0, seconds):.7f}".rstrip("0").rstrip(".") + "S"


def _list_providers(resources: Iterable[Planned], bodies: dict[str, Json]) -> list[Json]:
    found: dict[str, dict[str, list[str | None]]] = {}
    for each in resources:
        namespace, _, kind = each.type.partition("/")
        location = bodies.get(each.id, {}).get("location")
        places = found.setdefault(namespace, {}).setdefault(kind, [])
        if location not in places:
            places.append(location)
    return [
        {
            "namespace": namespace,
            "resourceTypes": [{"resourceType": kind, "locations": places} for kind, places in kinds.items()],
        }
        for namespace, kinds in found.items()
    ]


def _list_dependencies(prepared: Prepared, resources: list[Planned]) -> list[Json]:
    by_id = {each.id: each for each in resources}
    found: list[Json] = []
    for each in resources:
        needs = [_show_target(by_id[need]) for need in prepared.order.waits[each.id] if need in by_id]
        if needs:
            found.append({"dependsOn": needs, **_show_target(each)})
    return found


def _show_target(resource: Planned) -> Json:
    return {"id": resource.id, "resourceType": resource.type, "resourceName": resource.name}
