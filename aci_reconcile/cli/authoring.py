"""``validate`` and ``render``: manifests, and nothing but manifests. Neither asks Azure, nor needs a credential."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.given import sources_of
from aci_reconcile.cli.session import started
from aci_reconcile.core.errors import ExitCode, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.reporting import Reports
    from aci_reconcile.core.model import Resource
    from aci_reconcile.manifest import Loaded


def _validate(ctx: click.Context) -> ExitCode:
    from aci_reconcile.cli.checking import checked
    from aci_reconcile.cli.reporting import reporting

    session, given = started(ctx)
    with reporting("validate", given, session) as reports:
        loaded = checked(sources_of(given), session, given.texts("fail_on"))
        reports.tell(lambda console: _told(loaded, console, reports))
    return ExitCode.ERROR if loaded.errors else ExitCode.OK


def _told(loaded: Loaded, console: Console, reports: Reports) -> str:
    """Return what is to be said about manifests, in the format that is wanted."""
    from aci_reconcile.render.json.diagnostics import render_diagnostics_json

    if console.format == "sarif":
        return _sarif(loaded, reports)
    if console.format not in options.PLAIN:
        from aci_reconcile.render.page.validation import make_validation_page

        return reports.page(
            make_validation_page(loaded.diagnostics, loaded.files, groups=len(loaded.resources)), console
        )
    return render_diagnostics_json(loaded.diagnostics) if console.json else _text(loaded, console)


def _sarif(loaded: Loaded, reports: Reports) -> str:
    from aci_reconcile.manifest import CODES
    from aci_reconcile.render.formats.sarif import render_sarif
    from aci_reconcile.version import VERSION

    titles = {name: (code.title, code.explanation) for name, code in CODES.items()}
    return render_sarif(loaded.diagnostics, titles, reports.checkout, tool_version=VERSION)


def _text(loaded: Loaded, console: Console) -> str:
    from aci_reconcile.render.text.diagnostics import render_diagnostics_text
    from aci_reconcile.render.words import count

    told = [each for each in loaded.diagnostics if not (console.quiet and each.severity is not Severity.ERROR)]
    lines = [render_diagnostics_text(told, console.style)]
    if not loaded.errors and not console.quiet:
        read = f"{count(len(loaded.resources), 'group')} in {count(len(loaded.files), 'file')}"
        lines.append(f"{console.style.paint(console.style.good, 'Valid.')} {read}.")
    return "\n".join(line for line in lines if line)


def _render(ctx: click.Context) -> ExitCode:
    from aci_reconcile.app.manifests import load_valid

    session, given = started(ctx)
    loaded = load_valid(sources_of(given), session)
    chosen = [each for each in loaded.resources if loaded.selected is None or each.id.key in loaded.selected]
    document = [_whole(each, loaded.project.api_version) for each in chosen]
    session.console.result(json.dumps(document, indent=2, default=_redacted))
    return ExitCode.OK


def _whole(resource: Resource, api_version: str) -> Mapping[str, object]:
    """Return a resource as a template would hold it, without what looks like a secret."""
    from aci_reconcile.core.desired import add_required_defaults
    from aci_reconcile.core.model import as_object
    from aci_reconcile.render.values import hide_lookalikes

    place = {"resourceGroup": resource.id.resource_group, "name": resource.id.name}
    return {
        "type": resource.id.type,
        "apiVersion": api_version,
        **place,
        **as_object(hide_lookalikes(add_required_defaults(resource.body))),
    }


def _redacted(value: object) -> str:
    from aci_reconcile.core.secret import REDACTED, Secret

    if isinstance(value, Secret):
        return REDACTED
    raise TypeError(f"{type(value).__name__} is no JSON")


VALIDATE = Command(
    "validate",
    _validate,
    [
        *options.paths(),
        *options.fatal(),
        *options.sources(),
        *options.place(),
        *options.output(options.CHECKS),
        *options.reports(options.CHECKS),
    ],
    help="Check manifests, offline. Shows every problem in every file.",
    examples=(
        "aci-reconcile validate                   the whole project",
        "aci-reconcile validate -e prod           for one environment",
        "aci-reconcile validate web.yaml -g rg    a file without a project",
        "aci-reconcile validate --fail-on ACI082  a secret in clear text is an error",
    ),
)

RENDER = Command(
    "render",
    _render,
    [*options.paths(), *options.sources(), *options.place(), *options.output()],
    help="Print full ARM bodies as JSON. Secrets are redacted.",
    examples=("aci-reconcile render --only web -e prod",),
)
