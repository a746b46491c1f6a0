"""What a watch remembers of earlier rounds to do less work in the next one. Losing it costs time and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.core.model import Key, Resource
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change, Plan
    from aci_reconcile.reconcile.watch import Listing


@dataclass(frozen=True, slots=True)
class Decided:
    """A group that needed nothing: its manifest, what a list showed of it, and the decision."""

    desired: Resource
    listed: Resource
    change: Change


@dataclass(slots=True)
class Decisions:
    """The decisions of the last round: they hold for the same manifests, groups and policy."""

    policy: Policy | None = None
    known: dict[Key, Decided] = field(default_factory=dict["Key", "Decided"])

    def begin(self, policy: Policy) -> None:
        """Forget everything if the policy is another one."""
        # A freeze and what a day has taken decide whether a change is made, not whether there is one.
        bare = replace(policy, frozen="", spent=None)
        if bare != self.policy:
            self.policy, self.known = bare, {}

    def recall(self, desired: Resource, listed: Resource) -> Change | None:
        """Return the decision about a manifest and a listed group, where both are what they were."""
        known = self.known.get(listed.id.key)
        same = known is not None and known.desired is desired and known.listed.body == listed.body
        return known.change if known is not None and same else None

    def note(self, plan: Plan, desired: Iterable[Resource], listings: Mapping[tuple[str, str], Listing]) -> None:
        """Keep what a plan decided from lists, and forget groups that it does not know."""
        manifests = {each.id.key: each for each in desired}
        kept: dict[Key, Decided] = {}
        for change in plan.changes:
            key, manifest = change.id.key, manifests.get(change.id.key)
            if manifest is None or change.writes or change.stuck:
                continue
            listing = listings.get(change.id.scope.key)
            if listing is not None and change.before is not None and listing.groups.get(key) is change.before:
                kept[key] = Decided(manifest, change.before, change)
            elif key in self.known:  # it was read by itself this time
                kept[key] = self.known[key]
        self.known = kept
