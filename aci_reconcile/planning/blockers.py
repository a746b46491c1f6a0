"""Safety limits: checks of a plan before its first write. If one cannot be checked, it blocks."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.fields import ROOT
from aci_reconcile.core.fields.paths import display
from aci_reconcile.core.ignore import find_missing_entry, parse_ignorable, value_at
from aci_reconcile.planning.permission import (
    MEMBER,
    OWNER,
    UNOWNED,
    block_group_write,
    block_writes,
    is_protected,
    join_addresses,
    make_unowned_blocker,
)
from aci_reconcile.planning.policy import UNLIMITED, Spent
from aci_reconcile.planning.values import Action, Blocker, Change, Impact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.model import Scope
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change, Plan

IN_MANIFEST: Final = "set lifecycle.protect: false in its manifest"
"""What lifts the protection of a group that is declared."""


_FOREIGN: Final = frozenset({OWNER, MEMBER})
"""Blockers of groups that are somebody else's."""


def find_blockers(
    changes: tuple[Change, ...], missing: Iterable[Scope], policy: Policy, ours: int
) -> tuple[Blocker, ...]:
    """Return everything that blocks these changes. ``ours`` is the number of live groups that the project owns."""
    refusals = tuple(_list_refusals(changes, policy))
    return (
        *block_writes(tuple(change.address for change in changes if change.writes), policy),
        *(each for each in refusals if each.code == OWNER),
        *_merge_unowned(refusals),
        *_block_protected(changes),
        *_block_uncounted(changes, policy),
        *(each for each in refusals if each.code == MEMBER),
        *_block_replacements(changes, policy, ours),
        *_block_losses_of_shards(changes, policy),
        *_block_emptied(changes, policy),
        *_block_handed_over(changes, policy),
        *_block_deletions(changes, policy),
        *_block_share(changes, policy, ours),
        *_block_restarts(changes, policy),
        *block_ignored(changes),
        *_block_resource_groups(missing, policy),
    )


def _list_refusals(changes: Iterable[Change], policy: Policy) -> Iterator[Blocker]:
    """Yield why groups may not be written."""
    for change in changes:
        if change.before is not None:
            for blocker in block_group_write(change.before, change.after, policy):
                # Only a manifest can claim what nobody owns or an NGroup manages, and a no-op claims nothing.
                claimed = change.after is not None and (change.writes or blocker.code != UNOWNED)
                if claimed or blocker.code == OWNER:
                    yield blocker


def _merge_unowned(refusals: Iterable[Blocker]) -> Iterator[Blocker]:
    """Yield one blocker for all groups without an owner: one option lifts it for all."""
    addresses = tuple(address for each in refusals if each.code == UNOWNED for address in each.addresses)
    if addresses:
        yield make_unowned_blocker(addresses)


def find_unchanged(plan: Plan) -> tuple[Change, ...]:
    """Return the groups that match their manifests. Groups of another owner are not compared, so they are left out."""
    theirs = {address for each in plan.blockers if each.code in _FOREIGN for address in each.addresses}
    same = (change for change in plan.of(Action.NO_OP) if not change.fields)
    return tuple(change for change in same if change.address not in theirs)


def _block_protected(changes: tuple[Change, ...]) -> Iterator[Blocker]:
    for change in changes:
        if change.action in {Action.REPLACE, Action.DELETE} and is_protected(change):
            verb = "deleted" if change.action is Action.DELETE else "deleted and created again"
            reason = f"{change.address} is protected and would be {verb}"
            release = IN_MANIFEST if change.after is not None else f"remove its tag {tags.PROTECTED} in Azure"
            yield Blocker("protected", reason, (change.address,), release)


def _block_replacements(changes: tuple[Change, ...], policy: Policy, ours: int) -> Iterator[Blocker]:
    blocked = tuple(
        change.address
        for change in changes
        if change.action is Action.REPLACE and not (change.after is not None and change.after.lifecycle.replace)
    )
    spent = _get_spent(policy)
    if not blocked or policy.allow_replace == UNLIMITED or len(blocked) + spent.recreations <= policy.allow_replace:
        return
    gone = _describe_gone(spent.recreations, "recreation")
    reason = f"{join_addresses(blocked)} must be deleted and created again{gone}"
    replaced, deleted = _list_addresses(changes, Action.REPLACE), _list_addresses(changes, Action.DELETE)
    most = _is_most((*replaced, *deleted), policy, ours)
    # A bare `--allow-replace` allows any number. Where most groups would go, the number has to be typed.
    blanket = policy.allow_replace == 0 and not most
    release = "--allow-replace" if blanket else f"--allow-replace={len(replaced if most else blocked)}"
    yield Blocker("replace", reason, blocked, release)


