"""Contested and unproven facts, each switched by a knob."""

from __future__ import annotations

from aci_reconcile.emulator.evidence.fact import Fact

SWITCHES = (
    Fact(
        "creation-time",
        "A creation takes 30 s.",
        "recording",
        "azure-cli's tests: the median of 151",
    ),
    Fact(
        "creation-time-in-network",
        "A creation in a network takes one to two minutes longer.",
        "recording",
        "azure-cli's tests: the range of those in networks",
        "2026-11-29",
    ),
    Fact(
        "update-duration",
        "A PUT on a running group takes as long as a creation.",
        "none",
        "comments of alchemy, a project that tests live, speak of 2 to 10 minutes",
        "2026-11-28",
    ),
    Fact(
        "provisioning-timeout",
        "A group is Failed after 30 minutes in Creating.",
        "document",
        "ACI documentation, container states",
    ),
    Fact(
        "name-lingers",
        "The name of a deleted group stays taken for a while (409).",
        "thread",
        "hashicorp/terraform-provider-azurerm#23451, #9375",
    ),
    Fact(
        "name-lingers-where",
        "The name of a deleted group stays taken in networks only.",
        "thread",
        "hashicorp/terraform-provider-azurerm#23451; outside networks, Ansible's live test creates it again at once",
        "2026-11-29",
    ),
    Fact("crash-pauses", "The pauses of a crash loop double each time.", "recording", "azure-cli's tests; Kubernetes"),
    Fact(
        "longest-crash-pause", "A pause of a crash loop is at most 5 minutes.", "document", "Kubernetes", "2026-11-29"
    ),
    Fact("quotas", "Azure's quotas and rates.", "document", "ACI and ARM documentation"),
    Fact(
        "update-status",
        "A PUT on an existing group answers 201.",
        "recording",
        "Azure/azure-libraries-for-net's session records (2019), 7 of 7 updates; the REST reference has 200, too",
        "2026-11-29",
    ),
    Fact(
        "no-retry-after",
        "Operations have no Retry-After. The emulator's faster paces have one of a second.",
        "recording",
        "azure-sdk-for-net, Azure PowerShell and azure-cli (2023): three recorders that keep headers",
    ),
    Fact(
        "start-status",
        "The start of a stopped group answers 204 with Azure-AsyncOperation, but without Location.",
        "recording",
        "azure-sdk-for-net's session records (2021), once; the contract has 202",
    ),
    Fact(
        "restart-of-stopped",
        "A restart of a stopped group is refused: it is stopped.",
        "thread",
        "Azure/azure-cli#8136 (2018) quotes the message; of status and code, which are a guess, nothing is known",
        "2026-11-29",
    ),
    Fact(
        "ip-after-start",
        "A stopped group still shows its public ip. A start or a restart changes it.",
        "recording",
        "azure-sdk-for-net's session records (2021), once",
    ),
    Fact(
        "ended-address",
        "A group that has ended still shows its public ip.",
        "recording",
        "azure-cli's tests: six groups of 2021 and one of 2023; against it, 22 of 22 reads of one of 2023",
    ),
    Fact(
        "not-found-dialect",
        "A missing group is answered by the provider while its name stays taken, then by ARM.",
        "recording",
        "azure-cli's tests: both bodies; that the name decides is a guess",
        "2026-11-29",
    ),
    Fact("page-size", "The size of a page of a list.", "none", "all recorded lists are short"),
    Fact(
        "put-takes-tags",
        "A PUT on an existing group changes its tags.",
        "thread",
        "Azure/azure-cli#5713: a PUT wiped them; against it, a comment in azurerm",
    ),
    Fact(
        "location-as-sent",
        "A location is returned as it was sent.",
        "recording",
        "azure-sdk-for-net's session records (2021), once: West Central US",
    ),
    Fact(
        "label-scope-added",
        "The label scope Unsecure is added to a public address.",
        "recording",
        "azure-cli's tests, 3 of 32; not added to the others",
    ),
    Fact("unknown-kept", "Unknown properties are stored and returned.", "none", "no recording has one"),
    Fact(
        "zones-kept", "A zone is accepted, and returned as it was sent.", "none", "no recording has one", "2026-11-29"
    ),
    Fact("empty-value-echoed", "A variable with an empty value is returned with it.", "none", "no recording has one"),
    Fact(
        "update-named",
        "InvalidContainerGroupUpdate names the property with its old and its new value.",
        "thread",
        "MicrosoftDocs/azure-docs#31168 (2024); until then a sentence that lists what cannot change (#38067)",
    ),
    Fact(
        "update-contested",
        "Changes of ports, diagnostics, labels, containers, volumes, init containers, DNS settings, identity or "
        "priority are refused in place.",
        "thread",
        "MicrosoftDocs/azure-docs#65195, #37604 for the first four; against it, the documentation, and four recorded "
        "changes of an identity (Azure/azure-libraries-for-net, 2019)",
    ),
    Fact(
        "capitals", "Capitals in a group's name are refused.", "document", "naming rules; published manifests have them"
    ),
    Fact(
        "subnet-collisions",
        "ServiceAssociationLinkNotReady, 409: a subnet accepts one write at a time.",
        "thread",
        "hashicorp/terraform-provider-azurerm#23451",
    ),
    Fact("subnet-ids", "An invalid subnet id is refused.", "none", "published examples have placeholders"),
    Fact("subnets-there", "The state of a subnet of a network that nobody made.", "own", "this project"),
    Fact(
        "reserved-ports",
        "Ports that the platform reserves are refused.",
        "document",
        "ACI documentation, FAQ: avoid them; against it, two of Microsoft's quickstarts open port 22",
    ),
    Fact(
        "small-groups",
        "Less than 1 CPU or 1 GB in total answers 500.",
        "thread",
        "hashicorp/terraform-provider-azurerm#26925; against it, azurerm's own live tests",
    ),
    Fact(
        "most-ports",
        "An address has at most 5 ports.",
        "document",
        "ACI documentation, quotas; MicrosoftDocs/azure-docs#101382 reports an answer that says 10",
    ),
    Fact(
        "ended-not-updatable",
        "A group whose containers have all ended cannot be updated.",
        "document",
        "ACI documentation, update containers",
    ),
    Fact(
        "ended-update-code",
        "The code of that refusal is InvalidContainerGroupUpdate.",
        "none",
        "the documentation has the refusal, but no code",
        "2026-11-29",
    ),
    Fact(
        "delete-while-creating",
        "A group that is stuck while transitioning can be deleted.",
        "thread",
        "alan-turing-institute/data-safe-haven#2605",
    ),
    Fact("registry-checks", "An image in a private registry needs credentials.", "thread", "Azure/azure-cli#7593"),
    Fact(
        "exec-arguments",
        "The command of exec may have arguments.",
        "thread",
        "Azure/azure-cli#30397 (2024); against it, older ACI documentation",
        "2026-11-29",
    ),
    Fact(
        "attach-start",
        "attach begins with the first line of the log.",
        "none",
        "no recording of the stream",
        "2026-11-29",
    ),
    Fact(
        "attach-end",
        "attach ends when the run of its container ends, as kubectl's attach does.",
        "none",
        "no recording of the stream",
        "2026-11-29",
    ),
    Fact("unproven-refusals", "Refusals without evidence.", "own", "the rows of the kind none"),
    Fact("sign-in", "How long a token lasts.", "document", "Entra's documentation and usual answers"),
    Fact("rights", "What a role grants and excludes.", "document", "Azure documentation, role definitions"),
)
