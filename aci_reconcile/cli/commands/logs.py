"""``logs``: what a container printed. Manifests are not needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.live_view import open_view
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsOptions:
    """The options of ``logs``."""

    address: str = declare(options.ADDRESS)
    container: str = declare(
        Option(
            "-c",
            "--container",
            section=options.OUTPUT,
            metavar="NAME",
            default="",
            help="Container to read, if the group has several.",
        )
    )
    tail: int | None = declare(
        Option(
            "--tail",
            section=options.OUTPUT,
            type=options.COUNT,
            metavar="N",
            help="Print only the last N lines (default: all).",
        )
    )
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)


def print_logs(session: Session, asked: LogsOptions) -> ExitCode:
    """Print the logs of one container."""
    from aci_reconcile.app.targets import choose_container, find_group
    from aci_reconcile.render.escape import sanitize

    with open_view(asked.sources.make_sources(asked.azure.place), asked.azure.target, session) as view:
        live = find_group(view, asked.address)
        container = choose_container(live, asked.container)
        text = view.backend.logs(live.id, container, tail=asked.tail)
    if session.console.json:
        session.console.line({"address": live.address, "container": container, "text": text})
    else:
        session.console.result(sanitize(text.removesuffix("\n"), keep="\n\t"))
    return ExitCode.OK


LOGS = Command(
    "logs",
    print_logs,
    LogsOptions,
    help="Print the logs of a container.",
    examples=(
        "aci-reconcile logs web                           the only container of web",
        "aci-reconcile logs rg-shop/web -c app --tail 50  one of several",
    ),
)
