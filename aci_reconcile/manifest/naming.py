"""The name that a document gives its group, before the document is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.manifest.borrowed import fold_key
from aci_reconcile.manifest.nodes import MapNode, ScalarNode

if TYPE_CHECKING:
    from aci_reconcile.manifest.nodes import Source

DeclaredName: TypeAlias = "tuple[str, str]"
"""The resource group and the name in a document, in lowercase; empty if it has none."""


def read_group_name(node: Source) -> DeclaredName:
    """Return the resource group and the name in a document."""
    entries = node.entries if isinstance(node, MapNode) else ()
    said = {fold_key(each.key): each.value.text.lower() for each in entries if isinstance(each.value, ScalarNode)}
    return said.get("resourcegroup", ""), said.get("name", "")
