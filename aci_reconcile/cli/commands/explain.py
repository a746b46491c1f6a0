"""``explain``: explain a diagnostic code, a field, a kind of file, or references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from aci_reconcile.cli.candidates import complete_subjects
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import declare, include
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session
    from aci_reconcile.manifest import Code


_MANY: Final = 3
"""More fields than this are listed only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainOptions:
    """The options of ``explain``."""

    subject: str = declare(click.Argument(["subject"], metavar="CODE|FIELD", shell_complete=complete_subjects))
    output: OutputOptions = include(OutputOptions)


def explain(session: Session, asked: ExplainOptions) -> ExitCode:
    """Explain a code, a kind of file, references, or each field that the subject names."""
    from aci_reconcile.cli.explanation import find_topic
    from aci_reconcile.manifest import CODES

    code = asked.subject.upper()
    if code in CODES:
        text = _explain_code(code, CODES[code])
    else:
        text = find_topic(asked.subject) or _explain_fields(asked.subject)
    session.console.result(text)
    return ExitCode.OK


def _explain_fields(subject: str) -> str:
    """Return the text about the fields that a path names; only a list if they are many.

    Raises:
        UsageError: it names none.
    """
    from aci_reconcile.cli.explanation import describe_place, find_kubernetes, list_places
    from aci_reconcile.manifest.explanation.lookup import find_near, find_places

    places = find_places(subject)
    if not places:
        near = find_near(subject)
        meant = find_kubernetes(subject) or (f"did you mean {near}?" if near else "")
        hint = meant or "name a code such as ACI012, or a field such as containers.image or restartPolicy"
        raise UsageError(f"there is no code or field {subject!r}", hint=hint)
    if len(places) > _MANY:
        return "\n".join(list_places(subject, places))
    return "\n\n".join("\n".join(describe_place(each)) for each in places)


def _explain_code(name: str, code: Code) -> str:
    parts = [f"{name} ({code.severity}): {code.title}", code.explanation.strip()]
    if code.example:
        example = "\n".join(f"    {line}".rstrip() for line in code.example.strip("\n").splitlines())
        parts.append(f"Example:\n\n{example}")
    rests = "\n".join(f"    {each.where} ({each.basis})" for each in code.evidence)
    parts.append(f"Rests on:\n\n{rests}")
    return "\n\n".join(part for part in parts if part)


EXPLAIN = Command(
    "explain",
    explain,
    ExplainOptions,
    help="Explain a diagnostic code, or a field of a manifest or the project file.",
    examples=(
        "aci-reconcile explain ACI012               a diagnostic",
        "aci-reconcile explain containers.web.image a field",
        "aci-reconcile explain policy.freeze        a field of the project file",
        "aci-reconcile explain manifest             all fields; also: project, references",
    ),
)
