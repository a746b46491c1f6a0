"""How the emulator is to behave, as the command line says it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from aci_reconcile.cli.given import Given
    from aci_reconcile.emulator import Faults, Knobs, Pace

CA_FILE = "emulator-ca.pem"


@dataclass(frozen=True, slots=True)
class EmulatorOptions:
    """How the emulator is to behave."""

    host: str
    port: int
    state: Path | None
    tls: bool
    tls_names: tuple[str, ...]
    tls_ca: Path | None
    knobs: Knobs
    faults: Faults

    @classmethod
    def of(cls, given: Given) -> EmulatorOptions:
        """Read the options.

        Raises:
            UsageError: a fault or a knob that is none.
        """
        names, ca = given.texts("tls_name"), given.path("tls_ca")
        return cls(
            host=given.text("host"),
            port=given.number("port"),
            state=given.path("state"),
            tls=given.flag("tls") or bool(names) or ca is not None,
            tls_names=names,
            tls_ca=ca,
            knobs=_knobs(given),
            faults=_faults(given),
        )

    def ca_file(self, cwd: Path) -> Path:
        """Where the CA's certificate goes: to a file that is named, beside the state, or into the working folder."""
        return cwd / (self.tls_ca or (self.state or Path()) / CA_FILE)


def _knobs(given: Given) -> Knobs:
    from aci_reconcile.emulator import Knobs

    knobs = Knobs(
        latency_seconds=given.seconds("latency"),
        require_token=given.flag("require_token"),
        limits=given.flag("limits"),
        registered=not given.flag("unregistered"),
    ).at(cast("Pace", given.text("pace")))
    if given.values.get("provisioning") is not None:
        knobs = replace(knobs, provisioning_seconds=given.seconds("provisioning"))
    if given.values.get("retry_after") is not None:
        knobs = replace(knobs, retry_after=given.limit("retry_after"))
    for text in given.texts("knob"):
        try:
            knobs = knobs.with_value(text)
        except ValueError as error:
            raise UsageError(f"--knob: {error}", hint="docs/emulator.md lists them") from error
    return knobs


def _faults(given: Given) -> Faults:
    from aci_reconcile.emulator import Faults, fault_from_json

    try:
        scripted = [fault_from_json(json.loads(text)) for text in given.texts("fault")]
    except (ValueError, RecursionError) as error:
        hint = """write it as --fault '{"kind": "error", "status": 429, "times": 3}'"""
        raise UsageError(f"--fault: {error}", hint=hint) from error
    return Faults(scripted, rate=given.number("fault_percent") / 100, seed=given.number("fault_seed"))
