"""A fact about Azure, and its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["recording", "example", "document", "thread", "none", "own"]


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

    @property
    def shown(self) -> bool:
        """Whether there is evidence."""
        return self.kind != "none"
