"""``plan()``: desired and live in, a plan out. It reads no clock, no file and no network, and never returns None."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aci_reconcile import tags
from aci_reconcile.deferred import references_in
from aci_reconcile.errors import UsageError
from aci_reconcile.model import Scope, as_text
from aci_reconcile.plan.brakes import blockers
from aci_reconcile.plan.conditions import condition_notices
from aci_reconcile.plan.decide import NOT_YET, decide, is_member
from aci_reconcile.plan.deferring import Key, Known, in_order
from aci_reconcile.plan.former import former_of
from aci_reconcile.plan.ignored import ignored_notices
from aci_reconcile.plan.losses import losses
from aci_reconcile.plan.narrowed import LeftOut
from aci_reconcile.plan.order import ordered, taken_apart
from aci_reconcile.plan.standoffs import standoffs, taken_labels
from aci_reconcile.plan.uncompared import uncompared_notices
from aci_reconcile.plan.undeclared import is_abroad, is_doubtful, is_pruned, spared_notices, undeclared_notices
from aci_reconcile.plan.values import Action, Change, Impact, Notice, Plan, ResourceGroupChange, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.model import Resource
    from aci_reconcile.plan.decide import Verdicts
    from aci_reconcile.plan.policy import Policy

_COMES_BACK: Final = "is restored if Azure refuses the new group"

_NOTHING_DECLARED: Final = (
    "run it where the manifests are, or give their path; to delete everything this project owns, use "
    "`aci-reconcile destroy`"
)

UNDECIDED: Final[Mapping[Key, Change]] = {}
"""Nothing was decided yet."""


def plan(  # noqa: PLR0913  what is known of the world comes in pieces
    desired: Iterable[Resource],
    live: Iterable[Resource],
    policy: Policy,
    *,
    missing: Iterable[Scope] = (),
    unreadable: Iterable[Unreadable] = (),
    verdicts: Verdicts = NOT_YET,
    others: Iterable[Resource] = (),
    decisions: Mapping[Key, Change] = UNDECIDED,
    whole: bool = False,
) -> Plan:
    """Decide what to do.

    Args:
        desired: every group that is declared, the whole set of the project.
        live: every group of the project's resource groups; of those that differ, a read with instance view.
        policy: what is allowed, and in whose name.
        missing: resource groups that do not exist.
        unreadable: groups that could not be read; nothing is decided about them.
        verdicts: which fingerprints were compared already, with what result.
        others: groups of other resource groups, live, that manifests name values of.
        decisions: what ``decide`` said already of a manifest and the very read that is in ``live``, by the group's key.
        whole: whether the whole subscription was looked through for groups of ours.

    Raises:
        UsageError: nothing is declared (an empty set never means "delete everything"; ``destroy`` does), or groups
            name each other's values in a circle.
    """
    declared = {resource.id.key: resource for resource in desired}
    if not declared:
        raise UsageError("no manifest declares a group", hint=_NOTHING_DECLARED)
    found = {resource.id.key: resource for resource in live}
    unread = tuple(unreadable)
    undeclared = [resource for key, resource in found.items() if key not in declared]
    decided = _pruned(undeclared, policy)
    seen = {each.id.key: each for each in others} | found
    left_out = LeftOut.of(declared, policy)
    known = Known(seen, decided, frozenset(each.address.lower() for each in unread), left_out)
    for resource in in_order(declared):
        key = resource.id.key
        if _selected(key, policy) and resource.address.lower() not in known.unreadable:
            decided[key] = _decided(resource, known, policy, verdicts, decisions.get(key))
    left = tuple(undeclared_notices(undeclared, policy))
    changes = ordered(tuple(sorted(decided.values(), key=lambda change: change.id.key)))
    planned = _assembled(changes, left, policy, tuple(missing), unread, _ours(found.values(), policy))
    told = tuple(ignored_notices(changes, declared))
    return _in_the_world(replace(planned, notices=(*planned.notices, *told), whole=whole), known, left_out)


def _in_the_world(planned: Plan, known: Known, left_out: LeftOut) -> Plan:
    """Return the plan with what holds it, and what is to be said of it, for what else is there or is left out."""
    changes, live = planned.changes, known.live
    held = (*known.blockers(changes), *standoffs(changes), *taken_labels(changes, live.values()))
    holders = left_out.holders(changes, live)
    told = (*left_out.dependencies(changes, live), *left_out.moving(changes, holders))
    return replace(planned, blockers=(*planned.blockers, *held), notices=(*planned.notices, *told), holders=holders)


def _pruned(undeclared: Iterable[Resource], policy: Policy) -> dict[Key, Change]:
    """Return the deletions of what is ours and declared no more."""
    orphans = (each for each in undeclared if _owned(each, policy))
    return {each.id.key: _deletion(each) for each in orphans if is_pruned(each, policy)}


def _decided(desired: Resource, known: Known, policy: Policy, verdicts: Verdicts, earlier: Change | None) -> Change:
    """Decide about one group; where values of other groups are not known yet, what is declared is kept for later."""
    resource = known.resolved(desired)
    live = known.live.get(resource.id.key)
    if earlier is not None and resource is desired and earlier.before is live:
        return earlier
    change = decide(resource, live, policy, verdicts)
    later = change.writes and change.after is not None and references_in(change.after)
    return replace(change, deferred=resource) if later else change


def destruction(live: Iterable[Resource], policy: Policy, declared: Iterable[Resource] = ()) -> Plan:
    """Plan the deletion of all that this project owns; who depends on others goes before them (``declared``).

    What may be another project's of this name stays, and is named.
    """
    owned = sorted((each for each in live if _owned(each, policy) and _selected(each.id.key, policy)), key=_key)
    whole = policy.selected is None
    spared = [each for each in owned if whole and is_doubtful(each, policy)]
    doomed = [each for each in owned if not (whole and is_doubtful(each, policy))]
    changes = taken_apart(tuple(map(_deletion, doomed)), declared)
    return _assembled(changes, tuple(spared_notices(spared)), policy, (), (), len(doomed))


def _key(resource: Resource) -> Key:
    return resource.id.key


def _assembled(
    changes: tuple[Change, ...],
    undeclared: tuple[Notice, ...],
    policy: Policy,
    missing: tuple[Scope, ...],
    unreadable: tuple[Unreadable, ...],
    ours: int,
) -> Plan:
    return Plan(
        owner=policy.owner,
        changes=changes,
        blockers=blockers(changes, missing, policy, ours),
        notices=(
            *_freeze_notice(changes, policy),
            *_restore_notices(changes, policy),
            *undeclared,
            *_unknown_notices(changes),
            *condition_notices(changes),
            *uncompared_notices(changes, policy),
        ),
        resource_groups=_resource_groups(changes, missing, policy),
        unreadable=tuple(sorted(unreadable, key=lambda each: each.address)),
        live=ours,
        policy=policy,
    )


def _selected(key: tuple[str, ...], policy: Policy) -> bool:
    return policy.selected is None or key in policy.selected


def _owned(resource: Resource, policy: Policy) -> bool:
    """Whether a live group is ours to delete; members of an NGroup are not, whatever their tags say."""
    return policy.owns(tags.owner(resource)) and not is_member(resource)


def _ours(live: Iterable[Resource], policy: Policy) -> int:
    return sum(_owned(each, policy) and not is_abroad(each, policy) for each in live)


def _deletion(resource: Resource) -> Change:
    return Change(resource.id, Action.DELETE, Impact.NONE, before=resource, loses=losses(resource))


def _freeze_notice(changes: Iterable[Change], policy: Policy) -> Iterable[Notice]:
    if policy.frozen and policy.override and any(change.writes for change in changes):
        yield Notice("freeze", policy.owner, f"the freeze {policy.frozen} is overridden: {policy.override}")


def _restore_notices(changes: Iterable[Change], policy: Policy) -> Iterable[Notice]:
    """Say of each group that is created again whether it comes back where Azure refuses the new one."""
    for change in changes if policy.restore else ():
        if change.action is Action.REPLACE and change.before is not None and change.after is not None:
            why_not = former_of(change.before, change.after, policy).why_not
            told = f"is not restored if Azure refuses the new group: {why_not}"
            yield Notice("restore", change.address, told if why_not else _COMES_BACK)


def _unknown_notices(changes: Iterable[Change]) -> Iterable[Notice]:
    """Report fields that only Azure knows, each once for the whole plan, and again where a PUT may reset them."""
    seen: dict[str, str] = {}
    for change in changes:
        for path in change.unknown:
            if change.sends_body:
                yield Notice(
                    "unknown-field", change.address, f"{path} is unknown to this version; this write may reset it"
                )
            else:
                seen.setdefault(path, change.address)
    for path, address in seen.items():
        yield Notice("unknown-field", address, f"{path} is unknown to this version and was not compared")


def _resource_groups(
    changes: Iterable[Change], missing: tuple[Scope, ...], policy: Policy
) -> tuple[ResourceGroupChange, ...]:
    if not policy.create_resource_groups:
        return ()
    first: Mapping[tuple[str, str], Change] = {
        change.id.scope.key: change for change in reversed(tuple(changes)) if change.after is not None
    }
    return tuple(
        ResourceGroupChange(scope, policy.resource_group_location or _location(first[scope.key]))
        for scope in missing
        if scope.key in first
    )


def _location(change: Change) -> str:
    return as_text(change.after.body.get("location")) if change.after else ""
