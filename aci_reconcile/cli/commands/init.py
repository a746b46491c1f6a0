"""``init``: a new project, or what is missing of the one that is there. It never asks Azure."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.options import OutputOptions, PlaceOptions
from aci_reconcile.core.errors import ExitCode
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.app.init_project import Initialized
    from aci_reconcile.cli.session import Session

PROJECT: Final = "Project"
FOLDER: Final = click.Argument(["folder"], required=False, type=options.FILE, metavar="[DIR]")


@dataclass(frozen=True, slots=True, kw_only=True)
class InitOptions:
    """The options of ``init``."""

    folder: Path | None = declare(FOLDER)
    name: str = declare(
        Option(
            "--name",
            section=PROJECT,
            metavar="NAME",
            setting="init_name",
            default="",
            help="Name of the project; it becomes the owner of its groups (default: the folder's).",
        )
    )
    location: str = declare(
        Option(
            "--location",
            section=PROJECT,
            metavar="REGION",
            setting="init_location",
            default="",
            help="Region of the groups (default: westeurope).",
        )
    )
    environments: str = declare(
        Option(
            "--environments",
            section=PROJECT,
            metavar="LIST",
            setting="init_environments",
            default="",
            help="Environments, with commas between (default: none, or prod with --git-host).",
        )
    )
    git_host: str | None = declare(
        Option(
            "--git-host",
            section=PROJECT,
            type=click.Choice(["github", "gitlab", "azure", "none"]),
            metavar="HOST",
            setting="init_git_host",
            help="Also write pipelines: github, gitlab, azure or none (default: none).",
        )
    )
    yes: bool = declare(
        Option("-y", "--yes", section=PROJECT, safety=True, is_flag=True, help="Do not ask: take the defaults.")
    )
    force: bool = declare(options.FORCE)
    place: PlaceOptions = include(PlaceOptions)
    output: OutputOptions = include(OutputOptions)


def init(session: Session, asked: InitOptions) -> ExitCode:
    """Write the files, and say what comes next."""
    from aci_reconcile.app.init_project import InitRequest, init_project
    from aci_reconcile.cli.questions import make_ask

    request = InitRequest(
        asked.folder or Path(),
        asked.name,
        asked.place.subscription,
        asked.place.resource_group,
        asked.location,
        asked.environments,
        asked.git_host or "",
        asked.force,
    )
    made = init_project(request, session, make_ask(session, silent=asked.yes))
    if session.console.json:
        session.console.line(_report_json(made))
    else:
        session.console.result(sanitize("\n".join(_report(made, asked.folder)), keep="\n"))
    return ExitCode.OK


def _report(made: Initialized, folder: Path | None) -> Iterator[str]:
    new = made.project
    if made.above:
        yield f"Note: {made.above} is a project, too. Its manifests end where this project begins."
    if made.existed and not made.written:
        yield f"{new.file} exists; nothing was written."
        return
    yield f"Project {new.name}: resource group {new.resource_group or '(none)'}, {new.location or '(no location)'}."
    if made.found:
        yield f"Subscription {made.found.subscription} ({made.found.origin})."
    yield from (f"  wrote {each}" for each in made.written)
    yield from (f"  kept  {each}, which exists" for each in made.kept)
    if any(each in made.written for each in made.pipelines):
        yield ""
        yield "In the pipeline files, name the repository and the commit of the release of aci-reconcile, in place of"
        yield "example-org or platform. docs/ci.md says which identities and variables they need."
    yield ""
    yield "Next:"
    if folder:
        yield f"  cd {shlex.quote(str(folder))}"
    yield "  aci-reconcile apply --local   try it on the embedded emulator"
    if new.subscription:
        yield f"  aci-reconcile plan            what it would change in subscription {new.subscription}"
    else:
        yield f"For Azure, name a subscription: `subscription:` in {new.file.name}, or AZURE_SUBSCRIPTION_ID."


def _report_json(made: Initialized) -> Mapping[str, object]:
    new = made.project
    return {
        "project": {
            "name": new.name,
            "file": str(new.file),
            "subscription": new.subscription or None,
            "resource_group": new.resource_group or None,
            "location": new.location or None,
        },
        "existed": made.existed,
        "written": list(made.written),
        "kept": list(made.kept),
    }


INIT = Command(
    "init",
    init,
    InitOptions,
    help="Begin a project: a project file and a first manifest. Overwrites nothing.",
    examples=(
        "aci-reconcile init                          asks on a terminal",
        "aci-reconcile init shop --location uksouth  in a new folder",
        "aci-reconcile init --git-host github --environments dev,prod",
        "aci-reconcile init && aci-reconcile apply --local -y",
    ),
)
