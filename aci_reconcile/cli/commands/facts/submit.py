"""``facts submit``: prints an issue that reports what a subscription answered. Sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import declare, include
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.core.errors import ExitCode
from aci_reconcile.version import VERSION

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitOptions:
    """The options of ``facts submit``."""

    file: Path | None = declare(
        click.Argument(["file"], type=options.FILE, required=False, default=None, metavar="[FILE]")
    )
    output: OutputOptions = include(OutputOptions)


def submit_facts(session: Session, asked: SubmitOptions) -> ExitCode:
    """Print the issue."""
    from aci_reconcile.app.answers import load_answers
    from aci_reconcile.facts.submission import render_issue_json, render_issue_text, write_issue

    file = asked.file or Path("facts.json")
    answers = load_answers(file, session.cwd)
    recording = file.with_name("recording.json")
    there = (session.cwd / recording).is_file()
    issue = write_issue(answers, recording.name if there else "", VERSION)
    files = [answers.name, *([str(recording)] if there else [])]
    render = render_issue_json if session.console.json else render_issue_text
    session.console.result(render(issue, files))
    return ExitCode.OK


SUBMIT = Command(
    "submit",
    submit_facts,
    SubmitOptions,
    help="Print an issue that reports what facts.json says. Nothing is sent.",
    examples=("aci-reconcile facts submit", "aci-reconcile facts submit answers/facts.json"),
)
