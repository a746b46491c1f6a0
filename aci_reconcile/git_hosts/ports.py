"""What we ask of a forge: protocols and the values that they exchange."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as the forge has it. ``url`` is for people."""

    number: int
    title: str
    body: str
    open: bool
    url: str = ""


class Outcome(StrEnum):
    """What became of the issue or the comment that is kept."""

    NONE = "none"
    """There is none, and none is wanted."""
    OPENED = "opened"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was done, and where it can be seen."""

    outcome: Outcome
    url: str = ""


class Issues(Protocol):
    """The issues of one repository. Every method may raise a ``ForgeError``."""

    def find(self, marker: str, label: str, /) -> Issue | None:
        """Return the issue that carries the label and whose body begins with the marker; an open one first."""
        ...

    def create(self, title: str, body: str, label: str, /) -> Issue:
        """Open an issue with a label; the label is made where the repository has none of that name."""
        ...

    def change(self, number: int, /, *, title: str, body: str, opened: bool) -> Issue:
        """Give an issue this title and this body, and leave it open or closed."""
        ...

    def comment(self, number: int, body: str, /) -> None:
        """Add a comment to an issue or a pull request."""
        ...


class Comments(Protocol):
    """The comments of one repository. Every method may raise a ``ForgeError``."""

    def keep_comment(self, number: int, marker: str, body: str, /) -> Kept:
        """Keep one comment of ours on an issue or a pull request: the one that begins with the marker, or a new one."""
        ...
