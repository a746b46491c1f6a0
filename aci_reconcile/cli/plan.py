"""``plan``: what an apply would do, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.given import allowed, inputs_of, sources_of, target_of
from aci_reconcile.cli.session import started
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    import click

    from aci_reconcile.app.allow import Allow
    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.workspace import Work
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.reporting import Reports
    from aci_reconcile.cli.session import Session
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.render.header import Header
    from aci_reconcile.saved import Document


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What ``plan`` was asked for."""

    sources: Sources
    target: Target
    allow: Allow
    refresh: str
    detailed: bool
    out: Path | None
    expires: float

    @classmethod
    def of(cls, given: Given) -> PlanOptions:
        """Read the options."""
        return cls(
            sources_of(given),
            target_of(given),
            allowed(given),
            given.text("refresh"),
            given.flag("detailed_exitcode"),
            given.path("out"),
            given.seconds("expires"),
        )


def _plan(ctx: click.Context) -> ExitCode:
    from aci_reconcile.app.workspace import prepare
    from aci_reconcile.cli.reporting import reporting

    session, given = started(ctx)
    asked = PlanOptions.of(given)
    if asked.out is not None:
        from aci_reconcile.app.saved_plan import check_plan_file

        check_plan_file(asked.out, f"--out {asked.out}")
    with (
        reporting("plan", given, session) as reports,
        prepare(asked.sources, asked.target, asked.allow, session) as work,
    ):
        from aci_reconcile.app.propose import make_look, propose_plan
        from aci_reconcile.reconcile import Refresh

        look = make_look(work, asked.target, session, Refresh(asked.refresh))
        plan = propose_plan(work.loaded, work.policy, look, work.connection.endpoint)
        content = _content(plan, work, given, session)
        digest = str(content["plan_digest"]) if content else ""
        reports.tell(lambda console: _told(plan, work.header, console, digest, reports))
        if asked.out is not None:
            _save(content, asked.out, asked.expires, session)
    return exit_code(plan, detailed=asked.detailed)


def _content(plan: Plan, work: Work, given: Given, session: Session) -> Document:
    """Return what is to be saved, where it is wanted: for a file, or for the digest alone."""
    if given.path("out") is None and not session.console.verbose:
        return {}
    from aci_reconcile.app.saved_plan import Basis, make_content

    return make_content(plan, Basis(inputs_of(given), work.loaded, work.header, session.cwd, work.effort))


def _save(content: Document, file: Path, lifetime: float, session: Session) -> None:
    from aci_reconcile.app.repetition import list_words
    from aci_reconcile.app.saved_plan import save_content

    document = save_content(content, file, now=session.clock.now(), lifetime=lifetime, label=f"--out {file}")
    hint = "" if document["applyable"] else " It cannot be applied."
    session.console.info(f"Saved to {file}, valid until {document['expires_at']}.{hint}")
    for name in document["hidden_variables"]:
        session.console.warn(f"variable {name} is part of a secret and was not saved")
    if again := list_words(document):
        session.console.info(f"To apply it, repeat these options: {' '.join(again)}")


def _told(plan: Plan, header: Header, console: Console, digest: str, reports: Reports) -> str:
    if console.format in options.PLAIN:
        return shown(plan, header, console, digest)
    from aci_reconcile.render.page.plan import make_plan_page

    return reports.page(make_plan_page(plan, header, digest=digest), console)


def shown(plan: Plan, header: Header, console: Console, digest: str = "") -> str:
    """Return the plan as text or as JSON, with its digest where that is known."""
    from aci_reconcile.render.json.plan import render_plan_json
    from aci_reconcile.render.text.plan import render_plan_text
    from aci_reconcile.version import VERSION

    if console.json:
        return render_plan_json(plan, header, tool_version=VERSION, plan_digest=digest)
    text = render_plan_text(plan, header, console.style, width=console.width, verbose=console.verbose)
    return f"{text}\n\nPlan digest: {digest}" if digest else text


def exit_code(plan: Plan, *, detailed: bool) -> ExitCode:
    """Return what a plan says to the caller; what Azure leaves different is a difference, though nothing is written."""
    if plan.unreadable:
        return ExitCode.ERROR
    if not detailed:
        return ExitCode.OK
    if plan.blockers:
        return ExitCode.BLOCKED
    return ExitCode.DIFFERENCES if plan or any(change.stuck for change in plan.changes) else ExitCode.OK


PLAN = Command(
    "plan",
    _plan,
    [
        *options.paths(),
        *options.changed(),
        *options.brakes(),
        *options.restoring(),
        Option(
            "--detailed-exitcode",
            section=options.OUTPUT,
            is_flag=True,
            help="Exit with 2 if there are changes, with 3 if one is blocked.",
        ),
        *options.saving(),
        *options.refresh(),
        *options.common(options.PAGES),
        *options.reports(options.PAGES),
    ],
    help="Show what apply would change and what it costs. Changes nothing.",
    examples=(
        "aci-reconcile plan                              the whole project",
        "aci-reconcile plan manifests/web.yaml           one file",
        "aci-reconcile plan -e prod --detailed-exitcode  for a pipeline",
        "aci-reconcile plan --changed-since origin/main  for a pull request",
        "aci-reconcile plan --out plan.json              for apply --plan plan.json",
    ),
)
