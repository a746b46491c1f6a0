"""Planning a destroy: which groups and resource groups it deletes, and whose groups there are if none is ours."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.orphans import make_project_filter
from aci_reconcile.app.policy import is_named
from aci_reconcile.core import tags
from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import as_object, as_text
from aci_reconcile.planning.blockers import IN_MANIFEST
from aci_reconcile.planning.permission import block_writes
from aci_reconcile.planning.unmanaged import find_abandoned_environment
from aci_reconcile.planning.values import Blocker, ResourceGroupChange
from aci_reconcile.reconcile.reader import Search
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.run import Messages, Run
    from aci_reconcile.app.workspace import Workspace
    from aci_reconcile.planning.values import Plan

_NAMED: Final = 3


def plan_destroy(workspace: Workspace, target: Target, run: Run) -> Plan:
    """Plan the deletion of what this project owns, or, if it has no name, of what the manifests declare."""
    from aci_reconcile.app.proposal import make_reader
    from aci_reconcile.planning import UNLIMITED, plan_destruction
    from aci_reconcile.reconcile import Refresh, observe_lists

    selected = workspace.policy.selected
    if selected is None and not is_named(workspace.loaded.project):
        selected = frozenset(each.id.key for each in workspace.loaded.resources)
    policy = replace(workspace.policy, selected=selected, max_deletes=UNLIMITED)
    reader = make_reader(workspace, target, run, Refresh.AUTO)
    reader = replace(reader, search=_widen_search(workspace, reader.search))
    seen = observe_lists(workspace.loaded.resources, workspace.scopes, reader)
    plan = replace(plan_destruction(seen.resources, policy, workspace.loaded.resources), unreadable=seen.unreadable)
    # Most often the environment is missing on the command line: say which one has groups.
    if not plan.changes and not plan.notices and selected is None:
        run.console.info(_describe_owners(seen.owners, workspace))
    return replace(plan, blockers=tuple(_list_blockers(plan, workspace)))


def _widen_search(workspace: Workspace, search: Search) -> Search:
    """Return where to search: for groups of all environments, to say whose groups there are if none is ours.

    If groups are selected, their manifests say where they are. Another subscription is searched only if
    ``--subscription`` names it: a destroy must not reach further than the caller says.
    """
    if workspace.policy.selected is not None:
        return Search()
    return replace(
        search, subscriptions=search.subscriptions[:1], ours=make_project_filter(workspace.policy), needed=True
    )


def block_resource_groups(plan: Plan, empty: tuple[ResourceGroupChange, ...]) -> Plan:
    """Return the plan with blockers for its resource groups, if it deletes no container group that has them already."""
    # A freeze or a lock blocks the container groups already, and its message is needed only once.
    if any(change.writes for change in plan.changes):
        return plan
    blockers = block_writes(tuple(each.scope.resource_group for each in empty), plan.policy)
    return replace(plan, blockers=(*plan.blockers, *blockers))


def _list_blockers(plan: Plan, workspace: Workspace) -> Iterator[Blocker]:
    """Yield the plan's blockers, and one for each group whose protection is in its manifest and not yet a tag in Azure.

    The protection of a declared group ends with its manifest, and with the apply that removes the tag.
    """
    declared = {each.address: each for each in workspace.loaded.resources}
    blocked = {address for blocker in plan.blockers if blocker.code == "protected" for address in blocker.addresses}
    for blocker in plan.blockers:
        known = blocker.code == "protected" and blocker.addresses[0] in declared
        yield replace(blocker, release=f"{IN_MANIFEST}, then apply") if known else blocker
    for change in plan.changes:
        resource = declared.get(change.address)
        if resource is not None and resource.lifecycle.protect and change.address not in blocked:
            reason = f"{change.address} is protected and would be deleted"
            yield Blocker("protected", reason, (change.address,), IN_MANIFEST)


def make_former_work(workspace: Workspace, environment: str) -> Workspace:
    """Return the workspace for an environment that is no longer in the project file; nothing is declared in it.

    Raises:
        UsageError: the project file has it, the name is not valid, or only some groups are selected.
    """
    option, project = f"--former-environment {sanitize(environment)}", workspace.loaded.project
    if environment in project.environments:
        raise UsageError(f"{option}: the project file has this environment", hint=f"use --environment {environment}")
    if workspace.loaded.selected is not None:
        raise UsageError(f"{option} deletes all groups of it and cannot be combined with PATH or --only")
    if not find_abandoned_environment(
        tags.make_owner_tag(f"{project.name}/{environment}", workspace.policy.project_id), workspace.policy
    ):
        raise UsageError(f"{option}: not a valid environment name")
    loaded = replace(workspace.loaded, resources=(), project=replace(project, environment=environment))
    policy = replace(workspace.policy, owner=loaded.project.owner, places=None)  # no file says where its groups are
    return replace(workspace, loaded=loaded, policy=policy)


def _describe_owners(owners: Iterable[str], workspace: Workspace) -> str:
    """Return whose groups were not found, and which of the project's environments have groups."""
    ours, policy = make_project_filter(workspace.policy), workspace.policy
    found = Counter(
        (tags.owner_name(each), way) for each in owners if ours(each) and (way := _find_option(each, workspace))
    )
    text = f"No group has the owner {policy.owner} (tag {tags.OWNER})."
    there = [f"{name} ({count(number, 'group')}: {way})" for (name, way), number in sorted(found.items())]
    return f"{text} This project has groups of {', '.join(there)}." if there else text


def _find_option(tag: str, workspace: Workspace) -> str:
    """Return the option that makes ``destroy`` delete the groups of this owner; empty if there is none."""
    environment = tags.owner_name(tag).partition("/")[2]
    if not environment:
        return "without an environment"
    if environment in workspace.loaded.project.environments:
        return f"--environment {environment}"
    return f"--former-environment {environment}" if find_abandoned_environment(tag, workspace.policy) else ""


def find_empty_resource_groups(plan: Plan, workspace: Workspace, messages: Messages) -> Iterator[ResourceGroupChange]:
    """Yield the resource groups with our tag that the plan leaves empty; the others are reported and stay.

    Raises:
        UsageError: only some groups are selected.
    """
    if workspace.loaded.selected is not None:
        raise UsageError("--resource-groups cannot be combined with PATH or --only")
    deleted = {str(change.id).lower() for change in plan.changes}
    scopes = {scope.key: scope for scope in (*workspace.scopes, *(change.id.scope for change in plan.changes))}
    for scope in scopes.values():
        body = workspace.backend.get_resource_group(scope)
        if body is None:
            continue
        name = sanitize(scope.resource_group)
        if not workspace.policy.owns(tags.get(as_object(body.get("tags")), tags.OWNER)):
            messages.info(f"Keeping resource group {name}: this project did not create it.")
        # ARM deletes a resource group with everything in it, and asks nobody.
        elif left := [each for each in workspace.backend.list_resources(scope) if each.lower() not in deleted]:
            messages.info(f"Keeping resource group {name}: it also contains {_render_ids(left)}.")
        else:
            yield ResourceGroupChange(scope, as_text(body.get("location")), create=False)


def _render_ids(ids: list[str]) -> str:
    """Return resources by type and name, the first few of them."""
    named = [sanitize(each.partition("/providers/")[2] or each) for each in sorted(ids)]
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return f"{', '.join(named[:_NAMED])}{more}"
