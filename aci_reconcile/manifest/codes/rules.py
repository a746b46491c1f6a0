"""Codes of the rules of Azure Container Instances: names, ports, addresses, volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import NOTICE, WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

RULES: Final[Mapping[str, Code]] = {
    "ACI012": Code(
        "A port that ACI may keep for itself",
        "The FAQ of ACI says to avoid 22, 1025-1027, 3389-3399, 9999, 19000, 19080, 19100, 19390, 20000-30000 and "
        "49152-65534. Groups that use one have been published and run; others may not be reachable.",
        "ipAddress: {type: Public, ports: [3389]}",
        severity=WARNING,
    ),
    "ACI013": Code("Not a port", "Ports go from 1 to 65535.", "ports: [0]"),
    "ACI014": Code(
        "No container exposes the port",
        "A port of the group leads to the container that lists it under its own `ports`; there is no mapping.",
        "containers: [{name: web, ports: [8080]}]\nipAddress: {type: Public, ports: [80]}",
    ),
    "ACI015": Code(
        "Too many ports",
        "The documented limit is five ports; another number has been seen.",
        "ipAddress: {ports: [80, 81, 82, 83, 84, 85]}",
        severity=WARNING,
    ),
    "ACI016": Code(
        "Two containers on one port",
        "The containers of a group share one network: only one of them can listen on a port.",
        "containers: [{name: a, ports: [80]}, {name: b, ports: [80]}]",
    ),
    "ACI017": Code(
        "An address without ports", "Azure refuses an `ipAddress` without ports.", "ipAddress: {type: Public}"
    ),
    "ACI018": Code("A port stands twice", "Port and protocol together name a port.", "ports: [80, 80]"),
    "ACI020": Code(
        "No name for a container group",
        "A name becomes part of the group's ARM id: letters, digits, `-`, `_`, `.` and brackets, 90 at most.",
        "name: shop/web",
    ),
    "ACI021": Code(
        "A name Azure may refuse",
        "The documentation wants 1 to 63 small letters, digits and single hyphens, a letter or digit first and last. "
        "Groups with capitals have been seen.",
        "name: My_Group",
        WARNING,
    ),
    "ACI022": Code(
        "No name for a container",
        "1 to 63 small letters, digits and hyphens, a letter or digit first and last.",
        "containers: [{name: Web}]",
    ),
    "ACI023": Code(
        "A name stands twice",
        "Containers and init containers of a group have different names, and so have its volumes, registries and "
        "secret references.",
        "containers: [{name: web}, {name: web}]",
    ),
    "ACI024": Code(
        "A volume name Azure may refuse",
        "The documentation wants up to 63 small letters, digits and single hyphens.",
        "volumes: [{name: My_Data}]",
        WARNING,
    ),
    "ACI025": Code(
        "No DNS label",
        "5 to 63 small letters, digits and hyphens; a letter first, a letter or digit last.",
        "ipAddress: {dnsNameLabel: Web_1}",
    ),
    "ACI026": Code(
        "No name for an environment variable",
        "A letter or `_` first, then letters, digits and `_`.",
        "environmentVariables: {LOG-LEVEL: info}",
    ),
    "ACI027": Code(
        "An environment variable stands twice",
        "Which one would win is not defined.",
        "environmentVariables: [{name: A, value: x}, {name: A, value: y}]",
    ),
    "ACI030": Code(
        "A mount without a volume",
        "`volumeMounts` name volumes of the same group.",
        "containers: [{name: web, volumeMounts: {dta: /mnt}}]\nvolumes: [{name: data, emptyDir: {}}]",
    ),
    "ACI031": Code(
        "A volume without a source",
        "A volume is one of `azureFile`, `emptyDir`, `secret`, `secretReference`, `gitRepo`; without one, there is "
        "nothing to mount.",
        "volumes: [{name: data}]",
        severity=WARNING,
    ),
    "ACI032": Code(
        "A volume with several sources",
        "A volume is one of `azureFile`, `emptyDir`, `secret`, `gitRepo`; only the files of a secret volume may "
        "be given in two ways, as `secret` and as `secretReference`.",
        "volumes: [{name: data, emptyDir: {}, gitRepo: {…}}]",
        severity=WARNING,
    ),
    "ACI033": Code("A colon in a mount path", "Azure refuses it, even on Windows.", "volumeMounts: {data: 'C:/data'}"),
    "ACI034": Code("A mount path stands twice", "One path can show one volume.", "volumeMounts: {a: /mnt, b: /mnt}"),
    "ACI035": Code(
        "A mount path that is not absolute",
        "What it is relative to is not documented. Azure takes it.",
        "volumeMounts: {data: data}",
        severity=NOTICE,
    ),
    "ACI036": Code(
        "A volume that nobody mounts",
        "It does no harm, and no good either.",
        "volumes: [{name: data, emptyDir: {}}]",
        WARNING,
    ),
    "ACI037": Code(
        "A secret file that is not base64",
        "ARM wants the content of secret volumes in base64; `{fromText: …}` takes plain text and encodes it.",
        "volumes: [{name: keys, secret: {token: plain text}}]",
        severity=WARNING,
    ),
    "ACI038": Code(
        "A directory outside the volume",
        "`directory` of a `gitRepo` may not contain `..`.",
        "volumes: [{name: code, gitRepo: {repository: …, directory: ../x}}]",
        severity=WARNING,
    ),
    "ACI039": Code("Too many volumes", "The documented limit of a group is 20 volumes.", severity=WARNING),
    "ACI040": Code(
        "A file share without a key",
        "Azure Files is mounted with the key of the storage account: `storageAccountKey`, or "
        "`storageAccountKeyReference`.",
        "volumes: [{name: data, azureFile: {shareName: s, storageAccountName: a}}]",
        WARNING,
    ),
    "ACI045": Code(
        "A private address without a subnet",
        "A private address is one in a virtual network: give `subnetIds`.",
        "ipAddress: {type: Private, ports: [80]}",
    ),
    "ACI046": Code(
        "A public address in a subnet",
        "Groups in a virtual network have no public address.",
        "ipAddress: {type: Public, ports: [80]}\nsubnetIds: [{id: …}]",
    ),
    "ACI047": Code(
        "A DNS label without a public address",
        "Only public addresses have a DNS label.",
        "ipAddress: {type: Private, dnsNameLabel: shop-web, ports: [80]}",
    ),
    "ACI048": Code(
        "Not the ARM id of what is wanted",
        "It looks like a placeholder, or like the id of something else.",
        "subnetIds: [{id: <subnet_id>}]",
        WARNING,
    ),
    "ACI049": Code(
        "DNS settings without a subnet",
        "Custom name servers are documented for groups in a virtual network.",
        "dnsConfig: {nameServers: [10.0.0.4]}",
        WARNING,
    ),
    "ACI050": Code(
        "A spot group with an address",
        "Spot groups can't be reached from outside.",
        "priority: Spot\nipAddress: {type: Public, ports: [80]}",
    ),
    "ACI051": Code(
        "A DNS label scope without a label",
        "`autoGeneratedDomainNameLabelScope` says who may use `dnsNameLabel` again.",
        "ipAddress: {type: Public, ports: [80], autoGeneratedDomainNameLabelScope: TenantReuse}",
        WARNING,
    ),
}
