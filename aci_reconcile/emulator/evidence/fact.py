"""A fact about Azure, and its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["recording", "example", "document", "thread", "none", "own"]
LAST_REVIEW = "2026-11-28"


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the table.

    The kinds of evidence, strongest first: a recorded exchange with the service; an example that Microsoft publishes;
    a document, which describes the service without showing it; a public thread in which a user reports it; none.
    `own` marks what only the emulator has.
    """

    id: str
    statement: str
    kind: Kind
    where: str
    """Where to find the evidence; for `none`, why the row exists anyway."""
    date: str = LAST_REVIEW
    """When somebody last looked at the evidence; a row that came after the review of the whole table says its own."""
    verified: str = ""
    """Where and when a probe asked Azure itself, such as `2026-12-24, westeurope, 2025-09-01`; empty until one has."""

    @property
    def has_evidence(self) -> bool:
        """Whether there is evidence."""
        return self.kind != "none"
