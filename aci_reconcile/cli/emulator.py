"""``emulator``: Azure Resource Manager and Azure Container Instances on this machine."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.interruption import InterruptedRunError
from aci_reconcile.cli.kinds import Duration
from aci_reconcile.cli.session import started
from aci_reconcile.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.emulator import Server

_SECTION = "Emulator"
_PORT = 10810


@dataclass(frozen=True, slots=True)
class EmulatorOptions:
    """How the emulator is to behave."""

    port: int
    state: Path | None
    provisioning: float
    latency: float

    @classmethod
    def of(cls, given: Given) -> EmulatorOptions:
        """Read the options."""
        return cls(given.number("port"), given.path("state"), given.seconds("provisioning"), given.seconds("latency"))


def _emulator(ctx: click.Context) -> ExitCode:
    from aci_reconcile.emulator import Emulator, Knobs, open_store, serve

    session, given = started(ctx)
    asked = EmulatorOptions.of(given)
    knobs = Knobs(provisioning_seconds=asked.provisioning, latency_seconds=asked.latency)
    try:
        store = open_store(session.cwd / asked.state if asked.state else None)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"the state cannot be kept in {asked.state}: {error}") from error
    with closing(store):
        try:
            server = serve(Emulator(store, knobs=knobs), port=asked.port)
        except OSError as error:
            hint = "another one may be running; choose another --port, or 0 for a free one"
            raise UsageError(f"port {asked.port}: {error.strerror or error}", hint=hint) from error
        with server:
            _announce(server, asked, session)
            _until_told(server)
    session.console.info("Stopped.")
    return ExitCode.OK


def _until_told(server: Server) -> None:
    """Serve until a signal comes: that is how an emulator is meant to end."""
    try:
        server.serve_forever()
    except InterruptedRunError:
        return


def _announce(server: Server, asked: EmulatorOptions, session: Session) -> None:
    from aci_reconcile.cli.manifests import LOCAL_SUBSCRIPTION

    console = session.console
    if console.json:
        console.line({"url": server.url, "subscription": LOCAL_SUBSCRIPTION})
        return
    console.result(f"Listening on {server.url}")
    group = f"{server.url}/subscriptions/{LOCAL_SUBSCRIPTION}/resourceGroups/rg-demo?api-version=2021-04-01"
    kept = f"State is kept in {asked.state}." if asked.state else "State is kept in memory and ends with this process."
    console.info(
        f"{kept} Ctrl-C ends it.\n\n"
        "Point the command at it, in another terminal:\n\n"
        f"  export ACI_RECONCILE_ARM_ENDPOINT={server.url}\n"
        "  aci-reconcile plan\n\n"
        "A resource group is created by a project with `createResourceGroups: true`, or by hand:\n\n"
        f"  curl -X PUT -H 'content-type: application/json' -d '{{\"location\": \"westeurope\"}}' \\\n"
        f"    '{group}'\n"
    )


EMULATOR = Command(
    "emulator",
    _emulator,
    [
        Option(
            "--port",
            section=_SECTION,
            type=click.IntRange(0, 65535),
            default=_PORT,
            metavar="N",
            help=f"On loopback ({_PORT}); 0 takes a free one.",
        ),
        Option(
            "--state",
            section=_SECTION,
            type=options.FILE,
            metavar="DIR",
            help="Where state is kept; without it, in memory.",
        ),
        Option(
            "--provisioning",
            section=_SECTION,
            type=Duration(),
            default=1.0,
            metavar="TIME",
            help="How long a group takes to be provisioned (1s).",
        ),
        Option(
            "--latency", section=_SECTION, type=Duration(), default=0.0, metavar="TIME", help="Added to every answer."
        ),
        *options.output(),
    ],
    help="Serve an emulator of Azure on this machine, over HTTP.",
    examples=("aci-reconcile emulator", "aci-reconcile emulator --port 0 --state .aci-reconcile --provisioning 5s"),
)
