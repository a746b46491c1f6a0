"""Volumes and mounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.code import IDENTIFIED_BY_NAME, NOTICE, QUOTAS, SCHEMA_2025, WARNING, Basis, Code, Evidence
from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from aci_reconcile.manifest.syntax.items import Item, RuleTable

SOURCES: Final = ("azureFile", "emptyDir", "secret", "secretReference", "gitRepo")
_MOST = 20


def _list_mounts(group: Item) -> tuple[tuple[Item, ...], ...]:
    """Return the mounts of each container."""
    properties = group.at("properties")
    containers = (*properties.each("containers"), *properties.each("initContainers"))
    return tuple(each.at("properties").each("volumeMounts") for each in containers)


ACI030: Final = Code(
    "ACI030",
    "A mount names an unknown volume",
    "`volumeMounts` names volumes of the same group. Correct the name, or add the volume.",
    example="containers: [{name: web, volumeMounts: {dta: /mnt}}]\nvolumes: [{name: data, emptyDir: {}}]",
    evidence=(Evidence(Basis.SENSE, "the group has no such volume"),),
)

ACI036: Final = Code(
    "ACI036",
    "No container mounts the volume",
    "It has no effect. Mount it, or remove it.",
    example="volumes: [{name: data, emptyDir: {}}]",
    severity=WARNING,
    evidence=(Evidence(Basis.LIKELY, "a volume without mounts has no effect"),),
)


def check_mounted_volumes(group: Item) -> None:
    """Sense: a mount names a volume of the group, and every volume is mounted."""
    volumes = group.at("properties").each("volumes")
    names = [each.at("name").text for each in volumes]
    known = {name.lower() for name in names}
    used: set[str] = set()
    for mount in (mount for mounts in _list_mounts(group) for mount in mounts):
        name = mount.at("name")
        used.add(name.text.lower())
        if name.text and name.text.lower() not in known and not group.at("properties", "volumes").doubtful:
            hint = name.diagnostics.suggest(name.text, names)
            name.complain(ACI030, f"unknown volume {quote(name.text)}", hint)
    for volume in volumes:
        name = volume.at("name")
        if name.text and name.text.lower() not in used:
            name.complain(ACI036, f"no container mounts the volume {quote(name.text)}")


ACI031: Final = Code(
    "ACI031",
    "A volume has no source",
    "Without a source there is nothing to mount. Add one of `azureFile`, `emptyDir`, `secret`, `secretReference`, "
    "`gitRepo`.",
    example="volumes: [{name: data}]",
    severity=WARNING,
    evidence=(Evidence(Basis.LIKELY, "there is nothing to mount; seen in published manifests"),),
)

ACI032: Final = Code(
    "ACI032",
    "A volume has several sources",
    "A volume has exactly one of `azureFile`, `emptyDir`, `secret`, `gitRepo`. Only a secret volume may combine "
    "two: `secret` and `secretReference`. Keep one source.",
    example="volumes: [{name: data, emptyDir: {}, gitRepo: {…}}]",
    severity=WARNING,
    evidence=(Evidence(Basis.LIKELY, "the schema lists the sources side by side"), SCHEMA_2025),
)


def check_volume_source(group: Item) -> None:
    """A volume has one source; only a secret volume may have two (Microsoft's 2025-09-01 example)."""
    for volume in group.at("properties").each("volumes"):
        sources = [name for name in SOURCES if volume.has(name)]
        # Microsoft's 2025-09-01 example mounts files of both kinds in one volume.
        if sources == ["secret", "secretReference"]:
            continue
        if not sources and not any(path[: len(volume.path)] == volume.path for path in group.places.doubtful):
            volume.complain(ACI031, "the volume has no source", f"add one of: {', '.join(SOURCES)}")
        elif len(sources) > 1:
            volume.at(sources[1]).complain(
                ACI032, f"the volume has several sources: {', '.join(sources)}", "keep one of them"
            )


ACI033: Final = Code(
    "ACI033",
    "A mount path contains a colon",
    "Azure refuses it, even on Windows. Remove the colon.",
    example="volumeMounts: {data: 'C:/data'}",
    evidence=(Evidence(Basis.THREAD, "Azure/azure-cli#26591"), SCHEMA_2025),
)

ACI034: Final = Code(
    "ACI034",
    "Two mounts use the same path",
    "Only one volume can be mounted at a path. Change one of the paths.",
    example="volumeMounts: {a: /mnt, b: /mnt}",
    evidence=(IDENTIFIED_BY_NAME,),
)

ACI035: Final = Code(
    "ACI035",
    "A mount path is not absolute",
    "Azure accepts it, but does not document what the path is relative to. Begin it with `/`.",
    example="volumeMounts: {data: data}",
    severity=NOTICE,
    evidence=(Evidence(Basis.THREAD, "a relative path is taken: Azure/azure-cli#26591"),),
)


def check_mount_paths(group: Item) -> None:
    """Azure: "The volume mount path cannot contain ':'" (Azure/azure-cli#26591, where Azure accepted a relative path).

    This tool identifies mounts by path, so each path occurs once.
    """
    windows = group.at("properties", "osType").text == "Windows"
    for mounts in _list_mounts(group):
        seen: set[str] = set()
        for mount in mounts:
            path = mount.at("mountPath")
            if ":" in path.text:  # also on Windows, where `C:\data` would be usual
                path.complain(ACI033, f"{quote(path.text)} contains a colon")
            elif path.text and not windows and not path.text.startswith("/"):
                path.complain(ACI035, f"{quote(path.text)} is not absolute", "begin it with `/`")
            if path.text and path.text.rstrip("/") in seen:
                path.complain(ACI034, f"another volume is already mounted at {quote(path.text)}")
            seen.add(path.text.rstrip("/"))


ACI038: Final = Code(
    "ACI038",
    "The directory is outside the volume",
    "`directory` of a `gitRepo` may not contain `..`.",
    example="volumes: [{name: code, gitRepo: {repository: …, directory: ../x}}]",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "the REST reference of gitRepo.directory"),),
)


