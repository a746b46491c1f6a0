"""The content of a file before it is typed: texts, lists and maps, each with its place.

They are tuples, because thousands of manifests make millions of them, and a frozen dataclass takes twice as long.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.errors import Where

    _Tuple = TypeVar("_Tuple", bound="tuple[object, ...]")

    class _Create(Protocol):
        def __call__(self, kind: type[_Tuple], values: Iterable[object], /) -> _Tuple: ...


@functools.lru_cache(maxsize=1024)
def fold_key(key: str) -> str:
    """Return a key in lowercase, without the separators of its words: ``memory_in_gb``, ``memory-in-gb``."""
    return key.replace("_", "").replace("-", "").lower()


new_tuple: Final[_Create] = tuple.__new__  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
"""Creates a named tuple in half the time of its constructor, since every value of every manifest is one."""

NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
"""Plain texts that mean nothing."""


class ScalarNode(NamedTuple):
    """A text; ``plain`` if it has no quotes, so that it may also mean a number, a boolean or nothing."""

    text: str
    where: Where
    plain: bool = True

    @property
    def null(self) -> bool:
        """Whether it is ``~``, ``null`` or empty."""
        return self.plain and self.text in NULLS


class Entry(NamedTuple):
    """A key of a map with its value; ``where`` is the key's place."""

    key: str
    where: Where
    value: Source


class MapNode(NamedTuple):
    """Keys with values, in the order of the file; keys are unique."""

    entries: tuple[Entry, ...]
    where: Where

    def get(self, key: str) -> Source | None:
        """Return the value of a key; None if it is missing. A value that is ``null`` is a node."""
        entry = self.get_entry(key)
        return entry.value if entry is not None else None

    def get_entry(self, key: str) -> Entry | None:
        """Return a key with its value and place; None if it is missing."""
        for entry in self.entries:
            if entry.key == key:
                return entry
        return None

    def without(self, *keys: str) -> MapNode:
        """Return the map without some of its keys."""
        return MapNode(tuple([entry for entry in self.entries if entry.key not in keys]), self.where)


class ListNode(NamedTuple):
    """Values in the order of the file."""

    items: tuple[Source, ...]
    where: Where


Source: TypeAlias = "ScalarNode | ListNode | MapNode"


def describe(node: Source) -> str:
    """Describe the kind of a node without showing its content."""
    if isinstance(node, MapNode):
        return "a map"
    if isinstance(node, ListNode):
        return "a list"
    return "nothing" if node.null else "a single value"


DeclaredName: TypeAlias = "tuple[str, str]"
"""The resource group and the name in a document, in lowercase; empty if it has none."""


def read_group_name(node: Source) -> DeclaredName:
    """Return the resource group and the name in a document."""
    entries = node.entries if isinstance(node, MapNode) else ()
    texts = {fold_key(each.key): each.value.text.lower() for each in entries if isinstance(each.value, ScalarNode)}
    return texts.get("resourcegroup", ""), texts.get("name", "")
