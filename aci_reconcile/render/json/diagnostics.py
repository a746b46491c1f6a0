"""Diagnostics as JSON, in Terraform's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.render.escape import dump
from aci_reconcile.render.header import FORMAT_VERSION
from aci_reconcile.render.text.diagnostics import count_severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.errors import Diagnostic


def render_diagnostics_json(diagnostics: Iterable[Diagnostic]) -> str:
    """Return the diagnostics as a JSON document, in the order of the files."""
    found = sorted(diagnostics)
    errors = count_severity(found, Severity.ERROR)
    document = {
        "format_version": FORMAT_VERSION,
        "valid": not errors,
        "error_count": errors,
        "warning_count": count_severity(found, Severity.WARNING),
        "diagnostics": [_emit_diagnostic(each) for each in found],
    }
    return dump(document)


def _emit_diagnostic(diagnostic: Diagnostic) -> dict[str, object]:
    where = diagnostic.where
    return {
        "severity": diagnostic.severity.value,
        "code": diagnostic.code,
        "summary": diagnostic.message,
        "detail": diagnostic.hint,
        "path": diagnostic.path,
        "range": {"filename": where.file, "start": {"line": where.line, "column": where.column}},
    }
