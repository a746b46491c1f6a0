"""Diagnostics about manifests, each in the form that editors and CI understand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import Severity
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.render.text.style import Style

_LONGEST_PATH: Final = 400
"""Characters of a path. Azure's own names make paths half as long at most; JSON has the complete path."""


def render_diagnostics_text(diagnostics: Iterable[Diagnostic], style: Style) -> str:
    """Return the diagnostics in the order of the files, and how many there are; empty if there are none."""
    found = sorted(diagnostics)
    if not found:
        return ""
    return "\n".join((*(_render_diagnostic(each, style) for each in found), "", f"{_render_totals(found)}."))


def _render_diagnostic(diagnostic: Diagnostic, style: Style) -> str:
    colours: Mapping[Severity, str] = {Severity.ERROR: style.error, Severity.WARNING: style.warn}
    severity = style.paint(colours.get(diagnostic.severity, style.dim), diagnostic.severity)
    where = style.paint(style.bold, sanitize(str(diagnostic.where)))
    lines = [f"{where}: {severity} {sanitize(f'{diagnostic.code}: {diagnostic.message}')}"]
    if diagnostic.hint:
        lines.append(f"    {sanitize(diagnostic.hint)}")
    if diagnostic.path:
        lines.append(f"    {style.paint(style.dim, sanitize(f'at {shorten_path(diagnostic.path)}'))}")
    return "\n".join(lines)


def shorten_path(path: str) -> str:
    """Return the path of a field, with its middle left out if an author's name makes it very long."""
    return path if len(path) <= _LONGEST_PATH else f"{path[: _LONGEST_PATH * 2 // 3]}…{path[-_LONGEST_PATH // 3 :]}"


def _render_totals(found: list[Diagnostic]) -> str:
    numbers = ((count_severity(found, severity), severity.value) for severity in Severity)
    return ", ".join(f"{number} {name}{'s' * (number != 1)}" for number, name in numbers if number)


def count_severity(found: Sequence[Diagnostic], severity: Severity) -> int:
    """Return how many diagnostics have this severity."""
    return sum(each.severity is severity for each in found)
