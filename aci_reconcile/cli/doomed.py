"""What ``destroy`` takes along, what it leaves, and whose groups there are where none is this project's."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.orphans import make_project_filter
from aci_reconcile.core import tags
from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import as_object, as_text
from aci_reconcile.planning.unmanaged import find_abandoned_environment
from aci_reconcile.planning.values import ResourceGroupChange
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.app.workspace import Work
    from aci_reconcile.cli.console import Console
    from aci_reconcile.planning.values import Plan

_NAMED: Final = 3


def of_former(work: Work, environment: str) -> Work:
    """Return the work of an environment that the project file does not have any more; nothing is declared in it.

    Raises:
        UsageError: the project has it, or could never have had it; or the run is narrowed to some groups.
    """
    option, project = f"--former-environment {sanitize(environment)}", work.loaded.project
    if environment in project.environments:
        raise UsageError(f"{option}: the project file has this environment", hint=f"use --environment {environment}")
    if work.loaded.selected is not None:
        raise UsageError(f"{option} deletes all groups of it and cannot be combined with PATH or --only")
    if not find_abandoned_environment(
        tags.make_owner_tag(f"{project.name}/{environment}", work.policy.project_id), work.policy
    ):
        raise UsageError(f"{option}: not a valid environment name")
    loaded = replace(work.loaded, resources=(), project=replace(project, environment=environment))
    policy = replace(work.policy, owner=loaded.project.owner, places=None)  # nothing says any more where it was
    return replace(work, loaded=loaded, policy=policy)


def whose(owners: Iterable[str], work: Work) -> str:
    """Say whose groups were looked for and not found, and which of the project's environments have some."""
    ours, policy = make_project_filter(work.policy), work.policy
    found = Counter((tags.owner_name(each), way) for each in owners if ours(each) and (way := _chosen_by(each, work)))
    told = f"No group has the owner {policy.owner} (tag {tags.OWNER})."
    there = [f"{name} ({count(number, 'group')}: {way})" for (name, way), number in sorted(found.items())]
    return f"{told} This project has groups of {', '.join(there)}." if there else told


def _chosen_by(tag: str, work: Work) -> str:
    """Return how ``destroy`` is told to mean the groups of this owner of ours; empty where it cannot be told."""
    environment = tags.owner_name(tag).partition("/")[2]
    if not environment:
        return "without an environment"
    if environment in work.loaded.project.environments:
        return f"--environment {environment}"
    return f"--former-environment {environment}" if find_abandoned_environment(tag, work.policy) else ""


def created_by_us(plan: Plan, work: Work, console: Console) -> Iterator[ResourceGroupChange]:
    """Find the resource groups that carry our tag and hold nothing but what goes; the others are named and stay.

    Raises:
        UsageError: the run is narrowed to some groups.
    """
    if work.loaded.selected is not None:
        raise UsageError("--resource-groups cannot be combined with PATH or --only")
    going = {str(change.id).lower() for change in plan.changes}
    scopes = {scope.key: scope for scope in (*work.scopes, *(change.id.scope for change in plan.changes))}
    for scope in scopes.values():
        body = work.backend.get_resource_group(scope)
        if body is None:
            continue
        name = sanitize(scope.resource_group)
        if not work.policy.owns(tags.get(as_object(body.get("tags")), tags.OWNER)):
            console.info(f"Keeping resource group {name}: this project did not create it.")
        elif left := [each for each in work.backend.list_resources(scope) if each.lower() not in going]:
            console.info(f"Keeping resource group {name}: it also contains {_listed(left)}.")
        else:
            yield ResourceGroupChange(scope, as_text(body.get("location")), create=False)


def _listed(ids: list[str]) -> str:
    """Return what some resources are, each by its type and name."""
    named = [sanitize(each.partition("/providers/")[2] or each) for each in sorted(ids)]
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return f"{', '.join(named[:_NAMED])}{more}"
