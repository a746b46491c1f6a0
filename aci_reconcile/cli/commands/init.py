"""``init``: a new project, or what is missing of the one that is there. It asks Azure only for groups to import."""

from __future__ import annotations

import os
import shlex
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from aci_reconcile.app.init_values import check_yes_or_no
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import CommandLine, Option, command_line, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions
from aci_reconcile.core.errors import AciReconcileError, ExitCode
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.app.import_groups import Imported
    from aci_reconcile.app.init_project import Ask, Initialized
    from aci_reconcile.app.new_project import NewProject
    from aci_reconcile.app.view import View
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
    import_groups: bool = declare(
        Option(
            "--import",
            section=PROJECT,
            setting="init_import",
            is_flag=True,
            help="Begin with the groups that run in the resource group, not with an example.",
        )
    )
    yes: bool = declare(
        Option("-y", "--yes", section=PROJECT, safety=True, is_flag=True, help="Do not ask: take the defaults.")
    )
    force: bool = declare(options.FORCE)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)
    line: CommandLine = command_line()


def init(session: Session, asked: InitOptions) -> ExitCode:
    """Write the files, and say what comes next."""
    from aci_reconcile.app.init_project import InitRequest, init_project
    from aci_reconcile.cli.questions import make_ask, sits_at

    request = InitRequest(
        asked.folder or Path(),
        asked.name,
        asked.azure.place.subscription,
        asked.azure.place.resource_group,
        asked.location,
        asked.environments,
        asked.git_host or "",
        asked.force,
        asked.import_groups,
    )
    ask = make_ask(session, silent=asked.yes)
    with ExitStack() as stack:
        asking = not asked.yes and sits_at(session)
        made = init_project(request, session, ask, partial(_offer, session, asked, ask if asking else None, stack))
    if session.console.json:
        session.console.line(_report_json(made))
        return ExitCode.OK
    session.console.result(sanitize("\n".join(_report(made, asked.folder)), keep="\n"))
    if made.imported:
        _report_import(made.imported, made.project.file if asked.folder else None, session, asked.line)
    return ExitCode.OK


def _offer(session: Session, asked: InitOptions, ask: Ask | None, stack: ExitStack, project: NewProject) -> View | None:
    """Return the way to the live groups that are to be imported; None if there are none, or nobody wants them.

    Raises:
        AciReconcileError: the command line wants them, and Azure cannot be asked.
    """
    from aci_reconcile.app.init_import import count_groups, open_place

    if not asked.import_groups and not (ask and project.subscription):
        return None
    try:
        view = stack.enter_context(open_place(project, asked.azure.target, session))
        found = count(count_groups(view), "group")
    except AciReconcileError as error:
        if asked.import_groups:
            raise
        session.console.info(sanitize(f"Whether groups run in {project.resource_group} is not known: {error}"))
        return None
    if found == "0 groups":
        session.console.info(f"No groups run in {project.resource_group}.")
        return None
    if asked.import_groups or ask is None:
        return view
    wanted = ask(f"Import {found} of {project.resource_group} (yes or no)", "yes", "--import", check_yes_or_no)
    return view if wanted == "yes" else None


def _report_import(imported: Imported, project: Path | None, session: Session, line: CommandLine) -> None:
    from aci_reconcile.app.init_project import MANIFESTS
    from aci_reconcile.cli.import_report import render_next_step, report, report_problems

    report_problems(imported, session.console)
    places = line.repeat("local", "arm_endpoint", "cloud")
    step = render_next_step(imported, places, project, session.cwd)
    report(imported, step if imported.plannable else "", session.console)
    if imported.selection.skipped:
        # The reasons name options of `import`, which `init` has not.
        file = Path(os.path.relpath(project, session.cwd)) if project else None
        out = str((file.parent if file else Path()) / MANIFESTS)
        words = ("aci-reconcile", "import", "--out", out, *(("--project", str(file)) if file else ()), *places)
        told = sanitize(
            f"To import what was skipped, add to this what is said above:\n  {shlex.join(words)}", keep="\n"
        )
        session.console.info(told)


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
    if made.imported:
        return
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
        "imported": dict(made.imported.files) if made.imported else {},
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
        "aci-reconcile init --import -g rg-shop      with the groups that run there",
        "aci-reconcile init && aci-reconcile apply --local -y",
    ),
)
