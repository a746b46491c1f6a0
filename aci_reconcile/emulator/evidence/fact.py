"""A belief about Azure, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["recording", "example", "document", "thread", "none", "own"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the table.

    The kinds, from the strongest: a recorded exchange with the service; an example that Microsoft publishes; a
    document, which says what the service does without showing it; a public thread in which somebody met it; nothing.
    `own` is what the emulator adds of itself, where there is no Azure to be like.
    """

    id: str
    statement: str
    kind: Kind
    where: str
    """Where it is seen; for `none`, why it is there all the same."""

    @property
    def shown(self) -> bool:
        """Whether anything shows it."""
        return self.kind != "none"
