"""Codes of the rules of Azure Container Instances: containers, resources, probes, credentials, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import NOTICE, WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPUTE: Final[Mapping[str, Code]] = {
    "ACI055": Code(
        "The group requests less than the documented minimum",
        "The documentation asks for at least 1 CPU and 1 GB per group, all containers together. Smaller groups have "
        "been created; where Azure refused one, it answered `InternalServerError`. Request more if that happens.",
        "containers: [{name: web, resources: {cpu: 0.5, memoryInGB: 0.5}}]",
        severity=WARNING,
    ),
    "ACI056": Code(
        "The group requests more than the documented maximum",
        "The documented limits, all containers together, are 31 CPU and 240 GB; 180 GB for the Confidential sku; 4 "
        "CPU and 16 GB for Spot. A region may offer less or more: `verify` asks Azure.",
        "containers: [{name: web, resources: {cpu: 64, memoryInGB: 16}}]",
        severity=WARNING,
    ),
    "ACI057": Code(
        "A limit is below the request",
        "A container is guaranteed its request, so its limit can't be lower. Raise the limit, or lower the request.",
        "resources: {requests: {cpu: 2, memoryInGB: 2}, limits: {cpu: 1}}",
    ),
    "ACI058": Code(
        "A limit is above the total of the group",
        "A container can't use more than all containers of the group request together. Lower the limit, or raise a "
        "request.",
        "resources: {requests: {cpu: 1, memoryInGB: 1}, limits: {cpu: 4}}",
    ),
    "ACI059": Code(
        "Not a valid amount",
        "CPU and memory must be greater than zero.",
        "resources: {cpu: 0, memoryInGB: 1}",
    ),
    "ACI060": Code(
        "GPUs are no longer available",
        "The documentation says that ACI retired them on 14 July 2025. Remove `gpu`.",
        "resources: {requests: {cpu: 1, memoryInGB: 1, gpu: {count: 1, sku: V100}}}",
        severity=WARNING,
    ),
    "ACI061": Code(
        "A Windows group can have one container only",
        "Groups of several containers, init containers included, run on Linux only. Split the group, or use `osType: "
        "Linux`.",
        "osType: Windows\ncontainers: [{name: a}, {name: b}]",
    ),
    "ACI062": Code(
        "Windows may be refused in a virtual network",
        "The documentation long ruled it out, and no longer says so everywhere. Expect that Azure may refuse the "
        "group.",
        "osType: Windows\nsubnetIds: [{id: …}]",
        WARNING,
    ),
    "ACI063": Code(
        "Too many containers",
        "The documented limits per group are 60 containers and 59 init containers.",
        severity=WARNING,
    ),
    "ACI064": Code(
        "The group has no containers",
        "A group needs at least one container that is not an init container.",
    ),
    "ACI065": Code(
        "A container has no image",
        "Add `image`. Only groups that take their settings from a profile can leave it out.",
        "containers: [{name: web}]",
    ),
    "ACI066": Code(
        "A container has no resources",
        "Azure refuses it (`ResourceRequestsNotSpecified`), although its schema makes them optional. Add `resources`. "
        "Only groups that take their settings from a profile can leave them out.",
        "containers: [{name: web, image: nginx}]",
    ),
    "ACI067": Code(
        "The image tag is mutable",
        "Without a tag, or with `latest`, each restart may pull another image. Use a fixed tag or a digest.",
        "containers: [{name: web, image: nginx}]",
        NOTICE,
    ),
    "ACI068": Code(
        "Spot may not be offered in this region",
        "Spot groups are documented for East US 2, West Europe and West US only.",
        "location: northeurope\npriority: Spot",
        WARNING,
    ),
    "ACI069": Code(
        "Spot supports the Standard sku only",
        "Azure documents an error code for spot groups with other skus. Use `sku: Standard`, or remove `priority: "
        "Spot`.",
        "priority: Spot\nsku: Confidential",
        WARNING,
    ),
    "ACI070": Code(
        "Privileged containers need the Confidential sku",
        "Privileged containers are documented for the Confidential sku only. Use that sku, or remove `privileged`.",
        "containers: [{name: web, securityContext: {privileged: true}}]",
        WARNING,
    ),
    "ACI075": Code(
        "A probe has two methods",
        "A probe is either `exec` or `httpGet`. Keep one.",
        "livenessProbe: {exec: {command: [cat, /ok]}, httpGet: {port: 80}}",
    ),
    "ACI076": Code(
        "A probe has no method",
        "A probe is either `exec` or `httpGet`. Add one.",
        "livenessProbe: {periodSeconds: 5}",
    ),
    "ACI077": Code(
        "A probe uses a port that the container does not list",
        "The probe may still work, but the number may also be a typo. Check it, or add the port to `ports`.",
        "ports: [8080]\nlivenessProbe: {httpGet: {port: 80}}",
        WARNING,
    ),
    "ACI078": Code(
        "Not allowed in an init container",
        "Init containers run to completion before the other containers start. They have no ports, no probes and no "
        "resources of their own. Remove the property.",
        "initContainers: [{name: setup, ports: [80]}]",
    ),
    "ACI080": Code(
        "An environment variable has several values",
        "A variable has exactly one of `value`, `secureValue` and `secureValueReference`. Keep one.",
        "environmentVariables: {A: {value: x, secureValue: y}}",
    ),
    "ACI082": Code(
        "A secret is written in clear text",
        "Everybody who can read the repository, or its history, can read it. Use a reference instead: `${env:NAME}` "
        "or `${file:path}`.",
        "storageAccountKey: abc…",
        WARNING,
    ),
    "ACI083": Code(
        "A readable value looks like a secret",
        "The name of the variable suggests a secret, but everybody who can read the group in Azure can read `value`. "
        "Use `secureValue`.",
        "environmentVariables: {DB_PASSWORD: hunter2}",
        WARNING,
    ),
    "ACI085": Code(
        "A registry server has a scheme or a path",
        "`server` is a host, such as `shop.azurecr.io`. Remove `https://` and the path.",
        "imageRegistryCredentials: [{server: 'https://shop.azurecr.io'}]",
    ),
    "ACI086": Code(
        "A registry credential is incomplete",
        "Give `username` with `password` or `passwordReference`, or give a managed `identity`.",
        "imageRegistryCredentials: [{server: shop.azurecr.io, username: shop}]",
    ),
    "ACI090": Code(
        "The identity type does not match the identities",
        "List `userAssignedIdentities` if, and only if, `type` contains `UserAssigned`.",
        "identity: {type: UserAssigned}",
    ),
    "ACI091": Code(
        "The group does not have this identity",
        "A group can use only the identities listed under `identity.userAssignedIdentities`. Add it there.",
        "imageRegistryCredentials: [{server: shop.azurecr.io, identity: /subscriptions/…}]",
        WARNING,
    ),
    "ACI093": Code(
        "Unknown secret reference",
        "The name is not among the group's `secretReferences`. Correct it, or add an entry.",
        "environmentVariables: {A: {secureValueReference: none}}",
    ),
    "ACI095": Code(
        "Not a valid tag",
        "A tag name has up to 512 characters and none of `< > % & \\ ? /`. A tag value has up to 256 characters.",
        "tags: {a/b: x}",
    ),
    "ACI096": Code(
        "The tag name is reserved",
        "Azure reserves names that begin with `microsoft`, `azure` or `windows`. Rename the tag.",
        "tags: {azure-team: shop}",
        severity=WARNING,
    ),
    "ACI097": Code(
        "Too many tags",
        "A resource can have 50 tags, and this tool adds up to four of its own. Remove some.",
        severity=WARNING,
    ),
    "ACI098": Code(
        "The tag belongs to this tool",
        "This tool keeps its records in tags that begin with `aci-reconcile-`, and writes them itself. Remove the tag.",
        "tags: {aci-reconcile-project: shop}",
    ),
    "ACI099": Code(
        "Two tag names differ only in case",
        "Azure ignores the case of tag names, so they are one tag. Remove one.",
        "tags: {Team: a, team: b}",
    ),
    "ACI100": Code(
        "Not a workspace id",
        "`workspaceId` is the GUID of the workspace, not its name and not its ARM id.",
        "diagnostics: {logAnalytics: {workspaceId: my-workspace}}",
        WARNING,
    ),
    "ACI101": Code(
        "More than one zone",
        "A container group runs in one availability zone. Keep one.",
        "zones: ['1', '2']",
        WARNING,
    ),
    "ACI102": Code(
        "Not a subscription id",
        "`subscription` is a GUID, because names of subscriptions are not unique.",
        "subscription: my-subscription",
        WARNING,
    ),
}
