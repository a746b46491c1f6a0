"""Merges Compose files as Compose does (compose-spec, merge): maps merge, lists add up, a few are replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.source.nodes import Entry, ListNode, MapNode, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aci_reconcile.manifest.source.nodes import Source

_REPLACED: Final = frozenset({"command", "entrypoint", "test"})
"""Lists of which the later file's wins as a whole."""
_PAIRS: Final = frozenset({"environment", "labels", "annotations", "extra_hosts", "sysctls", "args"})
"""Lists of ``KEY=VALUE`` that merge as maps."""


def merge_overlays(files: Sequence[MapNode]) -> MapNode:
    """Return one file; the later ones win."""
    merged = files[0]
    for each in files[1:]:
        merged = _merge_maps(merged, each)
    return merged


def _merge_maps(base: MapNode, over: MapNode) -> MapNode:
    entries = {entry.key: entry for entry in base.entries}
    for entry in over.entries:
        known = entries.get(entry.key)
        entries[entry.key] = entry if known is None else entry._replace(value=_merge(entry.key, known, entry))
    return MapNode(tuple(entries.values()), base.where)


def _merge(key: str, base: Entry, over: Entry) -> Source:
    below, above = base.value, over.value
    if key in _PAIRS:
        below, above = _as_map(below), _as_map(above)
    if isinstance(below, MapNode) and isinstance(above, MapNode):
        return _merge_maps(below, above)
    if isinstance(below, ListNode) and isinstance(above, ListNode) and key not in _REPLACED:
        return _merge_lists(below, above, _IDENTITIES.get(key, _identify_whole))
    return above


def _merge_lists(base: ListNode, over: ListNode, identify: Callable[[Source], object]) -> ListNode:
    found = {identify(each): each for each in base.items}
    found.update({identify(each): each for each in over.items})
    return ListNode(tuple(found.values()), over.where)


def _as_map(node: Source) -> Source:
    """Return a list of ``KEY=VALUE`` as a map."""
    if not isinstance(node, ListNode) or not all(isinstance(each, ScalarNode) for each in node.items):
        return node
    entries: dict[str, Entry] = {}
    for each in node.items:
        if isinstance(each, ScalarNode):
            key, equals, value = each.text.partition("=")
            plain = ScalarNode("null", each.where) if not equals else ScalarNode(value, each.where, plain=False)
            entries[key] = Entry(key, each.where, plain)
    return MapNode(tuple(entries.values()), node.where)


def _identify_whole(node: Source) -> object:
    return node.text if isinstance(node, ScalarNode) else id(node)


def _identify_target(node: Source) -> object:
    """Return where a volume or a secret is mounted, which only one can be."""
    if isinstance(node, ScalarNode):
        parts = node.text.split(":")
        return parts[1] if len(parts) > 1 else parts[0]
    target = node.get("target") or node.get("source") if isinstance(node, MapNode) else None
    return target.text if isinstance(target, ScalarNode) else id(node)


_IDENTITIES: Final[Mapping[str, Callable[[Source], object]]] = {
    "volumes": _identify_target,
    "secrets": _identify_target,
    "configs": _identify_target,
}
