"""What differs in Azure: a plan that is never applied, and the run state of what stands in it. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.health import State
from aci_reconcile.plan.values import Action

if TYPE_CHECKING:
    from aci_reconcile.health import Health
    from aci_reconcile.plan.values import Change, Notice, Plan


@dataclass(frozen=True, slots=True)
class Drift:
    """What a look at Azure found. Falsy when nothing differs, nothing is undeclared and everything runs."""

    plan: Plan
    health: tuple[tuple[str, Health], ...] = ()
    """The run state of the declared groups that exist, by address."""

    def __bool__(self) -> bool:
        return bool(self.differing or self.missing or self.undeclared or self.unhealthy)

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
        """The groups that carry this project's tag and stand in no manifest."""
        orphans = (notice for notice in self.plan.notices if notice.code == "orphan")
        return (*orphans, *self.plan.of(Action.DELETE))

    @property
    def unhealthy(self) -> tuple[tuple[str, Health], ...]:
        """The groups whose containers do not run as they should: failed, stopped, not up yet, or nobody knows."""
        fine = {State.HEALTHY, State.FINISHED}
        return tuple((address, health) for address, health in self.health if health.state not in fine)
