"""``outputs``, ``comment``, ``merged`` and ``head``: what a pipeline's job hands on, and asks of its forge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.session import started
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST = 1024 * 1024
_WHOLE = 256 * 1024 * 1024
_ARTIFACT = "aci-reconcile-plan"
_WORKFLOW = "plan.yml"


def _outputs(ctx: click.Context) -> ExitCode:
    from aci_reconcile.render.formats.outputs import read_outputs

    session, given = started(ctx)
    file = given.path("file") or Path()
    try:
        found = read_outputs(_text(file, _WHOLE))
    except ValueError as error:
        hint = "use a file that --format json or --report json=FILE wrote"
        raise UsageError(f"{file}: {error}", hint=hint) from None
    if session.console.json:
        session.console.result(json.dumps(found))
    else:
        session.console.result("\n".join(f"{name}={value}" for name, value in found.items()))
    return ExitCode.OK


def _comment(ctx: click.Context) -> ExitCode:
    from aci_reconcile.git_hosts import Outcome, find_request, make_comments, make_marker, make_request_hint

    session, given = started(ctx)
    text = _text(given.path("file") or Path())
    environ: Mapping[str, str] = session.environ
    number = given.limit("number") or find_request(environ)
    if number is None:
        raise UsageError("this job does not run for a pull request", hint=make_request_hint(environ))
    kept = make_comments(environ, session.clock).keep_comment(number, make_marker("comment", given.text("topic")), text)
    told = {Outcome.OPENED: "created", Outcome.UPDATED: "updated"}.get(kept.outcome, "left unchanged")
    session.console.info(f"The comment on pull request {number} was {told}.")
    if session.console.json:
        session.console.result(json.dumps({"outcome": kept.outcome.value, "url": kept.url}))
    return ExitCode.OK


def _text(file: Path, most: int = _LARGEST) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(most)
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror or 'unknown reason'}") from error
    return content.decode("utf-8", "replace")


def _merged(ctx: click.Context) -> ExitCode:
    from aci_reconcile.git_hosts import Merge, find_planned_run, make_github

    session, given = started(ctx)
    forge = make_github(session.environ, session.clock)
    commit, ref = (session.environ.get(name, "") for name in ("GITHUB_SHA", "GITHUB_REF"))
    found = find_planned_run(forge.get, Merge(commit, ref, given.text("artifact"), given.text("workflow")))
    session.console.info(f"Pull request #{found.pull_request} was planned at {found.commit[:12]} by run {found.run}.")
    document = {"run": found.run, "pull_request": found.pull_request, "commit": found.commit}
    session.console.result(json.dumps(document) if session.console.json else str(found.run))
    return ExitCode.OK


def _head(ctx: click.Context) -> ExitCode:
    from aci_reconcile.git_hosts import check_newest, make_github

    session, _ = started(ctx)
    forge = make_github(session.environ, session.clock)
    commit, ref = (session.environ.get(name, "") for name in ("GITHUB_SHA", "GITHUB_REF"))
    name = check_newest(forge.get, ref, commit)
    session.console.info(f"{commit[:12]} is the head of {name}.")
    session.console.result(json.dumps({"ref": name, "commit": commit}) if session.console.json else commit)
    return ExitCode.OK


_COMMENT, _PLAN = "Comment", "Plan"

OUTPUTS = Command(
    "outputs",
    _outputs,
    [click.Argument(["file"], type=options.FILE, metavar="FILE"), *options.output()],
    help="Print a JSON result as NAME=VALUE lines for later pipeline steps.",
    examples=('aci-reconcile outputs result.json >> "$GITHUB_OUTPUT"   (from plan --report json=result.json)',),
)

COMMENT = Command(
    "comment",
    _comment,
    [
        click.Argument(["file"], type=options.FILE, metavar="FILE"),
        Option(
            "--topic",
            section=_COMMENT,
            metavar="NAME",
            default="default",
            help="Keep one comment for each topic (default: default).",
        ),
        Option(
            "--number",
            section=_COMMENT,
            type=options.count(),
            metavar="N",
            help="Pull request (default: the one that the job runs for).",
        ),
        *options.output(),
    ],
    help="Post a Markdown file to the pull request, as one comment that is updated.",
    examples=("aci-reconcile comment plan.md --topic prod",),
)

MERGED = Command(
    "merged",
    _merged,
    [
        Option(
            "--artifact",
            section=_PLAN,
            metavar="NAME",
            default=_ARTIFACT,
            help=f"Name of the plan artifact (default: {_ARTIFACT}).",
        ),
        Option(
            "--workflow",
            section=_PLAN,
            metavar="FILE",
            default=_WORKFLOW,
            help=f"Workflow that plans, in .github/workflows (default: {_WORKFLOW}).",
        ),
        *options.output(),
    ],
    help="Print the GitHub workflow run that planned the merged pull request. Exits with 4 if there is none.",
    examples=("aci-reconcile merged --artifact aci-reconcile-plan-prod",),
)

HEAD = Command(
    "head",
    _head,
    [*options.output()],
    help="Check that this GitHub workflow run is for the latest commit of its branch. Exits with 4 if not.",
    examples=("aci-reconcile head && aci-reconcile apply --plan plan.json",),
)
