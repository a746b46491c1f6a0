"""Tags (docs: tag resources)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.model import as_text
from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from aci_reconcile.manifest.syntax.items import Item

_LONGEST_NAME, _LONGEST_VALUE, _MOST = 512, 256, 50
_ILLEGAL = frozenset("<>%&\\?/")
_RESERVED = ("microsoft", "azure", "windows")
OURS = "aci-reconcile-"
"""Prefix of this tool's own tags."""


def check_tag_names(group: Item) -> None:
    """ARM: InvalidTagNameCharacters (MicrosoftDocs/azure-docs#5647); docs: maximum lengths of names and values."""
    for name, item in group.entries("tags"):
        illegal = sorted(_ILLEGAL & set(name))
        if not name.strip():
            item.complain("ACI095", "the tag has no name")
        elif illegal:
            item.complain("ACI095", f"the name {quote(name)} contains `{' '.join(illegal)}`")
        elif len(name) > _LONGEST_NAME:
            item.complain("ACI095", f"the name has {len(name)} characters; the maximum is {_LONGEST_NAME}")
        elif len(as_text(item.value)) > _LONGEST_VALUE:
            message = f"the value has {len(as_text(item.value))} characters; the maximum is {_LONGEST_VALUE}"
            item.complain("ACI095", message)


def check_reserved_tags(group: Item) -> None:
    """Some names are reserved by Azure, some by this tool, and Azure ignores case."""
    seen: dict[str, str] = {}
    for name, item in group.entries("tags"):
        lowered = name.lower()
        if lowered.startswith(OURS):
            item.complain("ACI098", f"only this tool writes the tag {quote(name)}", "remove it")
        elif lowered.startswith(_RESERVED):
            item.complain("ACI096", f"{quote(name)} begins with a reserved word")
        if lowered in seen:
            item.complain("ACI099", f"{quote(name)} and {quote(seen[lowered])} are the same tag")
        seen.setdefault(lowered, name)


def check_tag_count(group: Item) -> None:
    """Docs: a resource has 50 tags at most."""
    count = len(list(group.entries("tags")))
    if count > _MOST:
        group.at("tags").complain("ACI097", f"{count} tags; the maximum is {_MOST}")
