"""Facts about what belongs to groups: logs, terminals, profiles and pools, and what a region has."""

from __future__ import annotations

from aci_reconcile.emulator.evidence.fact import Fact

AROUND_GROUPS = (
    Fact(
        "logs-bounded",
        "Logs return 4 MB for a running container, and 16 KB or 1000 lines for one that has ended.",
        "document",
        "ACI documentation, quotas",
    ),
    Fact(
        "exec-stream",
        "The answers of exec and attach are the address of a WebSocket and its password, which is the first message; "
        "the service's first one is empty. Then bytes go both ways, without an exit code.",
        "recording",
        "azure-cli's tests, 4 of 4; Azure PowerShell's tests (2024), Add-AzContainerInstanceOutput; for the messages, "
        "azure-cli's source",
        "2026-11-29",
    ),
    Fact(
        "standby-claim",
        "A request for a group from a pool names containers with their config maps, and may name a subnet. Image, OS "
        "and size come from the profile.",
        "recording",
        "azure-cli's tests (2025), test_container_reuse_from_standbypool_vnet; azure-rest-api-specs 2025-09-01, "
        "ContainerGroupCreateOrUpdateStandbyPool",
    ),
    Fact(
        "standby-answer",
        "The answer to a claim is 201 and Succeeded at once, with Azure-AsyncOperation, and the containers run. It has "
        "isCreatedFromStandbyPool true, imageRegistryCredentials [] and the profile's values, but no "
        "standbyPoolProfile. A poll of the operation has no events.",
        "recording",
        "azure-cli's tests (2025), test_container_reuse_from_standbypool_outbound and _vnet",
    ),
    Fact(
        "standby-names",
        "The containers of a claimed group are those of the profile, with their names; a config map goes to the "
        "container of its name, and others are dropped.",
        "recording",
        "azure-cli's tests (2025), test_container_reuse_from_standbypool_outbound and _vnet",
        "2026-11-29",
    ),
    Fact(
        "profile-created",
        "A PUT of a profile answers 201 at once, without an operation, with revision 1. No default is added, secrets "
        "are dropped, and sku is returned in the contract's spelling.",
        "recording",
        "Azure PowerShell's tests (2024), New-AzContainerInstanceContainerGroupProfile; against it, sku and "
        "initContainers in Microsoft's examples",
        "2026-11-29",
    ),
    Fact(
        "profile-revisions",
        "A PUT of an existing profile answers 200. With other properties it makes a new revision, and former revisions "
        "never change.",
        "recording",
        "azure-cli's tests (2024), test_container_group_profile_update; not recorded with the same properties",
        "2026-11-29",
    ),
    Fact(
        "profile-security-context",
        "SecurityContextNotSupported: a profile is refused if a container has allowPrivilegeEscalation.",
        "recording",
        "azure-cli's tests (2025), test_container_group_profile_create_with_confidential_sku; the message allows only "
        "privileged, but Microsoft's example of a profile has capabilities",
        "2026-11-29",
    ),
    Fact(
        "profile-tags",
        "A PATCH of a profile replaces its tags, supports no other field, and makes no revision.",
        "example",
        "azure-rest-api-specs 2025-09-01, ContainerGroupProfilesPatch",
        "2026-11-29",
    ),
    Fact(
        "profile-deleted",
        "A DELETE of a profile answers 200 without a body, or 204.",
        "recording",
        "azure-cli's tests (2024, 2025) and Azure PowerShell's (2024); 204 in Microsoft's example",
        "2026-11-29",
    ),
    Fact(
        "profile-list",
        "A list of profiles is an object with `value`.",
        "example",
        "azure-rest-api-specs 2025-09-01, ContainerGroupProfilesList; against it, a bare list that Azure PowerShell "
        "recorded once (2024-05-01-preview)",
        "2026-11-29",
    ),
    Fact(
        "profile-alone",
        "A group may name a profile without a pool. The profile supplies what the group leaves out.",
        "document",
        "REST reference: since 2025-09-01 image, resources and osType may be left out",
    ),
    Fact(
        "capabilities",
        "The capabilities have two rows without an OS, for public and private addresses (256 GB, 32 CPU), and one "
        "for Linux with a V100.",
        "recording",
        "Azure PowerShell's tests (2024, eastus), Get-AzContainerInstanceCapability",
    ),
    Fact(
        "cached-images",
        "A cached Windows image has an osVersion.",
        "recording",
        "Azure PowerShell's tests (2023, eastus), Get-AzContainerInstanceCachedImage",
    ),
    Fact(
        "usages",
        "Names and format of a region's usages.",
        "recording",
        "Azure PowerShell's tests (2024), Get-AzContainerInstanceUsage",
    ),
    Fact(
        "no-dependencies",
        "The outbound network dependencies of a group are an empty list.",
        "example",
        "azure-rest-api-specs 2025-09-01, ContainerGroupsGetOutboundNetworkDependenciesEndpoints",
        "2026-11-29",
    ),
    Fact(
        "provider-actions",
        "Names and words of the provider's actions, and the metrics of a group.",
        "recording",
        "Azure/azure-libraries-for-net's session records (2019); profiles and attach came later, and their words are "
        "made up",
        "2026-11-29",
    ),
    Fact(
        "resource-types",
        "The provider has eleven resource types.",
        "recording",
        "Azure PowerShell's tests (2024); their names in Azure's PowerShell documentation",
    ),
)
