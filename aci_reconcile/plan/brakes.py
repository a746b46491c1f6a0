"""What holds a plan back: checks over the whole of it, before the first write. They fail closed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from aci_reconcile import tags
from aci_reconcile.plan.decide import is_foreign, is_member
from aci_reconcile.plan.ignored import ignored_blockers
from aci_reconcile.plan.policy import UNLIMITED
from aci_reconcile.plan.values import Action, Blocker, Change, Impact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.model import Scope
    from aci_reconcile.plan.policy import Policy
    from aci_reconcile.plan.values import Plan


IN_MANIFEST: Final = "set lifecycle.protect: false in its manifest"
"""What lifts the protection of a group that is declared."""


_THEIRS: Final = frozenset({"owner", "member"})
"""Blockers of groups that are somebody else's."""


def blockers(changes: tuple[Change, ...], missing: Iterable[Scope], policy: Policy, ours: int) -> tuple[Blocker, ...]:
    """Return everything that stands in the way of applying these changes; ``ours``: how many live groups we own."""
    return (
        *closed(tuple(change.address for change in changes if change.writes), policy),
        *_foreign(changes, policy),
        *_unowned(changes, policy),
        *_protected(changes),
        *_members(changes),
        *_replacements(changes, policy, ours),
        *_emptied(changes, policy),
        *_handed_over(changes, policy),
        *_deletions(changes, policy),
        *_share(changes, policy, ours),
        *_restarts(changes, policy),
        *ignored_blockers(changes),
        *_resource_groups(missing, policy),
    )


def unchanged(plan: Plan) -> tuple[Change, ...]:
    """Return the groups that are as declared; what belongs to somebody else is not compared, and none of them."""
    theirs = {address for each in plan.blockers if each.code in _THEIRS for address in each.addresses}
    same = (change for change in plan.of(Action.NO_OP) if not change.fields)
    return tuple(change for change in same if change.address not in theirs)


def is_protected(change: Change) -> bool:
    """Whether the group must not be deleted or recreated: the manifest's word, else the live group's tag."""
    said = change.after.lifecycle.protect if change.after else None
    if said is not None:
        return said
    return change.before is not None and tags.protected(change.before)


def closed(held: tuple[str, ...], policy: Policy) -> Iterator[Blocker]:
    """Hold what would be written where nothing is written at all, or nothing just now."""
    if held and policy.observe:
        yield Blocker("observe", f"{policy.owner} is in observe mode", held, "set mode: apply in the project file")
    if held and policy.frozen and not policy.override:
        yield Blocker("freeze", f"writes are frozen: {policy.frozen}", held, "--override-freeze REASON")


def _members(changes: tuple[Change, ...]) -> Iterator[Blocker]:
    for change in changes:
        if change.before is not None and change.after is not None and is_member(change.before):
            reason = f"{change.address} is a member of an NGroup, which manages it"
            yield Blocker("member", reason, (change.address,), "remove its manifest here")


def _foreign(changes: tuple[Change, ...], policy: Policy) -> Iterator[Blocker]:
    for change in changes:
        if change.before is not None and is_foreign(change.before, policy):
            owner = tags.owner(change.before)
            reason, release = _whose(change, owner, policy)
            yield Blocker("owner", reason, (change.address,), release)


def _whose(change: Change, owner: str, policy: Policy) -> tuple[str, str]:
    """Say whose a foreign group is, and what releases it.

    Where it has our name and nobody has written our id down, it may be ours: a repository that was renamed or forked.
    """
    release, theirs = _from_its_owner(change, owner), tags.owner_id(owner)
    if not theirs or tags.owner_name(owner) != policy.owner:
        return f"{change.address} belongs to {owner}, not to {policy.owner}", release
    if policy.project_id and not policy.id_derived:
        reason = f"{change.address} belongs to another project {policy.owner} with the id {theirs}"
        return f"{reason}, not {policy.project_id}", release
    ours = policy.project_id or ", ".join(sorted(policy.known_ids))
    reason = f"{change.address} belongs to {policy.owner} with the id {theirs}"
    reason += f", but this project's id is {ours}" if ours else ", but this project has no id"
    return reason, f"write `id: {theirs}` into the project file if it is the same project; otherwise {release}"


def _from_its_owner(change: Change, owner: str) -> str:
    """Say how a group comes from its owner to us; a name from Azure that could not be typed goes into no command."""
    if change.after is not None and owner.isprintable() and not owner.startswith("-"):
        return f"--take-over {shlex.quote(owner)}, or remove its manifest here"
    return f"remove its manifest here, or its tag {tags.OWNER} in Azure"


def _unowned(changes: tuple[Change, ...], policy: Policy) -> Iterator[Blocker]:
    held = tuple(
        change.address
        for change in changes
        if change.before is not None
        and change.after is not None
        and change.writes
        and not tags.owner(change.before)
        and not (policy.adopt or change.after.lifecycle.adopt)
    )
    if held:
        verb = "exists and has" if len(held) == 1 else "exist and have"
        yield Blocker("unowned", f"{_listed(held)} {verb} no owner", held, "--adopt")


def _protected(changes: tuple[Change, ...]) -> Iterator[Blocker]:
    for change in changes:
        if change.action in {Action.REPLACE, Action.DELETE} and is_protected(change):
            verb = "deleted" if change.action is Action.DELETE else "deleted and created again"
            reason = f"{change.address} is protected and would be {verb}"
            release = IN_MANIFEST if change.after is not None else f"remove its tag {tags.PROTECTED} in Azure"
            yield Blocker("protected", reason, (change.address,), release)


