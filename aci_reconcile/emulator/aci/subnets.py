"""What groups have to do with networks: the hosts that they need, and the link that holds a subnet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator.aci import groups
from aci_reconcile.emulator.arm import scopes
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Response, answer
from aci_reconcile.emulator.neighbours.networks import is_used

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call


@rests_on("no-dependencies")
def list_dependencies(call: Call) -> Response:
    """Return the hosts that a group has to reach: none, as in Microsoft's example."""
    scopes.require(call)
    groups.require(call)
    return answer(200, [])


def delete_association(call: Call) -> Response:
    """Free a subnet of the service: 204 once no group is in it. The refusal is inferred."""
    subnet = call.request.split().path.lower().partition("/providers/microsoft.containerinstance/")[0]
    if is_used(call, subnet):
        message = f"The subnet '{call.path['subnet']}' still has container groups in it."
        raise ArmError(409, "ServiceAssociationLinkInUse", message, fact="association-in-use")
    return Response(204)
