"""Registries, identities and the Log Analytics workspace."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.code import WARNING, Basis, Code, Evidence
from aci_reconcile.manifest.rules.network import ACI048
from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.syntax.items import Item, RuleTable

_IDENTITY = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.ManagedIdentity/userAssignedIdentities/[^/]+",
    re.IGNORECASE,
)

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

ACI086: Final = Code(
    "ACI086",
    "A registry credential is incomplete",
    "Give `username` with `password` or `passwordReference`, or give a managed `identity`.",
    example="imageRegistryCredentials: [{server: shop.azurecr.io, username: shop}]",
    evidence=(Evidence(Basis.THREAD, "an empty password: Azure/azure-cli#8545"),),
)


def check_registry_credential(group: Item) -> None:
    """Azure refuses an empty password (Azure/azure-cli#8545); an identity needs none."""
    for registry in group.at("properties").each("imageRegistryCredentials"):
        password = registry.has("password") or registry.has("passwordReference")
        if registry.has("username") and not password:
            registry.complain(ACI086, "`username` is given without a password", 'add `password: "${env:NAME}"`')
        elif password and not registry.has("username"):
            registry.complain(ACI086, "a password is given without `username`")
        elif not password and not registry.has("identity"):
            registry.complain(ACI086, "neither `username` and password nor `identity` is given")


ACI090: Final = Code(
    "ACI090",
    "The identity type does not match the identities",
    "List `userAssignedIdentities` if, and only if, `type` contains `UserAssigned`.",
    example="identity: {type: UserAssigned}",
    evidence=(
        Evidence(Basis.THREAD, "MissingIdentityIds: hashicorp/terraform-provider-azurerm#17082"),
        Evidence(Basis.THREAD, "Azure/azure-rest-api-specs#17650"),
    ),
)


def check_identities(group: Item) -> None:
    """ARM: user-assigned identities are listed if, and only if, the type says so.

    MissingIdentityIds (hashicorp/terraform-provider-azurerm#17082), and Azure/azure-rest-api-specs#17650.
    """
    identity = group.at("identity")
    if not identity:
        return
    kind, listed = identity.at("type"), [key for key, _ in identity.entries("userAssignedIdentities")]
    if "UserAssigned" in kind.text and not listed and not identity.at("userAssignedIdentities").doubtful:
        kind.complain(
            ACI090, f"`type: {kind.text}` needs `userAssignedIdentities`", "list their ARM ids, each with `{}`"
        )
    elif listed and "UserAssigned" not in kind.text and not kind.doubtful:
        problem = f"`type` is `{kind.text}`" if kind.text else "there is no `type`"
        hint = "write `type: UserAssigned`"
        identity.at("userAssignedIdentities").complain(ACI090, f"identities are listed, but {problem}", hint)
    for key, item in identity.entries("userAssignedIdentities"):
        if not _IDENTITY.fullmatch(key):
            item.complain(ACI048, f"{quote(key)} is not the ARM id of a user-assigned identity")


ACI091: Final = Code(
    "ACI091",
    "The group does not have this identity",
    "A group can use only the identities listed under `identity.userAssignedIdentities`. Add it there.",
    example="imageRegistryCredentials: [{server: shop.azurecr.io, identity: /subscriptions/…}]",
    severity=WARNING,
    evidence=(Evidence(Basis.LIKELY, "a group can use only its own identities"),),
)


def check_used_identities(group: Item) -> None:
    """Likely: the group can pull, read and encrypt only with its own identities."""
    owned = {key.lower() for key, _ in group.at("identity").entries("userAssignedIdentities")}
    for used in _list_used(group):
        # Only ids can be compared with the list. ARM ignores their case.
        if used.text.startswith("/") and used.text.lower() not in owned:
            used.complain(ACI091, "the group does not have this identity", "list it under `identity`")


def _list_used(group: Item) -> Iterator[Item]:
    properties = group.at("properties")
    yield properties.at("encryptionProperties", "identity")
    for name in ("imageRegistryCredentials", "secretReferences"):
        yield from (each.at("identity") for each in properties.each(name))
    yield from (each.at("identity") for each in properties.at("identityAcls").each("acls"))


ACI100: Final = Code(
    "ACI100",
    "Not a workspace id",
    "`workspaceId` is the GUID of the workspace, not its name and not its ARM id.",
    example="diagnostics: {logAnalytics: {workspaceId: my-workspace}}",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "Container group and instance logging with Azure Monitor logs"),),
)


def check_workspace(group: Item) -> None:
    """Docs (logging): a workspace's own id is a GUID."""
    found = group.at("properties", "diagnostics", "logAnalytics", "workspaceId")
    if found.text and not _GUID.fullmatch(found.text):
        found.complain(ACI100, f"{quote(found.text)} is not a workspace id", "write a GUID")


ACI207: Final = Code(
    "ACI207",
    "The log type does not allow metadata",
    "`metadata` is allowed only with `logType: ContainerInsights`. Remove it, or change the type.",
    example="diagnostics: {logAnalytics: {logType: ContainerInstanceLogs, metadata: {team: shop}}}",
    evidence=(
        Evidence(Basis.THREAD, "LogAnalyticsMetadataNotAllowed: hashicorp/terraform-provider-azurerm#13650"),
        Evidence(Basis.THREAD, "also for an empty map: Azure/azure-rest-api-specs#9768"),
    ),
)


def check_log_metadata(group: Item) -> None:
    """Azure: LogAnalyticsMetadataNotAllowed (hashicorp/terraform-provider-azurerm#13650), also for an empty map.

    Azure/azure-rest-api-specs#9768.
    """
    workspace = group.at("properties", "diagnostics", "logAnalytics")
    if workspace.has("metadata") and workspace.at("logType").text == "ContainerInstanceLogs":
        message = "`metadata` is not allowed with `logType: ContainerInstanceLogs`"
        workspace.at("metadata").complain(ACI207, message, "remove it, or write `logType: ContainerInsights`")


ACI210: Final = Code(
    "ACI210",
    "A managed identity on Windows may be refused",
    "Azure has refused identities of Windows groups (`IdentityNotSupportedOnWindows`), and its documentation has "
    "changed more than once on whether they are supported.",
    example="osType: Windows\nidentity: {type: SystemAssigned}",
    severity=WARNING,
    evidence=(Evidence(Basis.THREAD, "IdentityNotSupportedOnWindows: MicrosoftDocs/azure-docs#113243, #108023"),),
)


def check_windows_identity(group: Item) -> None:
    """Azure: IdentityNotSupportedOnWindows (MicrosoftDocs/azure-docs#113243, and #108023 as late as 2024)."""
    kind = group.at("identity", "type")
    if group.at("properties", "osType").text == "Windows" and kind.text not in {"", "None"}:
        kind.complain(ACI210, "Azure may refuse a managed identity of a Windows group")


RULES: Final[RuleTable] = {
    ("imageRegistryCredentials",): (check_registry_credential,),
    ("identity",): (check_identities, check_used_identities, check_windows_identity),
    ("workspaceId",): (check_workspace,),
    ("metadata",): (check_log_metadata,),
}
