"""``fmt``: write manifests in one form. It never asks Azure and needs no credential."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.options import OutputOptions, PlaceOptions, SourceOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.app.format_manifests import Formatted
    from aci_reconcile.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatOptions:
    """The options of ``fmt``."""

    paths: tuple[Path, ...] = declare(options.PATHS)
    check: bool = declare(
        Option(
            "--check",
            section=options.OUTPUT,
            setting="fmt_check",
            is_flag=True,
            help="Write nothing; exit with 2 if a file would change.",
        )
    )
    diff: bool = declare(
        Option(
            "--diff",
            section=options.OUTPUT,
            setting="fmt_diff",
            is_flag=True,
            help="Write nothing; print what would change.",
        )
    )
    sources: SourceOptions = include(SourceOptions)
    place: PlaceOptions = include(PlaceOptions)
    output: OutputOptions = include(OutputOptions)


def format_files(session: Session, asked: FormatOptions) -> ExitCode:
    """Format the files, or say which ones would change."""
    from aci_reconcile.app.format_manifests import format_manifests, write_formatted

    files = format_manifests(asked.sources.make_sources(asked.place, asked.paths), session)
    changed = tuple(each for each in files if each.changed)
    if not (asked.check or asked.diff):
        write_formatted(changed)
    if session.console.json:
        session.console.result(_render_json(files, changed))
    elif asked.diff:
        session.console.result("".join(_render_diff(each) for each in changed).rstrip("\n"))
    else:
        session.console.result(_render_text(files, changed))
    return ExitCode.DIFFERENCES if asked.check and changed else ExitCode.OK


def _render_text(files: tuple[Formatted, ...], changed: tuple[Formatted, ...]) -> str:
    from aci_reconcile.render.escape import sanitize
    from aci_reconcile.render.words import count

    if not changed:
        return f"Nothing to change in {count(len(files), 'file')}."
    return "\n".join(sanitize(each.file) for each in changed)


def _render_diff(file: Formatted) -> str:
    from difflib import unified_diff

    from aci_reconcile.core.redaction import Redactor
    from aci_reconcile.render.escape import sanitize

    redactor = Redactor()
    redactor.remember(file.secrets)
    before, after = file.before.splitlines(), file.after.splitlines()
    lines = unified_diff(before, after, f"a/{file.file}", f"b/{file.file}", lineterm="")
    return "".join(f"{sanitize(redactor(line))}\n" for line in lines)


def _render_json(files: tuple[Formatted, ...], changed: tuple[Formatted, ...]) -> str:
    from aci_reconcile.render.escape import dump
    from aci_reconcile.render.header import FORMAT_VERSION

    names = [each.file for each in changed]
    return dump({"format_version": FORMAT_VERSION, "files": len(files), "changed": names})


FMT = Command(
    "fmt",
    format_files,
    FormatOptions,
    help="Write manifests in one form. Comments stay, and so does what is declared.",
    examples=(
        "aci-reconcile fmt                     all manifests of the project",
        "aci-reconcile fmt web.yaml --diff     show what would change",
        "aci-reconcile fmt --check             in a pipeline",
    ),
)
