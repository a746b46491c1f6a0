"""``import``: manifests for live groups. Nothing is written to Azure; the next plan adopts them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.app.import_groups import ImportRequest, import_groups, load_surroundings
from aci_reconcile.app.view import View
from aci_reconcile.cli import options
from aci_reconcile.cli.approval import answered
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.console import is_terminal
from aci_reconcile.cli.given import sources_of, target_of
from aci_reconcile.cli.imported import render_next_step, report, report_json, report_problems
from aci_reconcile.cli.session import started
from aci_reconcile.core.errors import ExitCode, UsageError
from aci_reconcile.manifest.source.files import PROJECT_FILE

if TYPE_CHECKING:
    from collections.abc import Generator

    import click

    from aci_reconcile.app.requests import Target
    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.manifest import Loaded


def _import(ctx: click.Context) -> ExitCode:
    session, given = started(ctx)
    request = _make_request(given).with_home(session.cwd)
    with _connect(request, target_of(given), session) as (loaded, view):
        imported = import_groups(request, loaded, view, session, lambda default: _ask_name(default, session))
    report_problems(imported, session.console)
    step = render_next_step(imported, given, request.sources.project, session.cwd) if imported.plannable else ""
    if session.console.json:
        session.console.line(report_json(imported, step))
    else:
        report(imported, step, session.console)
    return ExitCode.OK


def _make_request(given: Given) -> ImportRequest:
    """Return the request.

    Raises:
        UsageError: a project is named where no files are written.
    """
    out, name = given.path("out"), given.text("project_name")
    if name and out is None and "project_name" in given.typed:
        raise UsageError("--project-name needs --out, which writes the project file", hint="add --out")
    return ImportRequest(sources_of(given), given.texts("addresses"), out, name)


@contextmanager
def _connect(request: ImportRequest, target: Target, session: Session) -> Generator[tuple[Loaded, View]]:
    """Connect for the project that the groups are imported into."""
    from aci_reconcile.app.manifests import locate
    from aci_reconcile.app.workspace import connect, list_scopes

    loaded = locate(load_surroundings(request, session), target, session.environ)
    project = loaded.project
    if request.sources.resource_group:
        project = replace(project, resource_groups=(request.sources.resource_group,))
    with connect(project, target, session) as connection:
        yield loaded, View(connection.backend, list_scopes(project), project.subscription, target.concurrency)


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
    line = answered(stdin)
    if not line:
        console.raw("\n")
        raise UsageError("no name was given; nothing was written", hint="use --project-name")
    return line.strip() or default


IMPORT = Command(
    "import",
    _import,
    [
        *options.addresses(),
        Option(
            "--out",
            section=options.OUTPUT,
            type=options.FILE,
            metavar="DIR",
            setting="import_out",
            help="Write one file per group to DIR, and a project file if there is none.",
        ),
        Option(
            "--project-name",
            section=options.OUTPUT,
            metavar="NAME",
            default="",
            help="Name for the new project file; it becomes the owner of the groups.",
        ),
        *options.common(),
    ],
    help="Write manifests for live groups. Changes nothing in Azure.",
    examples=(
        "aci-reconcile import -g rg-shop                   to stdout",
        "aci-reconcile import -g rg-shop --out manifests   to files",
        "aci-reconcile import --out manifests              all of the project",
        "aci-reconcile import rg-shop/web --out manifests  one group",
    ),
)
