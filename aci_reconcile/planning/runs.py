"""Groups that ``run`` made. Until they expire, no plan knows them; after that, what a killed run left is deleted. Pure.

Only the tag together with our owner tag makes a group one of these, and never where a manifest declares it, where it is
protected, or where it may belong to another project: such a group is an orphan like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.run_tag import RunTag
from aci_reconcile.planning.permission import is_member
from aci_reconcile.planning.unmanaged import (
    ORPHAN,
    is_ambiguous,
    is_in_other_subscription,
    is_pruned,
    make_deletion,
    suggest_deletion,
)
from aci_reconcile.planning.values import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.model import Key, Resource
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change

_LEFT: Final = "was made by `run`, which was to delete it by"


@dataclass(frozen=True, slots=True)
class Runs:
    """Groups without a manifest, sorted by what runs have to do with them; those of runs that go on are left out."""

    others: tuple[Resource, ...] = ()
    """Those that no run made."""
    leftovers: tuple[Resource, ...] = ()
    """Those of ours that a run made, and that have expired."""


def sort_out_runs(unmanaged: Iterable[Resource], policy: Policy) -> Runs:
    """Sort groups that no manifest declares."""
    here = [each for each in unmanaged if not _goes_on(each, policy)]
    leftovers = tuple(each for each in here if is_leftover(each, policy))
    return Runs(tuple(each for each in here if not is_leftover(each, policy)), leftovers)


def _goes_on(group: Resource, policy: Policy) -> bool:
    """Whether a run made the group and may still need it."""
    tag = find_run(group, policy)
    return tag is not None and not _has_expired(tag, policy)


def find_run(group: Resource, policy: Policy) -> RunTag | None:
    """Return the tag of a group that a run made, whosoever; None if the tag counts for nothing."""
    # What is protected is nobody's task: a stranger's tag must neither hide it nor have it deleted.
    if not tags.owner(group) or tags.is_protected(group) or is_member(group):
        return None
    return RunTag.of(group, policy.now)


def _has_expired(tag: RunTag, policy: Policy) -> bool:
    return policy.now is not None and tag.has_expired(policy.now)


def is_leftover(group: Resource, policy: Policy) -> bool:
    """Whether a run of this project made the group, and should have deleted it."""
    tag = find_run(group, policy)
    if tag is None or not _has_expired(tag, policy) or not policy.owns(tags.owner(group)):
        return False
    known = {group.address.lower(), f"/{group.id.name.lower()}"} & policy.elsewhere.keys()
    return not (known or is_in_other_subscription(group, policy) or is_ambiguous(group, policy))


def may_delete_leftovers(policy: Policy) -> bool:
    """Whether the project may write now: an expired group is no reason to hold an apply back."""
    return not policy.observe and (not policy.frozen or bool(policy.override))


def plan_leftovers(runs: Runs, policy: Policy) -> dict[Key, Change]:
    """Return the deletions of what killed runs left, where orphans are pruned."""
    if not may_delete_leftovers(policy):
        return {}
    return {each.id.key: delete_leftover(each, policy) for each in runs.leftovers if is_pruned(each, policy)}


def delete_leftover(group: Resource, policy: Policy) -> Change:
    """Return the deletion of what a killed run left."""
    return replace(make_deletion(group), leftover=True, reasons=tuple(explain_run(group, policy)))


def explain_run(group: Resource, policy: Policy) -> Iterator[str]:
    """Yield why a group of a run is there."""
    tag = find_run(group, policy)
    if tag is not None:
        yield f"{_LEFT} {tag.expiry}"


def note_leftovers(runs: Runs, policy: Policy) -> Iterator[Notice]:
    """Yield a notice for each group that a killed run left, and that this plan leaves alone."""
    planned = plan_leftovers(runs, policy)
    for each in sorted(runs.leftovers, key=lambda group: group.id.key):
        if each.id.key not in planned:
            hint = (
                "a later apply with --prune deletes it" if is_pruned(each, policy) else suggest_deletion(each, policy)
            )
            yield Notice(ORPHAN, each.address, "; ".join(explain_run(each, policy)), hint)
