"""The checks before a write as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aci_reconcile.preflight import Verdict
from aci_reconcile.render.escape import dump

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.preflight import Check
    from aci_reconcile.render.header import Header


def render_checks_json(checks: Sequence[Check], header: Header, *, tool_version: str) -> str:
    """Return the checks as a JSON document, in the order in which they ran."""
    numbers = Counter(each.verdict for each in checks)
    document = header.json(tool_version) | {
        # What could not be checked does not fail the checks; only the exit code of `--strict` depends on it.
        "passed": not numbers[Verdict.FAILED],
        "summary": {each.value: numbers[each] for each in Verdict},
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
    return dump(document)
