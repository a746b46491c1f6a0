"""Refusals of request bodies: with evidence that Azure refuses, or because a knob asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.emulator.evidence import get_fact
from aci_reconcile.emulator.model import ArmError

if TYPE_CHECKING:
    from aci_reconcile.emulator.knobs import Knobs

# The service refuses these cases, or might. The codes are guesses, so no test may rely on them as Azure's.
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
        """Refuse if there is evidence that Azure does, or a knob asks for it. Raises ArmError."""
        asked = self.knobs.unproven_refusals
        if get_fact(fact).has_evidence or code in asked or _ALL in asked:
            raise ArmError(status, code, message, fact=fact)

    def refuse_missing(self, name: str, path: str, *, fact: str) -> None:
        """Refuse a missing required property, with the deserialiser's message. Raises ArmError."""
        lead = "The request content was invalid and could not be deserialized: "
        message = f"{lead}'Required property '{name}' not found in JSON. Path '{path}', line 1, position 0.'."
        self.refuse("InvalidRequestContent", message, fact=fact)
