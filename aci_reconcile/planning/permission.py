"""May this run write to a group? Who it belongs to, and whether the project may write at all."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.model import as_text
from aci_reconcile.planning.values import Blocker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change

MEMBER: Final = "member"
OWNER: Final = "owner"
UNOWNED: Final = "unowned"


def is_foreign(live: Resource, policy: Policy) -> bool:
    """Whether the group belongs to somebody else, whose groups this run may not take over."""
    owner = tags.owner(live)
    return bool(owner) and not policy.owns(owner) and not policy.takes(owner)


def is_member(live: Resource) -> bool:
    """Whether the group belongs to an NGroup, which writes it as it likes (documented: ``orchestratorId``)."""
    return bool(as_text(live.properties.get("orchestratorId")))


def is_protected(change: Change) -> bool:
    """Whether the group must not be deleted or recreated. The manifest decides; without a word there, the live tag."""
    declared = change.after.lifecycle.protect if change.after else None
    if declared is not None:
        return declared
    return change.before is not None and tags.is_protected(change.before)


def block_writes(blocked: tuple[str, ...], policy: Policy) -> Iterator[Blocker]:
    """Block these writes where the project is only observed, or while a freeze is in force."""
    if blocked and policy.observe:
        yield Blocker("observe", f"{policy.owner} is in observe mode", blocked, "set mode: apply in the project file")
    if blocked and policy.frozen and not policy.override:
        yield Blocker("freeze", f"writes are frozen: {policy.frozen}", blocked, "--override-freeze REASON")


def block_group_write(live: Resource, desired: Resource | None, policy: Policy) -> Iterator[Blocker]:
    """Yield why this run may not write to a live group, whatever it would write.

    ``block_writes`` says whether the project may write at all, and ``is_protected`` whether the group may be deleted.

    Args:
        live: the group.
        desired: its manifest, if there is one.
        policy: who we are, and what is allowed.
    """
    address = live.address
    if is_foreign(live, policy):
        reason, release = _explain_owner(live, desired, policy)
        yield Blocker(OWNER, reason, (address,), release)
    if not tags.owner(live) and not (policy.adopt or (desired is not None and desired.lifecycle.adopt)):
        yield make_unowned_blocker((address,))
    if is_member(live):
        reason = f"{address} is a member of an NGroup, which manages it"
        yield Blocker(MEMBER, reason, (address,), "remove its manifest here")


def _explain_owner(live: Resource, desired: Resource | None, policy: Policy) -> tuple[str, str]:
    """Return who owns a foreign group, and what unblocks it.

    A group with our name may be ours as long as the project file has no id: the repository was renamed or forked.
    """
    owner = tags.owner(live)
    release, theirs = _suggest_takeover(owner, desired), tags.owner_id(owner)
    if not theirs or tags.owner_name(owner) != policy.owner:
        return f"{live.address} belongs to {owner}, not to {policy.owner}", release
    if policy.project_id and not policy.id_derived:
        reason = f"{live.address} belongs to another project {policy.owner} with the id {theirs}"
        return f"{reason}, not {policy.project_id}", release
    ours = policy.project_id or ", ".join(sorted(policy.known_ids))
    reason = f"{live.address} belongs to {policy.owner} with the id {theirs}"
    reason += f", but this project's id is {ours}" if ours else ", but this project has no id"
    return reason, f"write `id: {theirs}` into the project file if it is the same project; otherwise {release}"


def _suggest_takeover(owner: str, desired: Resource | None) -> str:
    """Return how to take a group over. An owner name that could not be typed safely never becomes part of a command."""
    # The tag is written by others, and the suggestion is pasted into a shell.
    if desired is not None and owner.isprintable() and not owner.startswith("-"):
        return f"--take-over {shlex.quote(owner)}, or remove its manifest here"
    return f"remove its manifest here, or its tag {tags.OWNER} in Azure"


def make_unowned_blocker(addresses: tuple[str, ...]) -> Blocker:
    """Return the blocker of groups that nobody owns: they may be somebody's who does not use this tool."""
    verb = "exists and has" if len(addresses) == 1 else "exist and have"
    return Blocker(UNOWNED, f"{join_addresses(addresses)} {verb} no owner", addresses, "--adopt")


def join_addresses(addresses: tuple[str, ...]) -> str:
    """Return a few addresses as text; of many, the first two and how many more there are."""
    if len(addresses) <= 3:  # noqa: PLR2004  more would hide the sentence
        return ", ".join(addresses)
    return f"{', '.join(addresses[:2])} and {len(addresses) - 2} more"
