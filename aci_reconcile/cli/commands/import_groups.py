"""``import``: manifests for live groups. Nothing is written to Azure; the next plan adopts them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.app import import_groups as use_case
from aci_reconcile.app.import_tags import parse_tags
from aci_reconcile.app.policy import check_owners
from aci_reconcile.app.view import View
from aci_reconcile.cli import options
from aci_reconcile.cli.approval import read_answer
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.console import is_terminal
from aci_reconcile.cli.import_report import render_next_step, report, report_json, report_problems
from aci_reconcile.cli.option import CommandLine, Option, command_line, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.safety_options import TAKE_OVER
from aci_reconcile.core.errors import ExitCode, UsageError
from aci_reconcile.manifest.source.files import PROJECT_FILE

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from aci_reconcile.app.requests import Target
    from aci_reconcile.cli.session import Session
    from aci_reconcile.manifest import Loaded

_PLACES = ("environment", "var_file", "subscription", "local", "arm_endpoint", "cloud")
"""The options that the next command needs as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """The options of ``import``."""

    addresses: tuple[str, ...] = declare(options.ADDRESSES)
    out: Path | None = declare(
        Option(
            "--out",
            section=options.OUTPUT,
            type=options.FILE,
            metavar="DIR",
            setting="import_out",
            help="Write one file per group to DIR, and a project file if there is none.",
        )
    )
    project_name: str = declare(
        Option(
            "--project-name",
            section=options.OUTPUT,
            metavar="NAME",
            default="",
            help="Name for the new project file; it becomes the owner of the groups.",
        )
    )
    take_over: tuple[str, ...] = declare(TAKE_OVER)
    tag: tuple[str, ...] = declare(
        Option(
            "--tag",
            section=options.MANIFESTS,
            multiple=True,
            metavar="NAME[=VALUE]",
            setting="import_tag",
            help="Import only groups with this tag. Repeatable.",
        )
    )
    everywhere: bool = declare(
        Option(
            "--all",
            section=options.MANIFESTS,
            setting="import_all",
            is_flag=True,
            help="Look in every resource group of the subscription.",
        )
    )
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)
    line: CommandLine = command_line()


def import_groups(session: Session, asked: ImportOptions) -> ExitCode:
    """Write manifests, and say which command comes next."""
    request = _make_request(asked).with_home(session.cwd)
    with _connect(request, asked.azure.target, session) as (loaded, view):
        imported = use_case.import_groups(request, loaded, view, session, lambda default: _ask_name(default, session))
    report_problems(imported, session.console)
    step = ""
    if imported.plannable:
        project = imported.selection.project
        # The new project file has the subscription already.
        written = project is not None and project.subscription
        places = asked.line.repeat(*(each for each in _PLACES if not (each == "subscription" and written)))
        step = render_next_step(imported, places, request.sources.project, session.cwd)
    if session.console.json:
        session.console.line(report_json(imported, step))
    else:
        report(imported, step, session.console)
    return ExitCode.OK


def _make_request(asked: ImportOptions) -> use_case.ImportRequest:
    """Return the request.

    Raises:
        UsageError: a project is named, but no files are written; or options contradict each other.
    """
    if asked.everywhere and (asked.addresses or asked.azure.place.resource_group):
        other = "an address" if asked.addresses else "--resource-group"
        raise UsageError(f"--all and {other} cannot be combined", hint="leave one of them out")
    if asked.project_name and asked.out is None and asked.line.has("project_name"):
        raise UsageError("--project-name needs --out, which writes the project file", hint="add --out")
    return use_case.ImportRequest(
        asked.sources.make_sources(asked.azure.place),
        asked.addresses,
        asked.out,
        asked.project_name,
        check_owners(asked.take_over),
        parse_tags(asked.tag),
        asked.everywhere,
    )


@contextmanager
def _connect(request: use_case.ImportRequest, target: Target, session: Session) -> Generator[tuple[Loaded, View]]:
    """Connect for the project that the groups are imported into."""
    from aci_reconcile.app.manifests import locate
    from aci_reconcile.app.workspace import connect

    loaded = locate(use_case.load_surroundings(request, session), target, session.environ)
    project = loaded.project
    with connect(project, target, session) as connection:
        scopes = request.list_scopes(project)
        yield loaded, View(connection.backend, scopes, project.subscription, target.concurrency)


def _ask_name(default: str, session: Session) -> str:
    """Ask a person at a terminal for the name of the new project; an empty line takes the default.

    Raises:
        UsageError: the terminal was closed.
    """
    console, stdin = session.console, session.stdin
    if console.json or stdin is None or not is_terminal(stdin):
        return default
    console.raw(f"There is no {PROJECT_FILE} here. The name of the new project becomes the owner of its groups.\n")
    console.raw(f"{console.notes.paint(console.notes.bold, 'Project name')}{f' [{default}]' * bool(default)}: ")
    line = read_answer(stdin)
    if not line:
        console.raw("\n")
        raise UsageError("no name was given; nothing was written", hint="use --project-name")
    return line.strip() or default


IMPORT = Command(
    "import",
    import_groups,
    ImportOptions,
    help="Write manifests for live groups. Changes nothing in Azure.",
    examples=(
        "aci-reconcile import -g rg-shop                   to stdout",
        "aci-reconcile import -g rg-shop --out manifests   to files",
        "aci-reconcile import --out manifests              all of the project",
        "aci-reconcile import rg-shop/web --out manifests  one group",
        "aci-reconcile import --all --tag team=shop        wherever they are",
    ),
)
