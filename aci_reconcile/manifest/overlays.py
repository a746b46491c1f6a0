"""The project's ``defaults`` below all groups, and an environment's patches (``groups``) above some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.expand import expand
from aci_reconcile.manifest.findings import quote
from aci_reconcile.manifest.layers import is_removed
from aci_reconcile.manifest.nodes import MapNode, ScalarNode
from aci_reconcile.manifest.rows import GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.expand import Expansion
    from aci_reconcile.manifest.nodes import Entry, Source

_NOT_SHARED: Final = ("name", "type", "apiVersion", "resourceGroup")


def read_patches(node: Source | None, run: Expansion) -> tuple[Entry, ...]:
    """Return the patches of single groups in ARM's shape, by name or address."""
    if node is not None and not isinstance(node, MapNode) and not (isinstance(node, ScalarNode) and node.null):
        run.diagnostics.add("ACI115", node.where, "`groups` must be a map of group names to patches", path="groups")
    entries = _drop_duplicates(node, run) if isinstance(node, MapNode) else ()
    for entry in entries:
        if is_removed(entry.value):
            message = f"the patch of {quote(entry.key)} must be a map; `null` does not remove a group"
            hint = "remove the key; if only some environments have the group, put its manifest into a folder of theirs"
            run.diagnostics.add("ACI115", entry.value.where, message, hint=hint, path=f"groups.{entry.key}")
    patches = ((entry, read_overlay(entry.value, "a patch", run)) for entry in entries)
    return tuple(entry._replace(value=value) for entry, value in patches if value is not None)


def _drop_duplicates(node: MapNode, run: Expansion) -> tuple[Entry, ...]:
    """Return the patches; names that differ only in case mean the same group, as in Azure."""
    known: dict[str, Entry] = {}
    for entry in node.entries:
        first = known.setdefault(entry.key.lower(), entry)
        if first is not entry:
            message = f"{quote(entry.key)} is the same group as {quote(first.key)} in line {first.where.line}"
            hint = "keep one patch: Azure ignores the case of names"
            run.diagnostics.add("ACI261", entry.where, message, hint=hint, path=f"groups.{entry.key}")
    return tuple(known.values())


def read_overlay(node: Source | None, what: str, run: Expansion) -> MapNode | None:
    """Return defaults or a patch in ARM's shape; None if there is nothing."""
    if node is None or (isinstance(node, ScalarNode) and node.null):
        return None
    if not isinstance(node, MapNode):
        run.diagnostics.add("ACI115", node.where, f"{what} must be a map of properties of a group")
        return None
    for key in _NOT_SHARED:
        entry = node.entry(key)
        if entry:
            run.diagnostics.add("ACI176", entry.where, f"`{key}` is not allowed in {what}", path=key)
    expanded = expand(node.without(*_NOT_SHARED), GROUP, "", run)
    return expanded if isinstance(expanded, MapNode) else None


def list_default_paths(defaults: MapNode | None) -> frozenset[str]:
    """Return the paths of all fields that ``defaults`` set."""
    return frozenset(_walk_paths(defaults, "")) if defaults else frozenset()


def _walk_paths(node: MapNode, at: str) -> Iterator[str]:
    for entry in node.entries:
        path = f"{at}.{entry.key}" if at else entry.key
        yield path
        if isinstance(entry.value, MapNode):
            yield from _walk_paths(entry.value, path)
