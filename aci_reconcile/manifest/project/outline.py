"""The outline of a manifest: what decides which shard its group is in, read without the rest.

A shard needs the secrets, the images and the rules of its own groups only. Where the others are, and what hangs
together, it must know of all of them, so that every shard makes the same cut. So a document is cut down to what says
that, and then read by the same code as any other: with the project's defaults, an environment's patches, and its
references replaced.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.source.nodes import Entry, ListNode, MapNode, ScalarNode, fold_key

if TYPE_CHECKING:
    from aci_reconcile.manifest.project.settings import Settings
    from aci_reconcile.manifest.source.nodes import Source

_KEPT: Final = frozenset(
    {"type", "apiversion", "name", "resourcegroup", "location", "lifecycle", "subnetids", "standbypoolprofile"}
)
"""Folded. A group from a standby pool takes no properties from the project's defaults, and so no subnet either."""
_WRAPPERS: Final = frozenset({"properties", "additionalproperties"})
_OF_OTHERS: Final = "${group:"


def outline(node: Source) -> Source:
    """Return a document, or a layer of it, with no more than its place and what it has in common with others."""
    if not isinstance(node, MapNode):
        return node
    kept = tuple([short for entry in node.entries if (short := _shorten(entry)) is not None])
    return MapNode(kept, node.entries[0].where if node.entries else node.where)


def outline_layers(settings: Settings) -> Settings:
    """Return the settings with the outlines of their defaults and patches."""
    defaults = outline(settings.defaults) if settings.defaults is not None else None
    patches = tuple(each._replace(value=outline(each.value)) for each in settings.patches)
    return replace(settings, defaults=defaults if isinstance(defaults, MapNode) else None, patches=patches)


def _shorten(entry: Entry) -> Entry | None:
    key = fold_key(entry.key)
    if key in _KEPT or _refers(entry.value):
        return entry
    return Entry(entry.key, entry.where, outline(entry.value)) if key in _WRAPPERS else None


def _refers(node: Source) -> bool:
    """Whether a text below may refer to another group, which is in the same shard then."""
    if isinstance(node, ScalarNode):
        return _OF_OTHERS in node.text
    if isinstance(node, ListNode):
        return any(map(_refers, node.items))
    return any(_refers(entry.value) for entry in node.entries)
