"""``plan()``: manifests and an observation in, a plan out. It reads no clock, no file and no network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import Key, Scope, as_text
from aci_reconcile.core.references import references_in
from aci_reconcile.planning.blockers import find_blockers
from aci_reconcile.planning.decision import decide
from aci_reconcile.planning.notices import (
    note_conditions,
    note_freeze,
    note_ignored,
    note_restores,
    note_uncompared,
    note_unknown_fields,
)
from aci_reconcile.planning.order import block_deadlocks, block_taken_labels, order_changes, order_deletions
from aci_reconcile.planning.permission import is_member
from aci_reconcile.planning.references import ReferencedGroups, sort_by_references
from aci_reconcile.planning.runs import explain_run, note_leftovers, plan_leftovers, sort_out_runs
from aci_reconcile.planning.selection import UnselectedGroups
from aci_reconcile.planning.unmanaged import (
    is_ambiguous,
    is_in_other_subscription,
    is_pruned,
    make_deletion,
    note_kept,
    note_unmanaged,
)
from aci_reconcile.planning.values import Change, Notice, Plan, ResourceGroupChange, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.observation import Observation
    from aci_reconcile.planning.policy import Policy

_NOTHING_DECLARED: Final = (
    "run it where the manifests are, or give their path; to delete everything this project owns, use "
    "`aci-reconcile destroy`"
)


def plan(desired: Iterable[Resource], seen: Observation, policy: Policy) -> Plan:
    """Decide what to do.

    Args:
        desired: every group that is declared, the whole set of the project.
        seen: what is live.
        policy: what is allowed, and who owns the groups.

    Raises:
        UsageError: nothing is declared (an empty set never means "delete everything"; ``destroy`` does), or groups
            reference each other in a circle.
    """
    declared = {resource.id.key: resource for resource in desired}
    if not declared:
        raise UsageError("no manifest declares a group", hint=_NOTHING_DECLARED)
    live = {resource.id.key: resource for resource in seen.resources}
    runs = sort_out_runs(_list_unmanaged(declared, live, policy), policy)
    decided = _plan_prunes(runs.others, policy) | plan_leftovers(runs, policy)
    unselected = UnselectedGroups.of(declared, policy)
    known = ReferencedGroups(
        {each.id.key: each for each in seen.referenced} | live,
        decided,
        frozenset(each.address.lower() for each in seen.unreadable),
        unselected,
    )
    for resource in sort_by_references(declared):
        key = resource.id.key
        if _is_selected(key, policy) and resource.address.lower() not in known.unreadable:
            # `known` sees each decision at once: the next group may reference a value that this one changes.
            decided[key] = _decide_resolved(resource, known, seen, policy)
    changes = order_changes(tuple(sorted(decided.values(), key=lambda change: change.id.key)))
    remarks = (*note_unmanaged(runs.others, policy), *note_leftovers(runs, policy))
    ours = _count_owned([each for key, each in live.items() if key in declared] + list(runs.others), policy)
    if policy.allotment is not None:
        ours = policy.allotment.live
    planned = _assemble(changes, remarks, policy, seen.missing, seen.unreadable, ours)
    notices = (*planned.notices, *note_ignored(changes, declared))
    return _add_context(replace(planned, notices=notices, searched_all=seen.searched_all), known, unselected)


def _add_context(planned: Plan, known: ReferencedGroups, unselected: UnselectedGroups) -> Plan:
    """Return the plan with the blockers and notices that come from other live groups, or from groups left out."""
    changes, live = planned.changes, known.live
    blockers = (*known.find_blockers(changes), *block_deadlocks(changes), *block_taken_labels(changes, live.values()))
    holders = unselected.find_holders(changes, live)
    notices = (*unselected.note_dependencies(changes, live), *unselected.note_moves(changes, holders))
    return replace(
        planned, blockers=(*planned.blockers, *blockers), notices=(*planned.notices, *notices), holders=holders
    )


def _list_unmanaged(declared: Mapping[Key, Resource], live: Mapping[Key, Resource], policy: Policy) -> list[Resource]:
    """Return the live groups without a manifest. To one of several shards, the groups of the others are none of it."""
    given = policy.allotment
    return [each for key, each in live.items() if key not in declared and (given is None or key in given.orphans)]


def _plan_prunes(unmanaged: Iterable[Resource], policy: Policy) -> dict[Key, Change]:
    """Return the deletions of orphans."""
    orphans = (each for each in unmanaged if _is_owned(each, policy))
    return {each.id.key: make_deletion(each) for each in orphans if is_pruned(each, policy)}


def _decide_resolved(desired: Resource, known: ReferencedGroups, seen: Observation, policy: Policy) -> Change:
    """Decide about one group. Keep the manifest for later if it references values that are not known yet."""
    resource = known.resolve(desired)
    live, earlier = known.live.get(resource.id.key), seen.decisions.get(resource.id.key)
    # A decision from the lists holds only for the very objects that it was made from.
    if earlier is not None and resource is desired and earlier.before is live:
        return earlier
    change = decide(resource, live, policy, seen.verdicts)
    later = change.writes and change.after is not None and references_in(change.after)
    return replace(change, deferred=resource) if later else change


def plan_destruction(live: Iterable[Resource], policy: Policy, declared: Iterable[Resource] = ()) -> Plan:
    """Plan the deletion of every group of this project, dependents first, as ``declared`` says.

    Groups that may belong to another project of the same name stay, with a notice.
    """
    owned = sorted(
        (each for each in live if _is_owned(each, policy) and _is_selected(each.id.key, policy)), key=_get_key
    )
    # A group that the command line names is meant, whoever else may have the same project name.
    unrestricted = policy.selected is None
    kept = [each for each in owned if unrestricted and is_ambiguous(each, policy)]
    deleted = [each for each in owned if not (unrestricted and is_ambiguous(each, policy))]
    changes = order_deletions(tuple(_make_final_deletion(each, policy) for each in deleted), declared)
    return _assemble(changes, tuple(note_kept(kept)), policy, (), (), len(deleted))


def _get_key(resource: Resource) -> Key:
    return resource.id.key


def _assemble(
    changes: tuple[Change, ...],
    unmanaged: tuple[Notice, ...],
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
            *note_freeze(changes, policy),
            *note_restores(changes, policy),
            *unmanaged,
            *note_unknown_fields(changes),
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
    return sum(_is_owned(each, policy) and not is_in_other_subscription(each, policy) for each in live)


def _make_final_deletion(resource: Resource, policy: Policy) -> Change:
    """Return the deletion of a group by ``destroy``, which ends runs, too, and says so."""
    return replace(make_deletion(resource), reasons=tuple(explain_run(resource, policy)))


def _list_resource_groups(
    changes: Iterable[Change], missing: tuple[Scope, ...], policy: Policy
) -> tuple[ResourceGroupChange, ...]:
    if not policy.create_resource_groups:
        return ()
    first: Mapping[tuple[str, str], Change] = {
        # The first group of each resource group decides its location, so the last one written into the map must be
        # the first.
        change.id.scope_key: change
        for change in reversed(tuple(changes))
        if change.after is not None
    }
    return tuple(
        ResourceGroupChange(scope, policy.resource_group_location or _find_location(first[scope.key]))
        for scope in missing
        if scope.key in first
    )


def _find_location(change: Change) -> str:
    return as_text(change.after.body.get("location")) if change.after else ""
