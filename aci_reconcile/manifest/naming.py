"""What a document calls its group, before anybody asks whether the document is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.manifest.borrowed import squeezed
from aci_reconcile.manifest.nodes import MapNode, ScalarNode

if TYPE_CHECKING:
    from aci_reconcile.manifest.nodes import Source

DeclaredName: TypeAlias = "tuple[str, str]"
"""The resource group and the name that a document writes, in small letters; empty where it writes none."""


def declared_name(node: Source) -> DeclaredName:
    """Return the resource group and the name that a document writes."""
    entries = node.entries if isinstance(node, MapNode) else ()
    said = {squeezed(each.key): each.value.text.lower() for each in entries if isinstance(each.value, ScalarNode)}
    return said.get("resourcegroup", ""), said.get("name", "")
