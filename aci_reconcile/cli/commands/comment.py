"""``comment``: post a file to the pull request that the job runs for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.input_file import read_input
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.cli.session import Session

_COMMENT = "Comment"
_LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentOptions:
    """The options of ``comment``."""

    file: Path = declare(options.INPUT)
    topic: str = declare(
        Option(
            "--topic",
            section=_COMMENT,
            metavar="NAME",
            default="default",
            help="Keep one comment for each topic (default: default).",
        )
    )
    number: int | None = declare(
        Option(
            "--number",
            section=_COMMENT,
            type=options.COUNT,
            metavar="N",
            help="Pull request (default: the one that the job runs for).",
        )
    )
    output: OutputOptions = include(OutputOptions)


def post_comment(session: Session, asked: CommentOptions) -> ExitCode:
    """Post a comment, or update it."""
    from aci_reconcile.git_hosts import Outcome, find_request, make_comments, make_marker, make_request_hint

    text = read_input(asked.file, _LARGEST)
    environ = session.environ
    number = asked.number or find_request(environ)
    if number is None:
        raise UsageError("this job does not run for a pull request", hint=make_request_hint(environ))
    kept = make_comments(environ, session.clock).keep_comment(number, make_marker("comment", asked.topic), text)
    done = {Outcome.OPENED: "created", Outcome.UPDATED: "updated"}.get(kept.outcome, "left unchanged")
    session.console.info(f"The comment on pull request {number} was {done}.")
    if session.console.json:
        session.console.result(json.dumps({"outcome": kept.outcome.value, "url": kept.url}))
    return ExitCode.OK


COMMENT = Command(
    "comment",
    post_comment,
    CommentOptions,
    help="Post a Markdown file to the pull request, as one comment that is updated.",
    examples=("aci-reconcile comment plan.md --topic prod",),
)
