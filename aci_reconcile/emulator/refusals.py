"""Codes for faults whose code nobody captured, so that no test takes them for Azure's by mistake."""

from __future__ import annotations

from aci_reconcile.emulator.model import ArmError

# The service does refuse what each of these stands for, as documents or issues say; the code itself is our guess.
INFERRED = frozenset(
    {
        "ContainerGroupTooManyContainers",
        "DuplicateContainerName",
        "DuplicateImageRegistryServer",
        "DuplicateIpAddressPort",
        "DuplicateVolumeName",
        "EmptyImageRegistryCredentialPassword",
        "InvalidContainerGroupName",
        "InvalidContainerGroupSku",
        "InvalidContainerPort",
        "InvalidContainerProbe",
        "InvalidDnsNameLabel",
        "InvalidImageRegistryCredentialType",
        "InvalidImageRegistryServer",
        "InvalidIpAddressPort",
        "InvalidIpAddressType",
        "InvalidOsType",
        "InvalidPriority",
        "InvalidResourceLimits",
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


def refuse(code: str, message: str) -> ArmError:
    """A refusal with one of the inferred codes; its status is inferred as well."""
    if code not in INFERRED:
        raise LookupError(code)
    return ArmError(400, code, message)


def missing(name: str, path: str) -> ArmError:
    """A required property that is not there, in the deserialiser's words."""
    return ArmError(
        400,
        "InvalidRequestContent",
        "The request content was invalid and could not be deserialized: "
        f"'Required property '{name}' not found in JSON. Path '{path}', line 1, position 0.'.",
    )
