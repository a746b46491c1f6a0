"""A drift as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.core.health import State
from aci_reconcile.findings.finding import RUN_STATE, SINCE_LAST_CHECK, Finding, Kind
from aci_reconcile.planning.values import Action

if TYPE_CHECKING:
    from aci_reconcile.core.health import Health
    from aci_reconcile.findings.history import History, RecordedFinding
    from aci_reconcile.findings.merged import Seen
    from aci_reconcile.planning.values import Change, Notice, Plan


@dataclass(frozen=True, slots=True)
class Drift:
    """What a check at Azure found. Falsy when nothing differs, nothing is undeclared and everything runs.

    What is accepted does not count: it is among the findings, and no longer in the plan.
    """

    plan: Plan
    health: tuple[tuple[str, Health], ...] = ()
    """The run state of the declared groups that exist, by address."""
    findings: tuple[Finding, ...] = ()
    """Everything, the worst first; accepted findings and mere notices, too."""
    appeared: tuple[Finding, ...] = ()
    """Those that are drift, or could not be compared, and were not at the last check."""
    resolved: tuple[RecordedFinding, ...] = ()
    """Those of the last check that are over: repaired, accepted, or reported once."""
    history: History | None = None
    """What to keep of this check; None if nothing is to be kept."""
    seen: Seen | None = None
    """What this check saw, for one that is made of several; None if nobody asked for it."""

    def __bool__(self) -> bool:
        groups = self.differing or self.missing or self.undeclared or self.unhealthy
        return bool(groups or any(each.counts for each in self.findings))

    @property
    def clean(self) -> bool:
        """Whether nothing was found, and everything was read and compared."""
        return not self and self.plan.complete

    @property
    def differing(self) -> tuple[Change, ...]:
        """The groups that are not as declared, those included that nobody owns or that Azure leaves different."""
        found = {Action.UPDATE, Action.REPLACE, Action.ADOPT}
        return tuple(change for change in self.plan.changes if change.action in found or change.fields)

    @property
    def missing(self) -> tuple[Change, ...]:
        """The groups that are declared and not there."""
        return self.plan.of(Action.CREATE)

    @property
    def undeclared(self) -> tuple[Notice | Change, ...]:
        """The orphans: groups with this project's tag and no manifest."""
        orphans = (notice for notice in self.plan.notices if notice.code == "orphan")
        return (*orphans, *self.plan.of(Action.DELETE))

    @property
    def unhealthy(self) -> tuple[tuple[str, Health], ...]:
        """The groups whose containers do not run as they should: failed, not up yet, or nobody knows.

        One that is stopped and should run differs from its manifest.
        """
        fine = {State.HEALTHY, State.FINISHED, State.STOPPED}
        states = [each for each in self.findings if each.kind in RUN_STATE]
        accepted = {each.address for each in states} - {each.address for each in states if each.counts}
        return tuple(
            (address, health) for address, health in self.health if health.state not in fine and address not in accepted
        )

    @property
    def since_last_check(self) -> tuple[Finding, ...]:
        """What only the comparison with the last check shows, and is not accepted."""
        sick = {address for address, _ in self.unhealthy}
        return tuple(
            each
            for each in self.findings
            if each.acceptance is None
            and (each.kind in SINCE_LAST_CHECK or (each.kind is Kind.RESTARTING and each.address not in sick))
        )

    @property
    def counted(self) -> tuple[Finding, ...]:
        """The findings that count."""
        return tuple(each for each in self.findings if each.counts)

    @property
    def accepted(self) -> tuple[Finding, ...]:
        """The findings that somebody has accepted for a while."""
        return tuple(each for each in self.findings if each.acceptance is not None)
