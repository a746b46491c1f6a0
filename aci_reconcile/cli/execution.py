"""Carrying out a plan for a command: shown, refused or approved, followed to its end, and put into an exit code."""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.cli.options import PLAIN
from aci_reconcile.cli.progress import follow
from aci_reconcile.core.errors import AciReconcileError, ExitCode, HeldBackError, SecretUnavailableError
from aci_reconcile.reconcile import Clearance, Context, Wait
from aci_reconcile.reconcile.writes import PROVISIONED
from aci_reconcile.render import event_json, summary_text
from aci_reconcile.render.events import reached_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.app.workspace import Work
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.reconcile.events import Event, Finished
    from aci_reconcile.render import Header


@dataclass(frozen=True, slots=True)
class Patience:
    """What is waited for, and for how long."""

    wait: Wait = Wait.HEALTHY
    stable_for: float = 10.0
    timeout: float = 1800.0

    @classmethod
    def of(cls, given: Given) -> Patience:
        """Read the options."""
        wait = Wait(given.text("wait")) if given.text("wait") else Wait.HEALTHY
        return cls(wait, given.seconds("stable_for"), given.seconds("timeout"))

    def context(self, work: Work, policy: Policy, session: Session) -> Context:
        """Return how a plan is carried out."""
        from aci_reconcile.azure import span

        return Context(
            backend=work.backend,
            clearance=Clearance(work.connection.backend.preflight),
            listings=work.listings,
            clock=session.clock,
            policy=policy,
            entropy=os.urandom,
            jitter=random.random,
            wait=self.wait,
            stable_for=self.stable_for,
            timeout=self.timeout,
            effort=work.effort,
            span=span,
        )


def show_plan(plan: Plan, header: Header, session: Session) -> None:
    """Show what is about to be done: as text, or as the first line of JSON; where stdout takes a page, on stderr."""
    from aci_reconcile.cli.plan import shown

    console = session.console
    if console.json:
        console.line(plan_line(plan, header, console))
    elif console.format in PLAIN:
        console.result(shown(plan, header, console))
    else:
        console.plain("info", f"{shown(plan, header, replace(console, style=console.notes))}\n")


def plan_line(plan: Plan, header: Header, console: Console) -> dict[str, object]:
    """Return the plan as the first line of what an apply says in JSON."""
    from aci_reconcile.cli.plan import shown

    return {"type": "plan", "plan": json.loads(shown(plan, header, console))}


def refuse(plan: Plan, *, named: bool = False) -> None:
    """Raise where the plan may not be carried out.

    Args:
        plan: what would be carried out.
        named: whether the same reader has just been told which secrets are missing.

    Raises:
        HeldBackError: a blocker stands.
        AciReconcileError: so it does, and a group could not be read besides.
        SecretUnavailableError: secrets that a write needs are not at hand.
    """
    if plan.blind is not None:
        return  # that is the error, and whoever carries the plan out raises it
    if plan.blockers and plan.unreadable:
        unread = ", ".join(each.address for each in plan.unreadable)
        raise AciReconcileError(f"the plan is blocked, and {unread} could not be read; nothing was written")
    if plan.blockers:
        raise HeldBackError("the plan is blocked; nothing was written")
    if plan.missing_secrets:
        lines = dict.fromkeys(f"{address} needs {secret.source}" for address, secret in plan.missing_secrets)
        message = "secrets are missing" if named else f"secrets are missing: {'; '.join(lines)}"
        raise SecretUnavailableError(
            message, hint="nothing was written; set them, or do as the plan says, then apply again"
        )


def still_open(policy: Policy, session: Session) -> None:
    """Look at the freezes once more just before the first write: one may have begun while a question waited.

    Raises:
        HeldBackError: one is in force.
    """
    why = "" if policy.override else policy.frozen_at(session.clock.now())
    if why:
        raise HeldBackError(
            f"a freeze began: {why}; nothing was written", hint="to apply anyway, use --override-freeze REASON"
        )


def carried_out(events: Iterable[Event], context: Context, session: Session, *, verb: str) -> list[Finished]:
    """Follow the events to their end; a signal lets what is under way come to one."""

    def last_words() -> str:
        return told_unfinished(context.in_flight, verb)

    with session.interruption.protect_work(last_words):
        return follow(events, session.console, session.clock)


def told_unfinished(in_flight: Mapping[str, str], verb: str) -> str:
    """Return what a run leaves that is ended at once: what it has begun, and what it has not seen running."""
    begun = ", ".join(sorted(address for address, how in in_flight.items() if how != PROVISIONED))
    unseen = ", ".join(sorted(address for address, how in in_flight.items() if how == PROVISIONED))
    told = f" Started but not finished: {begun}. Run {verb.lower()} again to continue." if begun else ""
    return told + (f" Not seen running: {unseen}." if unseen else "")


def concluded(finished: Finished, session: Session, *, verb: str) -> ExitCode:
    """Write the last words, and return the exit code."""
    console = session.console
    if console.log_json and not console.json:
        console.raw(f"{event_json(finished, timestamp=session.clock.now())}\n")
    if console.json:
        console.result(event_json(finished, timestamp=session.clock.now()))
    elif console.format in PLAIN:
        texts = summary_text(finished, console.style, verb=verb), reached_text(finished)
        console.result("".join(f"\n{text}\n" for text in texts if text).removesuffix("\n"))
    if finished.interrupted:
        return session.interruption.exit_code
    if finished.unread:
        return ExitCode.ERROR
    return ExitCode.NOT_CONVERGED if finished.failed or finished.skipped else ExitCode.OK
