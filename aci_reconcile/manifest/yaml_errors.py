"""Messages for invalid YAML: the parser's own, with hints where they do not say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest.borrowed import find_odd_character
from aci_reconcile.manifest.findings import quote

if TYPE_CHECKING:
    import yaml

    from aci_reconcile.manifest.findings import Diagnostics


def report_error(error: yaml.MarkedYAMLError, text: str, file: str, diagnostics: Diagnostics) -> None:
    """Note why a text can't be read."""
    mark = error.problem_mark or error.context_mark
    where = Where(file, mark.line + 1, mark.column + 1) if mark else Where(file)
    lines = text.splitlines()
    line = lines[where.line - 1] if 0 < where.line <= len(lines) else ""
    before = line[: where.column]
    if "\t" in before and not before.strip():
        diagnostics.add("ACI005", where, "a tab in the indentation", hint="indent with spaces")
        return
    problem = " ".join(part for part in (error.context, error.problem) if part)
    hint = _find_hint(problem, line, lines[where.line - 2] if 1 < where.line <= len(lines) + 1 else "")
    diagnostics.add("ACI004", where, f"this is not YAML: {problem or 'it cannot be parsed'}", hint=hint)


def _find_hint(problem: str, line: str, above: str) -> str:
    odd = find_odd_character(line) or find_odd_character(above)
    if odd:
        return odd
    if "cannot start any token" in problem:
        return "a value that begins with @, ` or % needs quotes"
    if "while parsing a flow" in problem and ("${" in line or "{{" in line):
        return "inside `{…}` and `[…]`, a text with braces needs quotes"
    if "mapping values are not allowed" in problem:
        return "a value that contains `: ` needs quotes, and each key needs its own line"
    return ""


def suggest_for_tag(tag: str) -> str:
    """Say what to do about a YAML tag."""
    if "python/" in tag:
        return "an old `az container export` wrote this: write a plain word, such as `type: SystemAssigned`"
    return "remove it: the schema defines the type of a value"


def show_tag(tag: str) -> str:
    """Return a tag as people write it."""
    return quote(tag.replace("tag:yaml.org,2002:", "!!"))
