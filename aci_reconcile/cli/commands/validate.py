"""``validate``: check manifests. It never asks Azure and needs no credential."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.candidates import complete_codes
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.options import OutputOptions, PlaceOptions, SourceOptions
from aci_reconcile.core.errors import ExitCode, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.reports import Reports
    from aci_reconcile.cli.session import Session
    from aci_reconcile.manifest import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateOptions:
    """The options of ``validate``."""

    paths: tuple[Path, ...] = declare(options.PATHS)
    fail_on: tuple[str, ...] = declare(
        Option(
            "--fail-on",
            section=options.MANIFESTS,
            multiple=True,
            metavar="CODE",
            help="Treat this warning or notice as an error. Repeatable.",
            shell_complete=complete_codes,
        )
    )
    sources: SourceOptions = include(SourceOptions)
    place: PlaceOptions = include(PlaceOptions)
    output: OutputOptions = options.include_output(options.CHECKS)
    report: tuple[tuple[str, str], ...] = declare(options.make_report_option(options.CHECKS))


def validate(session: Session, asked: ValidateOptions) -> ExitCode:
    """Check manifests, and show every problem."""
    from aci_reconcile.app.validation import validate_manifests
    from aci_reconcile.cli.reports import open_reports

    with open_reports("validate", session, asked.report, environment=asked.sources.environment) as reports:
        loaded = validate_manifests(asked.sources.make_sources(asked.place, asked.paths), session, asked.fail_on)
        reports.publish(lambda console: _render(loaded, console, reports))
    return ExitCode.ERROR if loaded.errors else ExitCode.OK


def _render(loaded: Loaded, console: Console, reports: Reports) -> str:
    """Return the diagnostics in the format of the console."""
    from aci_reconcile.render.json.diagnostics import render_diagnostics_json

    if console.format == "sarif":
        return _render_sarif(loaded, reports)
    if console.format not in options.PLAIN:
        from aci_reconcile.render.page.validation import make_validation_page

        return reports.page(
            make_validation_page(loaded.diagnostics, loaded.files, groups=len(loaded.resources)), console
        )
    return render_diagnostics_json(loaded.diagnostics) if console.json else _render_text(loaded, console)


def _render_sarif(loaded: Loaded, reports: Reports) -> str:
    from aci_reconcile.manifest import CODES
    from aci_reconcile.render.formats.sarif import render_sarif
    from aci_reconcile.version import VERSION

    titles = {name: (code.title, code.explanation) for name, code in CODES.items()}
    return render_sarif(loaded.diagnostics, titles, reports.checkout, tool_version=VERSION)


def _render_text(loaded: Loaded, console: Console) -> str:
    from aci_reconcile.render.text.diagnostics import render_diagnostics_text
    from aci_reconcile.render.words import count

    visible = [each for each in loaded.diagnostics if not (console.quiet and each.severity is not Severity.ERROR)]
    lines = [render_diagnostics_text(visible, console.style)]
    if not loaded.errors and not console.quiet:
        read = f"{count(len(loaded.resources), 'group')} in {count(len(loaded.files), 'file')}"
        lines.append(f"{console.style.paint(console.style.good, 'Valid.')} {read}.")
    return "\n".join(line for line in lines if line)


VALIDATE = Command(
    "validate",
    validate,
    ValidateOptions,
    help="Check manifests, offline. Shows every problem in every file.",
    examples=(
        "aci-reconcile validate                   the whole project",
        "aci-reconcile validate -e prod           for one environment",
        "aci-reconcile validate web.yaml -g rg    a file without a project",
        "aci-reconcile validate --fail-on ACI082  a secret in clear text is an error",
    ),
)
