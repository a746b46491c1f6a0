"""Codes about files as such, and about YAML and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import NOTICE, WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES: Final[Mapping[str, Code]] = {
    "ACI001": Code(
        "The file or folder can't be read",
        "It may have gone since it was listed, or this user may not read it. A set of manifests that could not be "
        "read whole is never planned: what is missing from it would look like something to delete.",
    ),
    "ACI002": Code(
        "The file is too large",
        "Manifests and project files may have 1 MiB. A manifest has a few kilobytes; a larger file is some other file.",
    ),
    "ACI003": Code("The file is not UTF-8", "Files are read as UTF-8, with or without a byte order mark."),
    "ACI004": Code(
        "The file is not YAML, or not JSON",
        "The parser's own words say what it found. The place is where it gave up, which may be a line below the "
        "mistake: look for a missing quote, colon or bracket just above.",
        "containers: [web",
    ),
    "ACI005": Code(
        "A tab in the indentation",
        "YAML indents with spaces only, because tabs have no agreed width.",
        "tags:\n\tteam: shop",
    ),
    "ACI006": Code(
        "A key stands twice in one map",
        "Most YAML readers silently take the last one. Here nothing is lost in silence.",
        "name: web\nname: api",
    ),
    "ACI007": Code(
        "A YAML tag",
        "Tags such as `!!str` or `!secret` tell a YAML reader what type a value has. Here the schema says so, and "
        "tags of other tools mean nothing.",
        "cpu: !!float 1",
    ),
    "ACI008": Code(
        "Aliases that expand too far",
        "An alias repeats what its anchor holds. Aliases of aliases can turn a small file into an endless one; "
        "100,000 values are the limit, and an alias may not contain itself.",
        "a: &a [x, x]\nb: &b [*a, *a]",
    ),
    "ACI009": Code("Nested too deep", "Maps and lists may be nested 60 levels deep; a manifest needs about ten."),
    "ACI010": Code(
        "A control character",
        "Control characters other than tabs and line ends are invisible, and do damage on terminals and in logs.",
        'image: "nginx\\x07"',
    ),
    "ACI011": Code(
        "The document is no map",
        "A manifest is one map of properties per YAML document, and a project file is one document.",
        "- name: web",
    ),
    "ACI130": Code(
        "The type is not supported",
        "`type` is ARM's resource type. It may be left out: a manifest without one declares a container group.",
        "type: Microsoft.Web/sites",
    ),
    "ACI131": Code(
        "No api-version",
        "Api-versions of Azure are dates, some of them with `-preview`.",
        "apiVersion: 2023-05",
    ),
    "ACI132": Code(
        "A file of another tool",
        "ARM templates, Compose files and Kubernetes manifests look alike and are not. A manifest declares one "
        "container group in the words of `az container create --file`.",
        "services: {web: {image: nginx}}",
    ),
    "ACI133": Code("The group has no name", "Every manifest names its group.", "location: westeurope"),
    "ACI134": Code(
        "One group is declared twice",
        "Two documents have the same resource group and name; Azure does not tell capitals from small letters.",
        "name: web\n---\nname: Web",
    ),
    "ACI135": Code(
        "The group has no resource group",
        "It may stand in the manifest, in the project file, or on the command line.",
    ),
    "ACI136": Code(
        "The group has no location",
        "Azure wants to know the region. It may stand in the manifest or, for all groups, in the project file.",
    ),
    "ACI137": Code(
        "Two sources contradict each other",
        "One layer names two locations (`location` and `defaults.location` say the same thing), or the command line "
        "names another resource group or location than the manifest or the project file. Which one is meant can't be "
        "known, and guessing would create the group a second time. A manifest may differ from the project: it wins.",
        "location: westeurope\ndefaults: {location: northeurope}",
    ),
    "ACI138": Code(
        "There is no manifest here",
        "The file, the document or the folder is empty, or holds nothing but comments. Nobody can tell whether it "
        "was emptied on purpose, so nothing is pruned while it is there: remove it, or fill it again.",
        severity=WARNING,
    ),
    "ACI139": Code(
        "Comments in JSON",
        "They are read over here, but JSON has no comments and other tools will refuse the file.",
        severity=WARNING,
    ),
    "ACI140": Code(
        "A link leads out of the repository",
        "A folder of manifests is read with its symbolic links, as long as they stay inside the repository.",
    ),
    "ACI141": Code(
        "`dependsOn` names no group",
        "It names groups of this project by address (`resourceGroup/name`), or by name where that is unique.",
        "lifecycle: {dependsOn: [databse]}",
    ),
    "ACI142": Code(
        "Groups depend on each other in a circle",
        "None of them could ever be the first one.",
        "lifecycle: {dependsOn: [web]}    # in the manifest of web",
    ),
    "ACI143": Code(
        "`ignore` names no field that can be ignored",
        "A field is named by its path. Fields that Azure never shows (secrets) can't be ignored, because their "
        "live value could not be carried over in a write.",
        "lifecycle: {ignore: [containers.images]}",
    ),
    "ACI144": Code(
        "No name for a resource group",
        "Up to 90 letters, digits, `.`, `_`, `-` and parentheses, and no dot last.",
        "resourceGroup: rg shop",
    ),
    "ACI145": Code(
        "The group has no resource group yet",
        "An offline check lets it pass: it may still come from `--resource-group`.",
        severity=WARNING,
    ),
    "ACI224": Code(
        "A file that is no manifest is skipped",
        "A folder of manifests may hold files of other tools, and plans and reports of this one. They are known by "
        "what stands in them. Named on the command line, or where there is no manifest besides, they are an error.",
        "services: {web: {image: nginx}}    # beside manifests, in docker-compose.yaml",
        NOTICE,
    ),
    "ACI225": Code(
        "A name that no file can have",
        "The system refuses the path or the pattern: it is too long, holds a character that no path may hold, or is no "
        "pattern. `**` stands for any number of folders, and stands alone between slashes: `groups/**/*.yaml`.",
        'manifests: ["groups/**.yaml"]',
    ),
}
