"""Long-running operations, which clients poll."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from aci_reconcile.emulator import times
from aci_reconcile.emulator.aci.record import Group, Operation, group_from_json
from aci_reconcile.emulator.aci.simulation.views import list_group_events
from aci_reconcile.emulator.arm.versions import canonical_location
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, Response, answer

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call


def save(call: Call, key: str, group: Group) -> None:
    """Store the operation that a write has begun."""
    operation = group.operation
    document: Json = {"group": key, "serial": group.serial, "id": group.id, "operation": asdict(operation)}
    document["claim"] = bool(group.properties().get("isCreatedFromStandbyPool"))
    call.session.put("operation", f"{call.subscription}/{operation.id}".lower(), document)


def make_headers(call: Call, group: Group) -> dict[str, str]:
    """Return the headers of an answer that begins an operation: no Location and no ETag, as recorded."""
    operation = group.operation
    found = {
        "azure-asyncoperation": call.provider_url(group.location, "operations", operation.id),
        # Recorded by Azure PowerShell's tests: the request id is the operation's.
        "x-ms-request-id": f"{canonical_location(group.location)}:{operation.id}",
    }
    return found | _make_retry_after(call)


@rests_on("operation-status", "operation-updating", "operation-failed")
def get_status(call: Call) -> Response:
    """Return the state of an operation: exactly four keys, and `error` if it failed."""
    document, operation = _require(call)
    state = operation.state(call.now)
    body: Json = {
        "id": document["id"],
        "status": state,
        "startTime": times.format_fraction(operation.started, 7),
    }
    if not document.get("claim"):
        body["properties"] = {"events": _list_events(call, document)}
    if state == "Failed":
        body["error"] = _make_failure(operation)
    return answer(200, body, _make_retry_after(call) if operation.is_running(call.now) else None)


def get_result(call: Call) -> Response:
    """Answer a poll of a start's Location: 202 while it goes on, then 204."""
    _, operation = _require(call)
    if operation.is_running(call.now):
        return answer(202, None, {"location": call.request.absolute_url(), **_make_retry_after(call)})
    return Response(204)


def _require(call: Call) -> tuple[Json, Operation]:
    key = f"{call.subscription}/{call.path['operation']}".lower()
    document = call.session.get("operation", key)
    if document is None or "operation" not in document:
        raise ArmError(
            404,
            "OperationNotFound",
            f"The operation '{call.path['operation']}' does not exist.",
            fact="operation-not-found",
        )
    return document, Operation(**document["operation"])


def _make_failure(operation: Operation) -> Json:
    """Return the error of a failed operation, by ARM's contract. None was recorded: codes and messages are inferred."""
    if operation.reason:
        return {"code": "ContainerGroupProvisioningFailed", "message": operation.reason}
    message = "The container group's provisioning timed out. The code and these words are inferred."
    return {"code": "ContainerGroupProvisioningTimeout", "message": message}


def _list_events(call: Call, document: Json) -> list[Json]:
    stored = call.session.get("group", document["group"])
    group = None if stored is None else group_from_json(stored)
    # An operation outlives its group; another group of that name must not lend it its events.
    if group is None or group.gone is not None or group.serial != document["serial"]:
        return []
    return list_group_events(group, call.now)


@rests_on("no-retry-after")
def _make_retry_after(call: Call) -> dict[str, str]:
    return {} if call.knobs.retry_after is None else {"retry-after": str(call.knobs.retry_after)}
