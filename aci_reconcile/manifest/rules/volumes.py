"""Volumes and mounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from aci_reconcile.manifest.syntax.items import Item

SOURCES: Final = ("azureFile", "emptyDir", "secret", "secretReference", "gitRepo")
_MOST = 20


def _list_mounts(group: Item) -> tuple[tuple[Item, ...], ...]:
    """Return the mounts of each container."""
    properties = group.at("properties")
    containers = (*properties.each("containers"), *properties.each("initContainers"))
    return tuple(each.at("properties").each("volumeMounts") for each in containers)


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
            name.complain("ACI030", f"unknown volume {quote(name.text)}", hint)
    for volume in volumes:
        name = volume.at("name")
        if name.text and name.text.lower() not in used:
            name.complain("ACI036", f"no container mounts the volume {quote(name.text)}")


def check_volume_source(group: Item) -> None:
    """A volume has one source; only a secret volume may have two (Microsoft's 2025-09-01 example)."""
    for volume in group.at("properties").each("volumes"):
        given = [name for name in SOURCES if volume.has(name)]
        if given == ["secret", "secretReference"]:
            continue
        if not given and not any(path[: len(volume.path)] == volume.path for path in group.places.doubtful):
            volume.complain("ACI031", "the volume has no source", f"add one of: {', '.join(SOURCES)}")
        elif len(given) > 1:
            volume.at(given[1]).complain(
                "ACI032", f"the volume has several sources: {', '.join(given)}", "keep one of them"
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
            if ":" in path.text:
                path.complain("ACI033", f"{quote(path.text)} contains a colon")
            elif path.text and not windows and not path.text.startswith("/"):
                path.complain("ACI035", f"{quote(path.text)} is not absolute", "begin it with `/`")
            if path.text and path.text.rstrip("/") in seen:
                path.complain("ACI034", f"another volume is already mounted at {quote(path.text)}")
            seen.add(path.text.rstrip("/"))


def check_git_directory(group: Item) -> None:
    """Docs of `directory`: it must not contain or start with '..'."""
    for volume in group.at("properties").each("volumes"):
        directory = volume.at("gitRepo", "directory")
        if ".." in directory.text.split("/"):
            directory.complain("ACI038", f"{quote(directory.text)} is outside the volume")


def check_volume_count(group: Item) -> None:
    """Quotas: 20 volumes in a group."""
    count = len(group.at("properties").each("volumes"))
    if count > _MOST:
        group.at("properties", "volumes").complain("ACI039", f"{count} volumes; the documented maximum is {_MOST}")


def check_share_key(group: Item) -> None:
    """Azure Files is mounted with a key; newer api-versions may accept an identity instead, so this only warns."""
    for volume in group.at("properties").each("volumes"):
        share = volume.at("azureFile")
        if share and not share.has("storageAccountKey") and not share.has("storageAccountKeyReference"):
            share.complain("ACI040", "the file share has no key", 'add `storageAccountKey: "${env:NAME}"`')
