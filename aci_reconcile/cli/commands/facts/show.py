"""``facts show``: the register of what is believed about Azure, or one row of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli.candidates import complete_facts
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import declare, include
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOptions:
    """The options of ``facts show``."""

    fact: str = declare(
        click.Argument(["fact"], required=False, default="", metavar="[ID]", shell_complete=complete_facts)
    )
    output: OutputOptions = include(OutputOptions)


def show_facts(session: Session, asked: ShowOptions) -> ExitCode:
    """Show one row, or all of them."""
    from aci_reconcile.facts import text
    from aci_reconcile.facts.lookup import find_row
    from aci_reconcile.facts.register import REGISTER

    console = session.console
    rows = (find_row(asked.fact),) if asked.fact else REGISTER
    if console.json:
        console.result(text.render_facts_json(rows))
    elif asked.fact:
        console.result(text.render_fact_text(rows[0], console.style, width=console.width))
    else:
        console.result(text.render_facts_text(rows, console.style, width=console.width, statements=console.verbose))
    return ExitCode.OK


SHOW = Command(
    "show",
    show_facts,
    ShowOptions,
    help="List the facts about Azure, or explain one: what is believed, why, and what depends on it.",
    examples=(
        "aci-reconcile facts show",
        "aci-reconcile facts show --verbose          with what each fact states",
        "aci-reconcile facts show update-status",
    ),
)
