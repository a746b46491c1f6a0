"""``logs``: what a container printed. Manifests are not needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.live_view import open_view
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.core.errors import ExitCode, UsageError
from aci_reconcile.core.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.model import Resource


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
    from aci_reconcile.render.escape import sanitize

    with open_view(asked.sources.make_sources(asked.azure.place), asked.azure.target, session) as view:
        live = view.find(asked.address)
        container = _choose_container(live, asked.container)
        text = view.backend.logs(live.id, container, tail=asked.tail)
    if session.console.json:
        session.console.line({"address": live.address, "container": container, "text": text})
    else:
        session.console.result(sanitize(text.removesuffix("\n"), keep="\n\t"))
    return ExitCode.OK


def _choose_container(live: Resource, wanted: str) -> str:
    """Return the name of the container to read.

    Raises:
        UsageError: there is none of this name, or none is named and there are several.
    """
    lists = (as_list(live.properties.get(name)) for name in ("containers", "initContainers"))
    plain, initial = ([as_text(as_object(each).get("name")) for each in found] for found in lists)
    if wanted:
        found = next((name for name in (*plain, *initial) if name.lower() == wanted.lower()), "")
        if not found:
            raise UsageError(f"{live.address} has no container {wanted}", hint=f"it has {_join_names(plain, initial)}")
        return found
    # Init containers have ended when somebody reads logs, so they are never the default.
    if len(plain) != 1:
        hint = f"choose one with -c: {_join_names(plain, initial)}"
        raise UsageError(f"{live.address} has several containers", hint=hint)
    return plain[0]


def _join_names(plain: Sequence[str], initial: Sequence[str]) -> str:
    return ", ".join((*plain, *(f"{name} (init)" for name in initial)))


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
