"""Merges layers.

Maps merge key by key, any other value of the upper layer wins, and an explicit ``null`` removes the lower value.
docs/layers.md is the guide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import Fold, Kind, child
from aci_reconcile.core.normalize import fold
from aci_reconcile.manifest.borrowed import fold_key
from aci_reconcile.manifest.expand import join
from aci_reconcile.manifest.findings import quote
from aci_reconcile.manifest.nodes import Entry, MapNode, ScalarNode, describe

if TYPE_CHECKING:
    from aci_reconcile.core.fields import Node
    from aci_reconcile.manifest.findings import Diagnostics
    from aci_reconcile.manifest.nodes import Source

_REMOVED_IN_AZURE: Final = "tags"
"""The only free-form map in which ``null`` is a value: it removes the tag from the live group."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Merges nodes, and notes doubtful cases."""

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
        if isinstance(over, ScalarNode) and over.null and not over.text and not isinstance(under, ScalarNode):
            kind = describe(under).removeprefix("a ")
            message = f"this is empty, so the {kind} at {under.where} still applies"
            hint = "write `null` to remove it, or leave the key out"
            self.diagnostics.add("ACI260", over.where, message, hint=hint, path=at)
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
    own = layer.entry("location")
    if own and isinstance(own.value, ScalarNode) and not is_same_location(own.value.text, inner.value.text):
        message = f"`defaults` says {quote(inner.value.text)}, but `location` beside it says {quote(own.value.text)}"
        diagnostics.add("ACI137", inner.where, message, hint="remove one of them", path="defaults.location")
    rest = MapNode(tuple(entry for entry in entries if entry is not inner), layer.where)
    kept = [entry._replace(value=rest) if entry.key == "defaults" else entry for entry in layer.entries]
    return MapNode((*kept, *(() if own else (Entry("location", inner.where, inner.value),))), layer.where)


def is_same_location(one: str, other: str) -> bool:
    """Whether two spellings mean the same region."""
    return fold(one, Fold.SPACES) == fold(other, Fold.SPACES)
