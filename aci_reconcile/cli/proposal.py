"""From manifests and a connection to a plan: what ``plan``, ``apply``, ``verify`` and ``drift`` share."""

from __future__ import annotations

import random
import threading
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.cli.allow import is_named
from aci_reconcile.cli.elsewhere import leftovers, search_for
from aci_reconcile.cli.rules import fitting, judged
from aci_reconcile.cli.work import header_of, scopes_of
from aci_reconcile.plan.undeclared import NAMESAKE, UNDECLARED
from aci_reconcile.reconcile import Look, Refresh, propose

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.given import Target
    from aci_reconcile.cli.session import Session
    from aci_reconcile.cli.work import Work
    from aci_reconcile.events import Event
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.plan.policy import Policy
    from aci_reconcile.plan.values import Plan

_SILENCE: Final = 10.0
"""Seconds after which reading says that it goes on."""


def proposed(loaded: Loaded, policy: Policy, look: Look, endpoint: str = "") -> Plan:
    """Read what is live, plan, and judge the plan by the project's rules.

    Without a project's name nothing counts as an orphan.
    """
    project = loaded.project
    proposal = propose(loaded.resources, scopes_of(project), policy, look)
    if not is_named(project):
        left = UNDECLARED | {NAMESAKE}
        proposal = replace(proposal, notices=tuple(each for each in proposal.notices if each.code not in left))
    return judged(fitting(proposal), project, header_of(project, endpoint))


def look_for(  # noqa: PLR0913  each is a choice of the command
    work: Work,
    target: Target,
    session: Session,
    refresh: Refresh,
    *,
    health: bool = False,
    until_settled: bool = False,
    more: Iterable[str] = (),
) -> Look:
    """Return how to look at Azure; ``more`` are names of resource groups in which groups of ours may be left."""
    project, policy = work.loaded.project, work.policy
    needed = health or (policy.prune and policy.selected is None)
    return Look(
        work.backend,
        session.clock,
        target.concurrency,
        refresh,
        health,
        until_settled,
        random.random,
        listed=work.lists,
        listings=work.listings,
        tell=partial(_told, session.console),
        effort=work.effort,
        lasting=partial(_lasting, session.console, target.timeout),
        until=session.clock.now() + target.timeout,
        search=search_for(project, leftovers(policy), session.console, needed=needed, more=more),
    )


@contextmanager
def _lasting(console: Console, seconds: float) -> Generator[None]:
    """Tell that reading goes on, and when it ends at the latest, where it takes longer than one would expect."""
    from aci_reconcile.report.words import took

    text = f"Still reading from Azure, for at most {took(seconds)} (--timeout)."
    timer = threading.Timer(_SILENCE, console.info, [text])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _told(console: Console, event: Event) -> None:
    """Tell of an event; most plans are made without any."""
    from aci_reconcile.cli.progress import told

    told(event, console)
