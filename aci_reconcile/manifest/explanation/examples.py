"""An example for each field, in the short form, with what must stand around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from aci_reconcile.core.fields import UNSET, Kind
from aci_reconcile.core.model import as_object
from aci_reconcile.manifest.export.manifests import dump_yaml
from aci_reconcile.manifest.export.placeholders import Placeholders, VariableNames
from aci_reconcile.manifest.export.short_form import Shortener
from aci_reconcile.manifest.keys import ENVELOPE, GROUP, OWN_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.model import Json

T = TypeVar("T")

_IDENTITY: Final = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-shop/providers"
    "/Microsoft.ManagedIdentity/userAssignedIdentities/shop"
)
_NAMES: Final[Mapping[str, str]] = {
    "identity.userAssignedIdentities": _IDENTITY,
    "tags": "team",
    "variables": "tag",
    "environments": "prod",
    "environments.*.groups": "web",
}
"""The name of an entry of a map, by the end of the map's path."""
_WORDS: Final[Mapping[str, Json]] = {
    "add[]": "NET_BIND_SERVICE",
    "apiVersion": "2025-09-01",
    "ccePolicy": "${file:policy.base64}",
    "command[]": "serve",
    "container": "locks",
    "count": 1,
    "cpu": 1.5,
    "cron": "0 18 * * 5",
    "default": "1.4.2",
    "defaults": {"tags": {"team": "shop"}},
    "dependsOn[]": "db",
    "description": "Tag of the image",
    "directory": "pages",
    "dnsNameLabel": "shop",
    "drop[]": "NET_RAW",
    "duration": "62h",
    "emptyDir": {},
    "extensionType": "kube-proxy",
    "facts": "facts.json",
    "failureThreshold": 5,
    "fingerprintKey": "${env:FINGERPRINT_KEY}",
    "formerFingerprintKey": "${env:FORMER_FINGERPRINT_KEY}",
    "from": "2026-12-20",
    "groups.*": {"restartPolicy": "Never"},
    "httpHeaders[]": {"name": "Accept", "value": "text/html"},
    "id": "abc123",
    "identity": _IDENTITY,
    "identityUrl": "https://identity.example.com",
    "ignore[]": "tags.costCenter",
    "image": "shop.azurecr.io/web:1.4.2",
    "initialDelaySeconds": 5,
    "ip": "10.0.1.4",
    "keyName": "disk",
    "keyVersion": "0123456789abcdef0123456789abcdef",
    "location": "westeurope",
    "manifests[]": "groups/*.yaml",
    "maxDeletes": 3,
    "maxRestarts": 5,
    "maxShare": 0.2,
    "memoryInGB": 2,
    "message": "containers run as a user",
    "mountPath": "/mnt/data",
    "name": "web",
    "nameServers[]": "10.0.0.10",
    "options": "ndots:2",
    "password": "${env:REGISTRY_PASSWORD}",
    "passwordReference": "password",
    "path": "/health",
    "periodSeconds": 30,
    "port": 80,
    "protectedSettings": "${file:settings.json}",
    "publicEnv[]": "LOG_LEVEL",
    "reason": "year-end freeze",
    "repository": "https://example.com/pages",
    "requiredVersion": ">=0.1,<2",
    "resourceGroup": "rg-shop",
    "runAsGroup": 1000,
    "runAsUser": 1000,
    "schema": "policies/user.schema.json",
    "searchDomains": "shop.internal",
    "seccompProfile": "${file:seccomp.base64}",
    "secret.*": "${env:TOKEN}",
    "secretReferenceUri": "https://shop.vault.azure.net/secrets/password",
    "secureValue": "${env:TOKEN}",
    "secureValueReference": "password",
    "server": "shop.azurecr.io",
    "settings": {"region": "eu"},
    "shareName": "uploads",
    "start": "0 7 * * 1-5",
    "stop": "0 19 * * 1-5",
    "storageAccount": "shoplocks",
    "storageAccountKey": "${env:STORAGE_KEY}",
    "storageAccountKeyReference": "password",
    "storageAccountName": "shopfiles",
    "subscription": "00000000-0000-0000-0000-000000000000",
    "successThreshold": 2,
    "tags.*": "shop",
    "timeoutSeconds": 10,
    "timezone": "Europe/Berlin",
    "to": "2027-01-02",
    "username": "shop",
    "value": "info",
    "vaultBaseUrl": "https://shop.vault.azure.net",
    "version": "1.0",
    "workspaceId": "00000000-0000-0000-0000-000000000000",
    "workspaceKey": "${env:WORKSPACE_KEY}",
    "zones[]": "1",
}
"""Values, by the last steps of the path."""
_OF_PATHS: Final[Mapping[str, Json]] = {
    "containers[]": {
        "name": "web",
        "properties": {
            "image": "shop.azurecr.io/web:1.4.2",
            "resources": {"requests": {"cpu": 1, "memoryInGB": 1.5}},
        },
    },
    "extensions[]": {"name": "proxy", "properties": {"extensionType": "kube-proxy", "version": "1.0"}},
    "environmentVariables[]": {"name": "LOG_LEVEL", "value": "info"},
    "volumes[]": {"name": "data", "azureFile": {"shareName": "uploads", "storageAccountName": "shopfiles"}},
    "volumeMounts[]": {"name": "data", "mountPath": "/mnt/data"},
    "freeze[]": {"reason": "year-end freeze", "from": "2026-12-20", "to": "2027-01-02"},
    "properties.sku": "Dedicated",
    "secretReference.*": "password",
    "livenessProbe": {"httpGet": {"path": "/health", "port": 80}},
    "readinessProbe": {"httpGet": {"path": "/health", "port": 80}},
    "identity.type": "UserAssigned",
    "ipAddress.type": "Private",
    "lifecycle.dependsOn[]": "db",
    "environmentVariables[].name": "LOG_LEVEL",
    "gitRepo.revision": "main",
    "containerGroupProfile.revision": 2,
    "metadata.*": "shop",
    "keyValuePairs.*": "debug",
    "httpHeaders[].name": "Accept",
    "httpHeaders[].value": "text/html",
    "secretReferences[].name": "password",
    "volumes[].name": "data",
    "volumeMounts[].name": "data",
    "extensions[].name": "proxy",
    "subnetIds[].name": "containers",
    "subnetIds[].id": (
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-shop/providers"
        "/Microsoft.Network/virtualNetworks/shop/subnets/containers"
    ),
    "containerGroupProfile.id": (
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-shop/providers"
        "/Microsoft.ContainerInstance/containerGroupProfiles/shop"
    ),
    "standbyPoolProfile.id": (
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-shop/providers"
        "/Microsoft.StandbyPool/standbyContainerGroupPools/shop"
    ),
    "workspaceResourceId": (
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-shop/providers"
        "/Microsoft.OperationalInsights/workspaces/shop"
    ),
    "variables.*": "1.4.2",
}
"""The same where the last step alone does not say which value it is."""
_OF_TOPS: Final[Mapping[str, Json]] = {
    "environments.*": {"resourceGroup": "rg-prod"},
    "identity": {"type": "SystemAssigned"},
    "policy": {"maxDeletes": 3},
    "type": "Microsoft.ContainerInstance/containerGroups",
}
"""The same by the whole path."""
_BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "extensions[].name": ("properties",),
    "freeze[].cron": ("duration",),
    "freeze[].duration": ("cron",),
    "freeze[].from": ("to",),
    "freeze[].reason": ("from", "to"),
    "freeze[].timezone": ("cron", "duration"),
    "freeze[].to": ("from",),
    "httpHeaders[].name": ("value",),
    "httpHeaders[].value": ("name",),
    "acls[].access": ("identity",),
    "acls[].identity": ("access",),
}
"""What an example needs beside a field, though nothing requires it."""
_FEW: Final = 2
"""How many fields an example shows of an object that requires none."""


