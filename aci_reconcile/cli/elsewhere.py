"""What is looked through for groups of the project besides the resource groups that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile import tags
from aci_reconcile.cli.allow import is_named
from aci_reconcile.model import Scope
from aci_reconcile.plan.undeclared import abandoned_by
from aci_reconcile.reconcile.searching import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aci_reconcile.cli.console import Console
    from aci_reconcile.manifest import Project
    from aci_reconcile.plan.policy import Policy


def search_for(
    project: Project, ours: Callable[[str], bool], console: Console | None, *, needed: bool, more: Iterable[str] = ()
) -> Search:
    """Return where groups are looked for: in the subscription of the run, and in those of the other environments.

    Nowhere without a project's name, for then nothing is left over; and nowhere where the command line says in which
    resource group the project is: other runs say others, and their groups are no leftovers.

    Args:
        project: the project, with the subscription of the run.
        ours: whether an owner tag is looked for.
        console: where is said what was not looked at, if anybody asks for so much.
        needed: whether nothing may be concluded without it.
        more: names of further resource groups, for one who may not look through the subscription.
    """
    if not is_named(project):
        return Search()
    tell = _teller(console)
    if project.movable:
        tell(f"Searched for groups of {project.owner} only in the resource groups given on the command line.")
        return Search()
    run = project.subscription
    named = [
        (subscription or run, group) for subscription, group in (*project.elsewhere, *(("", each) for each in more))
    ]
    subscriptions = {each.lower(): each for each in (*(subscription for subscription, _ in reversed(named)), run)}
    others = sorted(key for key in subscriptions if key != run.lower())
    scopes = {scope.key: scope for scope in (Scope(*each) for each in named) if scope.resource_group}
    ordered = (run, *(subscriptions[key] for key in others))
    return Search(ordered, tuple(scopes[key] for key in sorted(scopes)), ours, needed, tell)


def leftovers(policy: Policy) -> Callable[[str], bool]:
    """Return what tells the owner tags of groups that nobody may declare any more: ours, and of former environments."""
    return lambda tag: policy.owns(tag) or bool(abandoned_by(tag, policy))


def of_project(policy: Policy) -> Callable[[str], bool]:
    """Return what tells the owner tags of the whole project, whatever the environment."""
    project = policy.owner.partition("/")[0]

    def ours(tag: str) -> bool:
        name = tags.owner_name(tag)
        return name.partition("/")[0] == project and tags.owned_by(tag, name, policy.ids)

    return ours


def _teller(console: Console | None) -> Callable[[str], None]:
    def tell(text: str) -> None:
        if console is not None and console.verbose:
            from aci_reconcile.report import sanitize

            console.info(sanitize(text))

    return tell
