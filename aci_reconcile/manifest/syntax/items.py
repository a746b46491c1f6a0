"""The values of a body, each with its place in a file; the rules are written with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.core.model import as_list, as_object
from aci_reconcile.manifest.syntax.expansion import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.code import Code
    from aci_reconcile.manifest.source.diagnostics import Diagnostics

Path: TypeAlias = "tuple[str | int, ...]"
"""The keys that lead to a value of a body: names, and indices of lists."""


@dataclass(slots=True)
class Places:
    """The place of each value of a body by its path, its displayed path, and the paths without a reliable value."""

    where: dict[Path, Where] = field(default_factory=dict["Path", "Where"])
    names: dict[Path, str] = field(default_factory=dict["Path", str])
    doubtful: set[Path] = field(default_factory=set["Path"])
    """Paths whose value is wrong or unknown: no further diagnostics are added for them."""
    keys: set[str] = field(default_factory=set[str])
    """Every key of every map of the body."""
    plain: bool = True
    """Whether the body is plain JSON: without secrets, and without references to other groups."""
    refers: bool = False
    """Whether a text of the body may refer to another group."""
    search: Callable[[], Places] | None = None
    """Finds the places; they are not known before the first question, because most bodies give no reason for one."""

    def _complete(self) -> None:
        """Find the places that are not known yet; what was noted already stays."""
        if self.search is not None:
            found, self.search = self.search(), None
            self.where = {**found.where, **self.where}
            self.names = {**found.names, **self.names}

    def find(self, path: Path) -> Where:
        """Return the place of a path, or of its nearest parent."""
        self._complete()
        # A value that no file contains, such as a default, is reported at the nearest place that a file has.
        while path not in self.where:
            path = path[:-1]
        return self.where[path]

    def describe(self, path: Path) -> str:
        """Return a path as people write it (``containers[web].ports[0].port``)."""
        self._complete()
        missing: list[str | int] = []
        while path not in self.names:
            missing.append(path[-1])
            path = path[:-1]
        name = self.names[path]
        for key in reversed(missing):
            name = f"{name}[{key}]" if isinstance(key, int) else join(name, key)
        return name


if TYPE_CHECKING:
    Way: TypeAlias = "tuple[Way, Path] | None"


class Item:
    """A value of a body with its path; ``value`` is None if there is none. Immutable.

    Dozens of rules walk the same paths through thousands of groups, so children are cached, and the path is built only
    for a diagnostic. Nothing points upwards, because a cycle would wait for the garbage collector.
    """

    __slots__ = ("_known", "_members", "_way", "diagnostics", "places", "value")

    def __init__(self, value: Json, places: Places, diagnostics: Diagnostics, way: Way = None) -> None:
        self.value = value
        self.places = places
        self.diagnostics = diagnostics
        self._way = way
        self._known: dict[tuple[str, ...], Item] | None = None
        self._members: dict[str, tuple[Item, ...]] | None = None

    @property
    def path(self) -> Path:
        """The keys that lead to it."""
        parts: Path = ()
        way = self._way
        while way is not None:
            way, last = way
            parts = (*last, *parts)
        return parts

    def descend(self, value: Json, *keys: str | int) -> Item:
        """Return a nested value, by its keys."""
        return Item(value, self.places, self.diagnostics, (self._way, keys))

    def __bool__(self) -> bool:
        return self.value is not None

    @property
    def doubtful(self) -> bool:
        """Whether the value was wrong, or can't be known now."""
        return bool(self.places.doubtful) and self.path in self.places.doubtful

    @property
    def wrong(self) -> bool:
        """Whether there is already an error at this place."""
        return self.diagnostics.has_error_at(self.places.find(self.path))

    @property
    def text(self) -> str:
        """The value as a text; empty if it is not a text, or contains an unresolved reference."""
        text = self.value
        return text if isinstance(text, str) and "${" not in text else ""

    @property
    def number(self) -> float:
        """The value as a number; 0 if it is not a number."""
        value = self.value
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else 0

    def at(self, *names: str) -> Item:
        """Return the value below, by the names of nested maps; one without a value if there is none."""
        known = self._known
        if known is None:
            known = self._known = {}
        found = known.get(names)
        if found is None:
            value = self.value
            for name in names:
                value = as_object(value).get(name)
            found = known[names] = Item(value, self.places, self.diagnostics, (self._way, names))
        return found

    def each(self, name: str) -> tuple[Item, ...]:
        """Return the entries of a list below."""
        members = self._members
        if members is None:
            members = self._members = {}
        found = members.get(name)
        if found is None:
            values, way = as_object(self.value).get(name), (self._way, (name,))
            found = (
                ()
                if values is None
                else tuple(
                    [
                        Item(value, self.places, self.diagnostics, (way, (index,)))
                        for index, value in enumerate(as_list(values))
                    ]
                )
            )
            members[name] = found
        return found

    def entries(self, name: str) -> Iterator[tuple[str, Item]]:
        """Yield the entries of a map below."""
        here = self.at(name)
        for key in as_object(here.value):
            yield key, here.at(key)

    def has(self, name: str) -> bool:
        """Whether there is a value below, even if it is wrong or unknown."""
        if as_object(self.value).get(name) is not None:
            return True
        return bool(self.places.doubtful) and self.at(name).doubtful

    def complain(self, code: Code, message: str, hint: str = "") -> None:
        """Add a diagnostic at the place of this value, or of its nearest parent with a place."""
        self.diagnostics.add(
            code, self.places.find(self.path), message, hint=hint, path=self.places.describe(self.path)
        )


Rule: TypeAlias = Callable[[Item], None]
"""A rule adds diagnostics to what is wrong in a group."""

RuleTable: TypeAlias = Mapping[tuple[str, ...], tuple[Rule, ...]]
"""Rules by the keys of which a group must have at least one; ``()`` is for every group."""
