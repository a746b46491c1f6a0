"""``destroy``: delete what this project owns and, when asked, the resource groups it created."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.app.allow import Allow, is_named
from aci_reconcile.app.orphans import make_project_filter
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.doomed import created_by_us, of_former, whose
from aci_reconcile.cli.given import overridden, sources_of, target_of
from aci_reconcile.cli.session import started
from aci_reconcile.planning.blockers import IN_MANIFEST, block_writes
from aci_reconcile.planning.values import Blocker
from aci_reconcile.reconcile.events import Finished
from aci_reconcile.reconcile.searching import Search
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.workspace import Work
    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.errors import ExitCode
    from aci_reconcile.planning.values import Plan, ResourceGroupChange


@dataclass(frozen=True, slots=True)
class DestroyOptions:
    """What ``destroy`` was asked for."""

    sources: Sources
    target: Target
    resource_groups: bool
    former: str
    """An environment that the project file names no more, whose groups are to go; empty: the chosen one's go."""
    approved: bool
    allow: Allow

    @classmethod
    def of(cls, given: Given) -> DestroyOptions:
        """Read the options."""
        allow = Allow(override_freeze=overridden(given))
        doomed, approved = given.flag("resource_groups"), given.flag("auto_approve")
        return cls(sources_of(given), target_of(given), doomed, given.text("former_environment"), approved, allow)


def _destroy(ctx: click.Context) -> ExitCode:
    from aci_reconcile.app.execution import Waiting, check_applyable, check_freeze, make_context
    from aci_reconcile.app.workspace import prepare
    from aci_reconcile.cli.approval import ask
    from aci_reconcile.cli.execution import follow_work, report_end, show_plan
    from aci_reconcile.cli.plan import exit_code
    from aci_reconcile.reconcile import apply, delete_resource_groups

    session, given = started(ctx)
    asked = DestroyOptions.of(given)
    with prepare(asked.sources, asked.target, asked.allow, session, resolve=False) as whole:
        work = of_former(whole, asked.former) if asked.former else whole
        plan = _planned(work, asked, session)
        doomed = tuple(created_by_us(plan, work, session.console)) if asked.resource_groups else ()
        plan = _held(plan, doomed)
        show_plan(replace(plan, resource_groups=doomed), work.header, session)
        check_applyable(plan)
        context = make_context(work, plan.policy, Waiting(timeout=asked.target.timeout), session)
        many, stopped = asked.target.concurrency, session.interruption.has_come
        events = apply(plan, context, concurrency=many, stopped=stopped)  # refused where something could not be read
        if not plan and not doomed:
            return exit_code(plan, detailed=False)
        ask(session, _question(plan, doomed), approved=asked.approved)
        check_freeze(plan.policy, session.clock.now())
        ends = follow_work(events, context, session, verb="Destroy")
        if doomed and not (ends[0].failed or ends[0].skipped or stopped()):
            scopes = [each.scope for each in doomed]
            events = delete_resource_groups(scopes, context, concurrency=many, stopped=stopped)
            ends += follow_work(events, context, session, verb="Destroy")
        elif doomed:
            session.console.info("The resource groups were kept, because not every group is gone.")
        return report_end(_together(ends), session, verb="Destroy")


def _planned(work: Work, asked: DestroyOptions, session: Session) -> Plan:
    """Plan the deletion of what this project owns; without a project's name, of what the manifests declare.

    Raises:
        UsageError: whole resource groups are to go, and yet only some groups.
    """
    from aci_reconcile.app.propose import make_look
    from aci_reconcile.planning import UNLIMITED, plan_destruction
    from aci_reconcile.reconcile import Refresh, observe_lists

    selected = work.policy.selected
    if selected is None and not is_named(work.loaded.project):
        selected = frozenset(each.id.key for each in work.loaded.resources)
    policy = replace(work.policy, selected=selected, max_deletes=UNLIMITED)
    look = make_look(work, asked.target, session, Refresh.AUTO)
    look = replace(look, search=_search(work, look.search))
    seen = observe_lists(work.loaded.resources, work.scopes, look)
    plan = replace(plan_destruction(seen.resources, policy, work.loaded.resources), unreadable=seen.unreadable)
    if not plan.changes and not plan.notices and selected is None:
        session.console.info(whose(seen.owners, work))
    return replace(plan, blockers=tuple(_protected(plan, work)))


def _search(work: Work, search: Search) -> Search:
    """Return what is looked through: the groups of the whole project tell whose there are, should none be ours.

    What is named by its manifest is where the manifest says; and what is in another subscription, --subscription says.
    """
    if work.policy.selected is not None:
        return Search()
    return replace(search, subscriptions=search.subscriptions[:1], ours=make_project_filter(work.policy), needed=True)


def _held(plan: Plan, doomed: tuple[ResourceGroupChange, ...]) -> Plan:
    """Hold resource groups by what holds every write, where no group of containers is left to be held by it."""
    if any(change.writes for change in plan.changes):
        return plan
    held = block_writes(tuple(each.scope.resource_group for each in doomed), plan.policy)
    return replace(plan, blockers=(*plan.blockers, *held))


def _protected(plan: Plan, work: Work) -> Iterator[Blocker]:
    """Yield what holds the plan, and hold groups whose protection stands in the manifest and is not yet a tag in Azure.

    A group that is declared is released by its manifest, and by the apply that takes the tag off.
    """
    declared = {each.address: each for each in work.loaded.resources}
    held = {address for blocker in plan.blockers if blocker.code == "protected" for address in blocker.addresses}
    for blocker in plan.blockers:
        known = blocker.code == "protected" and blocker.addresses[0] in declared
        yield replace(blocker, release=f"{IN_MANIFEST}, then apply") if known else blocker
    for change in plan.changes:
        said = declared.get(change.address)
        if said is not None and said.lifecycle.protect and change.address not in held:
            reason = f"{change.address} is protected and would be deleted"
            yield Blocker("protected", reason, (change.address,), IN_MANIFEST)


def _question(plan: Plan, doomed: tuple[ResourceGroupChange, ...]) -> str:
    parts = [count(plan.to_destroy, "group")] if plan else []
    parts += [count(len(doomed), "resource group")] if doomed else []
    return f"delete {' and '.join(parts)}"


def _together(ends: list[Finished]) -> Finished:
    """Return the end of several runs as one."""
    return Finished(
        destroyed=sum(each.destroyed for each in ends),
        failed=sum(each.failed for each in ends),
        skipped=sum(each.skipped for each in ends),
        interrupted=any(each.interrupted for each in ends),
        seconds=sum(each.seconds for each in ends),
        in_flight=tuple(sorted({address for each in ends for address in each.in_flight})),
        override=next((each.override for each in ends if each.override), ""),
    )


DESTROY = Command(
    "destroy",
    _destroy,
    [
        *options.paths(),
        *options.approval(),
        *options.override(),
        Option(
            "--resource-groups",
            section=options.SAFETY,
            brake=True,
            is_flag=True,
            help="Also delete resource groups that this project created, once they are empty.",
        ),
        Option(
            "--former-environment",
            section=options.SAFETY,
            brake=True,
            metavar="NAME",
            default="",
            help="Delete the groups of an environment that is no longer in the project file.",
        ),
        *options.common(),
    ],
    help="Delete the groups that this project owns. A protected group blocks the whole run.",
    examples=(
        "aci-reconcile destroy                           all groups, asks first",
        "aci-reconcile destroy --only 'web-*'            some groups",
        "aci-reconcile destroy -y --resource-groups      resource groups, too",
        "aci-reconcile destroy --former-environment old  a removed environment",
    ),
)
