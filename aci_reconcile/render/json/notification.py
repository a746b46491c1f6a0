"""What is new and what is resolved, for the receiver of a notification: ``schemas/notification.schema.json``."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class DriftNews:
    """What a notification is about."""

    findings: tuple[Finding, ...]
    appeared: tuple[Finding, ...]
    resolved: tuple[RecordedFinding, ...]
    unreadable: int
    """How many groups could not be read or compared."""
    drifted: bool

    @classmethod
    def of(cls, drift: Drift) -> DriftNews:
        """Return what is to be told of a drift."""
        return cls(drift.findings, drift.appeared, drift.resolved, len(drift.plan.unreadable), bool(drift))

    @property
    def counted(self) -> int:
        """How many findings count."""
        return sum(each.counts for each in self.findings)


def make_notification(drift: DriftNews, header: Header, looked_at: str, *, tool_version: str) -> dict[str, object]:
    """Return the body of a notification. It has the paths of fields, and neither values nor secrets."""
    return header.json(tool_version) | {
        "kind": "drift",
        "looked_at": looked_at,
        "drifted": drift.drifted,
        "complete": not drift.unreadable,
        "summary": {
            "counted": drift.counted,
            "appeared": len(drift.appeared),
            "resolved": len(drift.resolved),
            "accepted": sum(each.acceptance is not None for each in drift.findings),
            "not_compared": drift.unreadable,
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


def _render_text(drift: DriftNews, header: Header) -> str:
    sentences = "; ".join(_list_sentences(drift))
    return cut(sanitize(f"{header.project}: {sentences}"), _LONGEST)


def _list_sentences(drift: DriftNews) -> Iterator[str]:
    if drift.appeared:
        yield f"{count(len(drift.appeared), 'new finding')}: {_list_names(drift.appeared)}"
    if drift.resolved:
        yield f"{len(drift.resolved)} resolved: {_list_names(drift.resolved)}"
    if drift.unreadable:
        yield f"{drift.unreadable} could not be read or compared"
    yield f"{count(drift.counted, 'finding')} in all" if drift.drifted else "no drift"


def _list_names(findings: tuple[Finding, ...] | tuple[RecordedFinding, ...]) -> str:
    names = [" ".join(filter(None, (each.address, each.kind.value, each.path))) for each in findings]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
