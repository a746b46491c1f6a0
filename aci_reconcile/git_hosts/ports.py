"""The interface of a Git host: protocols, and the values that they exchange."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue on the Git host. ``url`` is its web page."""

    number: int
    title: str
    body: str
    open: bool
    url: str = ""


class Outcome(StrEnum):
    """The result of updating the issue or the comment."""

    NONE = "none"
    """It does not exist, and is not needed."""
    OPENED = "opened"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """The action, and the page of the result."""

    outcome: Outcome
    url: str = ""


class Issues(Protocol):
    """The issues of one repository. Every method may raise a ``GitHostError``."""

    def find(self, marker: str, label: str, /) -> Issue | None:
        """Return the issue that carries the label and whose body begins with the marker; an open one first."""
        ...

    def create(self, title: str, body: str, label: str, /) -> Issue:
        """Open an issue with a label, which is created if the repository does not have it."""
        ...

    def change(self, number: int, /, *, title: str, body: str, opened: bool) -> Issue:
        """Give an issue this title and this body, and leave it open or closed."""
        ...

    def comment(self, number: int, body: str, /) -> None:
        """Add a comment to an issue or a pull request."""
        ...


class Comments(Protocol):
    """The comments of one repository. Every method may raise a ``GitHostError``."""

    def keep_comment(self, number: int, marker: str, body: str, /) -> UpdateResult:
        """Update our comment on an issue or a pull request, which begins with the marker, or create it."""
        ...
