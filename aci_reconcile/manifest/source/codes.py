"""Codes about files: whether they can be read, and what they contain."""

from __future__ import annotations

from typing import Final

from aci_reconcile.manifest.code import NOTICE, WARNING, Basis, Code, Evidence

ACI001: Final = Code(
    "ACI001",
    "The file or folder can't be read",
    "It may have been removed during the run, or your user has no permission to read it. Nothing is planned from "
    "an incomplete set of manifests, because a missing manifest would look like a group to delete. Restore the "
    "file, or fix its permissions.",
)

ACI002: Final = Code(
    "ACI002",
    "The file is too large",
    "Manifests and project files may have up to 1 MiB. A manifest takes a few kilobytes, so this is probably some "
    "other file. Name the right one.",
)

ACI003: Final = Code(
    "ACI003",
    "The file is not UTF-8",
    "Files are read as UTF-8, with or without a byte order mark. Save the file as UTF-8.",
)

ACI004: Final = Code(
    "ACI004",
    "The file is not valid YAML or JSON",
    "The message quotes the parser. The position is where parsing stopped, which may be a line below the mistake. "
    "Look for a missing quote, colon or bracket just above.",
    example="containers: [web",
)

ACI005: Final = Code(
    "ACI005",
    "The indentation contains a tab",
    "YAML allows only spaces there, because tabs have no agreed width. Replace the tab with spaces.",
    example="tags:\n\tteam: shop",
)

ACI006: Final = Code(
    "ACI006",
    "A map contains the same key twice",
    "Most YAML readers silently keep the last one, and the other value is lost. Remove one of the two.",
    example="name: web\nname: api",
)

ACI007: Final = Code(
    "ACI007",
    "YAML tags are not supported",
    "Tags such as `!!str` or `!secret` tell a YAML reader which type a value has. Here the schema defines the "
    "type, and tags of other tools have no meaning. Remove the tag.",
    example="cpu: !!float 1",
)

ACI008: Final = Code(
    "ACI008",
    "Aliases expand too far",
    "An alias repeats what its anchor holds, so aliases of aliases can turn a small file into an endless one. The "
    "limit is 100,000 values, and an alias may not contain itself. Write the values out.",
    example="a: &a [x, x]\nb: &b [*a, *a]",
)

ACI009: Final = Code(
    "ACI009",
    "The nesting is too deep",
    "Maps and lists may be nested up to 60 levels deep. A manifest needs about ten.",
)

ACI010: Final = Code(
    "ACI010",
    "The text contains a control character",
    "Control characters other than tabs and line breaks are invisible, and can corrupt terminals and logs. Remove it.",
    example='image: "nginx\\x07"',
)

ACI011: Final = Code(
    "ACI011",
    "The document is not a map",
    "Each YAML document of a manifest is one map of properties. A project file is one document. Write `name: …` "
    "and the other properties at the top level.",
    example="- name: web",
)

ACI132: Final = Code(
    "ACI132",
    "The file belongs to another tool",
    "ARM templates, Compose files and Kubernetes manifests look similar, but have other formats. A manifest "
    "declares one container group, in the format of `az container create --file`. Convert the file, or name "
    "another one.",
    example="services: {web: {image: nginx}}",
)

ACI138: Final = Code(
    "ACI138",
    "No manifest found here",
    "The file, document or folder is empty, or contains only comments. It may have been emptied by mistake, so "
    "nothing is pruned while it exists. Remove it, or add a manifest.",
    severity=WARNING,
)

ACI139: Final = Code(
    "ACI139",
    "The JSON contains comments",
    "They are ignored here, but JSON has no comments and other tools reject the file. Remove them, or use YAML.",
    severity=WARNING,
)

ACI140: Final = Code(
    "ACI140",
    "A link leads out of the repository",
    "Symbolic links in a folder of manifests are followed only inside the repository. Copy the file into it, or "
    "name the file on the command line.",
)

ACI155: Final = Code(
    "ACI155",
    "A file outside the repository",
    "`${file:…}` reads only files below the folder of the project file or, without a project, of the manifest. "
    "Absolute paths, `..` and links that lead out are refused. Move the file.",
    example='secureValue: "${file:../../etc/passwd}"',
)

ACI156: Final = Code(
    "ACI156",
    "The referenced file can't be used",
    "It is missing, larger than 1 MiB, or not UTF-8 text.",
    example='secureValue: "${file:secrets/none.txt}"',
)

ACI224: Final = Code(
    "ACI224",
    "A file that is not a manifest is skipped",
    "A folder of manifests may contain files of other tools, and plans and reports of this one. They are "
    "recognized by their content. It is an error to name such a file on the command line, or to have no manifest "
    "beside it.",
    example="services: {web: {image: nginx}}    # beside manifests, in docker-compose.yaml",
    severity=NOTICE,
)

ACI242: Final = Code(
    "ACI242",
    "The file holds credentials of a program",
    "`.git`, `.azure`, `.ssh`, `.netrc` and similar files, and the files that hold this tool's credentials, are "
    "never read as manifests or by references, not even through a link. Copy what the container needs into a file "
    "of its own, or use `${env:NAME}`.",
    example='secureValue: "${file:.git/config}"',
    evidence=(Evidence(Basis.OURS, "docs/secrets.md"),),
)

ACI263: Final = Code(
    "ACI263",
    "There is nothing to check",
    "No manifest was found, so no check could fail. A pipeline that checks the wrong folder would always pass. "
    "Name the folder that holds the manifests.",
    severity=WARNING,
)
