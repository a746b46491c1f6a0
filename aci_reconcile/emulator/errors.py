"""Azure's error codes and messages, one function each; each names its row of the evidence."""

from __future__ import annotations

from aci_reconcile.emulator.model import ArmError

_TYPE = "Microsoft.ContainerInstance/containerGroups"


def no_api_version() -> ArmError:
    """Return the error for a request without an api-version."""
    message = "The api-version query parameter (?api-version=) is required for all requests."
    return ArmError(400, "MissingApiVersionParameter", message, fact="missing-api-version")


def invalid_api_version(version: str, supported: tuple[str, ...]) -> ArmError:
    """Return ARM's error for a version that its own resource types do not have."""
    listed = ",".join(supported)
    return ArmError(
        400,
        "InvalidApiVersionParameter",
        f"The api-version '{version}' is invalid. The supported versions are '{listed}'.",
        fact="invalid-api-version",
    )


def no_registered_provider(
    location: str, version: str, versions: tuple[str, ...], locations: tuple[str, ...], kind: str = "containerGroups"
) -> ArmError:
    """Return ARM's error for a version that the provider does not have."""
    return ArmError(
        400,
        "NoRegisteredProviderFound",
        f"No registered resource provider found for location '{location}' and API version '{version}' for type "
        f"'{kind}'. The supported api-versions are '{', '.join(versions)}'. "
        f"The supported locations are '{', '.join(locations)}'.",
        fact="no-registered-provider",
    )


def not_emulated(what: str) -> ArmError:
    """Return the emulator's own error for what it does not support, with a status that no client retries."""
    message = f"The aci-reconcile emulator does not emulate {what}. Azure itself may; this answer is not Azure's."
    return ArmError(501, "NotEmulated", message, fact="emulators-own")


def internal(kind: str) -> ArmError:
    """Return the error for a defect, with the type of the exception only: its text may quote a request."""
    message = f"The aci-reconcile emulator has a defect: {kind}. Please report it."
    return ArmError(500, "InternalServerError", message, fact="emulators-own")


def busy() -> ArmError:
    """Return the emulator's own error for a store that another process holds."""
    message = "Another process holds the store of the aci-reconcile emulator. Please try again."
    return ArmError(503, "ServiceUnavailable", message, {"retry-after": "1"}, fact="emulators-own")


def invalid_subscription(subscription: str) -> ArmError:
    """Return the error for a subscription id that is not a GUID."""
    message = f"The provided subscription identifier '{subscription}' is malformed or invalid."
    return ArmError(400, "InvalidSubscriptionId", message, fact="invalid-subscription")


def subscription_not_found(subscription: str) -> ArmError:
    """Return the error for a subscription that does not exist."""
    message = f"The subscription '{subscription}' could not be found."
    return ArmError(404, "SubscriptionNotFound", message, fact="subscription-not-found")


def not_registered(namespace: str) -> ArmError:
    """Return the error whose code makes the SDKs register the provider that it names in quotes."""
    message = (
        f"The subscription is not registered to use namespace '{namespace}'. "
        "See https://aka.ms/rps-not-found for how to register subscriptions."
    )
    return ArmError(409, "MissingSubscriptionRegistration", message, fact="missing-registration")


def resource_group_not_found(name: str) -> ArmError:
    """Return the error for a missing resource group; recorded many times."""
    return ArmError(
        404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.", fact="resource-group-not-found"
    )


def resource_group_being_deleted(name: str) -> ArmError:
    """Return the error for a write to a resource group that is being deleted."""
    message = f"The resource group '{name}' is in deprovisioning state and cannot perform this operation."
    return ArmError(409, "ResourceGroupBeingDeleted", message, fact="resource-group-deleting")


def resource_group_blocked(name: str, operation: str) -> ArmError:
    """Return the error for a deletion of a resource group that was accepted and has failed."""
    message = (
        f"Deletion of resource group '{name}' failed as resources with identifiers '' could not be deleted. The "
        f"provisioning state of the resource group will be rolled back. The tracking Id is '{operation}'. Please check "
        "audit logs for more details."
    )
    return ArmError(409, "ResourceGroupDeletionBlocked", message, fact="resource-group-blocked")


def resource_not_found(name: str, resource_group: str, kind: str = _TYPE) -> ArmError:
    """Return ARM's dialect of a missing resource; recorded twice."""
    return ArmError(
        404,
        "ResourceNotFound",
        f"The Resource '{kind}/{name}' under resource group '{resource_group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
        {"x-ms-failure-cause": "gateway"},
        fact="resource-not-found",
    )


def group_not_found(name: str) -> ArmError:
    """Return the provider's dialect of a missing group; recorded once."""
    return ArmError(
        404, "ContainerGroupNotFound", f"The container group '{name}' does not exist.", fact="group-not-found"
    )


def group_in_transition(name: str) -> ArmError:
    """Return the error for a busy group; in this service a 409 means "wait" as often as "conflict"."""
    message = f"The container group '{name}' is still transitioning, please retry later."
    return ArmError(409, "ContainerGroupTransitioning", message, fact="transitioning")


def group_stopped(name: str, resource_group: str) -> ArmError:
    """Return the error for a restart of a stopped group. The message is one that a user quotes."""
    message = f"Container Group '{name}' in resource group '{resource_group}' is stopped."
    return ArmError(409, "ContainerGroupStopped", message, fact="restart-of-stopped")


_FIXED = "the os type, restart policy, network profile, CPU, memory or GPU resources"


def invalid_update(
    name: str, changed: str = _FIXED, *, code: str = "InvalidContainerGroupUpdate", fact: str
) -> ArmError:
    """Return the error for a change that is not possible in place: since 2024 with the property and both values."""
    return ArmError(
        400,
        code,
        f"The updates on container group '{name}' are invalid. If you are going to update {changed} for a container "
        "group, you must delete it first and then create a new one.",
        fact=fact,
    )


