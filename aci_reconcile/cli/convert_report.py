"""What ``convert`` prints: the manifests, what they do not say, and what a person must set."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from aci_reconcile.convert.findings import Kind
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.diagnostics import render_diagnostics_text, shorten_path
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from aci_reconcile.app.convert_sources import Converted
    from aci_reconcile.app.run import Level
    from aci_reconcile.cli.console import Console
    from aci_reconcile.convert.conversion import Variable
    from aci_reconcile.convert.findings import Finding
    from aci_reconcile.core.errors import Where
    from aci_reconcile.render.text.style import Style

FORMAT_VERSION: Final = "1.0"
_HEADS: Final = {
    Kind.NOTE: "Decided, or left out without effect:",
    Kind.NOT_OURS: "No container groups; go on deploying these as you do now:",
    Kind.LOST: "Not converted:",
}


def report(converted: Converted, console: Console, cwd: Path) -> None:
    """Report to a person: the manifests or the list of their files as the result, the rest on stderr."""
    manifests, files = converted.written.manifests, converted.files
    if files:
        width = max(map(len, files))
        console.result(sanitize("\n".join(f"{name:{width}}  {file}" for name, file in files.items()), keep="\n"))
    elif manifests:
        console.result("---\n".join(each.text for each in manifests).removesuffix("\n"))
    if converted.project is not None:
        project = converted.project
        console.info(sanitize(f"Wrote {project.file.name} for the new project {project.name}."))
    for kind, head in _HEADS.items():
        level: Level = "error" if kind is Kind.LOST else "info"
        found = [each for each in converted.conversion.findings if each.kind is kind]
        console.plain(level, "\n".join(_list_findings(head, found, console.notes)))
    console.plain("warning", sanitize("\n".join(_list_to_fill(converted)), keep="\n"))
    if converted.diagnostics:
        console.plain("warning", render_diagnostics_text(converted.diagnostics, console.notes))
    lost = len(converted.conversion.lost)
    console.info(f"{count(len(manifests), 'container group')} converted, {lost or 'nothing'} lost.")
    if files and not converted.diagnostics:
        console.info(f"Next, check the manifests:\n  {sanitize(make_next_step(converted, cwd))}")


def make_next_step(converted: Converted, cwd: Path) -> str:
    """Return the command that checks what was written, with a place for each value that is missing."""
    words = ["aci-reconcile", "validate"]
    file = converted.project.file if converted.project else None
    if file is not None and file.parent != cwd:
        words += ["--project", str(file.relative_to(cwd) if file.is_relative_to(cwd) else file)]
    return " ".join([shlex.join(words), *(f"--var {each.name}=…" for each in _list_open(converted))])


def _list_open(converted: Converted) -> list[Variable]:
    return [each for each in converted.written.variables if each.default is None]


def _list_findings(head: str, found: Iterable[Finding], style: Style) -> Iterator[str]:
    for index, each in enumerate(found):
        if not index:
            yield style.paint(style.bold, head)
        path = f"{sanitize(shorten_path(each.path))}: " if each.path else ""
        yield f"  {sanitize(str(each.where))}: {path}{sanitize(each.message)}"
        if each.hint:
            yield f"      {sanitize(each.hint)}"


def _list_to_fill(converted: Converted) -> Iterator[str]:
    """Yield what a person must set or run."""
    waiting = _list_open(converted)
    if waiting:
        yield "Give these variables a value, with --var or as a `default` in the project file:"
        yield from _align((each.name, each.description) for each in waiting)
    missing = converted.missing if converted.files else converted.written.variables
    if missing:
        yield "Declare these variables under `variables` of the project file:"
        yield from _declare(missing)
    needed = converted.written.needed
    if needed:
        yield "Set these environment variables before an apply has to write them; the manifests refer to them:"
        names = dict.fromkeys(each.variable for each in needed)
        places = {
            name: ", ".join(f"{each.address} {each.path}" for each in needed if each.variable == name) for name in names
        }
        yield from _align(places.items())
    if converted.conversion.commands:
        yield "Terraform deletes what leaves its configuration. So that it lets go of these groups, run there first:"
        yield from (f"  {each}" for each in converted.conversion.commands)


def _declare(variables: Iterable[Variable]) -> Iterator[str]:
    from aci_reconcile.manifest.export.manifests import dump_yaml

    text = dump_yaml({"variables": {each.name: each.declare() for each in variables}})
    yield from (f"  {line}" for line in text.splitlines())


def _align(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    listed = list(rows)
    width = max((len(name) for name, _ in listed), default=0)
    yield from (f"  {name:{width}}  {text}".rstrip() for name, text in listed)


def report_json(converted: Converted, cwd: Path) -> Mapping[str, object]:
    """Return the report for programs."""
    written, project = converted.written, converted.project
    return {
        "format_version": FORMAT_VERSION,
        "groups": [
            {
                "name": each.group.name,
                "resource_group": each.group.resource_group or None,
                "file": converted.files.get(each.group.address),
                "manifest": each.text,
                "source": _show_place(each.group.where),
            }
            for each in written.manifests
        ],
        "variables": [
            {"name": each.name, "declaration": each.declare(), "required": each.default is None}
            for each in written.variables
        ],
        "to_set": [{"variable": each.variable, "group": each.address, "path": each.path} for each in written.needed],
        "findings": [
            {
                "kind": each.kind.value.replace(" ", "_"),
                **_show_place(each.where),
                "path": each.path,
                "message": each.message,
                "hint": each.hint or None,
            }
            for each in converted.conversion.findings
        ],
        "problems": [
            {**_show_place(each.where), "code": each.code, "path": each.path, "message": each.message}
            for each in converted.diagnostics
        ],
        "commands": list(converted.conversion.commands),
        "project": {"name": project.name, "file": str(project.file)} if project else None,
        "next": make_next_step(converted, cwd) if converted.files else None,
    }


def _show_place(where: Where) -> dict[str, object]:
    return {"file": where.file, "line": where.line or None, "column": where.column or None}