def make_example(root: Node, path: str) -> str:
    """Return YAML with an example of the field at ARM's path below a root."""
    steps = [step for part in path.split(".") for step in _split(part)]
    found = as_object(_build(root, steps))
    if root is GROUP:
        own = {name: each for name, each in found.items() if name in {*ENVELOPE, *OWN_KEYS.children}}
        shortener = Shortener(Placeholders("", VariableNames()), authored=True)
        found = {**own, **shortener.shorten({name: each for name, each in found.items() if name not in own})}
    return dump_yaml(found)


def _split(part: str) -> Iterator[str]:
    """Yield the name of a list and its entry as two steps."""
    yield part.removesuffix("[]")
    if part.endswith("[]"):
        yield "[]"


def _build(node: Node, steps: Sequence[str]) -> Json:
    """Return the value of a field that has an example of the field at the end of the steps."""
    if not steps:
        return _sample(node)
    if node.kind is Kind.LIST and node.item is not None:
        return [_build(node.item, steps[1:])]
    if node.kind is Kind.MAP and node.item is not None:
        return {_find(_NAMES, node.row.path, "name"): _build(node.item, steps[1:])}
    name = steps[0]
    around = [] if not node.row.path or node.row.path == "properties" else list(node.required)
    around += _find(_BESIDE, f"{node.row.path}.{name}", ())
    given = {each: _sample(node.children[each]) for each in around if each != name}
    return {**given, name: _build(node.children[name], steps[1:])}


def _sample(node: Node) -> Json:
    row = node.row
    known = _OF_TOPS.get(row.path, _find(_OF_PATHS, row.path, None))
    if known is not None:
        return known
    if row.enum:
        return next(each for each in row.enum if each != row.default)
    if node.kind is Kind.BOOLEAN:
        return row.default is UNSET or not row.default
    if node.kind is Kind.OBJECT:
        settable = [name for name, each in node.children.items() if each.row.settable]
        return {name: _sample(node.children[name]) for name in node.required or settable[:_FEW]}
    if node.kind is Kind.LIST and node.item is not None:
        return [_sample(node.item)]
    if node.kind is Kind.MAP and node.item is not None:
        return {_find(_NAMES, row.path, "name"): _sample(node.item)}
    return _find(_WORDS, row.path, "text")


def _find(table: Mapping[str, T], path: str, otherwise: T) -> T:
    """Return what a table says about the longest end of a path."""
    steps = path.split(".")
    ends = (".".join(steps[at:]) for at in range(len(steps)))
    return next((table[each] for each in ends if each in table), otherwise)
