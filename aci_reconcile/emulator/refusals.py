"""What the provider refuses of a body: where something shows that Azure does, or where a knob asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.emulator.evidence import get_fact
from aci_reconcile.emulator.model import ArmError

if TYPE_CHECKING:
    from aci_reconcile.emulator.knobs import Knobs

# The service does refuse what each of these stands for, or might; the code itself is our guess, so that no test may
# take it for Azure's by mistake.
INFERRED = frozenset(
    {
        "ContainerGroupTooManyContainers",
        "DuplicateContainerName",
        "DuplicateContainerPort",
        "DuplicateEnvironmentVariable",
        "DuplicateImageRegistryServer",
        "DuplicateIpAddressPort",
        "DuplicateVolumeName",
        "EmptyImageRegistryCredentialPassword",
        "InvalidContainerGroupName",
        "InvalidContainerGroupSku",
        "InvalidContainerPort",
        "InvalidContainerProbe",
        "InvalidDnsNameLabel",
        "InvalidImageRegistryServer",
        "InvalidIpAddressPort",
        "InvalidIpAddressType",
        "InvalidPriority",
        "InvalidResourceRequests",
        "InvalidRestartPolicy",
        "InvalidSecretVolume",
        "InvalidSubnet",
        "InvalidVolume",
        "InvalidVolumeMount",
        "InvalidVolumeName",
        "MissingContainers",
        "MissingImage",
        "MultipleContainersNotSupportedForWindows",
        "SpotPriorityContainerGroupNotSupportedForInboundConnectivity",
        "SpotPriorityContainerGroupNotSupportedInSku",
        "SpotPriorityContainerGroupWithGPUResourcesNotSupported",
        "TooManyIpAddressPorts",
        "TooManyVolumes",
    }
)
_ALL = "all"


@dataclass(frozen=True, slots=True)
class Judge:
    """Refuses the body of one container group."""

    group: str
    knobs: Knobs

    def refuse(self, code: str, message: str, *, fact: str, status: int = 400) -> None:
        """Refuses, unless nothing shows that Azure does and no knob asks for it. Raises ArmError."""
        asked = self.knobs.unproven_refusals
        if get_fact(fact).shown or code in asked or _ALL in asked:
            raise ArmError(status, code, message, fact=fact)

    def missing(self, name: str, path: str, *, fact: str) -> None:
        """Refuse where a required property is not there, in the deserialiser's words. Raises ArmError."""
        lead = "The request content was invalid and could not be deserialized: "
        message = f"{lead}'Required property '{name}' not found in JSON. Path '{path}', line 1, position 0.'."
        self.refuse("InvalidRequestContent", message, fact=fact)
