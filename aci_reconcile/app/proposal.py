"""From manifests and a connection to a plan, for ``plan``, ``apply``, ``verify`` and ``drift``."""

from __future__ import annotations

import random
import threading
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.orphans import make_leftover_filter, make_search
from aci_reconcile.app.policy import is_named
from aci_reconcile.app.policy_rules import apply_rules, block_invalid_bodies
from aci_reconcile.app.workspace import list_scopes, make_header
from aci_reconcile.planning.unmanaged import NAMESAKE, UNMANAGED
from aci_reconcile.reconcile import Reader, Refresh, propose

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.run import Messages, Run
    from aci_reconcile.app.workspace import Workspace
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.reconcile.events import Event

_SILENCE: Final = 10.0
"""Seconds of reading after which a message says that it goes on."""


def propose_plan(loaded: Loaded, policy: Policy, reader: Reader, endpoint: str = "") -> Plan:
    """Read what is live, plan, and apply the project's rules.

    Without a project name, no group counts as an orphan.
    """
    project = loaded.project
    proposal = propose(loaded.resources, list_scopes(project), policy, reader)
    # Without a project name everybody's groups would be reported as left over.
    if not is_named(project):
        left = UNMANAGED | {NAMESAKE}
        proposal = replace(proposal, notices=tuple(each for each in proposal.notices if each.code not in left))
    return apply_rules(block_invalid_bodies(proposal), project, make_header(project, endpoint))


def make_reader(  # noqa: PLR0913  each is a choice of the command
    workspace: Workspace,
    target: Target,
    run: Run,
    refresh: Refresh,
    *,
    health: bool = False,
    until_settled: bool = False,
    more: Iterable[str] = (),
) -> Reader:
    """Return how to read Azure; ``more`` names resource groups that may hold orphans."""
    project, policy = workspace.loaded.project, workspace.policy
    needed = health or (policy.prune and policy.selected is None)
    return Reader(
        workspace.backend,
        run.clock,
        target.concurrency,
        refresh,
        health,
        until_settled,
        random.random,
        listed=workspace.lists,
        listings=workspace.listings,
        report=partial(_report_event, run.console),
        hash_cost=workspace.hash_cost,
        show_progress=partial(_report_slow_reading, run.console, target.timeout),
        # Azure may answer 429 again and again; a run that only reads must end, too.
        until=run.clock.now() + target.timeout,
        search=make_search(project, make_leftover_filter(policy), run.console, needed=needed, more=more),
    )


@contextmanager
def _report_slow_reading(messages: Messages, seconds: float) -> Generator[None]:
    """Report that reading goes on, and when it ends at the latest, if it takes unusually long."""
    from aci_reconcile.render.words import format_duration

    text = f"Still reading from Azure, for at most {format_duration(seconds)} (--timeout)."
    timer = threading.Timer(_SILENCE, messages.info, [text])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _report_event(messages: Messages, event: Event) -> None:
    """Report an event; most plans are made without any."""
    from aci_reconcile.app.messages import report_event

    report_event(event, messages)
