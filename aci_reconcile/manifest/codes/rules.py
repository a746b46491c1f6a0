"""Codes of the rules of Azure Container Instances: names, ports, addresses, volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import NOTICE, WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

RULES: Final[Mapping[str, Code]] = {
    "ACI012": Code(
        "ACI may reserve this port",
        "The ACI FAQ says to avoid 22, 1025-1027, 3389-3399, 9999, 19000, 19080, 19100, 19390, 20000-30000 and "
        "49152-65534. Published groups run with one of them; others may not be reachable. Choose another port if you "
        "can.",
        "ipAddress: {type: Public, ports: [3389]}",
        severity=WARNING,
    ),
    "ACI013": Code(
        "Not a valid port",
        "Use a port from 1 to 65535.",
        "ports: [0]",
    ),
    "ACI014": Code(
        "No container exposes the port",
        "ACI does not map ports: a port of the group reaches the container that lists the same port. Add it to "
        "`ports` of that container.",
        "containers: [{name: web, ports: [8080]}]\nipAddress: {type: Public, ports: [80]}",
    ),
    "ACI015": Code(
        "Too many ports",
        "The documented limit is five ports per group; users have reported another number. Remove some.",
        "ipAddress: {ports: [80, 81, 82, 83, 84, 85]}",
        severity=WARNING,
    ),
    "ACI016": Code(
        "Two containers use the same port",
        "The containers of a group share one network, so only one of them can listen on a port. Give one of them "
        "another port.",
        "containers: [{name: a, ports: [80]}, {name: b, ports: [80]}]",
    ),
    "ACI017": Code(
        "The address has no ports",
        "Azure refuses an `ipAddress` without ports. List the ports that containers listen on.",
        "ipAddress: {type: Public}",
    ),
    "ACI018": Code(
        "A port is listed twice",
        "Port and protocol together identify a port. Remove the duplicate.",
        "ports: [80, 80]",
    ),
    "ACI020": Code(
        "Not a valid container group name",
        "The name becomes part of the ARM id. Use up to 90 letters, digits, `-`, `_`, `.` and parentheses.",
        "name: shop/web",
    ),
    "ACI021": Code(
        "Azure may refuse this group name",
        "The documentation asks for 1 to 63 lowercase letters, digits and single hyphens, with a letter or digit at "
        "both ends. Groups with capitals exist, so this is only a warning.",
        "name: My_Group",
        WARNING,
    ),
    "ACI022": Code(
        "Not a valid container name",
        "Use 1 to 63 lowercase letters, digits and hyphens, with a letter or digit at both ends.",
        "containers: [{name: Web}]",
    ),
    "ACI023": Code(
        "A name is used twice",
        "Names must be unique among all containers and init containers of a group, among its volumes, among its "
        "registries, and among its secret references. Rename or remove one.",
        "containers: [{name: web}, {name: web}]",
    ),
    "ACI024": Code(
        "Azure may refuse this volume name",
        "The documentation asks for up to 63 lowercase letters, digits and single hyphens.",
        "volumes: [{name: My_Data}]",
        WARNING,
    ),
    "ACI025": Code(
        "Not a valid DNS label",
        "Use 5 to 63 lowercase letters, digits and hyphens, with a letter first, and a letter or digit last.",
        "ipAddress: {dnsNameLabel: Web_1}",
    ),
    "ACI026": Code(
        "Not a valid environment variable name",
        "Use a letter or `_` first, then letters, digits and `_`.",
        "environmentVariables: {LOG-LEVEL: info}",
    ),
    "ACI027": Code(
        "An environment variable is set twice",
        "It is undefined which value would win. Remove one.",
        "environmentVariables: [{name: A, value: x}, {name: A, value: y}]",
    ),
    "ACI030": Code(
        "A mount names an unknown volume",
        "`volumeMounts` names volumes of the same group. Correct the name, or add the volume.",
        "containers: [{name: web, volumeMounts: {dta: /mnt}}]\nvolumes: [{name: data, emptyDir: {}}]",
    ),
    "ACI031": Code(
        "A volume has no source",
        "Without a source there is nothing to mount. Add one of `azureFile`, `emptyDir`, `secret`, `secretReference`, "
        "`gitRepo`.",
        "volumes: [{name: data}]",
        severity=WARNING,
    ),
    "ACI032": Code(
        "A volume has several sources",
        "A volume has exactly one of `azureFile`, `emptyDir`, `secret`, `gitRepo`. Only a secret volume may combine "
        "two: `secret` and `secretReference`. Keep one source.",
        "volumes: [{name: data, emptyDir: {}, gitRepo: {…}}]",
        severity=WARNING,
    ),
    "ACI033": Code(
        "A mount path contains a colon",
        "Azure refuses it, even on Windows. Remove the colon.",
        "volumeMounts: {data: 'C:/data'}",
    ),
    "ACI034": Code(
        "Two mounts use the same path",
        "Only one volume can be mounted at a path. Change one of the paths.",
        "volumeMounts: {a: /mnt, b: /mnt}",
    ),
    "ACI035": Code(
        "A mount path is not absolute",
        "Azure accepts it, but does not document what the path is relative to. Begin it with `/`.",
        "volumeMounts: {data: data}",
        severity=NOTICE,
    ),
    "ACI036": Code(
        "No container mounts the volume",
        "It has no effect. Mount it, or remove it.",
        "volumes: [{name: data, emptyDir: {}}]",
        WARNING,
    ),
    "ACI037": Code(
        "A secret file is not base64",
        "ARM expects the files of a secret volume in base64. Encode the content, or give plain text as `{fromText: "
        "…}`, which is encoded for you.",
        "volumes: [{name: keys, secret: {token: plain text}}]",
        severity=WARNING,
    ),
    "ACI038": Code(
        "The directory is outside the volume",
        "`directory` of a `gitRepo` may not contain `..`.",
        "volumes: [{name: code, gitRepo: {repository: …, directory: ../x}}]",
        severity=WARNING,
    ),
    "ACI039": Code(
        "Too many volumes",
        "The documented limit is 20 volumes per group.",
        severity=WARNING,
    ),
    "ACI040": Code(
        "The file share has no key",
        "Azure Files is mounted with the key of the storage account. Add `storageAccountKey` or "
        "`storageAccountKeyReference`.",
        "volumes: [{name: data, azureFile: {shareName: s, storageAccountName: a}}]",
        WARNING,
    ),
    "ACI045": Code(
        "A private address needs a subnet",
        "A private address belongs to a virtual network. Add `subnetIds`.",
        "ipAddress: {type: Private, ports: [80]}",
    ),
    "ACI046": Code(
        "A group in a subnet can't have a public address",
        "Groups in a virtual network have private addresses only. Use `type: Private`, or remove `subnetIds`.",
        "ipAddress: {type: Public, ports: [80]}\nsubnetIds: [{id: …}]",
    ),
    "ACI047": Code(
        "A DNS label needs a public address",
        "Only public addresses have a DNS label. Remove it, or use `type: Public`.",
        "ipAddress: {type: Private, dnsNameLabel: shop-web, ports: [80]}",
    ),
    "ACI048": Code(
        "Not the expected ARM id",
        "The value looks like a placeholder, or like the id of another kind of resource. Give the full ARM id.",
        "subnetIds: [{id: <subnet_id>}]",
        WARNING,
    ),
    "ACI049": Code(
        "DNS settings need a subnet",
        "Custom name servers are documented only for groups in a virtual network. Add `subnetIds`, or remove "
        "`dnsConfig`.",
        "dnsConfig: {nameServers: [10.0.0.4]}",
        WARNING,
    ),
    "ACI050": Code(
        "A spot group can't have an address",
        "Spot groups accept no inbound connections. Remove `ipAddress`, or use the priority `Regular`.",
        "priority: Spot\nipAddress: {type: Public, ports: [80]}",
    ),
    "ACI051": Code(
        "A DNS label scope needs a DNS label",
        "`autoGeneratedDomainNameLabelScope` defines who may reuse `dnsNameLabel`, and has no effect without it. Add "
        "a label, or remove the scope.",
        "ipAddress: {type: Public, ports: [80], autoGeneratedDomainNameLabelScope: TenantReuse}",
        WARNING,
    ),
}
