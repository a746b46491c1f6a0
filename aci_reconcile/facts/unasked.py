"""Why no probe asks some facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

REASONS: Final[Mapping[str, str]] = {
    "recorded often enough: a live answer would be one more of many": (
        "operation-version operation-status sku-filled-in init-containers-filled-in ports-filled-in "
        "variables-filled-in timeout-filled-in config-map-filled-in public-ip-late lists-are-lean "
        "label-scope-dropped secrets-dropped identity-ids rate-headers "
        "provisioned-not-healthy container-creating crash-pauses enum-case profile-not-found"
    ),
    "it needs a vault, a workspace, a storage account or an identity, which a probe does not make": (
        "vault-url-slash encryption-order secret-and-reference mount-never-ends identity-credentials vaults"
    ),
    "it needs an image whose tag the probe can move": "restart-pulls",
    "it needs a pool, a profile or an NGroup that is prepared beforehand": (
        "standby-claim standby-answer standby-names standby-filled-in profile-alone pool-takes-config-maps "
        "ngroup-operations"
    ),
    "it needs a confidential, a Windows or a Spot group, which not every subscription may have": (
        "policy-filled-in spot-limits cached-images"
    ),
    "it would use up the quota or the rates of the subscription, which others need": (
        "quotas quota-reached largest-group arm-throttling provider-throttling throttled-retry-after most-containers"
    ),
    "it takes longer than a probe may: half an hour, or hours of a crash loop": (
        "provisioning-timeout longest-crash-pause"
    ),
    "it cannot be brought about on purpose": (
        "cloud-faults resource-group-blocked resource-group-deleting registry-error"
    ),
    "it needs an assignment of a role or of a policy, and the right to make one": (
        "rights not-authorized linked-not-authorized policy-denies policy-modifies"
    ),
    "it is about signing in, which a probe leaves to the user": "tokens sign-in entra-errors cloud-metadata",
    "it is about the subscription or the provider, which a probe leaves as they are": (
        "missing-registration subscription-not-found subscription "
        "resource-types resource-group-location resource-group-name resources-page"
    ),
    "documents, recordings or users quote the answer word for word": (
        "several-errors resource-not-found group-not-found"
    ),
    "it is in Microsoft's examples, which Azure itself may refuse": "image-stand-in subnet-expression",
    "nothing of the tool depends on it": (
        "capabilities no-dependencies profile-tags profile-deleted profile-security-context "
        "profile-list provider-actions identities networks security-groups workspaces storage-accounts "
        "tag-filter invalid-filter resources-top resources-expand resource-existence tags-resource "
        "tag-names tag-name-in-use tag-name-missing "
        "storage-account-name workspace-list-keys "
        "template-text template-limits invalid-template template-expressions template-parameters "
        "template-dependencies template-segments template-defaults template-references template-hashes "
        "template-environment template-authorization deployment-created deployment-shown deployment-validated "
        "deployment-operations deployment-failed deployment-outputs deployment-not-found deployment-active "
        "deployment-canceled deployment-name deployment-location deployment-complete what-if"
    ),
    "another service answers it, and that one lags behind": (
        "graph-query graph-page graph-truncated graph-payload graph-quota graph-throttled graph-scope graph-silent "
        "graph-subscriptions graph-invalid graph-lag graph-has-no-views graph-rights"
    ),
    "it is not about Azure": "emulators-own subnets-there",
}


def find_reason(fact: str) -> str:
    """Return why no probe asks a fact; empty if nobody has said."""
    return next((reason for reason, facts in REASONS.items() if fact in facts.split()), "")
