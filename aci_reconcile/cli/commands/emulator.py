"""``emulator``: Azure Resource Manager and Azure Container Instances on this machine."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aci_reconcile.app.files import check_target
from aci_reconcile.app.interruption import EndedBySignalError
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.emulator_greeting import Listening, announce
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.option_types import Duration
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session
    from aci_reconcile.emulator import Emulator, Faults, Knobs, Pace, Server

CA_FILE = "emulator-ca.pem"
_SECTION = "Emulator"
_PORT = 10810
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorOptions:
    """The options of ``emulator``."""

    port: int = declare(
        Option(
            "--port",
            section=_SECTION,
            type=click.IntRange(0, 65535),
            default=_PORT,
            metavar="N",
            help=f"Port; 0 takes a free one (default: {_PORT}).",
        )
    )
    state: Path | None = declare(
        Option(
            "--state",
            section=_SECTION,
            type=options.FILE,
            metavar="DIR",
            help="Keep state in DIR (default: in memory).",
        )
    )
    provisioning: float | None = declare(
        Option(
            "--provisioning",
            section=_SECTION,
            type=Duration(),
            metavar="TIME",
            help="Time to provision a group (default: as --pace says).",
        )
    )
    latency: float = declare(
        Option(
            "--latency",
            section=_SECTION,
            type=Duration(),
            default=0.0,
            metavar="TIME",
            help="Delay every answer (default: 0s).",
        )
    )
    pace: Pace = declare(
        Option(
            "--pace",
            section=_SECTION,
            type=click.Choice(["instant", "quick", "realistic"]),
            default="quick",
            help="Take no time, seconds, or as long as Azure (default: quick).",
        )
    )
    limits: bool = declare(
        Option("--limits", section=_SECTION, is_flag=True, help="Enforce Azure's documented quotas and throttling.")
    )
    retry_after: int | None = declare(
        Option(
            "--retry-after",
            section=_SECTION,
            type=click.IntRange(0, 3600),
            metavar="N",
            help="Retry-After seconds of operations (default: 1; none at the realistic pace, as in Azure).",
        )
    )
    unregistered: bool = declare(
        Option("--unregistered", section=_SECTION, is_flag=True, help="Make subscriptions register the provider first.")
    )
    facts: Path | None = declare(
        Option(
            "--facts",
            section=_SECTION,
            type=options.FILE,
            metavar="FILE",
            help="Answer as the subscription of this facts.json did; --knob wins.",
        )
    )
    knob: tuple[str, ...] = declare(
        Option(
            "--knob",
            section=_SECTION,
            multiple=True,
            metavar="NAME=VALUE",
            help="Set a knob of docs/emulator.md. Repeatable.",
        )
    )
    fault: tuple[str, ...] = declare(
        Option(
            "--fault",
            section=_SECTION,
            multiple=True,
            metavar="JSON",
            help="Inject a fault; see docs/emulator.md. Repeatable.",
        )
    )
    fault_percent: int | None = declare(
        Option(
            "--fault-percent",
            section=_SECTION,
            type=click.IntRange(0, 100),
            metavar="N",
            help="Make N percent of requests fail at random (default: 0).",
        )
    )
    fault_seed: int | None = declare(
        Option("--fault-seed", section=_SECTION, type=int, metavar="N", help="Seed for --fault-percent (default: 0).")
    )
    host: str = declare(
        Option(
            "--host",
            section=_SECTION,
            default=_HOST,
            metavar="ADDRESS",
            help="Address to listen on (default: 127.0.0.1).",
        )
    )
    tls: bool = declare(
        Option("--tls", section=_SECTION, is_flag=True, help="Serve https, with a certificate made at startup.")
    )
    tls_name: tuple[str, ...] = declare(
        Option(
            "--tls-name",
            section=_SECTION,
            multiple=True,
            metavar="NAME",
            help="Further name in that certificate. Repeatable.",
        )
    )
    tls_ca: Path | None = declare(
        Option(
            "--tls-ca",
            section=_SECTION,
            type=options.FILE,
            metavar="FILE",
            help=f"Write the CA certificate to FILE (default: {CA_FILE}).",
        )
    )
    require_token: bool = declare(
        Option("--require-token", section=_SECTION, is_flag=True, help="Refuse requests without a valid token.")
    )
    output: OutputOptions = include(OutputOptions)


def serve_emulator(session: Session, asked: EmulatorOptions) -> ExitCode:
    """Serve the emulator until a signal comes."""
    from aci_reconcile.emulator import Emulator, open_store

    knobs, faults = _make_knobs(asked, session), _make_faults(asked)
    try:
        store = open_store(session.cwd / asked.state if asked.state else None)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"cannot keep state in {asked.state}: {error}") from error
    with closing(store):
        server = _listen(Emulator(store, knobs=knobs, faults=faults), asked, session)
        with server:
            announce(_describe(server, knobs, asked, session), session.console)
            _serve_until_signal(server)
    session.console.info("Stopped.")
    return ExitCode.OK


def _listen(emulator: Emulator, asked: EmulatorOptions, session: Session) -> Server:
    from aci_reconcile.emulator import Tls, is_loopback, serve

    # The emulator is made for tests: whoever reaches it can do everything.
    if not is_loopback(asked.host):
        session.console.warn(
            f"The emulator listens on {asked.host}. Anyone who can reach this machine can read, change and delete "
            "its contents. Remove --host unless you want that."
        )
    tls = Tls(_check_ca_file(_find_ca_file(asked, session)), asked.tls_name) if _wants_tls(asked) else None
    try:
        return serve(emulator, host=asked.host, port=asked.port, tls=tls, anywhere=True)
    except ValueError as error:
        raise UsageError(f"--tls-name: {error}") from error
    except OSError as error:
        hint = "another emulator may be running; use another --port, or 0 for a free one"
        raise UsageError(f"{asked.host}:{asked.port}: {error.strerror or error}", hint=hint) from error


def _check_ca_file(file: Path) -> Path:
    """Return the file for the certificate of the CA.

    Raises:
        UsageError: it holds something else, is a link, or is not a regular file.
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


