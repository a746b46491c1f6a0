"""What contested or unproven facts the knobs switch."""

from __future__ import annotations

from aci_reconcile.emulator.evidence.fact import Fact

SWITCHES = (
    Fact(
        "creation-time",
        "A creation takes 30 s, one to two minutes more in a network.",
        "recording",
        "azure-cli's tests: the median of 151, and the range of those in networks",
    ),
    Fact(
        "provisioning-timeout",
        "A group that is Creating for 30 minutes has Failed.",
        "document",
        "ACI documentation, container states",
    ),
    Fact(
        "name-lingers",
        "A deleted group's name is taken for a while (409): in networks.",
        "thread",
        "hashicorp/terraform-provider-azurerm#23451, #9375; against it outside networks, Ansible's live test",
    ),
    Fact("crash-pauses", "The pauses of a crash loop double.", "recording", "azure-cli's tests; Kubernetes"),
    Fact("quotas", "Azure's quotas and rates.", "document", "ACI and ARM documentation"),
    Fact("update-status", "A PUT over a group is 200.", "document", "REST reference has 200 and 201; no recording"),
    Fact(
        "no-retry-after",
        "Operations have no Retry-After. Paces that are not Azure's own have one of a second.",
        "recording",
        "azure-sdk-for-net, Azure PowerShell and azure-cli (2023): three recorders that keep headers",
    ),
    Fact(
        "start-status",
        "The start of a stopped group is 204 with Azure-AsyncOperation and without Location.",
        "recording",
        "azure-sdk-for-net's session records (2021), once; the contract has 202",
    ),
    Fact(
        "ip-after-start",
        "A public address is still shown while stopped, and another one after a start or a restart.",
        "recording",
        "azure-sdk-for-net's session records (2021), once",
    ),
    Fact(
        "ended-address",
        "A group with a public address that has ended still shows the ip.",
        "recording",
        "azure-cli's tests: six groups of 2021 and one of 2023; against it, 22 of 22 reads of one of 2023",
    ),
    Fact("page-size", "How long a page of a list is.", "none", "every recorded list is short"),
    Fact(
        "put-takes-tags",
        "A PUT over a group takes its tags.",
        "thread",
        "Azure/azure-cli#5713: a PUT wiped them; against it, a comment in azurerm",
    ),
    Fact(
        "location-as-sent",
        "A location comes back as it was sent.",
        "recording",
        "azure-sdk-for-net's session records (2021), once: West Central US",
    ),
    Fact(
        "label-scope-added",
        "The label scope Unsecure is added to a public address.",
        "recording",
        "azure-cli's tests, 3 of 32: for the rest it is not",
    ),
    Fact("unknown-kept", "Unknown properties are kept and echoed.", "none", "nobody recorded one"),
    Fact("empty-value-echoed", "A variable with an empty value comes back with it.", "none", "nobody recorded one"),
    Fact(
        "update-named",
        "InvalidContainerGroupUpdate names the property with its old and its new value.",
        "thread",
        "MicrosoftDocs/azure-docs#31168 (2024); until then a sentence that lists what cannot change (#38067)",
    ),
    Fact(
        "update-contested",
        "Changes of ports, diagnostics, labels, containers are refused in place.",
        "thread",
        "MicrosoftDocs/azure-docs#65195, #37604; against it, the documentation",
    ),
    Fact("capitals", "Capitals in a group's name are refused.", "document", "naming rules; used manifests have them"),
    Fact(
        "subnet-collisions",
        "ServiceAssociationLinkNotReady, 409: one write at a time in a subnet.",
        "thread",
        "hashicorp/terraform-provider-azurerm#23451",
    ),
    Fact("subnet-ids", "A subnet id that is none is refused.", "none", "published examples have placeholders"),
    Fact("subnets-there", "What a subnet is that anybody names.", "own", "no network is kept here"),
    Fact(
        "reserved-ports",
        "Ports that the platform reserves are refused.",
        "document",
        "ACI documentation, FAQ: to be avoided; against it, two quickstarts of Microsoft's open port 22",
    ),
    Fact(
        "small-groups",
        "Less than 1 CPU or 1 GB in all is a 500.",
        "thread",
        "hashicorp/terraform-provider-azurerm#26925; against it, azurerm's own live tests",
    ),
    Fact(
        "most-ports",
        "An address has at most 5 ports.",
        "document",
        "ACI documentation, quotas; MicrosoftDocs/azure-docs#101382 saw an answer that speaks of 10",
    ),
    Fact(
        "ended-not-updatable",
        "A group whose containers have all ended cannot be updated.",
        "document",
        "ACI documentation, update containers; the code is a guess",
    ),
    Fact(
        "delete-while-creating",
        "A group that is stuck on its way can be deleted.",
        "thread",
        "alan-turing-institute/data-safe-haven#2605",
    ),
    Fact("registry-checks", "A private registry's image needs credentials.", "thread", "Azure/azure-cli#7593"),
    Fact("unproven-refusals", "What nothing shows Azure refusing.", "own", "the rows of the kind none"),
    Fact("sign-in", "Who may sign in, and for how long.", "document", "Entra's documentation and usual answers"),
    Fact("rights", "What a role grants and takes away.", "document", "Azure documentation, role definitions"),
)
