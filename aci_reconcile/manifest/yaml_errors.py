"""What is wrong with a text that is no YAML: the parser's words, and ours where they don't say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest.borrowed import odd_characters
from aci_reconcile.manifest.findings import quote

if TYPE_CHECKING:
    import yaml

    from aci_reconcile.manifest.findings import Findings


def complain(error: yaml.MarkedYAMLError, text: str, file: str, findings: Findings) -> None:
    """Note why a text can't be read."""
    mark = error.problem_mark or error.context_mark
    where = Where(file, mark.line + 1, mark.column + 1) if mark else Where(file)
    lines = text.splitlines()
    line = lines[where.line - 1] if 0 < where.line <= len(lines) else ""
    before = line[: where.column]
    if "\t" in before and not before.strip():
        findings.add("ACI005", where, "a tab in the indentation", hint="indent with spaces")
        return
    problem = " ".join(part for part in (error.context, error.problem) if part)
    hint = _hint(problem, line, lines[where.line - 2] if 1 < where.line <= len(lines) + 1 else "")
    findings.add("ACI004", where, f"this is not YAML: {problem or 'it cannot be parsed'}", hint=hint)


def _hint(problem: str, line: str, above: str) -> str:
    odd = odd_characters(line) or odd_characters(above)
    if odd:
        return odd
    if "cannot start any token" in problem:
        return "a value that begins with @, ` or % needs quotes"
    if "while parsing a flow" in problem and ("${" in line or "{{" in line):
        return "inside `{…}` and `[…]`, a text with braces needs quotes"
    if "mapping values are not allowed" in problem:
        return "a value that contains `: ` needs quotes, and each key needs its own line"
    return ""


def tag_hint(tag: str) -> str:
    """Say what to do about a YAML tag."""
    if "python/" in tag:
        return "an old `az container export` wrote this: write a plain word, such as `type: SystemAssigned`"
    return "remove it: the schema defines the type of a value"


def shown(tag: str) -> str:
    """Return a tag as people write it."""
    return quote(tag.replace("tag:yaml.org,2002:", "!!"))
