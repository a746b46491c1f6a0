"""``plan()``: desired and live in, a plan out. It reads no clock, no file and no network, and never returns None."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import Key, Scope, as_text
from aci_reconcile.core.references import references_in
from aci_reconcile.planning.brakes import find_blockers
from aci_reconcile.planning.conditions import note_conditions
from aci_reconcile.planning.decide import NOT_YET, decide, is_member
from aci_reconcile.planning.deferring import Known, sort_by_references
from aci_reconcile.planning.former import former_of
from aci_reconcile.planning.ignored import note_ignored
from aci_reconcile.planning.losses import list_losses
from aci_reconcile.planning.narrowed import LeftOut
from aci_reconcile.planning.order import order_changes, order_deletions
from aci_reconcile.planning.standoffs import block_standoffs, block_taken_labels
from aci_reconcile.planning.uncompared import note_uncompared
from aci_reconcile.planning.undeclared import is_abroad, is_doubtful, is_pruned, note_spared, note_undeclared
from aci_reconcile.planning.values import Action, Change, Impact, Notice, Plan, ResourceGroupChange, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.decide import Verdicts
    from aci_reconcile.planning.policy import Policy

_COMES_BACK: Final = "is restored if Azure refuses the new group"

_NOTHING_DECLARED: Final = (
    "run it where the manifests are, or give their path; to delete everything this project owns, use "
    "`aci-reconcile destroy`"
)

UNDECIDED: Final[Mapping[Key, Change]] = {}
"""No decisions yet."""


def plan(  # noqa: PLR0913  each is an input of its own
    desired: Iterable[Resource],
    live: Iterable[Resource],
    policy: Policy,
    *,
    missing: Iterable[Scope] = (),
    unreadable: Iterable[Unreadable] = (),
    verdicts: Verdicts = NOT_YET,
    referenced: Iterable[Resource] = (),
    decisions: Mapping[Key, Change] = UNDECIDED,
    searched_all: bool = False,
) -> Plan:
    """Decide what to do.

    Args:
        desired: every group that is declared, the whole set of the project.
        live: every group of the project's resource groups; of those that differ, a read with instance view.
        policy: what is allowed, and who owns the groups.
        missing: resource groups that do not exist.
        unreadable: groups that could not be read; they are not planned.
        verdicts: results of fingerprints that were compared already.
        referenced: live groups of other resource groups that manifests reference.
        decisions: earlier results of ``decide`` for the same manifests and reads, by the group's key.
        searched_all: whether the whole subscription was searched for groups of ours.

    Raises:
        UsageError: nothing is declared (an empty set never means "delete everything"; ``destroy`` does), or groups
            reference each other in a circle.
    """
    declared = {resource.id.key: resource for resource in desired}
    if not declared:
        raise UsageError("no manifest declares a group", hint=_NOTHING_DECLARED)
    found = {resource.id.key: resource for resource in live}
    unread = tuple(unreadable)
    undeclared = [resource for key, resource in found.items() if key not in declared]
    decided = _prune(undeclared, policy)
    seen = {each.id.key: each for each in referenced} | found
    left_out = LeftOut.of(declared, policy)
    known = Known(seen, decided, frozenset(each.address.lower() for each in unread), left_out)
    for resource in sort_by_references(declared):
        key = resource.id.key
        if _is_selected(key, policy) and resource.address.lower() not in known.unreadable:
            decided[key] = _decide_resolved(resource, known, policy, verdicts, decisions.get(key))
    left = tuple(note_undeclared(undeclared, policy))
    changes = order_changes(tuple(sorted(decided.values(), key=lambda change: change.id.key)))
    planned = _make_plan(changes, left, policy, tuple(missing), unread, _count_owned(found.values(), policy))
    notices = tuple(note_ignored(changes, declared))
    return _add_surroundings(
        replace(planned, notices=(*planned.notices, *notices), searched_all=searched_all), known, left_out
    )


def _add_surroundings(planned: Plan, known: Known, left_out: LeftOut) -> Plan:
    """Return the plan with the blockers and notices that come from other live groups, or from groups left out."""
    changes, live = planned.changes, known.live
    held = (*known.find_blockers(changes), *block_standoffs(changes), *block_taken_labels(changes, live.values()))
    holders = left_out.find_holders(changes, live)
    notices = (*left_out.note_dependencies(changes, live), *left_out.note_moves(changes, holders))
    return replace(planned, blockers=(*planned.blockers, *held), notices=(*planned.notices, *notices), holders=holders)


def _prune(undeclared: Iterable[Resource], policy: Policy) -> dict[Key, Change]:
    """Return the deletions of orphans."""
    orphans = (each for each in undeclared if _is_owned(each, policy))
    return {each.id.key: _make_deletion(each) for each in orphans if is_pruned(each, policy)}


def _decide_resolved(
    desired: Resource, known: Known, policy: Policy, verdicts: Verdicts, earlier: Change | None
) -> Change:
    """Decide about one group. Keep the manifest for later if it references values that are not known yet."""
    resource = known.resolve(desired)
    live = known.live.get(resource.id.key)
    if earlier is not None and resource is desired and earlier.before is live:
        return earlier
    change = decide(resource, live, policy, verdicts)
    later = change.writes and change.after is not None and references_in(change.after)
    return replace(change, deferred=resource) if later else change


def plan_destruction(live: Iterable[Resource], policy: Policy, declared: Iterable[Resource] = ()) -> Plan:
    """Plan the deletion of every group of this project, dependents first, as ``declared`` says.

    Groups that may belong to another project of the same name stay, with a notice.
    """
    owned = sorted((each for each in live if _is_owned(each, policy) and _is_selected(each.id.key, policy)), key=_key)
    unrestricted = policy.selected is None
    spared = [each for each in owned if unrestricted and is_doubtful(each, policy)]
    doomed = [each for each in owned if not (unrestricted and is_doubtful(each, policy))]
    changes = order_deletions(tuple(map(_make_deletion, doomed)), declared)
    return _make_plan(changes, tuple(note_spared(spared)), policy, (), (), len(doomed))


def _key(resource: Resource) -> Key:
    return resource.id.key


def _make_plan(
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
        blockers=find_blockers(changes, missing, policy, ours),
        notices=(
            *_note_freeze(changes, policy),
            *_note_restores(changes, policy),
            *undeclared,
            *_note_unknown_fields(changes),
            *note_conditions(changes),
            *note_uncompared(changes, policy),
        ),
        resource_groups=_list_resource_groups(changes, missing, policy),
        unreadable=tuple(sorted(unreadable, key=lambda each: each.address)),
        live=ours,
        policy=policy,
    )


def _is_selected(key: tuple[str, ...], policy: Policy) -> bool:
    return policy.selected is None or key in policy.selected


def _is_owned(resource: Resource, policy: Policy) -> bool:
    """Whether a live group is ours to delete. Members of an NGroup never are, whatever their tags say."""
    return policy.owns(tags.owner(resource)) and not is_member(resource)


def _count_owned(live: Iterable[Resource], policy: Policy) -> int:
    return sum(_is_owned(each, policy) and not is_abroad(each, policy) for each in live)


def _make_deletion(resource: Resource) -> Change:
    return Change(resource.id, Action.DELETE, Impact.NONE, before=resource, loses=list_losses(resource))


def _note_freeze(changes: Iterable[Change], policy: Policy) -> Iterable[Notice]:
    if policy.frozen and policy.override and any(change.writes for change in changes):
        yield Notice("freeze", policy.owner, f"the freeze {policy.frozen} is overridden: {policy.override}")


def _note_restores(changes: Iterable[Change], policy: Policy) -> Iterable[Notice]:
    """Yield for each recreation whether the old group is restored if Azure refuses the new one."""
    for change in changes if policy.restore else ():
        if change.action is Action.REPLACE and change.before is not None and change.after is not None:
            why_not = former_of(change.before, change.after, policy).why_not
            refusal = f"is not restored if Azure refuses the new group: {why_not}"
            yield Notice("restore", change.address, refusal if why_not else _COMES_BACK)


def _note_unknown_fields(changes: Iterable[Change]) -> Iterable[Notice]:
    """Yield a notice for each field the table does not know: once per plan, and wherever a PUT may reset it."""
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


def _list_resource_groups(
    changes: Iterable[Change], missing: tuple[Scope, ...], policy: Policy
) -> tuple[ResourceGroupChange, ...]:
    if not policy.create_resource_groups:
        return ()
    first: Mapping[tuple[str, str], Change] = {
        change.id.scope.key: change for change in reversed(tuple(changes)) if change.after is not None
    }
    return tuple(
        ResourceGroupChange(scope, policy.resource_group_location or _find_location(first[scope.key]))
        for scope in missing
        if scope.key in first
    )


def _find_location(change: Change) -> str:
    return as_text(change.after.body.get("location")) if change.after else ""
