"""Where to search for groups of the project besides the resource groups that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.app.policy import is_named
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

    Without a project name there are no orphans to search for. If the command line names the resource group, there is no
    search either: other runs name different ones, and their groups are no orphans.

    Args:
        project: the project, with the subscription of the run.
        is_ours: whether an owner tag is searched for.
        messages: where to report what was not searched, if it is verbose.
        needed: whether nothing may be concluded without it.
        more: names of further resource groups, for a caller who may not list the subscription.
    """
    if not is_named(project):
        return Search()
    report = _make_reporter(messages)
    # Variables or options decide the resource group: this run sees one of several places.
    if project.movable:
        report(f"Searched for groups of {project.owner} only in the resource groups given on the command line.")
        return Search()
    run = project.subscription
    named = [
        (subscription or run, group) for subscription, group in (*project.other_scopes, *(("", each) for each in more))
    ]
    subscriptions = {each.lower(): each for each in (*(subscription for subscription, _ in reversed(named)), run)}
    # The subscription of the run comes first: without a credential for it the run fails, for the others it does not.
    further = sorted(key for key in subscriptions if key != run.lower())
    scopes = {scope.key: scope for scope in (Scope(*each) for each in named) if scope.resource_group}
    ordered = (run, *(subscriptions[key] for key in further))
    return Search(ordered, tuple(scopes[key] for key in sorted(scopes)), is_ours, needed, report)


def make_leftover_filter(policy: Policy) -> Callable[[str], bool]:
    """Return a predicate for the owner tags of possible orphans: ours, and those of former environments."""
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
