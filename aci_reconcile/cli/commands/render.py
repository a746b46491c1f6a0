"""``render``: print manifests as ARM bodies. It never asks Azure and needs no credential."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import declare, include
from aci_reconcile.cli.options import OutputOptions, PlaceOptions, SourceOptions
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.model import Resource


TEMPLATE: Final = "arm"
"""The format of a template that can be deployed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """The options of ``render``."""

    paths: tuple[Path, ...] = declare(options.PATHS)
    sources: SourceOptions = include(SourceOptions)
    place: PlaceOptions = include(PlaceOptions)
    output: OutputOptions = options.include_output((*options.PLAIN, TEMPLATE))


def render(session: Session, asked: RenderOptions) -> ExitCode:
    """Print the bodies of the selected groups."""
    from aci_reconcile.app.manifests import load_valid

    loaded = load_valid(asked.sources.make_sources(asked.place, asked.paths), session)
    chosen = [each for each in loaded.resources if loaded.selected is None or each.id.key in loaded.selected]
    if session.console.format == TEMPLATE:
        from aci_reconcile.render.json.template import make_template

        groups = sorted({each.id.resource_group for each in chosen}, key=str.lower)
        if len(groups) > 1:
            hint = f"render one resource group at a time: --only '{groups[0]}/*'"
            raise UsageError(f"a template is deployed to one resource group, and these are in {len(groups)}", hint=hint)
        session.console.result(json.dumps(make_template(chosen, loaded.project.api_version), indent=2))
        return ExitCode.OK
    document = [_make_template(each, loaded.project.api_version) for each in chosen]
    session.console.result(json.dumps(document, indent=2, default=_redact))
    return ExitCode.OK


def _make_template(resource: Resource, api_version: str) -> Mapping[str, object]:
    """Return a group as a template would have it, without what looks like a secret."""
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


def _redact(value: object) -> str:
    from aci_reconcile.core.secret import REDACTED, Secret

    if isinstance(value, Secret):
        return REDACTED
    raise TypeError(f"{type(value).__name__} is no JSON")


RENDER = Command(
    "render",
    render,
    RenderOptions,
    help="Print full ARM bodies as JSON. Secrets are redacted.",
    examples=(
        "aci-reconcile render --only web -e prod",
        "aci-reconcile render --format arm > azuredeploy.json   a template, secrets as parameters",
    ),
)
