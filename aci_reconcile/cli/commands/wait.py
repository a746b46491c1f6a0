"""``wait``: until groups are in a state; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.console import has_reader
from aci_reconcile.cli.live_view import open_view
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitForOptions:
    """The options of ``wait``."""

    addresses: tuple[str, ...] = declare(options.SOME_ADDRESSES)
    goal: str = declare(
        Option(
            "--for",
            section=options.WAITING,
            setting="wait_for",
            type=click.Choice(["healthy", "running", "succeeded", "stopped", "deleted"]),
            default="healthy",
            help="State to wait for (default: healthy).",
        )
    )
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)


def wait_for_groups(session: Session, asked: WaitForOptions) -> ExitCode:
    """Wait until each of the groups is in the state; 5 if one never will be, or is not in time."""
    from aci_reconcile.app.execution import Waiting
    from aci_reconcile.app.power import find_awaited, make_context, wait_for
    from aci_reconcile.cli.progress import follow_events, report_end
    from aci_reconcile.operate.goals import Goal
    from aci_reconcile.render.escape import sanitize

    target, goal = asked.azure.target, Goal(asked.goal)
    with open_view(asked.sources.make_sources(asked.azure.place), target, session, asked.addresses) as view:
        found = find_awaited(view, asked.addresses, goal)
        for each in found.missing:
            session.console.info(f"{sanitize(each)} does not exist.")
        context = make_context(view, view.policy, Waiting(timeout=target.timeout), session.clock)
        stopped = partial(_is_over, session)
        events = wait_for(found.groups, goal, context, concurrency=target.concurrency, stopped=stopped)
        (finished,) = follow_events(events, context, session, verb="Wait")
        code = report_end(finished, session, verb="Wait")
        return ExitCode.NOT_CONVERGED if finished.interrupted and not session.interruption.has_come() else code


def _is_over(session: Session) -> bool:
    """Whether a signal came, or the reader of a stream of events is gone."""
    console = session.console
    return session.interruption.has_come() or (console.json and not has_reader(console.out))


WAIT = Command(
    "wait",
    wait_for_groups,
    WaitForOptions,
    help="Wait until groups are in a state. Exits with 5 if that can't be, or takes too long.",
    examples=(
        "aci-reconcile wait web --timeout 5m           until it is healthy",
        "aci-reconcile wait job --for succeeded        until a task has ended well",
        "aci-reconcile wait 'rg-old/*' --for deleted   until a resource group is empty",
    ),
)
