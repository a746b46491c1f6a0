"""A plan as text or as JSON: the result of ``plan``, and the beginning of ``apply`` and ``destroy``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.cli.options import PLAIN

if TYPE_CHECKING:
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.session import Session
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.render.header import Header


def render_plan(proposal: Plan, header: Header, console: Console, digest: str = "") -> str:
    """Return the plan as text or as JSON, with its digest if it is known."""
    from aci_reconcile.render.json.plan import render_plan_json
    from aci_reconcile.render.text.plan import render_plan_text
    from aci_reconcile.version import VERSION

    if console.json:
        return render_plan_json(proposal, header, tool_version=VERSION, plan_digest=digest)
    text = render_plan_text(proposal, header, console.style, width=console.width, verbose=console.verbose)
    return f"{text}\n\nPlan digest: {digest}" if digest else text


def show_plan(plan: Plan, header: Header, session: Session) -> None:
    """Show the plan before it is carried out: text, or the first line of JSON; on stderr if stdout takes a page."""
    console = session.console
    # One document a line, so that a program can read the plan before the events come.
    if console.json:
        console.line(make_plan_line(plan, header, console))
    elif console.format in PLAIN:
        console.result(render_plan(plan, header, console))
    else:
        console.plain("info", f"{render_plan(plan, header, replace(console, style=console.notes))}\n")


def make_plan_line(plan: Plan, header: Header, console: Console) -> dict[str, object]:
    """Return the plan as the first line of an apply in JSON."""
    return {"type": "plan", "plan": json.loads(render_plan(plan, header, console))}
