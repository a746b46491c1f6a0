"""The outline of a manifest: what decides which shard its group is in, read without the rest.

A shard needs the secrets, the images and the rules of its own groups only. Where the others are, and what hangs
together, it must know of all of them, so that every shard makes the same cut. So a document is cut down to what says
that, and then read by the same code as any other: with the project's defaults, an environment's patches, and its
references replaced. One layer may take away what another refers to, so what one of them keeps, all of them keep.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.source.nodes import Entry, ListNode, MapNode, ScalarNode, fold_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.project.settings import Settings
    from aci_reconcile.manifest.source.nodes import Source

_KEPT: Final = frozenset(
    {"type", "apiversion", "name", "resourcegroup", "location", "lifecycle", "subnetids", "standbypoolprofile"}
)
"""Folded. A group from a standby pool takes no properties from the project's defaults, and so no subnet either."""
_WRAPPERS: Final = frozenset({"properties", "additionalproperties"})
_OF_OTHERS: Final = "${group:"


@dataclass(frozen=True, slots=True)
class Outlines:
    """Cuts down documents, and for each of them the layers of the project that it is read with."""

    settings: Settings
    referring: frozenset[str]
    """The keys below which a layer of the project may refer to other groups, folded."""
    known: dict[frozenset[str], Settings] = field(default_factory=dict[frozenset[str], "Settings"])
    """The settings with outlines of their layers, by the keys that are kept for what they refer to."""

    @classmethod
    def of(cls, settings: Settings) -> Outlines:
        """Find what the layers of a project refer to."""
        layers = (settings.defaults, *(each.value for each in settings.patches))
        return cls(settings, frozenset(key for each in layers if each is not None for key in _list_referring(each)))

    def shorten(self, node: Source) -> tuple[Source, Settings]:
        """Return the outline of a document, and the settings to read it with."""
        kept = self.referring.union(_list_referring(node))
        if kept not in self.known:
            self.known[kept] = _shorten_layers(self.settings, kept | _KEPT)
        return _shorten(node, kept | _KEPT), self.known[kept]


def _shorten_layers(settings: Settings, kept: frozenset[str]) -> Settings:
    defaults = _shorten(settings.defaults, kept) if settings.defaults is not None else None
    patches = tuple(each._replace(value=_shorten(each.value, kept)) for each in settings.patches)
    return replace(settings, defaults=defaults if isinstance(defaults, MapNode) else None, patches=patches)


def _shorten(node: Source, kept: frozenset[str]) -> Source:
    """Return a document, or a layer of it, with no more than these keys, folded, as they are or in a wrapper."""
    if not isinstance(node, MapNode):
        return node
    short: list[Entry] = []
    for entry in node.entries:
        key = fold_key(entry.key)
        if key in kept:
            short.append(entry)
        elif key in _WRAPPERS:
            short.append(Entry(entry.key, entry.where, _shorten(entry.value, kept)))
    return MapNode(tuple(short), node.entries[0].where if node.entries else node.where)


def _list_referring(node: Source) -> Iterator[str]:
    """Yield the keys below which a text may refer to another group, which is in the same shard then."""
    for entry in node.entries if isinstance(node, MapNode) else ():
        key = fold_key(entry.key)
        if key in _WRAPPERS:
            yield from _list_referring(entry.value)
        elif _refers(entry.value):
            yield key


def _refers(node: Source) -> bool:
    if isinstance(node, ScalarNode):
        return _OF_OTHERS in node.text
    if isinstance(node, ListNode):
        return any(map(_refers, node.items))
    return any(_refers(entry.value) for entry in node.entries)
