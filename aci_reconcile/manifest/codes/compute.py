"""Codes of the rules of Azure Container Instances: containers, resources, probes, credentials, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import NOTICE, WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPUTE: Final[Mapping[str, Code]] = {
    "ACI055": Code(
        "Less than a group should ask for",
        "The documents say that a group asks for 1 CPU and 1 GB at least, all its containers together. Smaller groups "
        "have been created; where one was refused, Azure answered `InternalServerError`.",
        "containers: [{name: web, resources: {cpu: 0.5, memoryInGB: 0.5}}]",
        severity=WARNING,
    ),
    "ACI056": Code(
        "More than a group can have",
        "The documented limits, all containers together: 31 CPU and 240 GB; 180 GB for the Confidential sku; 4 CPU and "
        "16 GB for Spot. A region may have less or more; `verify` asks it.",
        "containers: [{name: web, resources: {cpu: 64, memoryInGB: 16}}]",
        severity=WARNING,
    ),
    "ACI057": Code(
        "A limit below the request",
        "A container may not be held below what it is given for certain.",
        "resources: {requests: {cpu: 2, memoryInGB: 2}, limits: {cpu: 1}}",
    ),
    "ACI058": Code(
        "A limit above the group",
        "A container can use no more than all containers of the group ask for together.",
        "resources: {requests: {cpu: 1, memoryInGB: 1}, limits: {cpu: 4}}",
    ),
    "ACI059": Code("Not an amount", "CPU and memory are more than nothing.", "resources: {cpu: 0, memoryInGB: 1}"),
    "ACI060": Code(
        "GPUs are gone",
        "The documents say that ACI retired them on 14 July 2025.",
        "resources: {requests: {cpu: 1, memoryInGB: 1, gpu: {count: 1, sku: V100}}}",
        severity=WARNING,
    ),
    "ACI061": Code(
        "Several containers on Windows",
        "Groups of several containers, init containers among them, are for Linux only.",
        "osType: Windows\ncontainers: [{name: a}, {name: b}]",
    ),
    "ACI062": Code(
        "Windows in a virtual network",
        "The documentation has long ruled it out, and does not say so everywhere any more.",
        "osType: Windows\nsubnetIds: [{id: …}]",
        WARNING,
    ),
    "ACI063": Code(
        "Too many containers",
        "The documented limits of a group are 60 containers and 59 init containers.",
        severity=WARNING,
    ),
    "ACI064": Code("A group without containers", "A group has at least one container beside its init containers."),
    "ACI065": Code(
        "A container without an image",
        "Only groups that take their settings from a profile can do without.",
        "containers: [{name: web}]",
    ),
    "ACI066": Code(
        "A container without resources",
        "Azure refuses it (`ResourceRequestsNotSpecified`), whatever its schema says; only a group that takes its "
        "settings from a profile may leave them out.",
        "containers: [{name: web, image: nginx}]",
    ),
    "ACI067": Code(
        "An image whose tag moves",
        "Without a tag, or with `latest`, the image may be another one after each restart.",
        "containers: [{name: web, image: nginx}]",
        NOTICE,
    ),
    "ACI068": Code(
        "Spot where it may not be offered",
        "Spot groups are documented for East US 2, West Europe and West US.",
        "location: northeurope\npriority: Spot",
        WARNING,
    ),
    "ACI069": Code(
        "Spot with another sku",
        "Azure knows an error for spot groups of other skus than Standard.",
        "priority: Spot\nsku: Confidential",
        WARNING,
    ),
    "ACI070": Code(
        "Privileged without Confidential",
        "Privileged containers are documented for the Confidential sku only.",
        "containers: [{name: web, securityContext: {privileged: true}}]",
        WARNING,
    ),
    "ACI075": Code(
        "A probe with two methods",
        "A probe is either `exec` or `httpGet`.",
        "livenessProbe: {exec: {command: [cat, /ok]}, httpGet: {port: 80}}",
    ),
    "ACI076": Code(
        "A probe without a method",
        "A probe is either `exec` or `httpGet`.",
        "livenessProbe: {periodSeconds: 5}",
    ),
    "ACI077": Code(
        "A probe of a port that is not exposed",
        "The container does not list the port; the probe may still work, and may be a slip.",
        "ports: [8080]\nlivenessProbe: {httpGet: {port: 80}}",
        WARNING,
    ),
    "ACI078": Code(
        "What init containers can't have",
        "They run to their end before anything else starts: no ports, no probes, no resources of their own.",
        "initContainers: [{name: setup, ports: [80]}]",
    ),
    "ACI080": Code(
        "An environment variable with several values",
        "A variable has one of `value`, `secureValue` and `secureValueReference`.",
        "environmentVariables: {A: {value: x, secureValue: y}}",
    ),
    "ACI082": Code(
        "A secret in clear text",
        "Whoever may read the repository, or its history, can read it. Give a reference: `${env:NAME}` or "
        "`${file:path}`.",
        "storageAccountKey: abc…",
        WARNING,
    ),
    "ACI083": Code(
        "A readable value that looks like a secret",
        "Going by its name, the variable holds a secret, and `value` can be read by anybody who may read the group.",
        "environmentVariables: {DB_PASSWORD: hunter2}",
        WARNING,
    ),
    "ACI085": Code(
        "A registry with a scheme or path",
        "`server` is a host, such as `shop.azurecr.io`, without `https://` and without a path.",
        "imageRegistryCredentials: [{server: 'https://shop.azurecr.io'}]",
    ),
    "ACI086": Code(
        "Half a credential",
        "A registry takes `username` with `password` or `passwordReference`, or a managed `identity`.",
        "imageRegistryCredentials: [{server: shop.azurecr.io, username: shop}]",
    ),
    "ACI090": Code(
        "Identity type and identities don't fit",
        "`userAssignedIdentities` are listed when, and only when, `type` says `UserAssigned`.",
        "identity: {type: UserAssigned}",
    ),
    "ACI091": Code(
        "An identity that the group does not have",
        "A group can use the identities listed under `identity.userAssignedIdentities` only.",
        "imageRegistryCredentials: [{server: shop.azurecr.io, identity: /subscriptions/…}]",
        WARNING,
    ),
    "ACI093": Code(
        "No such secret reference",
        "The name is not among the group's `secretReferences`.",
        "environmentVariables: {A: {secureValueReference: none}}",
    ),
    "ACI095": Code(
        "No tag",
        "Names have up to 512 characters and none of `< > % & \\ ? /`; values have up to 256.",
        "tags: {a/b: x}",
    ),
    "ACI096": Code(
        "A reserved tag name",
        "Names that begin with `microsoft`, `azure` or `windows` are Azure's own.",
        "tags: {azure-team: shop}",
        severity=WARNING,
    ),
    "ACI097": Code(
        "Too many tags", "A resource may have 50 tags; this tool adds up to four of its own.", severity=WARNING
    ),
    "ACI098": Code(
        "A tag of this tool",
        "Tags that begin with `aci-reconcile-` are this tool's memory; it writes them itself.",
        "tags: {aci-reconcile-project: shop}",
    ),
    "ACI099": Code(
        "A tag in two spellings", "Azure does not tell capitals from small letters.", "tags: {Team: a, team: b}"
    ),
    "ACI100": Code(
        "Not a workspace id",
        "`workspaceId` is a GUID: the workspace's own id, not its name and not its ARM id.",
        "diagnostics: {logAnalytics: {workspaceId: my-workspace}}",
        WARNING,
    ),
    "ACI101": Code(
        "More than one zone",
        "A container group lives in one availability zone.",
        "zones: ['1', '2']",
        WARNING,
    ),
    "ACI102": Code(
        "Not the id of a subscription",
        "`subscription` is a GUID; names of subscriptions are not unique.",
        "subscription: my-subscription",
        WARNING,
    ),
}