def _serve_until_signal(server: Server) -> None:
    """Serve until a signal comes, which is the normal end of an emulator."""
    try:
        server.serve_forever()
    except EndedBySignalError:
        return


def _describe(server: Server, knobs: Knobs, asked: EmulatorOptions, session: Session) -> Listening:
    return Listening(server.url, knobs, asked.state, _find_ca_file(asked, session) if _wants_tls(asked) else None)


def _wants_tls(asked: EmulatorOptions) -> bool:
    return asked.tls or bool(asked.tls_name) or asked.tls_ca is not None


def _find_ca_file(asked: EmulatorOptions, session: Session) -> Path:
    """Return the file for the certificate of the CA: as named, else beside the state, else in the current folder."""
    return session.cwd / (asked.tls_ca or (asked.state or Path()) / CA_FILE)


def _make_knobs(asked: EmulatorOptions, session: Session) -> Knobs:
    from aci_reconcile.emulator import Knobs

    knobs = Knobs(
        latency_seconds=asked.latency,
        require_token=asked.require_token,
        limits=asked.limits,
        registered=not asked.unregistered,
    ).at(asked.pace)
    if asked.facts:
        knobs = _imitate(knobs, asked.facts, session)
    if asked.provisioning is not None:
        knobs = replace(knobs, provisioning_seconds=asked.provisioning)
    if asked.retry_after is not None:
        knobs = replace(knobs, retry_after=asked.retry_after)
    for text in asked.knob:
        try:
            knobs = knobs.with_value(text)
        except ValueError as error:
            raise UsageError(f"--knob: {error}", hint="docs/emulator.md lists them") from error
    return knobs


def _imitate(knobs: Knobs, file: Path, session: Session) -> Knobs:
    """Set the knobs as a subscription answered, and name what there is no knob for."""
    from aci_reconcile.app.answers import load_answers
    from aci_reconcile.facts.imitation import describe_ignored, imitate

    answers = load_answers(file, session.cwd)
    knobs, ignored = imitate(knobs, answers)
    if ignored:
        session.console.warn(describe_ignored(answers, ignored))
    return knobs


def _make_faults(asked: EmulatorOptions) -> Faults:
    from aci_reconcile.emulator import Faults, fault_from_json

    try:
        scripted = [fault_from_json(json.loads(text)) for text in asked.fault]
    except (ValueError, RecursionError) as error:
        hint = """write it as --fault '{"kind": "error", "status": 429, "times": 3}'"""
        raise UsageError(f"--fault: {error}", hint=hint) from error
    return Faults(scripted, rate=(asked.fault_percent or 0) / 100, seed=asked.fault_seed or 0)


EMULATOR = Command(
    "emulator",
    serve_emulator,
    EmulatorOptions,
    help="Serve an emulator of Azure over HTTP, on this machine.",
    examples=(
        "aci-reconcile emulator",
        "aci-reconcile emulator --port 0 --state .aci-reconcile --pace realistic",
        "aci-reconcile emulator --tls --require-token --limits",
    ),
)
