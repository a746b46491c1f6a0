"""What is new and what is resolved, for the receiver of a notification: ``schemas/notification.schema.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.json.drift import emit_recorded
from aci_reconcile.render.values import cut
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.findings import Drift, Finding, RecordedFinding
    from aci_reconcile.render.header import Header

_NAMED = 5
_LONGEST = 600


def make_notification(drift: Drift, header: Header, looked_at: str, *, tool_version: str) -> dict[str, object]:
    """Return the body of a notification. It has the paths of fields, and neither values nor secrets."""
    return header.json(tool_version) | {
        "kind": "drift",
        "looked_at": looked_at,
        "drifted": bool(drift),
        "complete": drift.plan.complete,
        "summary": {
            "counted": len(drift.counted),
            "appeared": len(drift.appeared),
            "resolved": len(drift.resolved),
            "accepted": len(drift.accepted),
            "not_compared": len(drift.plan.unreadable),
        },
        "text": _render_text(drift, header),
        "appeared": [_emit_finding(each) for each in drift.appeared],
        # A finding of an earlier run has no text any more; the schema gives all findings the same members.
        "resolved": [emit_recorded(each) | {"text": ""} for each in drift.resolved],
        "findings": [_emit_finding(each) for each in drift.findings if each.reported],
    }


def _emit_finding(finding: Finding) -> dict[str, object]:
    where = {"where": {"file": finding.where.file, "line": finding.where.line}} if finding.where else {}
    return {
        "fingerprint": finding.fingerprint,
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "address": finding.address,
        "path": finding.path,
        "text": sanitize(finding.text),
        "since": finding.since,
        **where,
    }


def _render_text(drift: Drift, header: Header) -> str:
    sentences = "; ".join(_list_sentences(drift))
    return cut(sanitize(f"{header.project}: {sentences}"), _LONGEST)


def _list_sentences(drift: Drift) -> Iterator[str]:
    if drift.appeared:
        yield f"{count(len(drift.appeared), 'new finding')}: {_list_names(drift.appeared)}"
    if drift.resolved:
        yield f"{len(drift.resolved)} resolved: {_list_names(drift.resolved)}"
    if not drift.plan.complete:
        yield f"{len(drift.plan.unreadable)} could not be read or compared"
    yield f"{count(len(drift.counted), 'finding')} in all" if drift else "no drift"


def _list_names(findings: tuple[Finding, ...] | tuple[RecordedFinding, ...]) -> str:
    names = [" ".join(filter(None, (each.address, each.kind.value, each.path))) for each in findings]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