def invalid_location(name: str, resource_group: str, has: str, wants: str) -> ArmError:
    """Return the error for a move to another region."""
    return ArmError(
        409,
        "InvalidResourceLocation",
        f"The resource '{name}' already exists in location '{has}' in resource group '{resource_group}'. A resource "
        f"with the same name cannot be created in location '{wants}'. Please select a new resource name.",
        fact="location-fixed",
    )


def location_required() -> ArmError:
    """Return the error for a missing location, which every tracked resource of ARM has."""
    return ArmError(
        400, "LocationRequired", "The location property is required for this definition.", fact="location-required"
    )


def location_not_available(location: str, locations: tuple[str, ...]) -> ArmError:
    """Return ARM's error for a region that is misspelt or does not have the service."""
    return ArmError(
        400,
        "LocationNotAvailableForResourceType",
        f"The provided location '{location}' is not available for resource type '{_TYPE}'. "
        f"List of available regions for the resource type is '{','.join(locations)}'.",
        fact="location-not-available",
    )


def subnet_busy(name: str) -> ArmError:
    """Return the error while another group of the subnet is created or deleted; reported by users of Terraform."""
    message = f"Network is not ready for container group '{name}'. Please try again."
    return ArmError(409, "ServiceAssociationLinkNotReady", message, fact="subnet-collisions")


def quota_reached(name: str, location: str, numbers: tuple[float, float, float]) -> ArmError:
    """Return the error for a quota, with the limit, the usage and the request."""
    limit, used, wanted = (f"{number:g}" for number in numbers)
    message = (
        f"Resource type '{_TYPE}' container group quota '{name}' exceeded in region '{location}'. "
        f"Limit: '{limit}', Usage: '{used}' Requested: '{wanted}'."
    )
    return ArmError(400, "ContainerGroupQuotaReached", message, fact="quota-reached")


def inaccessible_image(image: str, name: str) -> ArmError:
    """Return the error for an image that cannot be pulled, which answers the PUT itself."""
    return ArmError(
        400,
        "InaccessibleImage",
        f"The image '{image}' in container group '{name}' is not accessible. "
        "Please check the image and registry credential.",
        fact="image-inaccessible",
    )


def registry_error(registry: str) -> ArmError:
    """Return the error for a registry that throttles the service; users report it for Docker Hub."""
    message = f"An error response is received from the docker registry '{registry}'. Please retry later."
    return ArmError(409, "RegistryErrorResponse", message, fact="registry-error")


def several(errors: list[ArmError]) -> ArmError:
    """Return the only error, or all of them in the format that users report. The status is inferred."""
    if len(errors) == 1:
        return errors[0]
    names = {400: "BadRequest", 409: "Conflict"}
    parts = ";".join(f"'{names[error.status]}':'{error.code}':'{error.message}'" for error in errors)
    return ArmError(400, "MultipleErrorsOccurred", f"Multiple error occurred: {parts}", fact="several-errors")


def not_authorized(actor: str, action: str, scope: str) -> ArmError:
    """Return the error for an action that the role of the client does not allow."""
    message = (
        f"The client '{actor}' with object id '{actor}' does not have authorization to perform action '{action}' over "
        f"scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials."
    )
    return ArmError(403, "AuthorizationFailed", message, fact="not-authorized")


def not_authorized_for_link(actor: str, done: tuple[str, str], linked: tuple[str, str]) -> ArmError:
    """Return the error for a resource that a body refers to; each pair is an action and its scope."""
    message = (
        f"The client '{actor}' with object id '{actor}' has permission to perform action '{done[0]}' on scope "
        f"'{done[1]}'; however, it does not have permission to perform action(s) '{linked[0]}' on the linked scope(s) "
        f"'{linked[1]}' (respectively) or the linked scope(s) are invalid."
    )
    return ArmError(403, "LinkedAuthorizationFailed", message, fact="linked-not-authorized")


def subnet_not_found(path: str) -> ArmError:
    """Return the network provider's error for a missing subnet."""
    return ArmError(404, "NotFound", f"Resource {path} not found.", fact="subnet-not-found")


def subnet_in_use(name: str, path: str) -> ArmError:
    """Return the network provider's error for a subnet that a group is in; users quote it with other links."""
    link = f"{path}/serviceAssociationLinks/acisal"
    message = (
        f"Subnet {name} is in use by {link} and cannot be deleted. In order to delete the subnet, delete all the "
        "resources within the subnet. See aka.ms/deletesubnet."
    )
    return ArmError(400, "InUseSubnetCannotBeDeleted", message, fact="subnet-in-use")


def subnet_not_delegated(name: str) -> ArmError:
    """Return the error for a subnet that is not delegated to the service; reported by users."""
    message = f"Subnet missing required delegation 'Microsoft.ContainerInstance' for container group '{name}'."
    return ArmError(400, "SubnetMissingRequiredDelegation", message, fact="subnet-not-delegated")


def label_taken(label: str, name: str) -> ArmError:
    """Return the error for a DNS label that is taken in the region. The status is inferred."""
    message = f"The DNS name label '{label}' in container group '{name}' is not available. Try using a different label."
    return ArmError(409, "DnsNameLabelAlreadyTaken", message, fact="label-taken")


def container_not_found(container: str, name: str) -> ArmError:
    """Return the error for a missing container. Code and message are inferred."""
    return ArmError(
        404,
        "ContainerNotFound",
        f"The container '{container}' in container group '{name}' does not exist.",
        fact="container-not-found",
    )
