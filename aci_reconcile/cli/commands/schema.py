"""``schema``: print a JSON Schema of this package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli.candidates import complete_schemas
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import declare, include
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaOptions:
    """The options of ``schema``."""

    name: str = declare(click.Argument(["name"], metavar="NAME", shell_complete=complete_schemas))
    output: OutputOptions = include(OutputOptions)


def print_schema(session: Session, asked: SchemaOptions) -> ExitCode:
    """Print a schema."""
    from aci_reconcile.manifest import load_schema

    session.console.result(json.dumps(load_schema(asked.name), indent=2))
    return ExitCode.OK


SCHEMA = Command(
    "schema",
    print_schema,
    SchemaOptions,
    help=(
        "Print a JSON Schema. NAME: container-group, project, plan, accepted-drift, drift-history, facts, "
        "fleet, notification or result."
    ),
    examples=("aci-reconcile schema container-group > container-group.schema.json",),
)
