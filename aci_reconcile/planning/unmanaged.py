"""Live groups without a manifest: which of them are pruned, and the notices about the others. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.planning.losses import list_losses
from aci_reconcile.planning.permission import is_member
from aci_reconcile.planning.values import Action, Change, Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.policy import Policy

ORPHAN: Final = "orphan"
ABANDONED: Final = "abandoned"
NAMESAKE: Final = "namesake"
UNMANAGED: Final = frozenset({ORPHAN, ABANDONED})
"""Notices about groups of ours without a manifest."""

_ENVIRONMENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NO_ID: Final = "its tag has no id, so it may belong to another project of this name"
_LEFT: Final = "has this project's tag but no manifest"


def is_pruned(orphan: Resource, policy: Policy) -> bool:
    """Whether an orphan is deleted.

    Orphans in another subscription stay: their addresses may equal those of groups here. An orphan outside the
    project's resource groups, without an id in its tag although the project has one, may belong to another project of
    this name: it is deleted only if the command line names the number of deletions.
    """
    # A run for some groups does not know of the others whether a manifest declares them.
    if not policy.prune or (policy.selected is not None and not _is_allotted(orphan, policy)):
        return False
    return not is_in_other_subscription(orphan, policy) and (policy.deletes_named or not is_ambiguous(orphan, policy))


def _is_allotted(orphan: Resource, policy: Policy) -> bool:
    return policy.allotment is not None and orphan.id.key in policy.allotment.orphans


def make_deletion(resource: Resource) -> Change:
    """Return the deletion of a live group."""
    return Change(resource.id, Action.DELETE, before=resource, loses=list_losses(resource))


def find_abandoned_environment(tag: str, policy: Policy) -> str:
    """Return the environment in an owner tag if the project no longer has it; else empty."""
    project, environment = policy.owner.partition("/")[0], tags.owner_name(tag).partition("/")[2]
    # The environment becomes part of a suggested command, so a name that could not be typed safely is none.
    if policy.environments is None or environment in policy.environments or not _ENVIRONMENT.fullmatch(environment):
        return ""
    ours = tags.is_owned_by(tag, f"{project}/{environment}", policy.ids)
    return environment if ours and f"{project}/{environment}" != policy.owner else ""


def note_unmanaged(unmanaged: Iterable[Resource], policy: Policy) -> Iterator[Notice]:
    """Yield a notice for each group without a manifest that stays and that somebody should know about."""
    for each in sorted(unmanaged, key=lambda resource: resource.id.key):
        tag = tags.owner(each)
        # Groups without our tag are other people's business, and an NGroup looks after its members.
        if is_member(each) or not tag:
            continue
        if policy.owns(tag):
            if not is_pruned(each, policy):
                yield Notice(
                    ORPHAN,
                    each.address,
                    f"{_LEFT}{_render_subscription(each, policy)}",
                    suggest_deletion(each, policy),
                )
        elif environment := find_abandoned_environment(tag, policy):
            said = f"belongs to {tags.owner_name(tag)}, an environment that the project no longer has"
            where = f" --subscription {each.id.subscription}" if is_in_other_subscription(each, policy) else ""
            hint = f"delete it with `aci-reconcile destroy --former-environment {environment}{where}`"
            yield Notice(ABANDONED, each.address, f"{said}{_render_subscription(each, policy)}", hint)
        elif tags.owner_name(tag) == policy.owner and tags.owner_id(tag) and _has_unsettled_id(policy):
            said = f"has this project's name with the id {tags.owner_id(tag)}, but no manifest"
            hint = f"if it belongs to this project, write `id: {tags.owner_id(tag)}` into the project file"
            yield Notice(NAMESAKE, each.address, said, hint)


def is_in_other_subscription(group: Resource, policy: Policy) -> bool:
    """Whether a group is in another subscription than the run acts in."""
    return bool(policy.subscription) and group.id.subscription.lower() != policy.subscription.lower()


def _render_subscription(group: Resource, policy: Policy) -> str:
    return f" (in subscription {group.id.subscription})" if is_in_other_subscription(group, policy) else ""


def suggest_deletion(orphan: Resource, policy: Policy) -> str:
    """Return how to delete a group of ours that no manifest declares."""
    if policy.selected is not None:
        hint = "a run for some groups never prunes: run it for all groups"
        return hint if policy.prune else f"{hint}, with --prune"
    if is_in_other_subscription(orphan, policy):
        environment = policy.owner.partition("/")[2]
        chosen = f" --environment {environment}" if environment else ""
        return f"delete it with `aci-reconcile destroy --subscription {orphan.id.subscription}{chosen}`"
    if not is_ambiguous(orphan, policy):
        return "delete it with --prune"
    return f"{_NO_ID}: to delete it, use --prune with --max-deletes N"


def note_kept(kept: Iterable[Resource]) -> Iterator[Notice]:
    """Yield a notice for each group with our name that ``destroy`` leaves alone."""
    for each in kept:
        hint = "name its resource group in the project file, or use `apply --prune --max-deletes N`"
        yield Notice(ORPHAN, each.address, f"is kept: {_NO_ID}", hint)


def is_ambiguous(orphan: Resource, policy: Policy) -> bool:
    """Whether a group of ours may belong to another project with the same name."""
    elsewhere = policy.places is not None and orphan.id.scope_key not in policy.places
    return elsewhere and bool(policy.project_id) and not tags.owner_id(tags.owner(orphan))


def _has_unsettled_id(policy: Policy) -> bool:
    """Whether the project file does not state the project's id."""
    return policy.id_derived or not policy.project_id
