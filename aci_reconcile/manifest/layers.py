"""How what one layer says is laid over what the layer below it says.

Maps merge key by key, anything else of the upper layer wins whole, and a written ``null`` takes away what lies below.
docs/layers.md is the guide to all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import Fold, Kind, child
from aci_reconcile.core.normalize import fold
from aci_reconcile.manifest.borrowed import squeezed
from aci_reconcile.manifest.expand import join
from aci_reconcile.manifest.findings import quote
from aci_reconcile.manifest.nodes import Entry, MapNode, ScalarNode, describe

if TYPE_CHECKING:
    from aci_reconcile.core.fields import Node
    from aci_reconcile.manifest.findings import Findings
    from aci_reconcile.manifest.nodes import Source

_REMOVED_IN_AZURE: Final = "tags"
"""The one map of the author's own in which ``null`` is a value: it removes the tag from the live group."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Lays nodes over each other; what is doubtful about that is noted."""

    findings: Findings

    def laid(self, under: Source | None, over: Source | None, spec: Node | None, at: str = "") -> Source | None:
        """Lay one node over another, neither of which is changed.

        A ``null`` stays in the result, so that a further layer can be laid over it, and so that what is missing because
        of it can be told where it stands. Nothing behind a colon is no ``null``: it takes nothing away.

        Args:
            under: what the lower layer says; None: nothing.
            over: what the upper layer says.
            spec: what is known about the field.
            at: its path as people name it.
        """
        if under is None or over is None:
            return under if over is None else over
        if isinstance(over, ScalarNode) and over.null and not over.text and not isinstance(under, ScalarNode):
            kind = describe(under).removeprefix("a ")
            message = f"this is empty, so the {kind} at {under.where} still applies"
            hint = "write `null` to remove it, or leave the key out"
            self.findings.add("ACI260", over.where, message, hint=hint, path=at)
            return under
        if isinstance(under, MapNode) and isinstance(over, MapNode):
            return self._map(under, over, spec, at)
        return over

    def _map(self, under: MapNode, over: MapNode, spec: Node | None, at: str) -> MapNode:
        caseless = spec is not None and spec.row.caseless and not _twice(over)
        above = {entry.key.lower() if caseless else entry.key: entry for entry in over.entries}
        entries: list[Entry] = []
        for entry in under.entries:
            upper = above.pop(entry.key.lower() if caseless else entry.key, None)
            if upper is None:
                entries.append(entry)
            elif not (_own_keys(spec) and _takes_away(upper.value)):
                below = child(spec, entry.key)
                value = self.laid(entry.value, upper.value, below, join(at, entry.key, below))
                entries.append(Entry(upper.key, upper.where, value or upper.value))
        entries.extend(above.values())
        return MapNode(tuple(entries), over.where)


def _twice(node: MapNode) -> bool:
    """Whether two keys differ in nothing but case: that is complained of where the tags are checked."""
    return len({entry.key.lower() for entry in node.entries}) < len(node.entries)


def taken_away(node: Source | None) -> bool:
    """Whether a layer takes away what lies below it."""
    return node is not None and _takes_away(node)


def _takes_away(node: Source) -> bool:
    return isinstance(node, ScalarNode) and node.null and bool(node.text)


def _own_keys(spec: Node | None) -> bool:
    """Whether the keys of a map are the author's own, and one that is set to ``null`` is one that is not there."""
    return spec is not None and spec.kind is Kind.MAP and spec.row.path != _REMOVED_IN_AZURE


def one_location(layer: MapNode, findings: Findings) -> MapNode:
    """Return a layer of the project file with its location in one place: ``location`` in ``defaults`` says the same.

    Two that differ are an error, for neither lies over the other.
    """
    defaults = layer.get("defaults")
    entries = defaults.entries if isinstance(defaults, MapNode) else ()
    inner = next((entry for entry in entries if squeezed(entry.key) == "location"), None)
    if inner is None or not isinstance(inner.value, ScalarNode):
        return layer
    own = layer.entry("location")
    if own and isinstance(own.value, ScalarNode) and not same_location(own.value.text, inner.value.text):
        message = f"`defaults` says {quote(inner.value.text)}, but `location` beside it says {quote(own.value.text)}"
        findings.add("ACI137", inner.where, message, hint="remove one of them", path="defaults.location")
    rest = MapNode(tuple(entry for entry in entries if entry is not inner), layer.where)
    kept = [entry._replace(value=rest) if entry.key == "defaults" else entry for entry in layer.entries]
    return MapNode((*kept, *(() if own else (Entry("location", inner.where, inner.value),))), layer.where)


def same_location(one: str, other: str) -> bool:
    """Whether two spellings mean one region."""
    return fold(one, Fold.SPACES) == fold(other, Fold.SPACES)
