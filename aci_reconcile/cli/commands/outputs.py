"""``outputs``: values of a result for later steps of a pipeline."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.input_file import read_input
from aci_reconcile.cli.option import declare, include
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.cli.session import Session

_LARGEST = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputsOptions:
    """The options of ``outputs``."""

    file: Path = declare(options.INPUT)
    output: OutputOptions = include(OutputOptions)


def print_outputs(session: Session, asked: OutputsOptions) -> ExitCode:
    """Print the outputs of a result."""
    from aci_reconcile.render.formats.outputs import read_outputs

    try:
        found = read_outputs(read_input(asked.file, _LARGEST))
    except ValueError as error:
        hint = "use a file that --format json or --report json=FILE wrote"
        raise UsageError(f"{asked.file}: {error}", hint=hint) from None
    if session.console.json:
        session.console.result(json.dumps(found))
    else:
        session.console.result("\n".join(f"{name}={value}" for name, value in found.items()))
    return ExitCode.OK


OUTPUTS = Command(
    "outputs",
    print_outputs,
    OutputsOptions,
    help="Print a JSON result as NAME=VALUE lines for later pipeline steps.",
    examples=('aci-reconcile outputs result.json >> "$GITHUB_OUTPUT"   (from plan --report json=result.json)',),
)
