"""Live groups that stand in no manifest: which of them are pruned, and what is said of the others. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile import tags
from aci_reconcile.plan.decide import is_member
from aci_reconcile.plan.values import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.model import Resource
    from aci_reconcile.plan.policy import Policy

ORPHAN: Final = "orphan"
ABANDONED: Final = "abandoned"
NAMESAKE: Final = "namesake"
UNDECLARED: Final = frozenset({ORPHAN, ABANDONED})
"""Notices of groups of ours that stand in no manifest."""

_ENVIRONMENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NO_ID: Final = "its tag has no id, so it may belong to another project of this name"
_LEFT: Final = "has this project's tag but no manifest"


def is_pruned(orphan: Resource, policy: Policy) -> bool:
    """Whether a group of ours that stands in no manifest is deleted.

    One in another subscription is none of this run's business, and its address may be that of a group here. One that
    lies where the project names no resource group, and whose tag holds no id although the project has one, may
    be that of another project with this name: that many groups are named on the command line first.
    """
    if not policy.prune or policy.selected is not None:
        return False
    return not is_abroad(orphan, policy) and (policy.deletes_named or not is_doubtful(orphan, policy))


def abandoned_by(tag: str, policy: Policy) -> str:
    """Return the environment that an owner tag names and that the project has no more; empty where it is none."""
    project, environment = policy.owner.partition("/")[0], tags.owner_name(tag).partition("/")[2]
    if policy.environments is None or environment in policy.environments or not _ENVIRONMENT.fullmatch(environment):
        return ""
    ours = tags.owned_by(tag, f"{project}/{environment}", policy.ids)
    return environment if ours and f"{project}/{environment}" != policy.owner else ""


def undeclared_notices(undeclared: Iterable[Resource], policy: Policy) -> Iterator[Notice]:
    """Say of each group that stands in no manifest, and stays, why somebody should know of it."""
    for each in sorted(undeclared, key=lambda resource: resource.id.key):
        tag = tags.owner(each)
        if is_member(each) or not tag:
            continue
        if policy.owns(tag):
            if not is_pruned(each, policy):
                yield Notice(ORPHAN, each.address, f"{_LEFT}{_there(each, policy)}", _way_out(each, policy))
        elif environment := abandoned_by(tag, policy):
            said = f"belongs to {tags.owner_name(tag)}, an environment that the project no longer has"
            where = f" --subscription {each.id.subscription}" if is_abroad(each, policy) else ""
            hint = f"delete it with `aci-reconcile destroy --former-environment {environment}{where}`"
            yield Notice(ABANDONED, each.address, f"{said}{_there(each, policy)}", hint)
        elif tags.owner_name(tag) == policy.owner and tags.owner_id(tag) and _unsettled(policy):
            said = f"has this project's name with the id {tags.owner_id(tag)}, but no manifest"
            hint = f"if it belongs to this project, write `id: {tags.owner_id(tag)}` into the project file"
            yield Notice(NAMESAKE, each.address, said, hint)


def is_abroad(group: Resource, policy: Policy) -> bool:
    """Whether a group is in another subscription than the run acts in."""
    return bool(policy.subscription) and group.id.subscription.lower() != policy.subscription.lower()


def _there(group: Resource, policy: Policy) -> str:
    return f" (in subscription {group.id.subscription})" if is_abroad(group, policy) else ""


def _way_out(orphan: Resource, policy: Policy) -> str:
    if policy.selected is not None:
        hint = "a run for some groups never prunes: run it for all groups"
        return hint if policy.prune else f"{hint}, with --prune"
    if is_abroad(orphan, policy):
        environment = policy.owner.partition("/")[2]
        chosen = f" --environment {environment}" if environment else ""
        return f"delete it with `aci-reconcile destroy --subscription {orphan.id.subscription}{chosen}`"
    if not is_doubtful(orphan, policy):
        return "delete it with --prune"
    return f"{_NO_ID}: to delete it, use --prune with --max-deletes N"


def spared_notices(spared: Iterable[Resource]) -> Iterator[Notice]:
    """Say of each group that has our name, and that the destruction of all of ours leaves alone all the same, why."""
    for each in spared:
        hint = "name its resource group in the project file, or use `apply --prune --max-deletes N`"
        yield Notice(ORPHAN, each.address, f"is kept: {_NO_ID}", hint)


def is_doubtful(orphan: Resource, policy: Policy) -> bool:
    """Whether a group of ours may be that of another project with the same name."""
    elsewhere = policy.places is not None and orphan.id.scope.key not in policy.places
    return elsewhere and bool(policy.project_id) and not tags.owner_id(tags.owner(orphan))


def _unsettled(policy: Policy) -> bool:
    """Whether nobody has written down which id is this project's."""
    return policy.id_derived or not policy.project_id
