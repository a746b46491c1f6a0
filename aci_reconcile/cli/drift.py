"""``drift``: what differs in Azure now, and what does not run. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.allow import Allow
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.given import Sources, Target
from aci_reconcile.cli.session import started
from aci_reconcile.errors import ExitCode
from aci_reconcile.plan.values import Unreadable

if TYPE_CHECKING:
    import click

    from aci_reconcile.backend import Clock
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.given import Given
    from aci_reconcile.drift import Drift
    from aci_reconcile.plan.values import Plan
    from aci_reconcile.report import Header


@dataclass(frozen=True, slots=True)
class DriftOptions:
    """What ``drift`` was asked for."""

    sources: Sources
    target: Target
    refresh: str
    exit_zero: bool
    strict: bool

    @classmethod
    def of(cls, given: Given) -> DriftOptions:
        """Read the options."""
        return cls(
            Sources.of(given), Target.of(given), given.text("refresh"), given.flag("exit_zero"), given.flag("strict")
        )


def _drift(ctx: click.Context) -> ExitCode:
    from aci_reconcile.cli.proposal import look_for, prepared, proposed
    from aci_reconcile.reconcile import Refresh

    session, given = started(ctx)
    asked = DriftOptions.of(given)
    with prepared(asked.sources, asked.target, Allow(prune=False), session) as work:
        plan = proposed(
            work.loaded, work.policy, look_for(work, asked.target, session, Refresh(asked.refresh), health=True)
        )
        found = found_in(plan, session.clock)
        session.console.result(_shown(found, work.header, session.console))
    return _exit_code(found, asked)


def found_in(plan: Plan, clock: Clock) -> Drift:
    """Judge the run state of the declared groups that the plan has read."""
    from aci_reconcile.drift import Drift
    from aci_reconcile.health import assess

    plan = _without_foreign(plan)
    declared = ((each.address, each.before) for each in plan.changes if each.after is not None)
    now = clock.now()
    return Drift(plan, tuple((address, assess(live.body, now=now)) for address, live in declared if live is not None))


def _without_foreign(plan: Plan) -> Plan:
    """Count a declared group that belongs to somebody else as not comparable: it is not in sync with anything."""
    foreign = {each.addresses[0]: each.reason for each in plan.blockers if each.code == "owner"}
    told = tuple(Unreadable(address, reason.removeprefix(f"{address} ")) for address, reason in foreign.items())
    rest = tuple(each for each in plan.changes if each.address not in foreign)
    return replace(plan, changes=rest, unreadable=(*plan.unreadable, *told))


def _shown(found: Drift, header: Header, console: Console) -> str:
    from aci_reconcile.cli.version import running
    from aci_reconcile.report import drift_json, drift_text

    if console.json:
        return drift_json(found, header, tool_version=running())
    return drift_text(found, header, console.style, width=console.width, verbose=console.verbose)


def _exit_code(found: Drift, asked: DriftOptions) -> ExitCode:
    if found.plan.unreadable or (asked.strict and found.plan.not_compared):
        return ExitCode.ERROR
    return ExitCode.DIFFERENCES if found and not asked.exit_zero else ExitCode.OK


DRIFT = Command(
    "drift",
    _drift,
    [
        *options.paths(),
        Option("--exit-zero", section=options.OUTPUT, is_flag=True, help="Exit with 0 although something differs."),
        Option("--strict", section=options.OUTPUT, is_flag=True, help="Exit with 1 if a secret was not compared."),
        *options.refresh(),
        *options.common(),
    ],
    help="Show what differs in Azure, and what does not run. Exits with 2 if there is something.",
    examples=(
        "aci-reconcile drift                    the whole project",
        "aci-reconcile drift --format json      for a scheduled check",
    ),
)