def _get_spent(policy: Policy) -> Spent:
    """Return what counts against the limits besides this plan: nothing, where they are those of one apply."""
    return policy.spent or Spent()


def _describe_gone(number: int, what: str) -> str:
    """Return what the last 24 hours have taken of a limit, as the end of a sentence."""
    return f"; the last 24 hours had {number} {what}{'s' * (number != 1)}" if number else ""


def _block_uncounted(changes: tuple[Change, ...], policy: Policy) -> Iterator[Blocker]:
    """Block what limits of a day are for, where nobody knows how much of the day's allowance is left."""
    lost = (*_list_addresses(changes, Action.REPLACE), *_list_addresses(changes, Action.DELETE))
    restarted = _list_restarts(changes) if policy.max_restarts != UNLIMITED else ()
    blocked = tuple(dict.fromkeys((*lost, *restarted)))
    if policy.spent is not None and policy.spent.unknown and blocked:
        what = "deletions and recreations" if lost else "restarts"
        reason = f"{join_addresses(blocked)}: the {what} of the last 24 hours are not known"
        yield Blocker(
            "uncounted", reason, blocked, "it is known after a day of watching with --state FILE, or with a lock"
        )


def _block_losses_of_shards(changes: tuple[Change, ...], policy: Policy) -> Iterator[Blocker]:
    """Block what deletes where other runs are about the rest: nobody has counted what all of them would delete."""
    lost = (*_list_addresses(changes, Action.REPLACE), *_list_addresses(changes, Action.DELETE))
    if policy.sharded and lost:
        verb = "deleted" if not _list_addresses(changes, Action.REPLACE) else "deleted and created again"
        reason = f"{join_addresses(lost)} must be {verb}, and a shard deletes nothing"
        yield Blocker("shard", reason, lost, "leave out --shard")


def _block_emptied(changes: tuple[Change, ...], policy: Policy) -> Iterator[Blocker]:
    """Block every deletion while a manifest is empty: it may have been emptied by mistake."""
    blocked = _list_addresses(changes, Action.DELETE)
    if blocked and policy.emptied:
        verb = "declares" if len(policy.emptied) == 1 else "declare"
        reason = f"{join_addresses(policy.emptied)} {verb} nothing, and {_count_groups(blocked)} would be deleted"
        pronoun = "it" if len(policy.emptied) == 1 else "them"
        yield Blocker("emptied", reason, blocked, f"remove {pronoun}, or fill {pronoun} again")


def _block_handed_over(changes: tuple[Change, ...], policy: Policy) -> Iterator[Blocker]:
    """Block the deletion of a group that a project in a subfolder declares: it moved there and still runs."""
    for change in changes if policy.elsewhere else ():
        # A project below may not say in which resource group its groups are; then only the name is known.
        keys = change.address.lower(), f"/{change.id.name.lower()}"
        file = next((policy.elsewhere[key] for key in keys if key in policy.elsewhere), "")
        if change.action is Action.DELETE and file:
            reason = f"{change.address} would be deleted, but the project of {file} declares it"
            owner = tags.owner(change.before) if change.before is not None else policy.owner
            release = f"--take-over {shlex.quote(owner)} there, or remove its manifest there"
            yield Blocker("elsewhere", reason, (change.address,), release)


def _block_deletions(changes: tuple[Change, ...], policy: Policy) -> Iterator[Blocker]:
    blocked, spent = _list_addresses(changes, Action.DELETE), _get_spent(policy)
    if policy.max_deletes != UNLIMITED and blocked and len(blocked) + spent.deletions > policy.max_deletes:
        reason = f"{_count_groups(blocked)} would be deleted; the limit is {policy.max_deletes}"
        reason += _describe_gone(spent.deletions, "deletion")
        yield Blocker("delete", reason, blocked, f"--max-deletes {len(blocked) + spent.deletions}")