def _replacements(changes: tuple[Change, ...], policy: Policy, ours: int) -> Iterator[Blocker]:
    held = tuple(
        change.address
        for change in changes
        if change.action is Action.REPLACE and not (change.after is not None and change.after.lifecycle.replace)
    )
    if not held or policy.allow_replace == UNLIMITED or len(held) <= policy.allow_replace:
        return
    reason = f"{_listed(held)} must be deleted and created again"
    replaced, deleted = _of(changes, Action.REPLACE), _of(changes, Action.DELETE)
    most = _is_most((*replaced, *deleted), policy, ours)
    blanket = policy.allow_replace == 0 and not most
    release = "--allow-replace" if blanket else f"--allow-replace={len(replaced if most else held)}"
    yield Blocker("replace", reason, held, release)


def _emptied(changes: tuple[Change, ...], policy: Policy) -> Iterator[Blocker]:
    """Hold every deletion while a manifest is empty: what it declared may not be gone on purpose."""
    held = _of(changes, Action.DELETE)
    if held and policy.emptied:
        verb = "declares" if len(policy.emptied) == 1 else "declare"
        reason = f"{_listed(policy.emptied)} {verb} nothing, and {_groups(held)} would be deleted"
        pronoun = "it" if len(policy.emptied) == 1 else "them"
        yield Blocker("emptied", reason, held, f"remove {pronoun}, or fill {pronoun} again")


def _handed_over(changes: tuple[Change, ...], policy: Policy) -> Iterator[Blocker]:
    """Hold the deletion of a group that a project below declares: it moved there with its folder, and still runs."""
    for change in changes if policy.elsewhere else ():
        keys = change.address.lower(), f"/{change.id.name.lower()}"
        file = next((policy.elsewhere[key] for key in keys if key in policy.elsewhere), "")
        if change.action is Action.DELETE and file:
            reason = f"{change.address} would be deleted, but the project of {file} declares it"
            owner = tags.owner(change.before) if change.before is not None else policy.owner
            release = f"--take-over {shlex.quote(owner)} there, or remove its manifest there"
            yield Blocker("elsewhere", reason, (change.address,), release)


def _deletions(changes: tuple[Change, ...], policy: Policy) -> Iterator[Blocker]:
    held = _of(changes, Action.DELETE)
    if policy.max_deletes != UNLIMITED and len(held) > policy.max_deletes:
        reason = f"{_groups(held)} would be deleted; the limit is {policy.max_deletes}"
        yield Blocker("delete", reason, held, f"--max-deletes {len(held)}")


def _share(changes: tuple[Change, ...], policy: Policy, ours: int) -> Iterator[Blocker]:
    """Hold what would take away most of the estate at once, until the command line names how many.

    The project's own limits are no such word: they were written before anybody knew of this plan. One group alone is
    held by the other brakes, and a kind that waits for its permission is named by that.
    """
    replaced, deleted = _of(changes, Action.REPLACE), _of(changes, Action.DELETE)
    if not _is_most((*replaced, *deleted), policy, ours):
        return
    unnamed: list[str] = []
    if len(replaced) > max(policy.allow_replace, 0) and not any(_replacements(changes, policy, ours)):
        unnamed.append(f"--allow-replace={len(replaced)}")
    if (
        deleted
        and not (policy.deletes_named or policy.max_deletes == UNLIMITED)
        and not any(_deletions(changes, policy))
    ):
        unnamed.append(f"--max-deletes {len(deleted)}")
    if unnamed:
        taken = len(replaced) + len(deleted)
        reason = f"{taken} of {ours} groups would be deleted or recreated at once"
        yield Blocker("share", reason, (*replaced, *deleted), " ".join(unnamed))


def _is_most(taken: tuple[str, ...], policy: Policy, ours: int) -> bool:
    """Whether that many groups are more than may go without being counted; one alone never is."""
    return len(taken) > max(1, policy.max_share * ours)


def _of(changes: tuple[Change, ...], action: Action) -> tuple[str, ...]:
    return tuple(change.address for change in changes if change.action is action)


def _restarts(changes: tuple[Change, ...], policy: Policy) -> Iterator[Blocker]:
    held = tuple(change.address for change in changes if change.impact is Impact.RESTART)
    if policy.max_restarts != UNLIMITED and len(held) > policy.max_restarts:
        reason = f"{_groups(held)} would restart; the limit is {policy.max_restarts}"
        yield Blocker("restart", reason, held, f"--max-restarts {len(held)}")


def _resource_groups(missing: Iterable[Scope], policy: Policy) -> Iterator[Blocker]:
    if policy.create_resource_groups:
        return
    for scope in missing:
        yield Blocker(
            "resource-group",
            f"resource group {scope.resource_group} does not exist",
            (scope.resource_group,),
            "set createResourceGroups: true in the project file, or create the resource group",
        )


def _groups(addresses: tuple[str, ...]) -> str:
    return "1 group" if len(addresses) == 1 else f"{len(addresses)} groups"


def _listed(addresses: tuple[str, ...]) -> str:
    if len(addresses) <= 3:  # noqa: PLR2004  more would hide the sentence
        return ", ".join(addresses)
    return f"{', '.join(addresses[:2])} and {len(addresses) - 2} more"
