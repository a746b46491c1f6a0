"""What ``restart``, ``stop`` and ``start`` share: their options, and carrying out what they ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.live_view import open_view
from aci_reconcile.cli.option import declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.safety_options import ANY_OWNER, APPROVE, OVERRIDE_FREEZE, LockOptions, WaitOptions
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.errors import ExitCode
    from aci_reconcile.planning.power_plan import PowerVerb


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerOptions:
    """The options of ``restart``, ``stop`` and ``start``; only ``stop`` asks."""

    addresses: tuple[str, ...] = declare(options.SOME_ADDRESSES)
    auto_approve: bool = declare(APPROVE)
    any_owner: bool = declare(ANY_OWNER)
    override_freeze: str | None = declare(OVERRIDE_FREEZE)
    lock: LockOptions = include(LockOptions)
    waiting: WaitOptions = include(WaitOptions)
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = options.include_output(options.PAGES)
    report: tuple[tuple[str, str], ...] = declare(options.make_report_option(options.PAGES))


def change_power(session: Session, asked: PowerOptions, verb: PowerVerb, *, asking: bool) -> ExitCode:
    """Plan, show the plan, ask where that is due, carry it out, and report what happened."""
    from aci_reconcile import reconcile
    from aci_reconcile.app.execution import Waiting, check_applyable, check_freeze
    from aci_reconcile.app.power import DISPUTED, PowerRequest, list_reads, make_context, propose_power
    from aci_reconcile.cli.apply_record import ApplyRecord
    from aci_reconcile.cli.approval import ask
    from aci_reconcile.cli.plan_output import show_plan
    from aci_reconcile.cli.progress import follow_events, report_end
    from aci_reconcile.cli.reports import open_reports
    from aci_reconcile.operate.commands import complete_commands
    from aci_reconcile.planning.values import Impact
    from aci_reconcile.reconcile import Wait
    from aci_reconcile.render.header import Header

    unattended = "" if asking and not asked.auto_approve else "-y" if asking else verb.value
    target = replace(asked.azure.target, unattended=unattended, lock=asked.lock.make_request(verb.value))
    name, environment = verb.value.capitalize(), asked.sources.environment
    request = PowerRequest(verb, asked.addresses, asked.any_owner, asked.override_freeze)
    with (
        open_reports(verb.value, session, asked.report, environment=environment) as reports,
        open_view(asked.sources.make_sources(asked.azure.place), target, session, asked.addresses) as view,
    ):
        proposed = propose_power(request, view, session.clock)
        plan = proposed.plan
        header = Header(view.policy.owner, view.subscription, view.endpoint, environment)
        record = ApplyRecord(plan, header, reports, session.clock, verb=name)
        # Where there is nothing to do, the events say so of each group.
        if plan or session.console.json:
            show_plan(plan, header, session)
        check_applyable(plan)
        waiting = Waiting(Wait(asked.waiting.wait), asked.waiting.stable_for, target.timeout)
        context = make_context(view, plan.policy, waiting, session.clock)
        context = replace(context, listings=list_reads(proposed))
        stopped = session.interruption.has_come
        events = record.follow(reconcile.apply(plan, context, concurrency=target.concurrency, stopped=stopped))
        if plan.count_with_impact(Impact.REBOOT):
            session.console.info(complete_commands(DISPUTED, session.place))
        if plan and asking:
            written = sum(each.writes for each in plan.changes)
            ask(session, f"{verb.value} {count(written, 'group')}", approved=asked.auto_approve)
        if plan:
            check_freeze(plan.policy, session.clock.now())
        (finished,) = follow_events(events, context, session, verb=name)
        code = report_end(finished, session, verb=name)
        reports.publish(record.render, streamed=True)
        return code
