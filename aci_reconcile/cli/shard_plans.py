"""The plan that ``shards --out`` cuts, as it is shown, and what is said of the saved ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.cli.options import PLAIN
from aci_reconcile.cli.plan_output import render_plan

if TYPE_CHECKING:
    from aci_reconcile.app.shard_plans import SavedPlans
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.reports import Reports
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.render.header import Header


def show_whole(plan: Plan, header: Header, console: Console) -> None:
    """Show the plan of the whole project; on stderr if stdout takes something for a program."""
    if console.format == "text":
        console.result(f"{render_plan(plan, header, console)}\n")
    else:
        aside = replace(console, style=console.notes, json=False)
        console.plain("info", f"{render_plan(plan, header, aside)}\n")


def render_report(plan: Plan, header: Header, console: Console, reports: Reports) -> str:
    """Return the plan of the whole project for a file of ``--report``."""
    if console.format in PLAIN:
        return render_plan(plan, header, console)
    from aci_reconcile.render.page.plan import make_plan_page

    return reports.page(make_plan_page(plan, header), console)


def describe_saved(saved: SavedPlans, console: Console) -> None:
    """Say where the plans are, and how they are applied."""
    files = [each.plan for each in saved.shards]
    where = files[0] if len(files) == 1 else f"{files[0]} to {Path(files[-1]).name}"
    console.info(f"Saved to {where}, valid until {saved.expires_at}.")
    for name in saved.hidden:
        console.warn(f"variable {name} is part of a secret and was not saved")
    words = " ".join(("aci-reconcile apply --plan", files[0], *saved.words))
    each = "it" if len(files) == 1 else "each, side by side"
    console.info(f"To apply {each}: {words}")
