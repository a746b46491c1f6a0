"""What a report says, before any format: a verdict, counts, remarks, and an entry for each group or file.

Markdown, HTML, JUnit and workflow commands are made from it, so that all of them say the same. The texts in it are as
they came; each format makes them harmless in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Severity, Where
    from aci_reconcile.core.health import Health
    from aci_reconcile.render.rows import Row


PRESENT = "(present)"
"""On its side of a change: an entry of a list that is nothing but its key."""


class Outcome(StrEnum):
    """How an entry counts."""

    SAME = "same"
    """As it should be; nothing was or is to be done."""
    CHANGED = "changed"
    """It is to be changed, or was; that is no failure."""
    SKIPPED = "skipped"
    """Not attempted."""
    FAILED = "failed"
    """Held back, drifted, not written, not healthy, not valid."""
    ERROR = "error"
    """It could not be read or compared."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence that somebody should see, at a place in a file where there is one."""

    severity: Severity
    text: str
    where: Where | None = None
    title: str = ""
    """What kind of sentence it is: ``Held back``, ``Notice``, or a diagnostic's code."""
    detail: tuple[str, ...] = ()
    """What to do about it, and where in the document it is; one a line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A group, or a file."""

    name: str
    outcome: Outcome
    summary: str
    """What happens or happened to it, in a few words."""
    mark: str = ""
    """Terraform's: ``+``, ``~``, ``-``, ``-/+``; ``!`` is ours."""
    severity: Severity | None = None
    """How loud the summary is told beside the code; None: not at all."""
    where: Where | None = None
    notes: tuple[str, ...] = ()
    """Why, beyond the fields."""
    rows: tuple[Row, ...] = ()
    remarks: tuple[Remark, ...] = ()
    health: Health | None = None
    logs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The last lines of containers, by name."""
    seconds: float | None = None
    weight: int = 0
    """How much it matters; where room is short, the least goes first."""
    adds: bool = False
    """Whether its rows are of something that is not there yet."""
    destroys: bool = False
    """Whether something that is there would be deleted; it is told first."""


@dataclass(frozen=True, slots=True)
class Link:
    """A page that belongs to a report: the run that made it, the commit it is about. The URL is not escaped yet."""

    name: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report."""

    kind: str
    """The command: ``plan``, ``drift``, ``apply``, ``validate``."""
    verdict: str
    good: bool
    subject: str = ""
    """What it is about: the project, and ``/environment`` where one is chosen; it stands in the heading."""
    facts: tuple[tuple[str, str], ...] = ()
    """Where it applies, and what else is to be known of it, by name."""
    counts: tuple[tuple[str, int], ...] = ()
    remarks: tuple[Remark, ...] = ()
    entries: tuple[Entry, ...] = ()
    sides: tuple[str, str] = ("Before", "After")
    """What the two sides of a field are called."""
    links: tuple[Link, ...] = ()

    @property
    def shown(self) -> tuple[Entry, ...]:
        """The entries of which there is something to tell: what would be deleted, then what matters most."""
        told = (each for each in self.entries if each.outcome is not Outcome.SAME)
        return tuple(sorted(told, key=lambda each: (not each.destroys, -each.weight)))

    @property
    def destroyed(self) -> tuple[Entry, ...]:
        """The entries that would be deleted, or deleted and created again."""
        return tuple(each for each in self.shown if each.destroys)

    @property
    def same(self) -> tuple[Entry, ...]:
        """The entries that are as they should be."""
        return tuple(each for each in self.entries if each.outcome is Outcome.SAME)

    @property
    def loose(self) -> tuple[Remark, ...]:
        """The remarks that no entry repeats."""
        told = {(each.title, each.text) for entry in self.entries for each in entry.remarks}
        return tuple(each for each in self.remarks if (each.title, each.text) not in told)


def split_sides(row: Row, *, adds: bool) -> tuple[str, str]:
    """Return the two sides of a field; where there is one value only, it stands on the side where it is."""
    if len(row.values) > 1:
        return row.values[0], row.values[1]
    (value,) = row.values or (PRESENT if row.sign in "+-" else "",)
    removed = row.sign == "-" and not adds
    return (value, "") if removed else ("", value)
