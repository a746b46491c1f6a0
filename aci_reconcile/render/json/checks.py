"""The checks before a write as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aci_reconcile.preflight import Verdict
from aci_reconcile.render.escape import dump
from aci_reconcile.render.header import FORMAT_VERSION
from aci_reconcile.render.json.apply import emit_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aci_reconcile.preflight import Check
    from aci_reconcile.render.header import Header
    from aci_reconcile.render.project_checks import ProjectChecks


def render_checks_json(checks: Sequence[Check], header: Header, *, tool_version: str) -> str:
    """Return the checks as a JSON document, in the order in which they ran."""
    return dump(header.json(tool_version) | _emit_checks(checks))


def render_fleet_checks_json(projects: Sequence[ProjectChecks], *, exit_code: int, tool_version: str) -> str:
    """Return the checks of several projects as one JSON document."""
    every = [each for one in projects for each in one.checks]
    document = {
        "format_version": FORMAT_VERSION,
        "tool_version": tool_version,
        "exit_code": exit_code,
        "passed": all(each.passed for each in projects),
        "summary": _count_verdicts(every),
        "projects": [_emit_project(each, tool_version) for each in projects],
    }
    return dump(document)


def _emit_project(project: ProjectChecks, tool_version: str) -> dict[str, object]:
    place = project.header.json(tool_version) if project.header is not None else {}
    own = {name: value for name, value in place.items() if name not in {"format_version", "tool_version"}}
    error = emit_error(project.error) if project.error is not None else None
    return {"name": project.name} | own | _emit_checks(project.checks) | {"passed": project.passed, "error": error}


def _count_verdicts(checks: Iterable[Check]) -> dict[str, int]:
    numbers = Counter(each.verdict for each in checks)
    return {each.value: numbers[each] for each in Verdict}


def _emit_checks(checks: Sequence[Check]) -> dict[str, object]:
    return {
        # What could not be checked does not fail the checks; only the exit code of `--strict` depends on it.
        "passed": all(each.verdict is not Verdict.FAILED for each in checks),
        "summary": _count_verdicts(checks),
        "checks": [
            {
                "question": each.question.value,
                "subject": each.subject,
                "verdict": each.verdict.value,
                "why": each.why,
                "hint": each.hint,
                "addresses": list(each.addresses),
            }
            for each in checks
        ],
    }
