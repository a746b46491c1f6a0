"""What is looked through for groups of the project besides the resource groups that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.app.allow import is_named
from aci_reconcile.core import tags
from aci_reconcile.core.model import Scope
from aci_reconcile.planning.unmanaged import find_abandoned_environment
from aci_reconcile.reconcile.reader import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aci_reconcile.app.run import Messages
    from aci_reconcile.manifest import Project
    from aci_reconcile.planning.policy import Policy


def make_search(
    project: Project,
    is_ours: Callable[[str], bool],
    messages: Messages | None,
    *,
    needed: bool,
    more: Iterable[str] = (),
) -> Search:
    """Return where to search for groups: the subscription of the run and those of the other environments.

    Search nowhere without a project name: then nothing can be left over. Search nowhere either where the command line
    names the resource group: other runs name others, and their groups are not left over.

    Args:
        project: the project, with the subscription of the run.
        is_ours: whether an owner tag is looked for.
        messages: where is said what was not looked at, if anybody asks for so much.
        needed: whether nothing may be concluded without it.
        more: names of further resource groups, for one who may not look through the subscription.
    """
    if not is_named(project):
        return Search()
    report = _make_reporter(messages)
    if project.movable:
        report(f"Searched for groups of {project.owner} only in the resource groups given on the command line.")
        return Search()
    run = project.subscription
    named = [
        (subscription or run, group) for subscription, group in (*project.other_scopes, *(("", each) for each in more))
    ]
    subscriptions = {each.lower(): each for each in (*(subscription for subscription, _ in reversed(named)), run)}
    further = sorted(key for key in subscriptions if key != run.lower())
    scopes = {scope.key: scope for scope in (Scope(*each) for each in named) if scope.resource_group}
    ordered = (run, *(subscriptions[key] for key in further))
    return Search(ordered, tuple(scopes[key] for key in sorted(scopes)), is_ours, needed, report)


def make_leftover_filter(policy: Policy) -> Callable[[str], bool]:
    """Return what tells the owner tags of groups that nobody may declare any more: ours, and of former environments."""
    return lambda tag: policy.owns(tag) or bool(find_abandoned_environment(tag, policy))


def make_project_filter(policy: Policy) -> Callable[[str], bool]:
    """Return a predicate for the owner tags of the project in any environment."""
    project = policy.owner.partition("/")[0]

    def is_ours(tag: str) -> bool:
        name = tags.owner_name(tag)
        return name.partition("/")[0] == project and tags.is_owned_by(tag, name, policy.ids)

    return is_ours


def _make_reporter(messages: Messages | None) -> Callable[[str], None]:
    def report(text: str) -> None:
        if messages is not None and messages.verbose:
            from aci_reconcile.render.escape import sanitize

            messages.info(sanitize(text))

    return report
