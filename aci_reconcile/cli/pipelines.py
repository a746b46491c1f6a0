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
    from aci_reconcile.render.outputs import outputs

    session, given = started(ctx)
    file = given.path("file") or Path()
    try:
        found = outputs(_text(file, _WHOLE))
    except ValueError as error:
        hint = "give what --format json or --report json=FILE wrote"
        raise UsageError(f"{file}: {error}", hint=hint) from None
    if session.console.json:
        session.console.result(json.dumps(found))
    else:
        session.console.result("\n".join(f"{name}={value}" for name, value in found.items()))
    return ExitCode.OK


def _comment(ctx: click.Context) -> ExitCode:
    from aci_reconcile.git_hosts import Outcome, comments_from, find_request, make_marker, make_request_hint

    session, given = started(ctx)
    text = _text(given.path("file") or Path())
    environ: Mapping[str, str] = session.environ
    number = given.limit("number") or find_request(environ)
    if number is None:
        raise UsageError("this job runs for no pull request", hint=make_request_hint(environ))
    kept = comments_from(environ, session.clock).keep_comment(number, make_marker("comment", given.text("topic")), text)
    told = {Outcome.OPENED: "made", Outcome.UPDATED: "updated"}.get(kept.outcome, "left as it is")
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
    from aci_reconcile.git_hosts import Merge, find_planned_run, github_from

    session, given = started(ctx)
    forge = github_from(session.environ, session.clock)
    commit, ref = (session.environ.get(name, "") for name in ("GITHUB_SHA", "GITHUB_REF"))
    found = find_planned_run(forge.get, Merge(commit, ref, given.text("artifact"), given.text("workflow")))
    session.console.info(f"Pull request #{found.pull_request} was planned at {found.commit[:12]} by run {found.run}.")
    document = {"run": found.run, "pull_request": found.pull_request, "commit": found.commit}
    session.console.result(json.dumps(document) if session.console.json else str(found.run))
    return ExitCode.OK


def _head(ctx: click.Context) -> ExitCode:
    from aci_reconcile.git_hosts import check_newest, github_from

    session, _ = started(ctx)
    forge = github_from(session.environ, session.clock)
    commit, ref = (session.environ.get(name, "") for name in ("GITHUB_SHA", "GITHUB_REF"))
    name = check_newest(forge.get, ref, commit)
    session.console.info(f"{commit[:12]} is the head of {name}.")
    session.console.result(json.dumps({"ref": name, "commit": commit}) if session.console.json else commit)
    return ExitCode.OK


OUTPUTS = Command(
    "outputs",
    _outputs,
    [click.Argument(["file"], type=options.FILE, metavar="FILE"), *options.output()],
    help="Print what a result says as NAME=VALUE lines, for the steps of a pipeline that come after.",
    examples=('aci-reconcile outputs result.json >> "$GITHUB_OUTPUT"   after plan --report json=result.json',),
)

COMMENT = Command(
    "comment",
    _comment,
    [
        click.Argument(["file"], type=options.FILE, metavar="FILE"),
        Option(
            "--topic",
            section="Which one",
            metavar="NAME",
            default="default",
            help="Which comment: one is kept for each.",
        ),
        Option(
            "--number",
            section="Which one",
            type=options.count(),
            metavar="N",
            help="The pull request; by default the one that the job runs for.",
        ),
        *options.output(),
    ],
    help="Keep one comment with this Markdown on the pull request of the job: made once, then updated in place.",
    examples=("aci-reconcile comment plan.md --topic prod   on GitHub, GitLab or Azure DevOps",),
)

MERGED = Command(
    "merged",
    _merged,
    [
        Option(
            "--artifact",
            section="Which plan",
            metavar="NAME",
            default=_ARTIFACT,
            help=f"The name that plans are kept under ({_ARTIFACT}).",
        ),
        Option(
            "--workflow",
            section="Which plan",
            metavar="FILE",
            default=_WORKFLOW,
            help=f"The workflow that plans: a file of .github/workflows ({_WORKFLOW}).",
        ),
        *options.output(),
    ],
    help="Print the workflow run on GitHub that planned the pull request which this commit merged.",
    examples=("aci-reconcile merged --artifact aci-reconcile-plan-prod   4 where there is no such plan",),
)

HEAD = Command(
    "head",
    _head,
    [*options.output()],
    help="Say whether the commit of this workflow run on GitHub is still the head of its branch; 4 where it is not.",
    examples=("aci-reconcile head   before apply --plan: 4 for a run of last week that is run again",),
)
