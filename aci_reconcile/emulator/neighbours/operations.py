"""The operations of networks: each has ended when a client looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Response, answer

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call


def begin(call: Call, location: str, *, result: bool = False) -> dict[str, str]:
    """Store an operation, and return the headers that name it; a deletion has a Location, too."""
    operation = call.new_id()
    call.session.put("operation", f"{call.subscription}/{operation}".lower(), {"network": True})
    links = {"azure-asyncoperation": "operations"} | ({"location": "operationResults"} if result else {})
    path = f"{call.request.origin()}/subscriptions/{call.subscription}/providers/Microsoft.Network/locations/{location}"
    headers = {name: f"{path}/{kind}/{operation}?api-version={call.version}" for name, kind in links.items()}
    waited = {} if call.knobs.retry_after is None else {"retry-after": str(call.knobs.retry_after)}
    return headers | waited


@rests_on("networks")
def get_status(call: Call) -> Response:
    """Say that an operation has ended well."""
    _require(call)
    return answer(200, {"status": "Succeeded"})


def get_result(call: Call) -> Response:
    """Answer a poll of a deletion's Location."""
    _require(call)
    return Response(204)


def _require(call: Call) -> None:
    found = call.session.get("operation", f"{call.subscription}/{call.path['operation']}".lower())
    if found is None or "network" not in found:
        message = f"The operation '{call.path['operation']}' does not exist."
        raise ArmError(404, "OperationNotFound", message, fact="operation-not-found")
