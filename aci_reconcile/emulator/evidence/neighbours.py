"""Facts about resources of other providers that groups lean on."""

from __future__ import annotations

from aci_reconcile.emulator.evidence.fact import Fact

NEIGHBOURS = (
    Fact(
        "identities",
        "A PUT of a user-assigned identity answers 201 at once, with its Location and its three ids.",
        "recording",
        "azure-cli's tests (2023), test_container_create_with_msi",
        "2026-11-29",
    ),
    Fact(
        "networks",
        "A PUT of a network or a subnet answers 201 and Updating with Azure-AsyncOperation, whose status is all that a "
        "poll says; a DELETE answers 202 with a Location, too.",
        "recording",
        "azure-cli's tests (2023), test_container_create_with_vnet, test_network_vnet_with_subnet_nsg",
        "2026-11-29",
    ),
    Fact(
        "subnet-in-use",
        "InUseSubnetCannotBeDeleted, 400: a subnet stays as long as container groups are in it.",
        "thread",
        "Azure/azure-sdk-for-go#5082, Azure/azure-quickstart-templates#5450; some minutes longer than the groups",
        "2026-11-29",
    ),
    Fact(
        "security-groups",
        "A network security group has six default rules.",
        "recording",
        "azure-cli's tests (2023), test_network_vnet_with_subnet_nsg",
        "2026-11-29",
    ),
    Fact(
        "workspaces",
        "A PUT of a workspace answers 201 and Creating; its customerId is what a group names, and its keys come from "
        "sharedKeys.",
        "recording",
        "azure-cli's tests (2022), test_monitor_log_analytics_workspace_default",
        "2026-11-29",
    ),
    Fact(
        "storage-accounts",
        "A storage account has two keys, which listKeys returns with their permissions; a share is below its service "
        "`default`. A new account is there at once, which is not so in Azure.",
        "document",
        "REST reference, Storage Accounts and File Shares",
        "2026-11-29",
    ),
    Fact(
        "storage-account-name",
        "AccountNameInvalid: 3 to 24 lower-case letters and digits.",
        "thread",
        "Azure/azure-xplat-cli#2791, Azure/azure-quickstart-templates#4247",
        "2026-11-29",
    ),
    Fact(
        "workspace-list-keys",
        "listKeys of a workspace returns what sharedKeys does.",
        "example",
        "Azure/azure-quickstart-templates, microsoft.app/container-app-create",
        "2026-11-29",
    ),
)
