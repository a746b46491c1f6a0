"""``set``: set single values of a group in its manifest. It never asks Azure and needs no credential."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import declare, include
from aci_reconcile.cli.options import OutputOptions, PlaceOptions, SourceOptions
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from aci_reconcile.app.set_values import Edited
    from aci_reconcile.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOptions:
    """The options of ``set``."""

    address: str = declare(options.ADDRESS)
    values: tuple[str, ...] = declare(click.Argument(["values"], nargs=-1, required=True, metavar="PATH=VALUE..."))
    sources: SourceOptions = include(SourceOptions)
    place: PlaceOptions = include(PlaceOptions)
    output: OutputOptions = include(OutputOptions)


def set_values(session: Session, asked: SetOptions) -> ExitCode:
    """Set the values, and print what was changed."""
    from aci_reconcile.app import set_values as use_case
    from aci_reconcile.render.text.diagnostics import render_diagnostics_text

    pairs = tuple(_split(each) for each in asked.values)
    edited = use_case.set_values(asked.sources.make_sources(asked.place), asked.address, pairs, session)
    if edited.diagnostics:
        text = render_diagnostics_text(edited.diagnostics, session.console.notes)
        session.console.plain("warning", f"{text}\n")
    session.console.result(_render_json(edited) if session.console.json else _render_text(edited))
    return ExitCode.OK


def _split(word: str) -> tuple[str, str]:
    """Return path and value. A `=` in brackets belongs to a name.

    Raises:
        UsageError: it is not of this form, or the value is not text.
    """
    depth, at = 0, -1
    for place, char in enumerate(word):
        depth += (char == "[") - (char == "]")
        if char == "=" and depth <= 0:
            at = place
            break
    if at <= 0:
        raise UsageError(f"{word!r} is not PATH=VALUE", hint="write a field and its value: image=shop/web:1.4.3")
    try:
        word.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"the value of {word[:at]!r} is not UTF-8") from error
    return word[:at], word[at + 1 :]


def _render_text(edited: Edited) -> str:
    from aci_reconcile.render.escape import quote, sanitize

    if not edited.changes:
        return "Nothing to change."
    lines = (
        f"{sanitize(str(each.where))}: {sanitize(each.path)}: "
        f"{quote(each.old) if each.old is not None else '(not set)'} -> {quote(each.new)}"
        for each in edited.changes
    )
    return "\n".join(lines)


def _render_json(edited: Edited) -> str:
    from aci_reconcile.render.escape import dump
    from aci_reconcile.render.header import FORMAT_VERSION

    changes = [
        {
            "address": each.address,
            "path": each.path,
            "file": each.where.file,
            "line": each.where.line,
            "column": each.where.column,
            "old": each.old,
            "new": each.new,
        }
        for each in edited.changes
    ]
    return dump({"format_version": FORMAT_VERSION, "changed": bool(changes), "changes": changes})


SET = Command(
    "set",
    set_values,
    SetOptions,
    help="Set values of a group in its manifest. Nothing else in the file changes.",
    examples=(
        "aci-reconcile set web image=shop/web:1.4.3",
        "aci-reconcile set web 'containers[web].environmentVariables[LOG_LEVEL]=debug'",
        "aci-reconcile set rg-shop/web tags.team=shop lifecycle.protect=true",
    ),
)
