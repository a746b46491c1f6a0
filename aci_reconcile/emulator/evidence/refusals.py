"""Facts about the refusals of the provider."""

from __future__ import annotations

from aci_reconcile.emulator.evidence.fact import Fact

REFUSALS = (
    Fact(
        "group-name",
        "A group name has 1 to 63 lowercase letters, digits and hyphens, without a hyphen first, last or doubled.",
        "document",
        "ARM documentation, naming rules; deploymentScripts' containerGroupName",
    ),
    Fact(
        "enums",
        "A value that is not in the contract's enumeration is refused.",
        "document",
        "REST reference, enumerations",
    ),
    Fact(
        "windows-one-container",
        "A Windows group has one container and no init container.",
        "document",
        "ACI documentation, container groups",
    ),
    Fact(
        "spot-limits",
        "A spot group has no address, no other sku and no GPU; each refusal has its own error code.",
        "document",
        "ACI documentation, Spot containers; Azure's support articles name the codes",
    ),
    Fact(
        "containers-needed",
        "A group has at least one container besides its init containers.",
        "document",
        "ACI documentation, init containers",
    ),
    Fact(
        "os-type-needed",
        "InvalidOsType: a group without a profile needs an osType, at every api-version.",
        "thread",
        "Azure/azure-cli#30439, #30496; MicrosoftDocs/azure-compute-docs#438",
    ),
    Fact(
        "size-needed",
        "ResourceRequestsNotSpecified, ResourceSomeRequestsNotSpecified: CPU and memory are required.",
        "thread",
        "MicrosoftLearning/mslearn-azure-developer#67, MicrosoftDocs/azure-docs-cli#4812",
    ),
    Fact("most-containers", "A group has at most 60 containers.", "document", "ACI documentation, quotas"),
    Fact(
        "container-names-unique",
        "Two containers with the same name are refused.",
        "none",
        "published manifests do it, with an unknown result",
    ),
    Fact(
        "container-name",
        "InvalidContainerName: a container name has up to 63 lowercase letters, digits and hyphens, without a hyphen "
        "first or last.",
        "thread",
        "public issues with the whole message",
    ),
    Fact("image-needed", "A container needs an image.", "document", "REST reference until 2023-05-01: required"),
    Fact(
        "image-inaccessible",
        "InaccessibleImage is the immediate answer to the PUT. No registry has an image whose name is outside the "
        "grammar.",
        "thread",
        "MicrosoftDocs/azure-docs#38439, neo4j-contrib/neodash#367; for the grammar, distribution/reference",
    ),
    Fact(
        "image-stand-in",
        "An image that is one word in camel case is accepted, although no registry could have it.",
        "example",
        "azure-rest-api-specs 2025-09-01, ContainerGroupsCreateOrUpdateSecretReference: privateRegistryImage",
        "2026-11-29",
    ),
    Fact(
        "registry-error",
        "RegistryErrorResponse, 409: the registry answered with an error.",
        "thread",
        "Azure/azure-cli#30915",
    ),
    Fact("several-errors", "MultipleErrorsOccurred contains all errors.", "thread", "Azure/azure-cli#7593"),
    Fact(
        "variable-name",
        "A variable name starts with a letter or _, followed by letters, digits and _.",
        "thread",
        "Azure/aci-deploy#29",
    ),
    Fact(
        "variable-name-length",
        "A variable name has up to 63 characters.",
        "document",
        "ACI documentation, limits of names",
    ),
    Fact(
        "one-value",
        "InvalidEnvironmentVariable: a variable has exactly one value.",
        "thread",
        "mage-ai/mage-ai#4872",
    ),
    Fact(
        "variable-names-unique",
        "Two variables of a container with the same name are refused.",
        "none",
        "no report was found",
    ),
    Fact(
        "one-probe",
        "A probe has exactly one of exec and httpGet.",
        "thread",
        "virtual-kubelet/virtual-kubelet#280: a maintainer of ACI says so",
    ),
    Fact("size-positive", "CPU and memory are greater than 0.", "thread", "MicrosoftDocs/azure-docs#41476"),
    Fact(
        "limit-below-request",
        "ResourceLimitsLessThanRequests: a limit is at least its request.",
        "thread",
        "virtual-kubelet/virtual-kubelet#143",
    ),
    Fact(
        "limit-above-total",
        "ContainerLimitGreaterThanContainerGroupTotalRequest: a limit is at most the sum of the requests.",
        "thread",
        "virtual-kubelet/virtual-kubelet#153, virtual-kubelet/azure-aci#149",
    ),
    Fact(
        "largest-group",
        "ServiceUnavailable, 409, above the region's 32 CPU and 256 GB; 31 and 180 confidential, 4 and 16 Spot.",
        "recording",
        "Azure PowerShell's tests (2024); the documentation says 31 and 240; the message is in "
        "MicrosoftDocs/azure-docs#24776",
    ),
    Fact(
        "identity-credentials",
        "InvalidImageRegistryCredentialType: credentials have no identity before 2021-07-01.",
        "document",
        "Azure's support article on image pulls with a managed identity",
    ),
    Fact("empty-password", "The password of a registry is not empty.", "thread", "Azure/azure-cli#8545"),
    Fact(
        "registry-server",
        "The server of a credential is a host name without protocol and port.",
        "thread",
        "Azure/aci-deploy#12, #16; for the port Azure/azure-cli#11469",
    ),
    Fact(
        "most-credentials",
        "MoreImageRegistryCredentialsThanContainers: a group has at most one credential per container.",
        "thread",
        "docker-archive/compose-cli#2150; whether init containers count is unknown",
    ),
    Fact("registry-servers-unique", "Two credentials for the same server are refused.", "none", "no report was found"),
    Fact("port-range", "A port is a number from 1 to 65535.", "document", "ACI documentation, FAQ"),
    Fact("protocols", "A protocol is TCP or UDP.", "document", "REST reference"),
    Fact(
        "container-ports-unique",
        "Containers of a group share their ports: no two containers use the same one.",
        "thread",
        "hashicorp/terraform-provider-azurerm#11102, virtual-kubelet/azure-aci#353; the error code is unknown",
    ),
    Fact("address-ports-unique", "An address that lists a port twice is refused.", "none", "no report was found"),
    Fact(
        "ports-unreferenced",
        "UnreferencedIpAddressPorts: a container exposes each port of the address, with the same protocol.",
        "thread",
        "hashicorp/terraform-provider-azurerm#5091, Azure/azure-libraries-for-net#216",
    ),
    Fact(
        "address-ports-needed",
        "MissingIpAddressPorts: an address needs ports.",
        "thread",
        "hashicorp/terraform-provider-azurerm#1697, #11102",
    ),
    Fact("address-type", "An address is Public or Private.", "document", "REST reference"),
    Fact(
        "private-needs-subnet",
        "PrivateIPAddressNotSupported: a private address needs a network.",
        "thread",
        "public issues with the whole message",
    ),
    Fact(
        "public-in-subnet",
        "InvalidIpAddressTypeForNetworkProfile: a group in a network has no public address.",
        "thread",
        "public issues with the whole message",
    ),
    Fact(
        "label-grammar",
        "A DNS label has 5 to 63 lowercase letters, digits and hyphens, with a letter first and no hyphen last.",
        "thread",
        "derekbekoe/vscode-spot#37, #38",
    ),
    Fact(
        "label-in-subnet", "A group in a network has no DNS label.", "document", "ACI documentation, virtual networks"
    ),
    Fact(
        "subnet-expression",
        "A public address with a label is accepted beside a subnet that a template's expression names.",
        "example",
        "azure-rest-api-specs 2025-09-01, ContainerGroupsCreateOrUpdate",
        "2026-11-29",
    ),
    Fact(
        "label-taken",
        "DnsNameLabelAlreadyTaken: a label is unique in its region and scope.",
        "thread",
        "shahiddev/docker-k8s-workshop#2",
    ),
    Fact("profile-not-found", "NetworkProfileNotFound.", "recording", "azure-cli's tests, 11 times"),
    Fact(
        "subnet-not-delegated",
        "SubnetMissingRequiredDelegation.",
        "thread",
        "users who named a subnet that is not delegated to ACI",
    ),
    Fact("most-volumes", "A group has at most 20 volumes.", "document", "ACI documentation, quotas"),
    Fact(
        "volume-names-unique",
        "Two volumes with the same name are refused.",
        "thread",
        "virtual-kubelet/azure-aci#305, #307; the error code is unknown",
    ),
    Fact(
        "volume-name",
        "A volume name has lowercase letters, digits and hyphens.",
        "document",
        "ACI documentation, limits of names",
    ),
    Fact(
        "volume-source",
        "A volume without a source, or with several, is refused.",
        "none",
        "published manifests have volumes without a source",
    ),
    Fact("secret-base64", "The files of a secret volume are base64.", "document", "ACI documentation, secret volumes"),
    Fact("mount-without-volume", "A mount of a volume that does not exist is refused.", "none", "no report was found"),
    Fact("mount-path", "A mount path has no colon.", "document", "REST reference"),
    Fact("mount-path-empty", "An empty mount path is refused.", "none", "no report was found"),
    Fact(
        "mount-paths-unique", "Two mounts of a container with the same path are refused.", "none", "no report was found"
    ),
    Fact("workspace-key-needed", "A workspace needs its key.", "document", "REST reference: required"),
    Fact(
        "metadata-not-allowed",
        "LogAnalyticsMetadataNotAllowed: metadata, even empty, is allowed for the log type ContainerInsights only.",
        "thread",
        "hashicorp/terraform-provider-azurerm#13650, #4013; Azure/azure-rest-api-specs#9768",
    ),
    Fact(
        "pool-takes-config-maps",
        "BadRequest: a request for a group from a pool contains only config maps.",
        "recording",
        "Azure PowerShell's tests (2024), New-AzContainerGroupReuseFromStandbyPool",
    ),
    Fact(
        "quota-reached",
        "ContainerGroupQuotaReached, with limit, usage and request.",
        "thread",
        "a public issue with the whole message",
    ),
    Fact(
        "transitioning",
        "ContainerGroupTransitioning, 409, for a PUT, stop or start while the group is transitioning.",
        "thread",
        "Azure/azure-cli#8902; Azure's support article",
    ),
)
