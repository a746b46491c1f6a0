"""``emulator``: Azure Resource Manager and Azure Container Instances on this machine."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import click

from aci_reconcile.app.files import check_target
from aci_reconcile.app.interruption import InterruptedRunError
from aci_reconcile.cli import options
from aci_reconcile.cli.announcing import announce
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.emulator_options import CA_FILE, EmulatorOptions
from aci_reconcile.cli.kinds import Duration
from aci_reconcile.cli.session import started
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.cli.session import Session
    from aci_reconcile.emulator import Emulator, Server

_SECTION = "Emulator"
_PORT = 10810
_HOST = "127.0.0.1"


def _emulator(ctx: click.Context) -> ExitCode:
    from aci_reconcile.emulator import Emulator, open_store

    session, given = started(ctx)
    asked = EmulatorOptions.of(given)
    try:
        store = open_store(session.cwd / asked.state if asked.state else None)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"cannot keep state in {asked.state}: {error}") from error
    with closing(store):
        server = _listen(Emulator(store, knobs=asked.knobs, faults=asked.faults), asked, session)
        with server:
            announce(server, asked, session)
            _until_told(server)
    session.console.info("Stopped.")
    return ExitCode.OK


def _listen(emulator: Emulator, asked: EmulatorOptions, session: Session) -> Server:
    from aci_reconcile.emulator import Tls, is_loopback, serve

    if not is_loopback(asked.host):
        session.console.warn(
            f"The emulator listens on {asked.host}. Anyone who can reach this machine can read, change and delete "
            "its contents. Remove --host unless you want that."
        )
    tls = Tls(_for_ca(asked.ca_file(session.cwd)), asked.tls_names) if asked.tls else None
    try:
        return serve(emulator, host=asked.host, port=asked.port, tls=tls, anywhere=True)
    except ValueError as error:
        raise UsageError(f"--tls-name: {error}") from error
    except OSError as error:
        hint = "another emulator may be running; use another --port, or 0 for a free one"
        raise UsageError(f"{asked.host}:{asked.port}: {error.strerror or error}", hint=hint) from error


def _for_ca(file: Path) -> Path:
    """Return the file that the CA's certificate is written to.

    Raises:
        UsageError: it is there and holds something else, or is a link or no file.
    """
    from aci_reconcile.emulator import is_own_ca

    check_target(f"--tls-ca {file}", file)
    try:
        content = file.read_bytes() if file.exists() else b""
    except OSError as error:
        raise UsageError(f"--tls-ca {file}: {error.strerror or 'it cannot be read'}") from error
    if content.strip() and not is_own_ca(content):
        message = f"--tls-ca {file}: the file exists and is not an emulator's CA certificate"
        raise UsageError(message, hint="nothing was written; use another file, or move this one")
    return file


def _until_told(server: Server) -> None:
    """Serve until a signal comes: that is how an emulator is meant to end."""
    try:
        server.serve_forever()
    except InterruptedRunError:
        return


_MORE = (
    Option(
        "--knob",
        section=_SECTION,
        multiple=True,
        metavar="NAME=VALUE",
        help="Set a knob of docs/emulator.md. Repeatable.",
    ),
    Option(
        "--fault",
        section=_SECTION,
        multiple=True,
        metavar="JSON",
        help="Inject a fault; see docs/emulator.md. Repeatable.",
    ),
    Option(
        "--fault-percent",
        section=_SECTION,
        type=click.IntRange(0, 100),
        metavar="N",
        help="Make N percent of requests fail at random (default: 0).",
    ),
    Option("--fault-seed", section=_SECTION, type=int, metavar="N", help="Seed for --fault-percent (default: 0)."),
    Option(
        "--host", section=_SECTION, default=_HOST, metavar="ADDRESS", help="Address to listen on (default: 127.0.0.1)."
    ),
    Option("--tls", section=_SECTION, is_flag=True, help="Serve https, with a certificate made at startup."),
    Option(
        "--tls-name",
        section=_SECTION,
        multiple=True,
        metavar="NAME",
        help="Further name in that certificate. Repeatable.",
    ),
    Option(
        "--tls-ca",
        section=_SECTION,
        type=options.FILE,
        metavar="FILE",
        help=f"Write the CA certificate to FILE (default: {CA_FILE}).",
    ),
    Option("--require-token", section=_SECTION, is_flag=True, help="Refuse requests without a valid token."),
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
            help=f"Port; 0 takes a free one (default: {_PORT}).",
        ),
        Option(
            "--state",
            section=_SECTION,
            type=options.FILE,
            metavar="DIR",
            help="Keep state in DIR (default: in memory).",
        ),
        Option(
            "--provisioning",
            section=_SECTION,
            type=Duration(),
            metavar="TIME",
            help="Time to provision a group (default: as --pace says).",
        ),
        Option(
            "--latency",
            section=_SECTION,
            type=Duration(),
            default=0.0,
            metavar="TIME",
            help="Delay every answer (default: 0s).",
        ),
        Option(
            "--pace",
            section=_SECTION,
            type=click.Choice(["instant", "quick", "realistic"]),
            default="quick",
            help="Take no time, seconds, or as long as Azure (default: quick).",
        ),
        Option("--limits", section=_SECTION, is_flag=True, help="Enforce Azure's documented quotas and throttling."),
        Option(
            "--retry-after",
            section=_SECTION,
            type=click.IntRange(0, 3600),
            metavar="N",
            help="Retry-After seconds of operations (default: 1; none at the realistic pace, as in Azure).",
        ),
        Option(
            "--unregistered", section=_SECTION, is_flag=True, help="Make subscriptions register the provider first."
        ),
        *_MORE,
        *options.output(),
    ],
    help="Serve an emulator of Azure over HTTP, on this machine.",
    examples=(
        "aci-reconcile emulator",
        "aci-reconcile emulator --port 0 --state .aci-reconcile --pace realistic",
        "aci-reconcile emulator --tls --require-token --limits",
    ),
)
