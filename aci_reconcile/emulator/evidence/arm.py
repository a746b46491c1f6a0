"""What Azure Resource Manager does before the provider is asked, and what is the emulator's own."""

from __future__ import annotations

from aci_reconcile.emulator.evidence.fact import Fact

ARM = (
    Fact("emulators-own", "The emulator's own: Azure has nothing like it.", "own", "this project"),
    Fact("missing-api-version", "MissingApiVersionParameter.", "document", "ARM documentation, common errors"),
    Fact("invalid-api-version", "InvalidApiVersionParameter, with those there are.", "document", "ARM documentation"),
    Fact("no-registered-provider", "NoRegisteredProviderFound.", "document", "ARM documentation, common errors"),
    Fact("invalid-subscription", "InvalidSubscriptionId.", "document", "ARM documentation, common errors"),
    Fact("subscription-not-found", "SubscriptionNotFound.", "document", "ARM documentation, common errors"),
    Fact(
        "missing-registration",
        "MissingSubscriptionRegistration; the SDKs register by themselves.",
        "document",
        "ARM documentation; azure-mgmt-core reads it",
    ),
    Fact("resource-group-not-found", "ResourceGroupNotFound.", "recording", "azure-cli's tests, many"),
    Fact(
        "resources-filter",
        "ARM's list of resources takes `$filter=resourceType eq '…'`, and holds ids, locations and tags.",
        "document",
        "REST reference, Resources - List",
    ),
    Fact("resources-page", "A page of it has 1,000 resources.", "thread", "Azure/azure-sdk-for-js#18535"),
    Fact(
        "resource-group-blocked",
        "A deletion of a resource group that fails says ResourceGroupDeletionBlocked, and the resource group stays; "
        "that its Location answers so with 409 is a guess.",
        "thread",
        "Azure/bicep-registry-modules#1607",
    ),
    Fact("resource-group-deleting", "ResourceGroupBeingDeleted.", "document", "ARM documentation, common errors"),
    Fact(
        "resource-group-name", "The rule for names of resource groups.", "document", "ARM documentation, naming rules"
    ),
    Fact(
        "resource-group-location",
        "InvalidResourceGroupLocation: a resource group does not move.",
        "document",
        "ARM documentation",
    ),
    Fact(
        "operation-not-found",
        "An operation that is not there; the code is a guess.",
        "document",
        "ARM's contract has 404 for what is not there",
    ),
    Fact("location-required", "LocationRequired.", "document", "ARM documentation, tracked resources"),
    Fact(
        "location-not-available",
        "LocationNotAvailableForResourceType, with the regions there are.",
        "document",
        "ARM documentation, common errors",
    ),
    Fact("location-fixed", "InvalidResourceLocation: a resource does not move.", "document", "ARM documentation"),
    Fact("not-authorized", "AuthorizationFailed.", "document", "ARM documentation; many threads"),
    Fact("linked-not-authorized", "LinkedAuthorizationFailed.", "document", "ARM documentation; many threads"),
    Fact("tokens", "The codes of a missing, wrong, strange or expired token.", "thread", "users' error reports"),
    Fact(
        "arm-throttling",
        "SubscriptionRequestsThrottled; buckets of 250 reads, 200 writes, 200 deletes.",
        "document",
        "ARM documentation, request limits and throttling",
    ),
    Fact(
        "provider-throttling",
        "ResourceRequestsThrottled; 100 creations, and deletions, in 5 minutes, 300 in an hour.",
        "document",
        "ACI documentation, quotas; the words from a public thread",
    ),
    Fact(
        "deserialiser", "InvalidRequestContent, in the deserialiser's words.", "thread", "Azure/azure-sdk-for-js#36767"
    ),
    Fact("tag-rules", "Length, number, letters and prefixes of tags.", "document", "ARM documentation, tag resources"),
    Fact("subnet-not-found", "A subnet that is not there is 404 NotFound.", "document", "ARM's contract"),
    Fact(
        "association-in-use",
        "The link of a subnet cannot be deleted while a group is in it; the code is a guess.",
        "document",
        "ACI documentation, virtual networks",
    ),
    Fact(
        "container-not-found", "A container that is not there is 404; the code is a guess.", "document", "REST contract"
    ),
    Fact("tail-number", "tail is a number.", "document", "REST reference, list logs"),
    Fact("cloud-faults", "How throttling, a broken service and the gateway answer.", "recording", "azure-cli's tests"),
    Fact(
        "policy-denies",
        "RequestDisallowedByPolicy, 403: which resource, and which assignment and definition.",
        "thread",
        "Azure/azure-monitor-baseline-alerts#906, dotnet/core#3612",
    ),
    Fact(
        "policy-modifies",
        "The effect modify sets tags of a request, on creation and on update, before the provider sees it.",
        "document",
        "Azure Policy documentation, effect modify; Azure/sap-automation#264",
    ),
    Fact(
        "rate-headers",
        "Answers tell what is left of ARM's rates, and those to PUT and DELETE of a group of the provider's own.",
        "recording",
        "azure-cli's tests",
    ),
    Fact("cloud-metadata", "How a cloud describes itself.", "document", "azure-cli and Terraform read it so"),
    Fact(
        "entra-errors",
        "Entra's codes and words for a wrong secret, client, tenant, grant, scope or assertion.",
        "thread",
        "users' error reports; Entra's documentation of AADSTS codes",
    ),
    Fact("vaults", "Key Vault's challenge, its secrets and its refusals.", "document", "Key Vault's REST reference"),
    Fact("subscription", "What a subscription, its regions and its tenant look like.", "document", "REST reference"),
)
