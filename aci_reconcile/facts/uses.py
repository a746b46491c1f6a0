"""What of the tool depends on which facts. Where a fact turns out to be wrong, this is what to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

USES: Final[Mapping[str, str]] = {
    "An apply knows that a write was accepted, and follows its operation to the end": (
        "group-created update-status update-headers update-creating operation-version operation-status "
        "operation-updating no-retry-after"
    ),
    "A write that failed is reported with Azure's code and message": (
        "operation-failed several-errors mount-never-ends"
    ),
    "How often and how long an apply asks whether a group is ready": (
        "creation-time creation-time-in-network update-duration provisioning-timeout"
    ),
    "An apply is done when containers run, not when Azure says Succeeded": (
        "provisioned-not-healthy container-creating crash-pauses longest-crash-pause probe-events events-stay"
    ),
    "A group that is equal is never written; the plan says that every other write restarts containers": (
        "update-restarts update-keeps-ip"
    ),
    "A write sends the whole group, with every secret": "update-replaces",
    "A value that Azure fills in is no difference to a manifest": (
        "sku-filled-in init-containers-filled-in ports-filled-in variables-filled-in timeout-filled-in "
        "standby-filled-in config-map-filled-in delegated-identity-filled-in system-data-filled-in policy-filled-in "
        "identity-ids label-scope-added null-in-map"
    ),
    "A value that Azure returns in another spelling is no difference to a manifest": (
        "vault-url-slash enum-case location-as-sent name-as-sent capitals label-scope-dropped unknown-kept "
        "variables-unordered"
    ),
    "Secrets are compared by the fingerprint in a tag, because Azure does not return them": (
        "secrets-dropped secure-value-dropped empty-value-echoed secret-and-reference"
    ),
    "Tags are written with a PATCH after a PUT, which restarts nothing": (
        "tags-replaced put-takes-tags tags-while-creating"
    ),
    "Tags that others set are not changed back again and again": "policy-modifies null-in-map",
    "The plan says which changes need a new group, and an apply recreates it only if that is allowed": (
        "update-named update-contested location-fixed ended-not-updatable ended-update-code"
    ),
    "A change that Azure accepts and does not carry out is reported, not written again": (
        "label-scope-ignored zones-kept"
    ),
    "The plan says whether an address changes, and an address that is not there yet is no difference": (
        "public-ip-late subnet-address-late ip-after-start ended-address fqdn"
    ),
    "A new group with the name of a deleted one is written again until Azure takes it": (
        "name-lingers name-lingers-where group-deleted"
    ),
    "A missing group is told from an error": (
        "group-not-found resource-not-found not-found-dialect group-absent resource-group-not-found "
        "operation-not-found container-not-found subnet-not-found"
    ),
    "A refusal that passes is tried again; one that does not is reported at once": (
        "transitioning subnet-collisions image-inaccessible registry-error registry-checks profile-not-found "
        "quota-reached largest-group label-taken cloud-faults association-in-use"
    ),
    "Groups in one subnet are written one after the other": "subnet-collisions",
    "A group that is stuck can be replaced": "delete-while-creating",
    "One list for each resource group shows what is unchanged; only what differs is read by itself": (
        "lists-are-lean page-size"
    ),
    "The status of a fleet, and orphans in many subscriptions, are read by Resource Graph, and no write rests on it": (
        "graph-query graph-page graph-truncated graph-payload graph-quota graph-throttled graph-scope graph-silent "
        "graph-subscriptions graph-invalid graph-lag graph-has-no-views graph-rights"
    ),
    "Orphans are looked for in the whole subscription": "resources-filter resources-page",
    "A restart and a stop are followed to their end": (
        "group-restarted group-stopped restart-of-stopped start-status start-of-running restart-pulls"
    ),
    "`logs` says what it leaves out": "logs-bounded tail-number",
    "`logs -f` tells lines that come twice, and ones that are missing": "attach-start attach-end exec-stream",
    "`exec` talks to a shell, or sends a command line with --no-exit-code": "exec-stream exec-arguments",
    "Groups of a profile or a pool are compared without what the profile supplies": (
        "standby-claim standby-answer standby-names profile-alone pool-takes-config-maps"
    ),
    "A group that an NGroup manages is left alone": "ngroup-operations",
    "`verify` says beforehand whether the region has room, and whether the subnet will do": (
        "usages quotas subnet-not-delegated rights"
    ),
    "`verify` says beforehand what the identity may not do": "rights not-authorized linked-not-authorized",
    "The pace of an apply stays below Azure's limits, and a refusal for its pace is waited for": (
        "arm-throttling provider-throttling throttled-retry-after rate-headers"
    ),
    "A resource group is created, waited for, and deleted with a clear reason if that fails": (
        "resource-group-blocked resource-group-deleting resource-group-name resource-group-location"
    ),
    "The error of a wrong subscription, provider, location or token says what to do": (
        "subscription-not-found invalid-subscription missing-registration no-registered-provider "
        "missing-api-version invalid-api-version location-required location-not-available tokens policy-denies "
        "entra-errors vaults subscription"
    ),
    "`validate` finds names that Azure refuses": (
        "group-name container-name volume-name label-grammar variable-name variable-name-length "
        "container-names-unique variable-names-unique volume-names-unique registry-servers-unique tag-rules"
    ),
    "`validate` finds values that Azure refuses": (
        "enums deserialiser one-value one-probe secret-base64 empty-password registry-server identity-credentials "
        "most-credentials metadata-not-allowed workspace-key-needed containers-needed image-needed os-type-needed "
        "windows-one-container spot-limits most-containers most-volumes"
    ),
    "`validate` finds sizes that Azure refuses": (
        "size-needed size-positive limit-below-request limit-above-total largest-group small-groups"
    ),
    "`validate` finds addresses and ports that Azure refuses": (
        "port-range protocols container-ports-unique address-ports-unique ports-unreferenced address-ports-needed "
        "address-type private-needs-subnet public-in-subnet label-in-subnet reserved-ports most-ports subnet-ids"
    ),
    "`validate` finds volumes and mounts that Azure refuses": (
        "volume-source mount-without-volume mount-path mount-path-empty mount-paths-unique"
    ),
    "Nothing: only other clients see it in the emulator": (
        "provider-actions identities networks security-groups workspaces storage-accounts storage-account-name "
        "tag-filter invalid-filter resources-top resources-expand resource-existence tags-resource "
        "tag-names tag-name-in-use tag-name-missing "
        "workspace-list-keys subnet-in-use "
        "encryption-order capabilities cached-images resource-types cloud-metadata sign-in "
        "no-dependencies image-stand-in subnet-expression profile-security-context "
        "profile-created profile-revisions profile-tags "
        "profile-deleted profile-list"
    ),
    "Nothing: the emulator deploys templates of others": (
        "template-text template-limits invalid-template template-expressions template-parameters "
        "template-dependencies template-segments template-defaults template-references template-hashes "
        "template-environment template-authorization deployment-created deployment-shown deployment-validated "
        "deployment-operations deployment-failed deployment-outputs deployment-not-found deployment-active "
        "deployment-canceled deployment-name deployment-location deployment-complete what-if"
    ),
    "Nothing: it belongs to the emulator": "emulators-own unproven-refusals subnets-there",
}


def find_use(fact: str) -> str:
    """Return what depends on a fact; empty if nobody has said."""
    return "; ".join(use for use, facts in USES.items() if fact in facts.split())