def check_git_directory(group: Item) -> None:
    """Docs of `directory`: it must not contain or start with '..'."""
    for volume in group.at("properties").each("volumes"):
        directory = volume.at("gitRepo", "directory")
        if ".." in directory.text.split("/"):
            directory.complain(ACI038, f"{quote(directory.text)} is outside the volume")


ACI039: Final = Code(
    "ACI039",
    "Too many volumes",
    "The documented limit is 20 volumes per group. Remove some.",
    severity=WARNING,
    evidence=(QUOTAS,),
)


def check_volume_count(group: Item) -> None:
    """Quotas: 20 volumes in a group."""
    count = len(group.at("properties").each("volumes"))
    if count > _MOST:
        group.at("properties", "volumes").complain(ACI039, f"{count} volumes; the documented maximum is {_MOST}")


ACI040: Final = Code(
    "ACI040",
    "The file share has no key",
    "Azure Files is mounted with the key of the storage account. Add `storageAccountKey` or "
    "`storageAccountKeyReference`.",
    example="volumes: [{name: data, azureFile: {shareName: s, storageAccountName: a}}]",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "Mount an Azure file share in Azure Container Instances"),),
)


def check_share_key(group: Item) -> None:
    """Azure Files is mounted with a key; newer api-versions may accept an identity instead, so this only warns."""
    for volume in group.at("properties").each("volumes"):
        share = volume.at("azureFile")
        if share and not share.has("storageAccountKey") and not share.has("storageAccountKeyReference"):
            share.complain(ACI040, "the file share has no key", 'add `storageAccountKey: "${env:NAME}"`')


RULES: Final[RuleTable] = {
    ("volumes",): (check_volume_source, check_git_directory, check_volume_count, check_share_key),
    ("volumes", "volumeMounts"): (check_mounted_volumes,),
    ("volumeMounts",): (check_mount_paths,),
}
