"""Merges layers: the project's ``defaults`` below all groups, and an environment's patches above some of them.

Maps merge key by key, any other value of the upper layer wins, and an explicit ``null`` removes the lower value.
docs/layers.md is the guide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import Fold, Kind, child
from aci_reconcile.core.normalize import fold
from aci_reconcile.manifest.keys import GROUP
from aci_reconcile.manifest.project.codes import ACI137, ACI176, ACI260, ACI261
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.source.nodes import Entry, MapNode, ScalarNode, describe, fold_key
from aci_reconcile.manifest.syntax.codes import ACI115
from aci_reconcile.manifest.syntax.expansion import expand, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.fields import Node
    from aci_reconcile.manifest.source.diagnostics import Diagnostics
    from aci_reconcile.manifest.source.nodes import Source
    from aci_reconcile.manifest.syntax.expansion import Expansion

_REMOVED_IN_AZURE: Final = "tags"
"""The only free-form map in which ``null`` is a value: it removes the tag from the live group."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Merges nodes; what an author probably did not mean is reported."""

    diagnostics: Diagnostics

    def merge(self, under: Source | None, over: Source | None, spec: Node | None, at: str = "") -> Source | None:
        """Merge one node over another; neither is changed.

        A ``null`` stays in the result, so that a further layer can override it, and a diagnostic about a missing value
        can point at it. An empty value is not a ``null``: it removes nothing.

        Args:
            under: the node of the lower layer; None if it has none.
            over: the node of the upper layer.
            spec: what is known about the field.
            at: its path as people name it.
        """
        if under is None or over is None:
            return under if over is None else over
        # Often the lines below an empty key were commented out; removing what lies below would be a surprise.
        if isinstance(over, ScalarNode) and over.null and not over.text and not isinstance(under, ScalarNode):
            kind = describe(under).removeprefix("a ")
            message = f"this is empty, so the {kind} at {under.where} still applies"
            hint = "write `null` to remove it, or leave the key out"
            self.diagnostics.add(ACI260, over.where, message, hint=hint, path=at)
            return under
        if isinstance(under, MapNode) and isinstance(over, MapNode):
            return self._merge_maps(under, over, spec, at)
        return over

    def _merge_maps(self, under: MapNode, over: MapNode, spec: Node | None, at: str) -> MapNode:
        caseless = spec is not None and spec.row.caseless and not _has_duplicates(over)
        above = {entry.key.lower() if caseless else entry.key: entry for entry in over.entries}
        entries: list[Entry] = []
        for entry in under.entries:
            upper = above.pop(entry.key.lower() if caseless else entry.key, None)
            if upper is None:
                entries.append(entry)
            # A null of a known field stays, as a mark; in a free-form map it would be sent as a value, so the key goes.
            elif not (_is_free_form(spec) and _is_null(upper.value)):
                below = child(spec, entry.key)
                value = self.merge(entry.value, upper.value, below, join(at, entry.key, below))
                entries.append(Entry(upper.key, upper.where, value or upper.value))
        entries.extend(above.values())
        return MapNode(tuple(entries), over.where)


def _has_duplicates(node: MapNode) -> bool:
    """Whether two keys differ only in case; the check of tags reports that."""
    return len({entry.key.lower() for entry in node.entries}) < len(node.entries)


def is_removed(node: Source | None) -> bool:
    """Whether a layer removes the value below."""
    return node is not None and _is_null(node)


def _is_null(node: Source) -> bool:
    return isinstance(node, ScalarNode) and node.null and bool(node.text)


def _is_free_form(spec: Node | None) -> bool:
    """Whether a map is free-form, and a key that is set to ``null`` counts as absent."""
    return spec is not None and spec.kind is Kind.MAP and spec.row.path != _REMOVED_IN_AZURE


def unify_location(layer: MapNode, diagnostics: Diagnostics) -> MapNode:
    """Return a layer of the project file with its location in one place: ``defaults.location`` means the same.

    Two different ones are an error, because neither overrides the other.
    """
    defaults = layer.get("defaults")
    entries = defaults.entries if isinstance(defaults, MapNode) else ()
    inner = next((entry for entry in entries if fold_key(entry.key) == "location"), None)
    if inner is None or not isinstance(inner.value, ScalarNode):
        return layer
    own = layer.get_entry("location")
    if own and isinstance(own.value, ScalarNode) and not is_same_location(own.value.text, inner.value.text):
        message = f"`defaults` says {quote(inner.value.text)}, but `location` beside it says {quote(own.value.text)}"
        diagnostics.add(ACI137, inner.where, message, hint="remove one of them", path="defaults.location")
    rest = MapNode(tuple(entry for entry in entries if entry is not inner), layer.where)
    kept = [entry._replace(value=rest) if entry.key == "defaults" else entry for entry in layer.entries]
    return MapNode((*kept, *(() if own else (Entry("location", inner.where, inner.value),))), layer.where)


def is_same_location(one: str, other: str) -> bool:
    """Whether two spellings mean the same region."""
    return fold(one, Fold.SPACES) == fold(other, Fold.SPACES)


_NOT_SHARED: Final = ("name", "type", "apiVersion", "resourceGroup")
"""Keys that identify a group. A patch that changed them would make it another group, and this one an orphan."""


def read_patches(node: Source | None, run: Expansion) -> tuple[Entry, ...]:
    """Return the patches of single groups in ARM's shape, by name or address."""
    if node is not None and not isinstance(node, MapNode) and not (isinstance(node, ScalarNode) and node.null):
        run.diagnostics.add(ACI115, node.where, "`groups` must be a map of group names to patches", path="groups")
    entries = _drop_duplicates(node, run) if isinstance(node, MapNode) else ()
    for entry in entries:
        if is_removed(entry.value):
            message = f"the patch of {quote(entry.key)} must be a map; `null` does not remove a group"
            hint = "remove the key; if only some environments have the group, put its manifest into a folder of theirs"
            run.diagnostics.add(ACI115, entry.value.where, message, hint=hint, path=f"groups.{entry.key}")
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
            run.diagnostics.add(ACI261, entry.where, message, hint=hint, path=f"groups.{entry.key}")
    return tuple(known.values())


def read_overlay(node: Source | None, what: str, run: Expansion) -> MapNode | None:
    """Return defaults or a patch in ARM's shape; None if there is nothing."""
    if node is None or (isinstance(node, ScalarNode) and node.null):
        return None
    if not isinstance(node, MapNode):
        run.diagnostics.add(ACI115, node.where, f"{what} must be a map of properties of a group")
        return None
    for key in _NOT_SHARED:
        entry = node.get_entry(key)
        if entry:
            run.diagnostics.add(ACI176, entry.where, f"`{key}` is not allowed in {what}", path=key)
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
