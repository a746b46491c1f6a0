"""What a file says, before anything is made of it: texts, lists and maps, each with its place.

They are tuples: thousands of manifests are millions of them, and a frozen dataclass takes twice as long to make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Where

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class ScalarNode(NamedTuple):
    """A text; ``plain`` where it stands without quotes, so that it may also mean a number, a flag or nothing."""

    text: str
    where: Where
    plain: bool = True

    @property
    def null(self) -> bool:
        """Whether it says nothing (``~``, ``null``, or simply empty)."""
        return self.plain and self.text in _NULLS


class Entry(NamedTuple):
    """A key of a map with its value; ``where`` is the key's place."""

    key: str
    where: Where
    value: Source


class MapNode(NamedTuple):
    """Keys with values, in the file's order; no key twice."""

    entries: tuple[Entry, ...]
    where: Where

    def get(self, key: str) -> Source | None:
        """Return the value of a key."""
        entry = self.entry(key)
        return entry.value if entry is not None else None

    def entry(self, key: str) -> Entry | None:
        """Return the entry of a key."""
        for entry in self.entries:
            if entry.key == key:
                return entry
        return None

    def without(self, *keys: str) -> MapNode:
        """Return the map without some of its keys."""
        return MapNode(tuple([entry for entry in self.entries if entry.key not in keys]), self.where)


class ListNode(NamedTuple):
    """A list."""

    items: tuple[Source, ...]
    where: Where


Source: TypeAlias = "ScalarNode | ListNode | MapNode"


def describe(node: Source) -> str:
    """Say what a node is, without showing it."""
    if isinstance(node, MapNode):
        return "a map"
    if isinstance(node, ListNode):
        return "a list"
    return "nothing" if node.null else "a single value"
