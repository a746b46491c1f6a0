"""``validate`` and ``render``: manifests, and nothing but manifests. Neither asks Azure, nor needs a credential."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.given import Sources
from aci_reconcile.cli.session import started
from aci_reconcile.errors import ExitCode, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

    from aci_reconcile.model import Resource


def _validate(ctx: click.Context) -> ExitCode:
    from aci_reconcile.cli.manifests import request_for
    from aci_reconcile.manifest import load
    from aci_reconcile.report import diagnostics_json, diagnostics_text
    from aci_reconcile.report.words import count

    session, given = started(ctx)
    console = session.console
    loaded = load(request_for(Sources.of(given), session, resolve=False))
    if console.json:
        console.result(diagnostics_json(loaded.diagnostics))
    else:
        told = [each for each in loaded.diagnostics if not (console.quiet and each.severity is not Severity.ERROR)]
        console.result(diagnostics_text(told, console.style))
    if loaded.errors:
        return ExitCode.ERROR
    if not console.json and not console.quiet:
        read = f"{count(len(loaded.resources), 'group')} in {count(len(loaded.files), 'file')}"
        console.result(f"{console.style.paint(console.style.good, 'Valid.')} {read}.")
    return ExitCode.OK


def _render(ctx: click.Context) -> ExitCode:
    from aci_reconcile.cli.manifests import valid

    session, given = started(ctx)
    loaded = valid(Sources.of(given), session)
    chosen = [each for each in loaded.resources if loaded.selected is None or each.id.key in loaded.selected]
    document = [_whole(each, loaded.project.api_version) for each in chosen]
    session.console.result(json.dumps(document, indent=2, default=_redacted))
    return ExitCode.OK


def _whole(resource: Resource, api_version: str) -> Mapping[str, object]:
    """Return a resource as a template would hold it."""
    place = {"resourceGroup": resource.id.resource_group, "name": resource.id.name}
    return {"type": resource.id.type, "apiVersion": api_version, **place, **resource.body}


def _redacted(value: object) -> str:
    from aci_reconcile.secret import REDACTED, Secret

    if isinstance(value, Secret):
        return REDACTED
    raise TypeError(f"{type(value).__name__} is no JSON")


VALIDATE = Command(
    "validate",
    _validate,
    [*options.paths(), *options.sources(), *options.place(), *options.output()],
    help="Read and check manifests, offline. All problems of all files are shown at once.",
    examples=(
        "aci-reconcile validate                   the whole project",
        "aci-reconcile validate -e prod           for one of its environments",
        "aci-reconcile validate web.yaml -g rg    a file without a project",
    ),
)

RENDER = Command(
    "render",
    _render,
    [*options.paths(), *options.sources(), *options.place(), *options.output()],
    help="Print the full ARM bodies as JSON, secrets redacted.",
    examples=("aci-reconcile render --only web -e prod",),
)
