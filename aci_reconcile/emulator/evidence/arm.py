"""Facts about Azure Resource Manager, which answers before the provider, and about the emulator itself."""

from __future__ import annotations

from aci_reconcile.emulator.evidence.fact import Fact

ARM = (
    Fact("emulators-own", "Specific to the emulator: Azure has nothing like it.", "own", "this project"),
    Fact("missing-api-version", "MissingApiVersionParameter.", "document", "ARM documentation, common errors"),
    Fact(
        "invalid-api-version",
        "InvalidApiVersionParameter, with the supported versions.",
        "document",
        "ARM documentation",
    ),
    Fact("no-registered-provider", "NoRegisteredProviderFound.", "document", "ARM documentation, common errors"),
    Fact("invalid-subscription", "InvalidSubscriptionId.", "document", "ARM documentation, common errors"),
    Fact("subscription-not-found", "SubscriptionNotFound.", "document", "ARM documentation, common errors"),
    Fact(
        "missing-registration",
        "MissingSubscriptionRegistration; the SDKs then register the provider automatically.",
        "document",
        "ARM documentation; azure-mgmt-core reads it",
    ),
    Fact("resource-group-not-found", "ResourceGroupNotFound.", "recording", "azure-cli's tests, many"),
    Fact(
        "resources-filter",
        "ARM's list of resources accepts `$filter=resourceType eq '…'`, other comparisons and substrings, and returns "
        "ids, locations and tags.",
        "document",
        "REST reference, Resources - List",
    ),
    Fact(
        "tag-filter",
        "Filtered by a tag, resources come without their tags; such a filter cannot be combined with another.",
        "document",
        "REST reference, Resources - List; Azure/azure-cli#7674, Azure/azure-rest-api-specs#21324, #2540",
        "2026-11-29",
    ),
    Fact(
        "invalid-filter",
        "InvalidFilterInQueryString, 400, which quotes the filter.",
        "thread",
        "Azure/azure-cli#7674, Azure/azure-powershell#293",
        "2026-11-29",
    ),
    Fact(
        "resources-top",
        "$top is the size of a page, and must be a number; the code of the refusal is a guess.",
        "document",
        "REST reference, Resources - List",
        "2026-11-29",
    ),
    Fact(
        "resources-expand",
        "$expand adds createdTime, changedTime and provisioningState.",
        "document",
        "REST reference, Resources - List",
        "2026-11-29",
    ),
    Fact(
        "resource-existence",
        "HEAD of a resource answers 204, or 404.",
        "example",
        "azure-rest-api-specs, CheckExistenceByIdResources",
        "2026-11-29",
    ),
    Fact(
        "tags-resource",
        "The tags of a scope are a resource; a PATCH merges, replaces or deletes some of them.",
        "example",
        "azure-rest-api-specs, PutTagsResource; ARM documentation, tag resources",
        "2026-11-29",
    ),
    Fact(
        "tag-names",
        "A subscription lists the names of its tags with values and counts, which can be declared.",
        "example",
        "azure-rest-api-specs, GetTagsSubscription, CreateOrUpdateValueTags",
        "2026-11-29",
    ),
    Fact(
        "tag-name-in-use",
        "The name or value of a tag that is in use cannot be deleted; the code is a guess.",
        "document",
        "REST reference, Tags - Delete",
        "2026-11-29",
    ),
    Fact(
        "tag-name-missing",
        "A missing name answers 404; its code is a guess.",
        "document",
        "ARM's contract",
        "2026-11-29",
    ),
    Fact("resources-page", "A page of that list has 1,000 resources.", "thread", "Azure/azure-sdk-for-js#18535"),
    Fact(
        "resource-group-blocked",
        "A failed deletion of a resource group answers ResourceGroupDeletionBlocked, and the resource group stays. "
        "That its Location does so with 409 is a guess.",
        "thread",
        "Azure/bicep-registry-modules#1607",
    ),
    Fact("resource-group-deleting", "ResourceGroupBeingDeleted.", "document", "ARM documentation, common errors"),
    Fact("resource-group-name", "The rule for resource group names.", "document", "ARM documentation, naming rules"),
    Fact(
        "resource-group-location",
        "InvalidResourceGroupLocation: the location of a resource group can't change.",
        "document",
        "ARM documentation",
    ),
    Fact(
        "operation-not-found",
        "A missing operation answers 404; the error code is a guess.",
        "document",
        "ARM's contract has 404 for missing resources",
    ),
    Fact("location-required", "LocationRequired.", "document", "ARM documentation, tracked resources"),
    Fact(
        "location-not-available",
        "LocationNotAvailableForResourceType, with the available regions.",
        "document",
        "ARM documentation, common errors",
    ),
    Fact(
        "location-fixed",
        "InvalidResourceLocation: the location of a resource can't change.",
        "document",
        "ARM documentation",
    ),
    Fact("not-authorized", "AuthorizationFailed.", "document", "ARM documentation; many threads"),
    Fact("linked-not-authorized", "LinkedAuthorizationFailed.", "document", "ARM documentation; many threads"),
    Fact("tokens", "Error codes for a missing, wrong, foreign or expired token.", "thread", "users' error reports"),
    Fact(
        "arm-throttling",
        "SubscriptionRequestsThrottled, with buckets of 250 reads, 200 writes and 200 deletes.",
        "document",
        "ARM documentation, request limits and throttling",
    ),
    Fact(
        "provider-throttling",
        "ResourceRequestsThrottled, above 100 creations or 100 deletions in 5 minutes, or 300 in an hour, in a region.",
        "document",
        "ACI documentation, quotas; the message from a public thread",
    ),
    Fact(
        "throttled-retry-after",
        "ResourceRequestsThrottled has a Retry-After.",
        "none",
        "ARM's documentation of throttling has one; no recording has this refusal",
        "2026-11-29",
    ),
    Fact(
        "null-in-map",
        "A null in a map, such as a tag without a value, becomes an empty value.",
        "none",
        "no recording has one",
        "2026-11-29",
    ),
    Fact(
        "deserialiser",
        "InvalidRequestContent, with the deserialiser's message.",
        "thread",
        "Azure/azure-sdk-for-js#36767",
    ),
    Fact(
        "tag-rules", "Length, number, characters and prefixes of tags.", "document", "ARM documentation, tag resources"
    ),
    Fact("subnet-not-found", "A missing subnet answers 404 NotFound.", "document", "ARM's contract"),
    Fact(
        "association-in-use",
        "The service association link of a subnet cannot be deleted while a group is in the subnet; the error code "
        "is a guess.",
        "document",
        "ACI documentation, virtual networks",
    ),
    Fact(
        "container-not-found",
        "A missing container answers 404; the error code is a guess.",
        "document",
        "REST contract",
    ),
    Fact("tail-number", "tail must be a number.", "document", "REST reference, list logs"),
    Fact(
        "cloud-faults",
        "Answers of throttling, of a broken service and of the gateway.",
        "recording",
        "azure-cli's tests",
    ),
    Fact(
        "policy-denies",
        "RequestDisallowedByPolicy, 403, with the resource, the assignment and the definition.",
        "thread",
        "Azure/azure-monitor-baseline-alerts#906, dotnet/core#3612",
    ),
    Fact(
        "policy-modifies",
        "The effect modify sets tags in creations and updates, before the provider gets the request.",
        "document",
        "Azure Policy documentation, effect modify; Azure/sap-automation#264",
    ),
    Fact(
        "rate-headers",
        "Answers have headers for the rest of ARM's rates, and answers to PUT and DELETE of a group also for the "
        "provider's rates.",
        "recording",
        "azure-cli's tests",
    ),
    Fact("cloud-metadata", "The metadata of a cloud.", "document", "azure-cli and Terraform read it so"),
    Fact(
        "entra-errors",
        "Entra's error codes and messages for a wrong secret, client, tenant, grant, scope or assertion.",
        "thread",
        "users' error reports; Entra's documentation of AADSTS codes",
    ),
    Fact("vaults", "Key Vault's challenge, secrets and refusals.", "document", "Key Vault's REST reference"),
    Fact("subscription", "The format of a subscription, its regions and its tenant.", "document", "REST reference"),
)
