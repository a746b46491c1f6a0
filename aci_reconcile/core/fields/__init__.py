"""The table of all fields of a container group, and functions to look up a field.

Normalising, diffing, planning, loading manifests, the JSON Schema and the reference documentation all read this table.
"""

from __future__ import annotations

from typing import Final

from aci_reconcile.core.fields.model import UNSET, Field, Fold, Kind, Node, Replaces, Unset, build_tree
from aci_reconcile.core.fields.table import API_VERSION, FIELDS

__all__ = [
    "API_VERSION",
    "FIELDS",
    "ROOT",
    "UNSET",
    "Field",
    "Fold",
    "Kind",
    "Node",
    "Replaces",
    "Unset",
    "child",
]

ROOT: Final[Node] = build_tree(FIELDS)
"""The container group itself."""


def child(node: Node | None, name: str) -> Node | None:
    """Return the field of the property ``name`` of an object, or of the value ``name`` of a map; None if unknown."""
    if node is None:
        return None
    if node.kind is Kind.MAP:
        return node.item
    return node.children.get(name)
