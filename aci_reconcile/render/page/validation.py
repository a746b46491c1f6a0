"""Diagnostics about manifests as a page, and the page of a command that failed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import AzureError, InvalidManifestsError, Severity
from aci_reconcile.render.page.page import Entry, Outcome, Page, Remark
from aci_reconcile.render.page.plan import FAILED_WEIGHT
from aci_reconcile.render.text.apply import summarize_error
from aci_reconcile.render.text.diagnostics import count_severity, shorten_path
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.core.errors import AciReconcileError, Diagnostic

_WEIGHTS = {Severity.ERROR: FAILED_WEIGHT, Severity.WARNING: 50, Severity.NOTICE: 20}


def make_validation_page(diagnostics: Sequence[Diagnostic], files: Sequence[str], *, groups: int = 0) -> Page:
    """Return the diagnostics about manifests, with an entry for each file.

    Args:
        diagnostics: the diagnostics.
        files: every manifest that was read.
        groups: how many groups they declare.
    """
    found = sorted(diagnostics)
    names = dict.fromkeys((*files, *(each.where.file for each in found)))
    errors = count_severity(found, Severity.ERROR)
    read = f"{count(groups, 'group')} in {count(len(files), 'file')}"
    numbers = [(severity.value, count_severity(found, severity)) for severity in Severity]
    return Page(
        kind="validate",
        verdict=f"{count(errors, 'error')} in the manifests." if errors else f"Valid. {read}.",
        good=not errors,
        counts=tuple(_pluralize(name, number) for name, number in (("file", len(names)), *numbers) if number),
        entries=tuple(_make_file_entry(name, [each for each in found if each.where.file == name]) for name in names),
    )


def make_failure_page(kind: str, error: AciReconcileError, known: Page | None = None) -> Page:
    """Return the report of a command that failed, for readers who wait for its report.

    Args:
        kind: the command.
        error: what went wrong.
        known: what was known until then, such as a plan that is blocked.
    """
    if isinstance(error, InvalidManifestsError):
        page = make_validation_page(error.diagnostics, ())
        verdict = f"No {kind}: {page.verdict}" if kind != "validate" else page.verdict
        return replace(page, kind=kind, verdict=verdict)
    if known is None:
        return add_failure(Page(kind, f"{kind.capitalize()} failed.", good=False), error)
    verdict = f"{kind.capitalize()} did not run. {known.verdict}"
    return add_failure(replace(known, kind=kind, verdict=verdict), error)


def add_failure(page: Page, error: AciReconcileError) -> Page:
    """Return the page of a run with an error that ended it."""
    remark = Remark(Severity.ERROR, summarize_error(error), title="Error", detail=list_hints(error))
    return replace(page, good=False, remarks=(remark, *page.remarks))


def _make_file_entry(name: str, found: Sequence[Diagnostic]) -> Entry:
    worst = min((list(Severity).index(each.severity) for each in found), default=None)
    if worst is None:
        return Entry(name, Outcome.SAME, "valid")
    severity = list(Severity)[worst]
    totals = ", ".join(count(number, each.value) for each in Severity if (number := count_severity(found, each)))
    # Warnings do not fail a build server's test: `validate` ends with 0, too.
    outcome = Outcome.FAILED if severity is Severity.ERROR else Outcome.CHANGED
    return Entry(name, outcome, totals, "!", remarks=tuple(map(_make_remark, found)), weight=_WEIGHTS[severity])


def _make_remark(diagnostic: Diagnostic) -> Remark:
    at = f"at {shorten_path(diagnostic.path)}" if diagnostic.path else ""
    detail = tuple(text for text in (diagnostic.hint, at) if text)
    return Remark(diagnostic.severity, diagnostic.message, diagnostic.where, diagnostic.code, detail)


def list_hints(error: AciReconcileError) -> tuple[str, ...]:
    """Return the lines below an error: the id of the request to Azure, and what to do."""
    request = f"request id {error.request_id}" if isinstance(error, AzureError) and error.request_id else ""
    return tuple(each for each in (request, error.hint) if each)


def _pluralize(name: str, number: int) -> tuple[str, int]:
    return count(number, name).partition(" ")[2], number
