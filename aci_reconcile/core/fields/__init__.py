"""The table of what is known about each field of a container group, and how to look a field up.

Normalising, diffing, planning, loading manifests, the JSON Schema and the reference documentation all read this table.
"""

from __future__ import annotations

from typing import Final

from aci_reconcile.core.fields.model import UNSET, Field, Fold, Kind, Node, Replaces, Unset
from aci_reconcile.core.fields.table import API_VERSION, FIELDS
from aci_reconcile.core.fields.tree import build

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

ROOT: Final[Node] = build(FIELDS)
"""The container group itself."""


def child(node: Node | None, name: str) -> Node | None:
    """Return what is known about the property ``name`` of an object, or the value ``name`` of a map; None: nothing."""
    if node is None:
        return None
    if node.kind is Kind.MAP:
        return node.item
    return node.children.get(name)
