"""A plan of the whole project given to its shards: how much each does, whose orphan is whose, what each plans from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.core.references import references_in
from aci_reconcile.core.shards import GROUPS_A_MINUTE, list_joints
from aci_reconcile.planning.duration import REFILL
from aci_reconcile.planning.policy import Allotment
from aci_reconcile.planning.values import Action

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from aci_reconcile.core.model import Key, Resource
    from aci_reconcile.core.shards import Part, Shard
    from aci_reconcile.planning.observation import Observation
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change, Plan


def weigh_parts(parts: Iterable[Part], whole: Plan) -> tuple[Part, ...]:
    """Return the parts with the minutes that a plan of the whole project takes in each.

    They decide how many shards there are. How the groups are cut into so many depends on the manifests alone, so that
    each shard is that of a run with ``--shard``.
    """
    minutes = {change.id.key: _weigh(change) for change in whole.changes if change.writes}
    return tuple(replace(part, planned=sum(minutes.get(key, 0.0) for key in part.keys)) for part in parts)


def _weigh(change: Change) -> float:
    """Return the minutes between one such write and the next, in the long run."""
    created = change.action in {Action.CREATE, Action.REPLACE}
    return 1 / GROUPS_A_MINUTE if created else 1 / REFILL / 60


def allot(whole: Plan, shards: Sequence[Shard]) -> tuple[Allotment, ...]:
    """Return what each shard gets of a plan of the whole project.

    A group without a manifest goes where groups are that take its DNS label, share its subnet or its quota; one that
    has nothing in common with any goes to the smallest shard.
    """
    orphans: list[set[Key]] = [set() for _ in shards]
    deletions = [each for each in whole.changes if each.writes and each.after is None]
    places = _find_places(whole, shards) if deletions else {}
    takers = {giver.lower(): each.address for each in whole.changes if each.after is not None for giver in each.follows}
    for change in deletions:
        joints = tuple(_list_ties(change, takers))
        smallest = min(range(len(shards)), key=lambda each: len(shards[each].keys) + len(orphans[each]))
        number = next((places[joint] for joint in joints if joint in places), smallest)
        orphans[number].add(change.id.key)
        for joint in joints:  # the next one that has something in common with it follows it
            places.setdefault(joint, number)
    return tuple(Allotment(whole.live, frozenset(each)) for each in orphans)


def _find_places(whole: Plan, shards: Sequence[Shard]) -> dict[Hashable, int]:
    """Return for everything that groups have in common the first shard that has such groups."""
    shard_of = {key: number for number, shard in enumerate(shards) for key in shard.keys}
    places: dict[Hashable, int] = {}
    for change in whole.changes:
        for each in (change.after, change.before) if change.id.key in shard_of else ():
            for joint in list_joints(each) if each is not None else ():
                places.setdefault(joint, shard_of[change.id.key])
    return places


def _list_ties(change: Change, takers: Mapping[str, str]) -> Iterator[Hashable]:
    """Yield what a deleted group has in common with others, the closest ties first."""
    taker = takers.get(change.address.lower())
    if taker is not None:
        yield "address", change.id.subscription.lower(), taker.lower()
    if change.before is not None:
        yield from list_joints(change.before)


def narrow_policy(policy: Policy, keys: frozenset[Key], allotment: Allotment) -> Policy:
    """Return the policy of a shard: it is about these groups, and deletes the orphans that it was given."""
    redeployed = policy.redeploy & keys
    return replace(policy, selected=keys, sharded=False, allotment=allotment, redeploy=redeployed)


@dataclass(frozen=True, slots=True)
class WholeObservation:
    """What is live in the whole project, by where it is, so that many shards find their own quickly."""

    seen: Observation
    by_scope: Mapping[tuple[str, str], Sequence[Resource]]
    by_key: Mapping[Key, Resource]

    @classmethod
    def of(cls, seen: Observation) -> WholeObservation:
        """Sort what was read."""
        by_scope: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for each in seen.resources:
            by_scope[each.id.scope_key].append(each)
        return cls(seen, by_scope, {each.id.key: each for each in (*seen.referenced, *seen.resources)})

    def narrow(self, own: Iterable[Resource], allotment: Allotment) -> Observation:
        """Return what a shard would read: its own resource groups, and what its groups refer to."""
        declared = tuple(own)
        scopes = {each.id.scope_key for each in declared}
        near = scopes | {(key[0], key[1]) for key in allotment.orphans}
        named = {each.target(resource.id).key for resource in declared for each in references_in(resource)}
        return replace(
            self.seen,
            resources=tuple(each for scope in sorted(near) for each in self.by_scope.get(scope, ())),
            missing=tuple(each for each in self.seen.missing if each.key in scopes),
            referenced=tuple(self.by_key[key] for key in sorted(named) if key in self.by_key and key[:2] not in near),
            searched_all=False,
        )
