"""Facts about the provider's answers, and about the course of operations."""

from __future__ import annotations

from aci_reconcile.emulator.evidence.fact import Fact

ANSWERS = (
    Fact(
        "group-created",
        "A PUT of a new group answers 201 and Pending, with Azure-AsyncOperation, but without Location and ETag.",
        "recording",
        "azure-cli's tests, 204 of 204 PUTs",
    ),
    Fact(
        "update-headers",
        "A PUT on an existing group has the headers of one of a new group: Azure-AsyncOperation, no Location, no ETag.",
        "recording",
        "Azure/azure-libraries-for-net's session records (2019), 7 of 7 updates",
        "2026-11-29",
    ),
    Fact(
        "update-creating",
        "The answer to a PUT on an existing group says Creating, shows its address, and shows containers that wait.",
        "recording",
        "Azure/azure-libraries-for-net's session records (2019), 5 of 7 updates; the other two only "
        "took an identity away",
        "2026-11-29",
    ),
    Fact(
        "container-creating",
        "A container that has not started yet is Waiting, with the detail ContainerCreating and without events.",
        "recording",
        "Azure/azure-libraries-for-net's session records (2019), 13 of 13",
        "2026-11-29",
    ),
    Fact(
        "update-restarts",
        "A PUT on an existing group restarts all its containers, even if it changes nothing.",
        "document",
        "ACI documentation, update containers; asked in MicrosoftDocs/azure-docs#120542; against it, two recorded "
        "updates (Azure/azure-libraries-for-net, 2019) that only took an identity away",
        "2026-11-29",
    ),
    Fact(
        "update-replaces",
        "A PUT replaces the whole group: what it leaves out goes back to its default, secrets too.",
        "recording",
        "Azure/azure-libraries-for-net's session records (2019): variables that were left out were "
        "gone, 3 of 3; for secrets, Azure/azure-cli#8545",
        "2026-11-29",
    ),
    Fact(
        "name-as-sent",
        "A group keeps the spelling of its name with which it was created.",
        "none",
        "no recording has capitals; ARM compares names without their case",
        "2026-11-29",
    ),
    Fact(
        "operation-version",
        "The URL of an operation always has the api-version 2018-06-01.",
        "recording",
        "azure-cli's tests, 187 of 187 PUTs",
    ),
    Fact(
        "operation-status",
        "A poll returns exactly id, status, startTime and the events.",
        "recording",
        "azure-cli's tests, 254 of 254 polls",
    ),
    Fact(
        "operation-updating",
        "While a group restarts, its operation has the status Updating.",
        "recording",
        "azure-sdk-for-net's session records (2021), once",
    ),
    Fact("operation-failed", "A failed operation has an error with code and message.", "document", "ARM's contract"),
    Fact(
        "provisioned-not-healthy",
        "Succeeded says nothing about containers: they may have failed.",
        "recording",
        "azure-cli's tests, 57 of 367 reads",
        "2026-11-29",
    ),
    Fact("sku-filled-in", "sku Standard is added from 2021-03-01 on.", "recording", "azure-cli's tests, 98 of 101"),
    Fact(
        "init-containers-filled-in",
        "initContainers [] is added from 2021-03-01 on.",
        "recording",
        "azure-cli's tests, 100 groups",
    ),
    Fact(
        "ports-filled-in",
        "A container without ports is returned with ports [].",
        "recording",
        "azure-cli's tests, 75 containers",
    ),
    Fact(
        "variables-filled-in",
        "A container without environment variables is returned with environmentVariables [].",
        "recording",
        "azure-cli's tests, 169 containers",
    ),
    Fact(
        "timeout-filled-in",
        "provisioningTimeoutInSeconds 1800 and isCustomProvisioningTimeout false are added from 2023-05-01 on.",
        "recording",
        "azure-cli's tests, 17 of 17",
    ),
    Fact(
        "standby-filled-in",
        "isCreatedFromStandbyPool false is added from 2024-05-01 on, after the properties of confidential groups.",
        "recording",
        "Azure PowerShell's tests (2024), New-AzContainerGroupConfidentialSku",
    ),
    Fact(
        "config-map-filled-in",
        "configMap {keyValuePairs: {}} is added to each container from 2024-05-01 on.",
        "recording",
        "Azure PowerShell's tests (2024)",
    ),
    Fact(
        "delegated-identity-filled-in",
        "isDelegatedIdentity false is added to registry credentials.",
        "example",
        "a published export of a real group (2025)",
    ),
    Fact("system-data-filled-in", "systemData is added from 2025-09-01 on.", "document", "REST reference 2025-09-01"),
    Fact(
        "policy-filled-in",
        "A confidential group without a policy gets one that allows everything, always with the same words, returned "
        "right after sku.",
        "recording",
        "azure-cli's tests (2023), 10 answers; Azure PowerShell's tests (2024)",
    ),
    Fact(
        "encryption-order",
        "encryptionProperties is returned right after sku.",
        "recording",
        "azure-cli's tests (2023)",
    ),
    Fact(
        "vault-url-slash",
        "encryptionProperties.vaultBaseUrl is returned with a final slash.",
        "example",
        "azure-rest-api-specs 2025-09-01, ContainerGroupEncryptionProperties",
    ),
    Fact(
        "enum-case",
        "sku and restartPolicy are returned in the contract's spelling: confidential as Confidential, never as Never.",
        "recording",
        "Azure PowerShell's tests (2024), New-AzContainerGroupConfidentialSku; "
        "Azure/azure-libraries-for-net's session records, 9 groups",
        "2026-11-29",
    ),
    Fact(
        "secrets-dropped",
        "Write-only values are not returned. A secret volume is returned as an empty `secret`, without the names of "
        "its files.",
        "recording",
        "azure-cli's tests: 25 of 25 passwords, 23 of 23 secret volumes, 1 of 1 storage keys",
    ),
    Fact(
        "secure-value-dropped",
        "A variable with a secureValue is returned as its name only.",
        "recording",
        "Azure/azure-libraries-for-net's session records (2019), and of a profile Azure PowerShell's "
        "tests (2024), New-AzContainerInstanceContainerGroupProfile",
        "2026-11-29",
    ),
    Fact(
        "secret-and-reference",
        "A volume may have both secret and secretReference; the answer is secret {} and the reference.",
        "example",
        "azure-rest-api-specs 2025-09-01, ContainerGroupsCreateOrUpdateSecretReference",
    ),
    Fact(
        "identity-ids",
        "Identities are returned with principalId, and with tenantId or clientId.",
        "recording",
        "azure-cli's tests",
    ),
    Fact(
        "label-scope-dropped",
        "The label scope Unsecure is dropped without a label, and kept with one.",
        "recording",
        "azure-cli's tests, 23 of 23 and 4 of 4",
    ),
    Fact(
        "label-scope-ignored",
        "A changed label scope is accepted in an update, but ignored.",
        "thread",
        "hashicorp/terraform-provider-azurerm#29020",
    ),
    Fact(
        "fqdn",
        "The fqdn is label.region.azurecontainer.io, with a hash if the label may be reused.",
        "recording",
        "azure-cli's tests; for the hash, ACI documentation on label scopes",
    ),
    Fact(
        "public-ip-late",
        "A public ip is returned once the group has Succeeded.",
        "recording",
        "azure-cli's tests since 2021",
    ),
    Fact(
        "subnet-address-late",
        "In a subnet, ipAddress is missing until the group has Succeeded.",
        "recording",
        "azure-cli's tests, 8 of 8",
    ),
    Fact(
        "update-keeps-ip",
        "An update usually keeps the ip.",
        "recording",
        "Azure/azure-libraries-for-net's session records (2019), 7 of 7 updates, which sent it; ACI "
        "documentation, update containers",
        "2026-11-29",
    ),
    Fact("lists-are-lean", "A list contains no instance views.", "recording", "azure-cli's tests, 27 of 27 lists"),
    Fact(
        "group-not-found",
        "ContainerGroupNotFound, with the provider's message.",
        "recording",
        "azure-cli's tests, once",
    ),
    Fact("resource-not-found", "ResourceNotFound, with ARM's message.", "recording", "azure-cli's tests, twice"),
    Fact(
        "group-deleted",
        "A DELETE immediately answers 200 with the old body.",
        "recording",
        "azure-cli's tests, 15 of 15; Azure/azure-libraries-for-net's session records, 28 of 28",
    ),
    Fact("group-absent", "A DELETE of a missing group answers 204.", "document", "REST reference; the SDKs accept it"),
    Fact(
        "tags-replaced",
        "A PATCH replaces the whole map of tags, and supports no other field.",
        "recording",
        "Azure PowerShell's tests, Update-AzContainerGroup; Azure/azure-libraries-for-net's session records, 15 of 15",
    ),
    Fact(
        "tags-while-creating",
        "A PATCH of the tags is accepted while the group is being created.",
        "recording",
        "Azure/azure-libraries-for-net's session records (2018), 3 of 3",
        "2026-11-29",
    ),
    Fact(
        "group-restarted",
        "A restart answers 204 with Azure-AsyncOperation. Meanwhile the old containers are returned, and a second "
        "restart is accepted.",
        "recording",
        "Azure PowerShell's tests, Restart-AzContainerGroup",
    ),
    Fact(
        "group-stopped",
        "A stop answers 204. The containers are Terminated, with the message: stopped per client request.",
        "recording",
        "Azure PowerShell's tests, Stop-AzContainerGroup",
    ),
    Fact(
        "events-stay",
        "After a restart or a start, the events of earlier runs are still listed.",
        "recording",
        "Azure PowerShell's tests, Start-AzContainerGroup; azure-sdk-for-net's session records (2021)",
    ),
    Fact(
        "start-of-running",
        "The start of a running group answers 204 and does nothing.",
        "recording",
        "Azure PowerShell's tests, Start-AzContainerGroup",
    ),
    Fact(
        "probe-events",
        "A failed liveness probe leaves an event Unhealthy of the type Warning, and one that says Killing.",
        "none",
        "no recording has one; the names are those of Kubernetes",
        "2026-11-29",
    ),
    Fact(
        "mount-never-ends",
        "A share that cannot be mounted leaves the group Creating, with the group event FailedMountAzureFileVolume.",
        "thread",
        "microsoft/AzureTRE's documentation; the form of the event in azure-rest-api-specs, ContainerGroupsGet_Failed",
    ),
)
