"""``convert``: manifests from templates, Compose files, Terraform and exports. It never asks Azure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.options import OutputOptions, PlaceOptions, SourceOptions
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.cli.session import Session

_FROM: Final = ("auto", "arm", "compose", "terraform", "az")
SOURCES: Final = "Sources"
FILES: Final = click.Argument(["files"], nargs=-1, required=True, type=options.FILE, metavar="FILE...")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertOptions:
    """The options of ``convert``."""

    files: tuple[Path, ...] = declare(FILES)
    wanted: str = declare(
        Option(
            "--from",
            "wanted",
            section=SOURCES,
            type=click.Choice(_FROM),
            metavar="KIND",
            default="auto",
            help="What the files are (default: auto, by their content).",
        )
    )
    localhost: bool = declare(
        Option(
            "--localhost",
            section=SOURCES,
            is_flag=True,
            help="Compose: write localhost where a value names another service.",
        )
    )
    group_per_service: bool = declare(
        Option(
            "--group-per-service",
            section=SOURCES,
            is_flag=True,
            help="Compose: one container group for each service (default: one for all).",
        )
    )
    compose_config: bool = declare(
        Option(
            "--compose-config",
            section=SOURCES,
            is_flag=True,
            help="Compose: read the output of docker compose config.",
        )
    )
    out: Path | None = declare(
        Option(
            "--out",
            section=options.OUTPUT,
            type=options.FILE,
            metavar="DIR",
            setting="convert_out",
            help="Write one file per group to DIR, and a project file if there is none.",
        )
    )
    force: bool = declare(options.FORCE)
    partial: bool = declare(
        Option(
            "--partial",
            section=options.OUTPUT,
            is_flag=True,
            safety=True,
            help="Exit with 0 even if something could not be converted.",
        )
    )
    sources: SourceOptions = include(SourceOptions)
    place: PlaceOptions = include(PlaceOptions)
    output: OutputOptions = include(OutputOptions)


def convert(session: Session, asked: ConvertOptions) -> ExitCode:
    """Convert the files, and say what was lost."""
    from aci_reconcile.app.convert_sources import ConvertRequest, convert_sources
    from aci_reconcile.cli.convert_report import report, report_json

    if asked.force and asked.out is None:
        raise UsageError("--force needs --out, which names the folder of the manifests", hint="add --out")
    request = ConvertRequest(
        asked.files,
        asked.sources.make_sources(asked.place),
        wanted=asked.wanted,
        out=asked.out,
        force=asked.force,
        localhost=asked.localhost,
        group_per_service=asked.group_per_service,
        compose_config=asked.compose_config,
        read_input=lambda: session.stdin.read() if session.stdin is not None else "",
    ).with_home(session.cwd)
    converted = convert_sources(request, session)
    if session.console.json:
        session.console.line(report_json(converted, session.cwd))
    else:
        report(converted, session.console, session.cwd)
    failed = bool(converted.diagnostics) or not (converted.complete or asked.partial)
    return ExitCode.ERROR if failed else ExitCode.OK


CONVERT = Command(
    "convert",
    convert,
    ConvertOptions,
    help="Write manifests for what other tools deploy: ARM templates, Compose, Terraform, az.",
    examples=(
        "aci-reconcile convert azuredeploy.json azuredeploy.parameters.json --out manifests",
        "aci-reconcile convert compose.yaml compose.prod.yaml --out manifests --localhost",
        "terraform show -json | aci-reconcile convert - --out manifests",
        "az container show -g rg-shop -n web | aci-reconcile convert -",
    ),
)
