"""``facts diff``: where two subscriptions answered differently, or one not as is believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import declare, include
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffOptions:
    """The options of ``facts diff``."""

    left: Path = declare(click.Argument(["left"], type=options.FILE, metavar="FILE"))
    right: Path | None = declare(
        click.Argument(["right"], type=options.FILE, required=False, default=None, metavar="[OTHER]")
    )
    output: OutputOptions = include(OutputOptions)


def compare_facts(session: Session, asked: DiffOptions) -> ExitCode:
    """Show the differences."""
    from aci_reconcile.app.answers import load_answers
    from aci_reconcile.facts.comparison import compare, render_comparison_json, render_comparison_text

    console = session.console
    left = load_answers(asked.left, session.cwd)
    found = compare(left, load_answers(asked.right, session.cwd) if asked.right else None)
    if console.json:
        console.result(render_comparison_json(found))
    else:
        console.result(render_comparison_text(found, console.style, width=console.width))
    return ExitCode.DIFFERENCES if found.differences else ExitCode.OK


DIFF = Command(
    "diff",
    compare_facts,
    DiffOptions,
    help="Compare the facts.json of two subscriptions, or one with what is believed. Exit code 2: they differ.",
    examples=(
        "aci-reconcile facts diff facts.json                with what is believed",
        "aci-reconcile facts diff facts.json other.json",
    ),
)