def _block_share(changes: tuple[Change, ...], policy: Policy, ours: int) -> Iterator[Blocker]:
    """Block a plan that would remove most groups at once, until the command line names the number.

    Limits in the project file do not count: they were written before this plan existed. Nor do numbers that were given
    to a run that never ends. A single group is left to the other safety limits, and an action that one of them blocks
    already is not named here again.
    """
    replaced, deleted = _list_addresses(changes, Action.REPLACE), _list_addresses(changes, Action.DELETE)
    if not _is_most((*replaced, *deleted), policy, ours):
        return
    if policy.spent is not None:
        yield _make_share_blocker((*replaced, *deleted), policy.spent, ours)
        return
    unnamed: list[str] = []
    if len(replaced) > max(policy.allow_replace, 0) and not any(_block_replacements(changes, policy, ours)):
        unnamed.append(f"--allow-replace={len(replaced)}")
    if (
        deleted
        and not (policy.deletes_named or policy.max_deletes == UNLIMITED)
        and not any(_block_deletions(changes, policy))
    ):
        unnamed.append(f"--max-deletes {len(deleted)}")
    if unnamed:
        taken = len(replaced) + len(deleted)
        reason = f"{taken} of {ours} groups would be deleted or recreated at once"
        yield Blocker("share", reason, (*replaced, *deleted), " ".join(unnamed))


def _make_share_blocker(taken: tuple[str, ...], spent: Spent, ours: int) -> Blocker:
    """Return the blocker of what a run that never ends would remove in a day."""
    number, most = len(taken) + spent.deletions + spent.recreations, max(ours, spent.owned)
    reason = f"{number} of {most} groups would have been deleted or recreated within 24 hours"
    return Blocker("share", reason, taken, "raise policy.maxShare in the project file, or use aci-reconcile apply")


def _is_most(taken: tuple[str, ...], policy: Policy, ours: int) -> bool:
    """Whether so many groups exceed the share that may go at once, or in a day. A single group never does."""
    spent = _get_spent(policy)
    # In a project of one or two groups any replacement is "most of them", and would always be blocked.
    most = max(1, policy.max_share * max(ours, spent.owned))
    return bool(taken) and len(taken) + spent.deletions + spent.recreations > most


def _list_addresses(changes: tuple[Change, ...], action: Action) -> tuple[str, ...]:
    return tuple(change.address for change in changes if change.action is action and not change.leftover)


def _block_restarts(changes: tuple[Change, ...], policy: Policy) -> Iterator[Blocker]:
    blocked, spent = _list_restarts(changes), _get_spent(policy)
    if policy.max_restarts != UNLIMITED and blocked and len(blocked) + spent.restarts > policy.max_restarts:
        verb = "restart or stop" if any(each.impact is Impact.STOP for each in changes) else "restart"
        reason = f"{_count_groups(blocked)} would {verb}; the limit is {policy.max_restarts}"
        reason += _describe_gone(spent.restarts, "restart")
        yield Blocker("restart", reason, blocked, f"--max-restarts {len(blocked) + spent.restarts}")


def _list_restarts(changes: tuple[Change, ...]) -> tuple[str, ...]:
    return tuple(change.address for change in changes if change.impact in {Impact.RESTART, Impact.STOP})


def _block_resource_groups(missing: Iterable[Scope], policy: Policy) -> Iterator[Blocker]:
    if policy.create_resource_groups:
        return
    for scope in missing:
        yield Blocker(
            "resource-group",
            f"resource group {scope.resource_group} does not exist",
            (scope.resource_group,),
            "--create-resource-groups, or createResourceGroups: true in the project file",
        )


def _count_groups(addresses: tuple[str, ...]) -> str:
    return "1 group" if len(addresses) == 1 else f"{len(addresses)} groups"


def block_ignored(changes: Iterable[Change]) -> Iterator[Blocker]:
    """Block a write that removes a list entry with an ignored field in it: the manifest renamed the entry."""
    for change in changes:
        if change.before is None or change.after is None or not change.sends_body:
            continue
        for path in change.after.lifecycle.ignore:
            keys = parse_ignorable(path)
            entry = find_missing_entry(change.after.body, keys)
            if entry and value_at(change.before.body, keys) is not None:
                reason = f"{change.address} ignores {path}, but this write removes {display(ROOT, entry)}"
                release = f"remove {path} from lifecycle.ignore, or correct it"
                yield Blocker("ignored", reason, (change.address,), release)
