"""``explain``: explain a diagnostic code, or a field of a container group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli.candidates import complete_codes
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import declare, include
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.core.errors import ExitCode, UsageError
from aci_reconcile.core.fields import FIELDS, UNSET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.fields.model import Field
    from aci_reconcile.manifest import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainOptions:
    """The options of ``explain``."""

    subject: str = declare(click.Argument(["subject"], metavar="CODE|FIELD", shell_complete=complete_codes))
    output: OutputOptions = include(OutputOptions)


def explain(session: Session, asked: ExplainOptions) -> ExitCode:
    """Explain a code, or each field that the subject names."""
    from aci_reconcile.manifest import CODES

    code, wanted = asked.subject.upper(), asked.subject.lower().replace("[]", "")
    if code in CODES:
        session.console.result(_explain_code(code, CODES[code]))
        return ExitCode.OK
    found = [each for each in FIELDS if _matches(each, wanted)]
    if not found:
        hint = "name a code such as ACI012, or a field such as containers.image or restartPolicy"
        raise UsageError(f"there is no code or field {asked.subject!r}", hint=hint)
    session.console.result("\n\n".join("\n".join(_describe_field(each)) for each in found))
    return ExitCode.OK


def _explain_code(name: str, code: Code) -> str:
    parts = [f"{name} ({code.severity}): {code.title}", code.explanation.strip()]
    if code.example:
        example = "\n".join(f"    {line}".rstrip() for line in code.example.strip("\n").splitlines())
        parts.append(f"Example:\n\n{example}")
    rests = "\n".join(f"    {each.where} ({each.basis})" for each in code.evidence)
    parts.append(f"Rests on:\n\n{rests}")
    return "\n\n".join(part for part in parts if part)


def _matches(field: Field, wanted: str) -> bool:
    """Whether the path of the field ends in the subject; ``properties`` may be left out, as in manifests."""
    plain = field.path.lower().replace("[]", "")
    short = ".".join(part for part in plain.split(".") if part != "properties")
    return any(path == wanted or path.endswith(f".{wanted}") for path in (plain, short))


def _describe_field(field: Field) -> Iterator[str]:
    yield f"{field.path}  ({field.kind.value})"
    yield f"  {field.summary}"
    traits = (
        (bool(field.enum), f"one of {', '.join(field.enum)}"),
        (field.required, "required"),
        (field.computed, "computed: Azure sets it, you cannot"),
        (field.computed_beside is not None, f"computed with {': '.join(field.computed_beside or ())}: Azure sets it"),
        (field.default is not UNSET, f"default {field.default}"),
        (field.replaces.value == "yes", "cannot change in place: the group is deleted and created again"),
        (field.replaces.value == "may", "might not change in place: Azure's answers differ"),
        (field.untold, "not returned: Azure accepts it and never returns it; not compared"),
        (field.write_only, "write-only: Azure never returns it; compared by fingerprint"),
    )
    for holds, text in traits:
        if holds:
            yield f"  - {text}"


EXPLAIN = Command(
    "explain",
    explain,
    ExplainOptions,
    help="Explain a diagnostic code or a field of a container group.",
    examples=("aci-reconcile explain ACI012", "aci-reconcile explain restartPolicy"),
)
