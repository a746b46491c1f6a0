"""Tags (docs: tag resources)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_text
from aci_reconcile.manifest.code import IDENTIFIED_BY_NAME, WARNING, Basis, Code, Evidence
from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from aci_reconcile.manifest.syntax.items import Item, RuleTable

_LONGEST_NAME, _LONGEST_VALUE, _MOST = 512, 256, 50
_ILLEGAL = frozenset("<>%&\\?/")
_RESERVED = ("microsoft", "azure", "windows")

OURS = "aci-reconcile-"
"""Prefix of this tool's own tags."""

ACI095: Final = Code(
    "ACI095",
    "Not a valid tag",
    "A tag name has up to 512 characters and none of `< > % & \\ ? /`. A tag value has up to 256 characters.",
    example="tags: {a/b: x}",
    evidence=(
        Evidence(Basis.THREAD, "InvalidTagNameCharacters: MicrosoftDocs/azure-docs#5647"),
        Evidence(Basis.DOCUMENT, "Use tags to organize your Azure resources"),
    ),
)


def check_tag_names(group: Item) -> None:
    """ARM: InvalidTagNameCharacters (MicrosoftDocs/azure-docs#5647); docs: maximum lengths of names and values."""
    for name, item in group.entries("tags"):
        illegal = sorted(_ILLEGAL & set(name))
        if not name.strip():
            item.complain(ACI095, "the tag has no name")
        elif illegal:
            item.complain(ACI095, f"the name {quote(name)} contains `{' '.join(illegal)}`")
        elif len(name) > _LONGEST_NAME:
            item.complain(ACI095, f"the name has {len(name)} characters; the maximum is {_LONGEST_NAME}")
        elif len(as_text(item.value)) > _LONGEST_VALUE:
            message = f"the value has {len(as_text(item.value))} characters; the maximum is {_LONGEST_VALUE}"
            item.complain(ACI095, message)


ACI096: Final = Code(
    "ACI096",
    "The tag name is reserved",
    "Azure reserves names that begin with `microsoft`, `azure` or `windows`. Rename the tag.",
    example="tags: {azure-team: shop}",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "Use tags to organize your Azure resources"),),
)

ACI098: Final = Code(
    "ACI098",
    "The tag belongs to this tool",
    "This tool keeps its records in tags that begin with `aci-reconcile-`, and writes them itself. Remove the tag.",
    example="tags: {aci-reconcile-project: shop}",
    evidence=(Evidence(Basis.OURS, "docs/safety.md"),),
)

ACI099: Final = Code(
    "ACI099",
    "Two tag names differ only in case",
    "Azure ignores the case of tag names, so they are one tag. Remove one.",
    example="tags: {Team: a, team: b}",
    evidence=(IDENTIFIED_BY_NAME, Evidence(Basis.DOCUMENT, "Use tags to organize your Azure resources")),
)


def check_reserved_tags(group: Item) -> None:
    """Some names are reserved by Azure, some by this tool, and Azure ignores case."""
    seen: dict[str, str] = {}
    for name, item in group.entries("tags"):
        lowered = name.lower()
        # Azure ignores case in names of tags, so `ACI-Reconcile-Owner` would be this tool's own.
        if lowered.startswith(OURS):
            item.complain(ACI098, f"only this tool writes the tag {quote(name)}", "remove it")
        elif lowered.startswith(_RESERVED):
            item.complain(ACI096, f"{quote(name)} begins with a reserved word")
        if lowered in seen:
            item.complain(ACI099, f"{quote(name)} and {quote(seen[lowered])} are the same tag")
        seen.setdefault(lowered, name)


ACI097: Final = Code(
    "ACI097",
    "Too many tags",
    "A resource can have 50 tags, and this tool adds up to four of its own. Remove some.",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "Use tags to organize your Azure resources"),),
)


def check_tag_count(group: Item) -> None:
    """Docs: a resource has 50 tags at most."""
    count = len(list(group.entries("tags")))
    if count > _MOST:
        group.at("tags").complain(ACI097, f"{count} tags; the maximum is {_MOST}")


RULES: Final[RuleTable] = {
    ("tags",): (check_tag_names, check_reserved_tags, check_tag_count),
}
