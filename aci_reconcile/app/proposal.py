"""From manifests and a connection to a plan that satisfies the project's rules, for each command that plans."""

from __future__ import annotations

import json
import random
import threading
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.orphans import make_leftover_filter, make_search
from aci_reconcile.app.policy import is_named, list_own
from aci_reconcile.app.workspace import list_scopes, make_header
from aci_reconcile.core.model import Scope
from aci_reconcile.manifest import find_body_errors, find_violations
from aci_reconcile.planning.unmanaged import NAMESAKE, UNMANAGED
from aci_reconcile.planning.values import Blocker, Notice
from aci_reconcile.reconcile import Reader, Refresh, propose
from aci_reconcile.reconcile.reader import Search
from aci_reconcile.render.json.plan import render_plan_json
from aci_reconcile.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.run import Messages, Run
    from aci_reconcile.app.workspace import Workspace
    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.manifest import Loaded, Project, Violation
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change, Plan
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.render.header import Header

_SILENCE: Final = 10.0
"""Seconds of reading after which a message says that it goes on."""


def propose_plan(loaded: Loaded, policy: Policy, reader: Reader, endpoint: str = "") -> Plan:
    """Read what is live, plan, and apply the project's rules.

    Without a project name, no group counts as an orphan.
    """
    given = policy.allotment
    scopes = list_scopes(loaded.project)
    if given is not None:  # a shard of a whole plan reads its own resource groups, and searches nowhere
        scopes = tuple(dict.fromkeys(Scope(key[0], key[1]) for key in sorted(given.orphans)))
        reader = replace(reader, search=Search())
    return complete_plan(propose(list_own(loaded), scopes, policy, reader), loaded.project, endpoint)


def complete_plan(proposal: Plan, project: Project, endpoint: str) -> Plan:
    """Return a plan with what the project says about it: its rules, and whether other groups may be left over."""
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


def block_invalid_bodies(plan: Plan) -> Plan:
    """Block the plan if it would send a body that the rules for manifests refuse.

    A manifest by itself has passed them. Together with what ``lifecycle.ignore`` keeps from Azure it may not. What the
    live group already has is no error: Azure accepted it before.
    """
    blockers = tuple(
        Blocker(
            "body",
            f"{change.address} is invalid with what lifecycle.ignore keeps: {error.path or 'it'}: {error.message}",
            (change.address,),
            "make the manifest and its lifecycle.ignore fit together",
        )
        for change in plan.changes
        if change.sends_body and change.after is not None and change.after.lifecycle.ignore
        for error in _find_new_errors(change)[:1]
    )
    return replace(plan, blockers=(*plan.blockers, *blockers)) if blockers else plan


def _find_new_errors(change: Change) -> tuple[Diagnostic, ...]:
    taken = {(each.code, each.path) for each in (find_body_errors(change.before) if change.before else ())}
    found = find_body_errors(change.after) if change.after else ()
    return tuple(each for each in found if (each.code, each.path) not in taken)


def apply_rules(plan: Plan, project: Project, header: Header) -> Plan:
    """Apply the project's rules to a plan: an error becomes a blocker, a warning a notice."""
    rules = project.policy.rules
    if not rules:
        return plan
    found = find_violations(rules, json.loads(render_plan_json(plan, header, tool_version=VERSION)))
    blockers = tuple(_make_blocker(each) for each in found if each.unusable or not each.rule.warning)
    noted = tuple(
        Notice("rule", address, each.rule.message)
        for each in found
        if each.rule.warning and not each.unusable
        for address in each.addresses or (plan.owner,)
    )
    return replace(plan, blockers=(*plan.blockers, *blockers), notices=(*plan.notices, *noted))


def _make_blocker(found: Violation) -> Blocker:
    rule = found.rule
    release = f"change the plan, or the rule in {rule.file}"
    if found.unusable:
        return Blocker("rule", f"the rule in {rule.file} cannot be applied: {found.unusable}", (), release)
    concerned = f"{', '.join(found.addresses)}: " if found.addresses else ""
    return Blocker("rule", f"{concerned}{rule.message}", found.addresses, release)
