"""What a report contains, before any format: a verdict, counts, remarks, and an entry for each group or file.

Markdown, HTML, JUnit XML and workflow commands are made from it, so all of them say the same. Its texts are not
escaped; each format makes them harmless in its own way.
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
"""The value of a list's entry that is only its key."""
NO_MANIFEST = "?"
"""The mark of a group that is ours, and that no manifest declares."""


class Outcome(StrEnum):
    """How an entry counts."""

    SAME = "same"
    """As it should be; nothing to do."""
    CHANGED = "changed"
    """It will be changed, or was; not a failure."""
    SKIPPED = "skipped"
    """Not attempted."""
    FAILED = "failed"
    """Blocked, drifted, not written, not healthy, or not valid."""
    ERROR = "error"
    """It could not be read or compared."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence that somebody should see, with its place in a file if it has one."""

    severity: Severity
    text: str
    where: Where | None = None
    title: str = ""
    """The kind of sentence: ``Held back``, ``Notice``, or a diagnostic's code."""
    detail: tuple[str, ...] = ()
    """Lines about what to do, and where in the document it is."""


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
    """The severity of the summary as an annotation next to the code; None for no annotation."""
    where: Where | None = None
    notes: tuple[str, ...] = ()
    """Reasons other than the fields."""
    rows: tuple[Row, ...] = ()
    remarks: tuple[Remark, ...] = ()
    health: Health | None = None
    logs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The last lines of containers, by name."""
    seconds: float | None = None
    weight: int = 0
    """How much it matters; if a report is too long, entries of the least weight go first."""
    adds: bool = False
    """Whether its rows describe something that does not exist yet."""
    destroys: bool = False
    """Whether something that exists would be deleted; such entries come first."""


@dataclass(frozen=True, slots=True)
class Link:
    """A page that belongs to a report, such as its run or its commit. The URL is not escaped yet."""

    name: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """A report."""

    kind: str
    """The command: ``plan``, ``drift``, ``apply``, ``validate``."""
    verdict: str
    good: bool
    subject: str = ""
    """The project, with ``/environment`` if one is chosen; the heading shows it."""
    facts: tuple[tuple[str, str], ...] = ()
    """Where it applies, and other facts, by name."""
    counts: tuple[tuple[str, int], ...] = ()
    remarks: tuple[Remark, ...] = ()
    entries: tuple[Entry, ...] = ()
    sides: tuple[str, str] = ("Before", "After")
    """The names of the two sides of a field."""
    links: tuple[Link, ...] = ()

    @property
    def notable(self) -> tuple[Entry, ...]:
        """The entries that are not as they should be: deletions first, then by weight."""
        found = (each for each in self.entries if each.outcome is not Outcome.SAME)
        return tuple(sorted(found, key=lambda each: (not each.destroys, -each.weight)))

    @property
    def destroyed(self) -> tuple[Entry, ...]:
        """The entries that would be deleted, or deleted and created again."""
        return tuple(each for each in self.notable if each.destroys)

    @property
    def same(self) -> tuple[Entry, ...]:
        """The entries that are as they should be."""
        return tuple(each for each in self.entries if each.outcome is Outcome.SAME)

    @property
    def loose(self) -> tuple[Remark, ...]:
        """The remarks that no entry repeats."""
        repeated = {(each.title, each.text) for entry in self.entries for each in entry.remarks}
        return tuple(each for each in self.remarks if (each.title, each.text) not in repeated)


def split_sides(row: Row, *, adds: bool) -> tuple[str, str]:
    """Return the two sides of a field; one of them is empty if the field has only one value."""
    if len(row.values) > 1:
        return row.values[0], row.values[1]
    (value,) = row.values or (PRESENT if row.sign in "+-" else "",)
    removed = row.sign == "-" and not adds
    return (value, "") if removed else ("", value)
