"""Subnets: the emulator keeps none, so a knob determines the state of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci import groups
from aci_reconcile.emulator.arm import scopes
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, Response, answer

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call


def get_subnet(call: Call) -> Response:
    """Return a subnet, whatever its name: a knob determines the state of all of them."""
    if call.knobs.subnets == "absent":
        raise errors.subnet_not_found(call.request.split().path)
    service = "Microsoft.ContainerInstance/containerGroups"
    delegation: Json = {"name": "aci", "properties": {"provisioningState": "Succeeded", "serviceName": service}}
    properties: Json = {
        "provisioningState": "Succeeded",
        "delegations": [delegation] if call.knobs.subnets == "delegated" else [],
    }
    names = {"id": call.request.split().path, "name": call.path["subnet"]}
    return answer(200, {**names, "type": "Microsoft.Network/virtualNetworks/subnets", "properties": properties})


@rests_on("no-dependencies")
def list_dependencies(call: Call) -> Response:
    """Return the hosts that a group has to reach: none, as in Microsoft's example."""
    scopes.require(call)
    groups.require(call)
    return answer(200, [])


def delete_association(call: Call) -> Response:
    """Free a subnet of the service: 204 once no group is in it. The refusal is inferred."""
    subnet = call.request.split().path.lower().partition("/providers/microsoft.containerinstance/")[0]
    # A group that was just deleted still holds its subnet (hashicorp/terraform-provider-azurerm#23451).
    if any(held["ip"] or call.now < held.get("busy", 0.0) for _, held in call.session.scan("subnet", f"{subnet}|")):
        message = f"The subnet '{call.path['subnet']}' still has container groups in it."
        raise ArmError(409, "ServiceAssociationLinkInUse", message, fact="association-in-use")
    return Response(204)
