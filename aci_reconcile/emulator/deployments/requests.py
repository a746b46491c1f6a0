"""The requests of deployments, at the scope of a resource group and of a subscription."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.emulator import times
from aci_reconcile.emulator.arm import resource_groups, scopes
from aci_reconcile.emulator.arm.call import make_page
from aci_reconcile.emulator.deployments import problems, record
from aci_reconcile.emulator.deployments.content import read_content
from aci_reconcile.emulator.deployments.place import Place
from aci_reconcile.emulator.deployments.planned import DEPLOYMENTS
from aci_reconcile.emulator.deployments.preparation import Wanted, prepare, read_mode, require_object
from aci_reconcile.emulator.deployments.running import DeploymentRun
from aci_reconcile.emulator.deployments.what_if import Format, list_changes
from aci_reconcile.emulator.errors import not_emulated
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, Response, answer, as_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.emulator.arm.call import Call, Handler

_NAME = re.compile(r"[-\w.()]{1,64}")
_STATE_FILTER = re.compile(r"\s*provisioningState\s+eq\s+'(?P<state>\w+)'\s*", re.IGNORECASE)
_WEEK = 7 * 86400.0
_DONE = frozenset({"Succeeded", "Failed", "Canceled"})


@rests_on("deployment-created")
def put(call: Call) -> Response:
    """Begin a deployment: 201 and Accepted, with an operation to poll."""
    stored = _find(call)
    if stored is not None and record.find_state(stored, call.now) not in _DONE:
        begun = times.format_seconds(stored["begun"])
        raise problems.deployment_active(call.name, begun, times.format_seconds(stored["begun"] + _WEEK))
    prepared = prepare(call, _read(call, writes=True))
    made = record.end_as_asked(DeploymentRun(call, prepared).run(), call.outcome)
    record.save(call, made)
    path = f"{made['id']}/operationStatuses/{made['status']}?api-version={call.version}"
    headers = {"azure-asyncoperation": f"{call.request.origin()}{path}", **_make_retry_after(call)}
    return answer(200 if stored else 201, record.show(made, call.now, "Accepted"), headers)


@rests_on("deployment-validated")
def validate(call: Call) -> Response:
    """Say whether a template could be deployed: 200, or 400."""
    prepared = prepare(call, _read(call, writes=False))
    shown = record.show(record.describe(call, prepared), call.now, "Succeeded")
    ids = [{"id": each.id} for each in prepared.order.resources if each.deployed]
    shown["properties"].pop("outputResources", None)
    return answer(200, {**shown, "properties": {**shown["properties"], "validatedResources": ids}})


@rests_on("what-if")
def what_if(call: Call) -> Response:
    """Say what a deployment would change: 202, and a Location that has it."""
    wanted = _read(call, writes=False)
    settings = as_object(as_object(read_content(call.request.body).get("properties")).get("whatIfSettings"))
    short = str(settings.get("resultFormat", "")).lower() == "resourceidonly"
    form: Format = "ResourceIdOnly" if short else "FullResourcePayloads"
    changes = list_changes(call, prepare(call, wanted), form)
    result: Json = {"status": "Succeeded", "properties": {"correlationId": call.new_id(), "changes": changes}}
    return answer(202, None, _make_result(call, {"result": result}))


def get(call: Call) -> Response:
    """Return a deployment."""
    return answer(200, record.show(_require(call), call.now))


def head(call: Call) -> Response:
    """Whether there is one: 204 or 404, without a body."""
    _check_scope(call)
    return Response(204 if _find(call) is not None else 404)


def list_all(call: Call) -> Response:
    """Return the deployments of the scope, the last one first on the only page."""
    _check_scope(call)
    query = call.request.query()
    wanted = _read_filter(query.get("$filter", ""))
    found = [(key, record.show(each, call.now)) for key, each in record.list_stored(call, _find_prefix(call))]
    found = [pair for pair in found if wanted in {"", pair[1]["properties"]["provisioningState"].lower()}]
    found.sort(key=lambda pair: pair[1]["properties"]["timestamp"], reverse=True)
    top = query.get("$top", "")
    return make_page(call, found[: int(top)] if top.isdecimal() else found, max(1, len(found)))


def delete(call: Call) -> Response:
    """Forget a deployment, not its resources: 202, and a Location that ends with 204."""
    document = _require(call)
    if record.find_state(document, call.now) not in _DONE:
        raise problems.deployment_active(call.name, times.format_seconds(document["begun"]), "")
    call.session.delete("deployment", record.make_key(document["id"]))
    return answer(202, None, _make_result(call, {"status": 204}))


@rests_on("deployment-canceled")
def cancel(call: Call) -> Response:
    """Stop waiting for a deployment; what it has begun stays."""
    document = _require(call)
    state = record.find_state(document, call.now)
    if state in _DONE:
        message = f"The deployment '{call.name}' cannot be cancelled because it is in the provisioning state '{state}'."
        raise ArmError(409, "DeploymentCannotBeCancelled", message, fact="deployment-canceled")
    record.save(call, {**document, "canceled": call.now, "ends": call.now})
    return Response(204)


def export_template(call: Call) -> Response:
    """Return the template of a deployment, without the values of its parameters."""
    return answer(200, {"template": _require(call)["template"]})


@rests_on("deployment-operations")
def list_operations(call: Call) -> Response:
    """Return the operations of a deployment, one for each resource."""
    document = _require(call)
    found = [record.show_operation(document, each, call.now) for each in document["operations"]]
    return answer(200, {"value": found})


def get_operation(call: Call) -> Response:
    """Return one operation of a deployment."""
    document = _require(call)
    for each in document["operations"]:
        if each["id"].lower() == call.path["operation"].lower():
            return answer(200, record.show_operation(document, each, call.now))
    raise _make_missing(call)


@rests_on("deployment-created", "deployment-failed")
def get_status(call: Call) -> Response:
    """Answer a poll of a deployment."""
    document = _require(call)
    if document["status"] != call.path["operation"]:
        raise _make_missing(call)
    state = record.find_state(document, call.now)
    failed = {"error": document["error"]} if state == "Failed" else {}
    return answer(200, {"status": state, **failed}, None if state in _DONE else _make_retry_after(call))


def _make_missing(call: Call) -> ArmError:
    message = f"The operation '{call.path['operation']}' does not exist."
    return ArmError(404, "OperationNotFound", message, fact="operation-not-found")


def _read(call: Call, *, writes: bool) -> Wanted:
    """Return the deployment that a request wants. Raises ArmError."""
    if not _NAME.fullmatch(call.name):
        raise problems.invalid_name(call.name)
    group: Json = {}
    if "resource_group" in call.path:
        document = scopes.require_writable(call) if writes else scopes.require(call)
        group = resource_groups.show(document, call)
    content = read_content(call.request.body)
    properties = require_object(content.get("properties"), "properties")
    location = str(content.get("location") or "")
    if not group and not location:
        raise problems.location_required()
    if "templateLink" in properties or "parametersLink" in properties:
        raise not_emulated("templates and parameters behind links")
    if "mode" not in properties:
        raise problems.invalid_content("Required property 'mode' not found in JSON. Path 'properties'.")
    tags = content.get("tags")
    return Wanted(
        name=call.name,
        place=_make_place(call, group),
        mode=read_mode(properties["mode"]),
        template=properties.get("template"),
        parameters=require_object(properties.get("parameters"), "parameters"),
        location=location,
        tags=require_object(tags, "tags") if tags is not None else None,
    )


def _make_place(call: Call, group: Json) -> Place:
    return Place(
        subscription=call.subscription,
        tenant=call.knobs.tenant_id,
        now=call.now,
        new_id=call.new_id,
        origin=call.request.origin(),
        group=group,
    )


def _check_scope(call: Call) -> None:
    if "resource_group" in call.path:
        scopes.require(call)


def _find_prefix(call: Call) -> str:
    return call.resource_group_key if "resource_group" in call.path else call.subscription.lower()


def _find(call: Call) -> Json | None:
    return call.session.get("deployment", f"{_find_prefix(call)}|{call.name.lower()}")


def _require(call: Call) -> Json:
    _check_scope(call)
    found = _find(call)
    if found is None:
        raise problems.deployment_not_found(call.name)
    return found


def _read_filter(text: str) -> str:
    if not text:
        return ""
    match = _STATE_FILTER.fullmatch(text)
    if match is None:
        raise not_emulated(f"filters of the list of {DEPLOYMENTS} but `provisioningState eq '…'`")
    return match["state"].lower()


def _make_result(call: Call, document: Json) -> dict[str, str]:
    """Store what a Location will answer, and return the headers that name it."""
    operation = call.new_id()
    call.session.put(
        "operation", f"{call.subscription}/{operation}".lower(), {"until": call.now, "name": "", **document}
    )
    path = f"/subscriptions/{call.subscription}/operationresults/{operation}?api-version={call.version}"
    return {"location": f"{call.request.origin()}{path}", **_make_retry_after(call)}


def _make_retry_after(call: Call) -> dict[str, str]:
    return {} if call.knobs.retry_after is None else {"retry-after": str(call.knobs.retry_after)}


HANDLERS: Final[Mapping[str, Handler]] = {
    "list_all": list_all,
    "head": head,
    "put": put,
    "get": get,
    "delete": delete,
    "validate": validate,
    "what_if": what_if,
    "cancel": cancel,
    "export_template": export_template,
    "list_operations": list_operations,
    "get_operation": get_operation,
    "get_status": get_status,
}
"""By the names that the routes use."""
