"""``schema`` and ``explain``: what stands in the package for whoever writes manifests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli import completing, options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.session import started
from aci_reconcile.core.errors import ExitCode, UsageError
from aci_reconcile.core.fields import FIELDS, UNSET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.fields.model import Field
    from aci_reconcile.manifest import Code


def _schema(ctx: click.Context) -> ExitCode:
    from aci_reconcile.manifest import load_schema

    session, given = started(ctx)
    session.console.result(json.dumps(load_schema(given.text("name")), indent=2))
    return ExitCode.OK


def _explain(ctx: click.Context) -> ExitCode:
    from aci_reconcile.manifest import CODES

    session, given = started(ctx)
    asked = given.text("subject")
    code = asked.upper()
    if code in CODES:
        session.console.result(_explained(code, CODES[code]))
        return ExitCode.OK
    wanted = asked.lower().replace("[]", "")
    found = [each for each in FIELDS if _is_about(each, wanted)]
    if not found:
        hint = "name a code such as ACI012, or a field such as containers.image or restartPolicy"
        raise UsageError(f"there is no code or field {asked!r}", hint=hint)
    session.console.result("\n\n".join("\n".join(_described(each)) for each in found))
    return ExitCode.OK


def _explained(name: str, code: Code) -> str:
    parts = [f"{name} ({code.severity}): {code.title}", code.explanation.strip()]
    if code.example:
        example = "\n".join(f"    {line}".rstrip() for line in code.example.strip("\n").splitlines())
        parts.append(f"Example:\n\n{example}")
    rests = "\n".join(f"    {each.where} ({each.basis})" for each in code.evidence)
    parts.append(f"Rests on:\n\n{rests}")
    return "\n\n".join(part for part in parts if part)


def _is_about(field: Field, wanted: str) -> bool:
    """Whether the path ends in what was asked for; ``properties`` may be left out, as in manifests."""
    plain = field.path.lower().replace("[]", "")
    short = ".".join(part for part in plain.split(".") if part != "properties")
    return any(path == wanted or path.endswith(f".{wanted}") for path in (plain, short))


def _described(field: Field) -> Iterator[str]:
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


SCHEMA = Command(
    "schema",
    _schema,
    [click.Argument(["name"], metavar="NAME", shell_complete=completing.schemas), *options.output()],
    help="Print a JSON Schema. NAME: container-group, project, plan, accepted-drift, drift-history or notification.",
    examples=("aci-reconcile schema container-group > container-group.schema.json",),
)

EXPLAIN = Command(
    "explain",
    _explain,
    [click.Argument(["subject"], metavar="CODE|FIELD", shell_complete=completing.codes), *options.output()],
    help="Explain a diagnostic code or a field of a container group.",
    examples=("aci-reconcile explain ACI012", "aci-reconcile explain restartPolicy"),
)
