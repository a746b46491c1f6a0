"""``head``: check that the job runs for the latest commit of its branch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import include
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadOptions:
    """The options of ``head``."""

    output: OutputOptions = include(OutputOptions)


def check_head(session: Session, _asked: HeadOptions) -> ExitCode:
    """Check that the job runs for the latest commit."""
    from aci_reconcile.git_hosts import check_newest, make_github

    host = make_github(session.environ, session.clock)
    commit, ref = (session.environ.get(name, "") for name in ("GITHUB_SHA", "GITHUB_REF"))
    name = check_newest(host.get, ref, commit)
    session.console.info(f"{commit[:12]} is the head of {name}.")
    session.console.result(json.dumps({"ref": name, "commit": commit}) if session.console.json else commit)
    return ExitCode.OK


HEAD = Command(
    "head",
    check_head,
    HeadOptions,
    help="Check that this GitHub workflow run is for the latest commit of its branch. Exits with 4 if not.",
    examples=("aci-reconcile head && aci-reconcile apply --plan plan.json",),
)
