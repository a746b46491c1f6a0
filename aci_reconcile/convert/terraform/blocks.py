"""Reads the attributes of a resource of Terraform, in which nothing is null, empty or 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.source.nodes import ListNode
from aci_reconcile.manifest.syntax.reference_grammar import escape
from aci_reconcile.manifest.syntax.scalars import read_number

if TYPE_CHECKING:
    from aci_reconcile.convert.cursor import MapCursor


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a resource; its texts are escaped, since none of them is a reference."""

    map: MapCursor

    def text(self, key: str) -> str | None:
        """Return a text; None if it is not set."""
        return escape(self.map.text(key)) or None

    def number(self, key: str, *, integer: bool = False) -> float | None:
        """Return a number, which older versions quote; None if it is not set."""
        text = self.map.text(key)
        if not text:
            return None
        reading = read_number(text, integer=integer, plain=True)
        cursor = self.map.find(key)
        if reading.failed or not isinstance(reading.value, (int, float)):
            if cursor is not None:
                cursor.lose(f"{quote(text)} is not a number")
            return None
        return reading.value or None

    def flag(self, key: str) -> bool:
        """Return whether a flag is set."""
        return self.map.flag(key) or False

    def texts(self, key: str) -> list[str]:
        """Return a list of texts."""
        return [escape(each.text() or "") for each in self.map.items(key)]

    def pairs(self, key: str) -> dict[str, str]:
        """Return a map of texts."""
        return {name: escape(each.text() or "") for name, each in self.map.map(key) or ()}

    def block(self, key: str) -> Block | None:
        """Return the only block of a kind; None if there is none. Terraform writes one as a list."""
        blocks = self.blocks(key)
        if len(blocks) > 1:
            self.map.findings.lose(self.map.where, f"{self.map.path}.{key}", "only the first of these is read")
        return blocks[0] if blocks else None

    def blocks(self, key: str) -> list[Block]:
        """Return the blocks of a kind."""
        cursor = self.map.find(key)
        if cursor is None:
            return []
        items = cursor.items() if isinstance(cursor.node, ListNode) else (cursor,)
        found = [each.map() for each in items]
        return [Block(each) for each in found if each is not None]


def compact(**values: Any) -> dict[str, Any]:
    """Return the values that are set."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}
