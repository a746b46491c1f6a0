"""Reads a source so that nothing is dropped in silence.

To open a map or a list is to owe an answer for each of its entries: each must be read, or dropped with a reason.
``Tracker.finish`` reports the rest. A value of an unexpected kind is reported by the method that was asked for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode, describe
from aci_reconcile.manifest.syntax.expansion import join
from aci_reconcile.manifest.syntax.scalars import read_free

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.convert.findings import Findings
    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.source.nodes import Source


@dataclass(frozen=True, slots=True)
class Tracker:
    """Remembers every cursor that was made, until it is read."""

    findings: Findings
    unread: dict[int, Cursor] = field(default_factory=dict[int, "Cursor"])

    def open(self, node: Source, path: str = "") -> Cursor:
        """Return a cursor at the root of a source."""
        return self.track(Cursor(node, node.where, path, self))

    def track(self, cursor: Cursor) -> Cursor:
        """Remember a cursor until it is read."""
        self.unread[id(cursor)] = cursor
        return cursor

    def finish(self, message: str) -> None:
        """Report every value that nobody read; one that says nothing is lost without effect."""
        for cursor in self.unread.values():
            report = self.findings.note if cursor.empty else self.findings.lose
            report(cursor.where, cursor.path, message)
        self.unread.clear()


@dataclass(frozen=True, slots=True, eq=False)
class Cursor:
    """One value of a source, with its place and its path."""

    node: Source
    where: Where
    """The place of its key, or of the value itself in a list."""
    path: str
    tracker: Tracker

    @property
    def null(self) -> bool:
        """Whether the value is nothing."""
        return isinstance(self.node, ScalarNode) and self.node.null

    @property
    def empty(self) -> bool:
        """Whether the value is nothing, an empty list or an empty map."""
        node = self.node
        if isinstance(node, MapNode):
            return not node.entries
        return not node.items if isinstance(node, ListNode) else node.null

    @property
    def unread(self) -> bool:
        """Whether nobody has read or dropped it yet."""
        return id(self) in self.tracker.unread

    @property
    def findings(self) -> Findings:
        """Where to report something about it."""
        return self.tracker.findings

    def take(self) -> Source:
        """Return the value as it is; the caller answers for all that is in it."""
        self.tracker.unread.pop(id(self), None)
        return self.node

    def note(self, message: str, hint: str = "") -> None:
        """Leave it out for a reason that changes nothing."""
        self.take()
        self.findings.note(self.where, self.path, message, hint)

    def lose(self, message: str, hint: str = "") -> None:
        """Leave it out although the group will differ."""
        self.take()
        self.findings.lose(self.where, self.path, message, hint)

    def text(self) -> str | None:
        """Return a single value as its text; None if it is nothing, or something else, which is reported."""
        node = self.take()
        if isinstance(node, ScalarNode):
            return None if node.null else node.text
        self._complain("a single value")
        return None

    def map(self) -> MapCursor | None:
        """Return the entries of a map; None if it is nothing, or something else, which is reported."""
        node = self.take()
        if isinstance(node, MapNode):
            return MapCursor.open(node, self)
        if not self.null:
            self._complain("a map")
        return None

    def items(self) -> tuple[Cursor, ...]:
        """Return the items of a list; none if it is nothing, or something else, which is reported."""
        node = self.take()
        if isinstance(node, ListNode):
            return tuple(
                self.tracker.track(Cursor(each, each.where, f"{self.path}[{index}]", self.tracker))
                for index, each in enumerate(node.items)
            )
        if not self.null:
            self._complain("a list")
        return ()

    def json(self) -> Json:
        """Return the whole value as JSON."""
        return to_json(self.take())

    def _complain(self, wanted: str) -> None:
        self.lose(f"expected {wanted}, found {describe(self.node)}")


@dataclass(frozen=True, slots=True, eq=False)
class MapCursor:
    """A map of a source, each of whose entries must be read or dropped."""

    cursors: dict[str, Cursor]
    where: Where
    path: str
    tracker: Tracker

    @classmethod
    def open(cls, node: MapNode, at: Cursor) -> MapCursor:
        """Return the map, with a cursor for each entry."""
        tracker = at.tracker
        cursors = {
            entry.key: tracker.track(Cursor(entry.value, entry.where, join(at.path, entry.key), tracker))
            for entry in node.entries
        }
        return cls(cursors, at.where, at.path, tracker)

    def __iter__(self) -> Iterator[tuple[str, Cursor]]:
        return iter(self.cursors.items())

    @property
    def findings(self) -> Findings:
        """Where to report something about it."""
        return self.tracker.findings

    def get(self, key: str) -> Cursor | None:
        """Return an entry; None if it is missing."""
        return self.cursors.get(key)

    def find(self, key: str) -> Cursor | None:
        """Return an entry whose key differs at most in case, as ARM reads keys."""
        exact = self.cursors.get(key)
        wanted = key.lower()
        return exact or next((each for name, each in self.cursors.items() if name.lower() == wanted), None)

    def text(self, key: str) -> str:
        """Return the text of an entry; empty if it is missing or nothing."""
        found = self.find(key)
        return (found.text() or "") if found else ""

    def map(self, key: str) -> MapCursor | None:
        """Return the map of an entry; None if it is missing or nothing."""
        found = self.find(key)
        return found.map() if found else None

    def items(self, key: str) -> tuple[Cursor, ...]:
        """Return the items of an entry; none if it is missing or nothing."""
        found = self.find(key)
        return found.items() if found else ()

    def flag(self, key: str) -> bool | None:
        """Return a boolean; None if it is missing, nothing, or neither, which is reported."""
        found = self.find(key)
        text = found.text() if found else None
        if found is None or text is None:
            return None
        value = {"true": True, "false": False}.get(text.lower())
        if value is None:
            found.lose(f"expected `true` or `false`, found {quote(text)}")
        return value

    def note(self, key: str, message: str, hint: str = "") -> None:
        """Leave out an entry, if there is one that says something, for a reason that changes nothing."""
        found = self.find(key)
        if found is not None and found.empty:
            found.take()
        elif found is not None:
            found.note(message, hint)


def to_json(node: Source) -> Json:
    """Return a node as JSON; single values are typed as YAML 1.2 and JSON do."""
    if isinstance(node, MapNode):
        return {entry.key: to_json(entry.value) for entry in node.entries}
    if isinstance(node, ListNode):
        return [to_json(each) for each in node.items]
    return read_free(node.text, plain=node.plain).value
