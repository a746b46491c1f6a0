"""``merged``: find the workflow run that planned the pull request that was merged."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session

_PLAN = "Plan"
_ARTIFACT = "aci-reconcile-plan"
_WORKFLOW = "plan.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedOptions:
    """The options of ``merged``."""

    artifact: str = declare(
        Option(
            "--artifact",
            section=_PLAN,
            metavar="NAME",
            default=_ARTIFACT,
            help=f"Name of the plan artifact (default: {_ARTIFACT}).",
        )
    )
    workflow: str = declare(
        Option(
            "--workflow",
            section=_PLAN,
            metavar="FILE",
            default=_WORKFLOW,
            help=f"Workflow that plans, in .github/workflows (default: {_WORKFLOW}).",
        )
    )
    output: OutputOptions = include(OutputOptions)


def find_merged(session: Session, asked: MergedOptions) -> ExitCode:
    """Find the run that planned the pull request."""
    from aci_reconcile.git_hosts import Merge, find_planned_run, make_github

    host = make_github(session.environ, session.clock)
    commit, ref = (session.environ.get(name, "") for name in ("GITHUB_SHA", "GITHUB_REF"))
    found = find_planned_run(host.get, Merge(commit, ref, asked.artifact, asked.workflow))
    session.console.info(f"Pull request #{found.pull_request} was planned at {found.commit[:12]} by run {found.run}.")
    document = {"run": found.run, "pull_request": found.pull_request, "commit": found.commit}
    session.console.result(json.dumps(document) if session.console.json else str(found.run))
    return ExitCode.OK


MERGED = Command(
    "merged",
    find_merged,
    MergedOptions,
    help="Print the GitHub workflow run that planned the merged pull request. Exits with 4 if there is none.",
    examples=("aci-reconcile merged --artifact aci-reconcile-plan-prod",),
)
