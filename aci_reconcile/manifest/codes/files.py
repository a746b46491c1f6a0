"""Codes about files as such, and about YAML and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import NOTICE, WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES: Final[Mapping[str, Code]] = {
    "ACI001": Code(
        "The file or folder can't be read",
        "It may have been removed during the run, or your user has no permission to read it. Nothing is planned from "
        "an incomplete set of manifests, because a missing manifest would look like a group to delete. Restore the "
        "file, or fix its permissions.",
    ),
    "ACI002": Code(
        "The file is too large",
        "Manifests and project files may have up to 1 MiB. A manifest takes a few kilobytes, so this is probably some "
        "other file. Name the right one.",
    ),
    "ACI003": Code(
        "The file is not UTF-8",
        "Files are read as UTF-8, with or without a byte order mark. Save the file as UTF-8.",
    ),
    "ACI004": Code(
        "The file is not valid YAML or JSON",
        "The message quotes the parser. The position is where parsing stopped, which may be a line below the mistake. "
        "Look for a missing quote, colon or bracket just above.",
        "containers: [web",
    ),
    "ACI005": Code(
        "The indentation contains a tab",
        "YAML allows only spaces there, because tabs have no agreed width. Replace the tab with spaces.",
        "tags:\n\tteam: shop",
    ),
    "ACI006": Code(
        "A map contains the same key twice",
        "Most YAML readers silently keep the last one, and the other value is lost. Remove one of the two.",
        "name: web\nname: api",
    ),
    "ACI007": Code(
        "YAML tags are not supported",
        "Tags such as `!!str` or `!secret` tell a YAML reader which type a value has. Here the schema defines the "
        "type, and tags of other tools have no meaning. Remove the tag.",
        "cpu: !!float 1",
    ),
    "ACI008": Code(
        "Aliases expand too far",
        "An alias repeats what its anchor holds, so aliases of aliases can turn a small file into an endless one. The "
        "limit is 100,000 values, and an alias may not contain itself. Write the values out.",
        "a: &a [x, x]\nb: &b [*a, *a]",
    ),
    "ACI009": Code(
        "The nesting is too deep",
        "Maps and lists may be nested up to 60 levels deep. A manifest needs about ten.",
    ),
    "ACI010": Code(
        "The text contains a control character",
        "Control characters other than tabs and line breaks are invisible, and can corrupt terminals and logs. Remove "
        "it.",
        'image: "nginx\\x07"',
    ),
    "ACI011": Code(
        "The document is not a map",
        "Each YAML document of a manifest is one map of properties. A project file is one document. Write `name: …` "
        "and the other properties at the top level.",
        "- name: web",
    ),
    "ACI130": Code(
        "The resource type is not supported",
        "`type` is the ARM resource type. Leave it out: a manifest without `type` declares a container group.",
        "type: Microsoft.Web/sites",
    ),
    "ACI131": Code(
        "Not a valid api-version",
        "Azure's api-versions are dates, some with the suffix `-preview`. Write one such as `2025-09-01`.",
        "apiVersion: 2023-05",
    ),
    "ACI132": Code(
        "The file belongs to another tool",
        "ARM templates, Compose files and Kubernetes manifests look similar, but have other formats. A manifest "
        "declares one container group, in the format of `az container create --file`. Convert the file, or name "
        "another one.",
        "services: {web: {image: nginx}}",
    ),
    "ACI133": Code(
        "The group has no name",
        "Every manifest names its group. Add `name`.",
        "location: westeurope",
    ),
    "ACI134": Code(
        "The same group is declared twice",
        "Two documents have the same resource group and name. Azure ignores the case of both. Rename or remove one.",
        "name: web\n---\nname: Web",
    ),
    "ACI135": Code(
        "The group has no resource group",
        "Set `resourceGroup` in the manifest or in the project file, or give `--resource-group`.",
    ),
    "ACI136": Code(
        "The group has no location",
        "Azure needs to know the region. Set `location` in the manifest or, for all groups, in the project file.",
    ),
    "ACI137": Code(
        "Two sources contradict each other",
        "Either one file sets two locations (`location` and `defaults.location` mean the same), or the command line "
        "names another resource group or location than the manifest or the project file. Guessing could create the "
        "group a second time. Remove one of the two. A manifest may differ from the project file: the manifest wins.",
        "location: westeurope\ndefaults: {location: northeurope}",
    ),
    "ACI138": Code(
        "No manifest found here",
        "The file, document or folder is empty, or contains only comments. It may have been emptied by mistake, so "
        "nothing is pruned while it exists. Remove it, or add a manifest.",
        severity=WARNING,
    ),
    "ACI139": Code(
        "The JSON contains comments",
        "They are ignored here, but JSON has no comments and other tools reject the file. Remove them, or use YAML.",
        severity=WARNING,
    ),
    "ACI140": Code(
        "A link leads out of the repository",
        "Symbolic links in a folder of manifests are followed only inside the repository. Copy the file into it, or "
        "name the file on the command line.",
    ),
    "ACI141": Code(
        "`dependsOn` names an unknown group",
        "Name a group of this project by its address (`resourceGroup/name`), or by its name if that is unique.",
        "lifecycle: {dependsOn: [databse]}",
    ),
    "ACI142": Code(
        "Groups depend on each other in a circle",
        "None of them could start first. Remove one of the dependencies.",
        "lifecycle: {dependsOn: [web]}    # in the manifest of web",
    ),
    "ACI143": Code(
        "`ignore` names a field that can't be ignored",
        "Name a field by its path, such as `containers[web].image`. Azure never returns secrets, so their live values "
        "can't be carried over in a write, and they can't be ignored.",
        "lifecycle: {ignore: [containers.images]}",
    ),
    "ACI144": Code(
        "Not a valid resource group name",
        "Use up to 90 letters, digits, `.`, `_`, `-` and parentheses. The last character may not be a dot.",
        "resourceGroup: rg shop",
    ),
    "ACI145": Code(
        "The group has no resource group yet",
        "This is only a warning in an offline check, because `--resource-group` can still name it. Set "
        "`resourceGroup` in the manifest or in the project file, or give the option.",
        severity=WARNING,
    ),
    "ACI224": Code(
        "A file that is not a manifest is skipped",
        "A folder of manifests may contain files of other tools, and plans and reports of this one. They are "
        "recognized by their content. It is an error to name such a file on the command line, or to have no manifest "
        "beside it.",
        "services: {web: {image: nginx}}    # beside manifests, in docker-compose.yaml",
        NOTICE,
    ),
    "ACI225": Code(
        "Not a valid path or pattern",
        "The path is too long, contains a character that paths may not contain, or is not a valid pattern. `**` "
        "stands for any number of folders, and must be alone between slashes: `groups/**/*.yaml`.",
        'manifests: ["groups/**.yaml"]',
    ),
}
