"""The table: every property of a container group, api-version 2025-09-01, in the preferred order of a manifest.

For a new quirk of Azure, change a row here, and record a case. The facts in the rows beyond the schema are documented
by Azure (container-instances-update, container-groups, FAQ), or counted over azure-cli's recorded traffic
where docs/fields.md says so. Which properties exist is checked against the published schema by a test.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from aci_reconcile.core.fields.connections import diagnostics_rows, network_rows, registry_rows, volume_rows
from aci_reconcile.core.fields.containers import container_rows, event_rows
from aci_reconcile.core.fields.model import Field, Fold, Kind, Replaces
from aci_reconcile.core.fields.rows import any_json, boolean, choice, group, integer, objects, text, text_map, texts

if TYPE_CHECKING:
    from collections.abc import Iterable

API_VERSION = "2025-09-01"
"""The api-version the table describes: the newest whose properties we know."""


def _envelope_rows() -> Iterable[Field]:
    ids = "identity.userAssignedIdentities"
    return chain(
        text("id", "ARM id of the group.", computed=True),
        text("name", "Name of the group: 1 to 63 lowercase letters, digits and single hyphens.", computed=True),
        text("type", "ARM resource type.", computed=True),
        text("apiVersion", "Api-version that the manifest was written for.", computed=True),
        # InvalidResourceLocation (ARM documentation); recorded: a location comes back as it was sent, spaces included.
        text("location", "Azure region, such as `westeurope`.", folds=Fold.SPACES, replaces=Replaces.YES),
        # ARM documentation, tag resources: names ignore case, and Azure keeps the spelling of the first write.
        text_map(
            "tags",
            "Tags. A tag set to null is removed from the live group.",
            "Value of the tag, up to 256 characters.",
            caseless=True,
        ),
        texts("zones", "Availability zones.", "A zone, such as `1`.", key=("",), replaces=Replaces.YES),
        group("identity", "Managed identities of the group."),
        text("identity.principalId", "Object id of the system-assigned identity.", computed=True),
        text("identity.tenantId", "Tenant of the identities.", computed=True),
        choice(
            "identity.type",
            "Kinds of identities that the group has.",
            "SystemAssigned",
            "UserAssigned",
            "SystemAssigned, UserAssigned",
            "None",
            default="None",
        ),
        [
            Field(ids, Kind.MAP, "User-assigned identities: their ARM ids, each with `{}`.", folds=Fold.CASE),
            Field(f"{ids}.*", Kind.OBJECT, "Leave it empty; Azure fills it in."),
        ],
        text(f"{ids}.*.principalId", "Object id of the identity.", computed=True),
        text(f"{ids}.*.clientId", "Client id of the identity.", computed=True),
        group("properties", "ARM's wrapper, which you may leave out.", required=True, unnamed=True),
    )


def _runtime_rows() -> Iterable[Field]:
    return chain(
        choice(
            "properties.osType",  # fixed: InvalidContainerGroupUpdate names it (MicrosoftDocs/azure-docs#31168, #38067)
            "Operating system of the containers.",
            "Linux",
            "Windows",
            default="Linux",
            demanded=True,  # InvalidOsType: Azure/azure-cli#30439 and #30496, MicrosoftDocs/azure-compute-docs#438
            replaces=Replaces.YES,
        ),
        choice(
            "properties.restartPolicy",  # fixed: the same message names it
            "When a container that has ended is restarted.",
            "Always",
            "OnFailure",
            "Never",
            default="Always",
            replaces=Replaces.YES,
        ),
        choice(
            "properties.sku",  # recorded: filled in as Standard since 2021-03-01
            "Kind of compute.",
            "NotSpecified",
            "Standard",
            "Dedicated",
            "Confidential",
            default="Standard",
            replaces=Replaces.YES,
        ),
        choice(
            "properties.priority",
            "Priority. Spot is cheaper, but Azure can evict the group at any time.",
            "Regular",
            "Spot",
            default="Regular",
            replaces=Replaces.YES,
        ),
    )


def _security_rows() -> Iterable[Field]:
    enc = "properties.encryptionProperties"
    ref = "properties.secretReferences"
    acl = "properties.identityAcls"
    return chain(
        objects(ref, "Key Vault secrets that fields of the group can refer to.", "One secret.", key=("name",)),
        text(f"{ref}[].name", "Name by which fields refer to the secret.", required=True),
        text(f"{ref}[].identity", "ARM id of the identity that reads the secret.", required=True, folds=Fold.CASE),
        text(f"{ref}[].secretReferenceUri", "URI of the secret in the key vault.", required=True, folds=Fold.URL),
        group(enc, "Customer-managed key for data at rest.", replaces=Replaces.MAY),
        text(f"{enc}.vaultBaseUrl", "URL of the key vault.", required=True, folds=Fold.URL),
        text(f"{enc}.keyName", "Name of the key.", required=True),
        text(f"{enc}.keyVersion", "Version of the key.", required=True),
        text(f"{enc}.identity", "ARM id of the identity that uses the key.", folds=Fold.CASE),
        group("properties.confidentialComputeProperties", "Settings of the Confidential sku.", replaces=Replaces.MAY),
        text("properties.confidentialComputeProperties.ccePolicy", "Enforcement policy in base64.", filled_in=True),
        group(acl, "Which containers may use which identities."),
        choice(f"{acl}.defaultAccess", "Access of identities that are not listed.", "All", "System", "User"),
        objects(f"{acl}.acls", "Exceptions, by identity.", "One exception.", key=("identity",)),
        choice(f"{acl}.acls[].access", "Access of the identity.", "All", "System", "User"),
        text(f"{acl}.acls[].identity", "ARM id of the identity.", folds=Fold.CASE),
    )


def _extension_rows() -> Iterable[Field]:
    ext = "properties.extensions"
    return chain(
        objects(ext, "Extensions, used by virtual kubelet.", "One extension.", key=("name",)),
        text(f"{ext}[].name", "Name of the extension.", required=True),
        group(f"{ext}[].properties", "Type and settings of the extension.", unnamed=True),
        text(f"{ext}[].properties.extensionType", "Type of the extension.", required=True),
        text(f"{ext}[].properties.version", "Version of the extension.", required=True),
        any_json(f"{ext}[].properties.settings", "Readable settings."),
        any_json(
            f"{ext}[].properties.protectedSettings",
            "Secret settings. Azure never returns them.",
            write_only=True,
            confidential=True,
        ),
        group(
            "properties.containerGroupProfile",
            "Profile from which the group takes its settings.",
            replaces=Replaces.MAY,
        ),
        text("properties.containerGroupProfile.id", "ARM id of the profile.", folds=Fold.CASE),
        integer("properties.containerGroupProfile.revision", "Revision of the profile."),
        # Microsoft's 2025-09-01 example of a group from a pool: the answer names the profile, and not the pool.
        group("properties.standbyPoolProfile", "Standby pool from which Azure takes the group.", untold=True),
        text("properties.standbyPoolProfile.id", "ARM id of the pool.", folds=Fold.CASE),
        boolean(
            "properties.standbyPoolProfile.failContainerGroupCreateOnReuseFailure",
            "Whether to fail, rather than create a new group, if the pool has none.",
        ),
    )


def _read_only_rows() -> Iterable[Field]:
    return chain(
        text(
            "properties.provisioningState",
            "Progress of the provisioning; says nothing about the containers.",
            computed=True,
        ),
        group("properties.instanceView", "Current state of the group.", computed=True),
        objects("properties.instanceView.events", "Events of the group.", "One event.", computed=True),
        event_rows("properties.instanceView.events[]"),
        text("properties.instanceView.state", "Pending, Running, Stopped, Succeeded or Failed.", computed=True),
        boolean("properties.isCreatedFromStandbyPool", "Whether the group came from a standby pool.", computed=True),
        integer(
            "properties.provisioningTimeoutInSeconds",
            "Returned by Azure since 2023-05-01, but in no stable schema.",
            computed=True,
        ),
        boolean(
            "properties.isCustomProvisioningTimeout",
            "Returned by Azure since 2023-05-01, but in no stable schema.",
            computed=True,
        ),
        group("systemData", "Who created and changed the group, and when.", computed=True),
        text("systemData.createdBy", "Who created the group.", computed=True),
        text("systemData.createdByType", "Kind of that identity.", computed=True),
        text("systemData.createdAt", "When the group was created.", computed=True),
        text("systemData.lastModifiedBy", "Who last changed the group.", computed=True),
        text("systemData.lastModifiedByType", "Kind of that identity.", computed=True),
        text("systemData.lastModifiedAt", "When the group was last changed.", computed=True),
    )


FIELDS: tuple[Field, ...] = tuple(
    chain(
        _envelope_rows(),
        _runtime_rows(),
        container_rows(),
        network_rows(),
        volume_rows(),
        registry_rows(),
        diagnostics_rows(),
        _security_rows(),
        _extension_rows(),
        _read_only_rows(),
    )
)
"""Every row, each path once."""
