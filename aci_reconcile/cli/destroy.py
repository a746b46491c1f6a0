"""``destroy``: delete what this project owns and, when asked, the resource groups it created."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile import tags
from aci_reconcile.cli import options
from aci_reconcile.cli.allow import Allow, is_named
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.given import Sources, Target, overridden
from aci_reconcile.cli.session import started
from aci_reconcile.errors import ExitCode, UsageError
from aci_reconcile.events import Finished
from aci_reconcile.model import as_object, as_text
from aci_reconcile.plan.brakes import closed
from aci_reconcile.plan.values import Blocker, ResourceGroupChange
from aci_reconcile.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.cli.work import Work
    from aci_reconcile.plan.values import Plan


@dataclass(frozen=True, slots=True)
class DestroyOptions:
    """What ``destroy`` was asked for."""

    sources: Sources
    target: Target
    resource_groups: bool
    approved: bool
    allow: Allow

    @classmethod
    def of(cls, given: Given) -> DestroyOptions:
        """Read the options."""
        allow = Allow(override_freeze=overridden(given))
        doomed, approved = given.flag("resource_groups"), given.flag("auto_approve")
        return cls(Sources.of(given), Target.of(given), doomed, approved, allow)


def _destroy(ctx: click.Context) -> ExitCode:
    from aci_reconcile.cli.approval import ask
    from aci_reconcile.cli.execution import Patience, carried_out, concluded, refuse, show_plan, still_open
    from aci_reconcile.cli.plan import exit_code
    from aci_reconcile.cli.work import prepared
    from aci_reconcile.reconcile import apply, delete_resource_groups

    session, given = started(ctx)
    asked, patience = DestroyOptions.of(given), Patience.of(given)
    with prepared(asked.sources, asked.target, asked.allow, session, resolve=False) as work:
        doomed = tuple(_created_by_us(work, session)) if asked.resource_groups else ()
        plan = _held(_planned(work, asked, session), doomed)
        show_plan(replace(plan, resource_groups=doomed), work.header, session)
        refuse(plan)
        context = patience.context(work, plan.policy, session)
        many, stopped = asked.target.concurrency, session.interruption.came
        events = apply(plan, context, concurrency=many, stopped=stopped)  # refused where something could not be read
        if not plan and not doomed:
            return exit_code(plan, detailed=False)
        ask(session, _question(plan, doomed), approved=asked.approved)
        still_open(plan.policy, session)
        ends = carried_out(events, context, session, verb="Destroy")
        if doomed and not (ends[0].failed or ends[0].skipped or stopped()):
            scopes = [each.scope for each in doomed]
            events = delete_resource_groups(scopes, context, concurrency=many, stopped=stopped)
            ends += carried_out(events, context, session, verb="Destroy")
        elif doomed:
            session.console.info("The resource groups stay: not every group is gone.")
        return concluded(_together(ends), session, verb="Destroy")


def _planned(work: Work, asked: DestroyOptions, session: Session) -> Plan:
    """Plan the deletion of what this project owns; without a project's name, of what the manifests declare.

    Raises:
        UsageError: whole resource groups are to go, and yet only some groups.
    """
    from aci_reconcile.cli.proposal import look_for
    from aci_reconcile.plan import UNLIMITED, destruction
    from aci_reconcile.reconcile import Refresh, standing

    selected = work.policy.selected
    if selected is None and not is_named(work.loaded.project):
        selected = frozenset(each.id.key for each in work.loaded.resources)
    policy = replace(work.policy, selected=selected, max_deletes=UNLIMITED)
    look = look_for(work, asked.target, session, Refresh.AUTO)
    seen = standing(work.loaded.resources, work.scopes, look)
    plan = replace(destruction(seen.resources, policy, work.loaded.resources), unreadable=seen.unreadable)
    return replace(plan, blockers=(*plan.blockers, *_protected_in_git(plan, work)))


def _held(plan: Plan, doomed: tuple[ResourceGroupChange, ...]) -> Plan:
    """Hold resource groups by what holds every write, where no group of containers is left to be held by it."""
    if any(change.writes for change in plan.changes):
        return plan
    held = closed(tuple(each.scope.resource_group for each in doomed), plan.policy)
    return replace(plan, blockers=(*plan.blockers, *held))


def _protected_in_git(plan: Plan, work: Work) -> Iterator[Blocker]:
    """Hold groups whose protection stands in the manifest and is not yet a tag in Azure."""
    held = {address for blocker in plan.blockers if blocker.code == "protected" for address in blocker.addresses}
    protected = {each.id.key for each in work.loaded.resources if each.lifecycle.protect}
    for change in plan.changes:
        if change.id.key in protected and change.address not in held:
            reason = f"{change.address} is protected and would be deleted"
            yield Blocker("protected", reason, (change.address,), "lifecycle.protect: false in its manifest")


def _created_by_us(work: Work, session: Session) -> Iterator[ResourceGroupChange]:
    """Find the resource groups that carry our tag; the others are named and stay.

    Raises:
        UsageError: the run is narrowed to some groups.
    """
    if work.loaded.selected is not None:
        raise UsageError("--resource-groups deletes whole resource groups: it goes with neither PATH nor --only")
    for scope in work.scopes:
        body = work.backend.get_resource_group(scope)
        if body is None:
            continue
        if tags.get(as_object(body.get("tags")), tags.OWNER) == work.policy.owner:
            yield ResourceGroupChange(scope, as_text(body.get("location")), create=False)
        else:
            session.console.info(f"{scope.resource_group} stays: this project did not create that resource group.")


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
            help="Then delete the resource groups that this project created, if nothing is left in them.",
        ),
        *options.common(),
    ],
    help="Delete the groups that this project owns. Protected groups, and those of others, stay.",
    examples=(
        "aci-reconcile destroy                       all groups of the project, after a yes",
        "aci-reconcile destroy --only 'web-*'        some of them",
        "aci-reconcile destroy -y --resource-groups  the resource groups that it created, too",
    ),
)
