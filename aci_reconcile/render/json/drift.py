"""A drift as JSON; ``resource_drift`` has the form of a plan's ``resource_changes``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.findings import dump_group
from aci_reconcile.render.escape import dump
from aci_reconcile.render.json.plan import emit_change, emit_remarks
from aci_reconcile.render.json.status import emit_health
from aci_reconcile.render.text.drift import count_since_last_check
from aci_reconcile.render.text.plan import find_differing

if TYPE_CHECKING:
    from aci_reconcile.findings import Drift, Finding, RecordedFinding
    from aci_reconcile.render.header import Header


def render_drift_json(drift: Drift, header: Header, *, tool_version: str) -> str:
    """Return what differs as a JSON document; its changes have the form of a plan's."""
    changes = find_differing(drift.plan)
    document = (
        header.json(tool_version)
        | header.run_json()
        | {
            "drifted": bool(drift),
            "complete": drift.plan.complete,
            "summary": _emit_summary(drift),
            "resource_drift": [emit_change(change) for change in changes],
            "health": [{"address": address} | emit_health(health) for address, health in drift.health],
            "findings": [emit_finding(each) for each in drift.findings],
            "appeared": [each.fingerprint for each in drift.appeared],
            "resolved": [emit_recorded(each) for each in drift.resolved],
        }
    )
    return dump(document | emit_remarks(drift.plan))


def emit_checked(drift: Drift, header: Header) -> dict[str, object] | None:
    """Return where drift was looked for, and what was seen there; None if nobody asked for it."""
    seen = drift.seen
    if seen is None:
        return None
    return {
        "project": header.project,
        "environment": header.environment,
        "subscription": header.subscription,
        "endpoint": header.endpoint,
        "looked_at": seen.at,
        "searched_all": seen.searched_all,
        "resource_groups": sorted(seen.scopes),
        "groups": {key: dump_group(each) for key, each in sorted(seen.groups.items())},
    }


def _emit_summary(drift: Drift) -> dict[str, int]:
    return {
        "differing": len(drift.differing),
        "missing": len(drift.missing),
        "undeclared": len(drift.undeclared),
        "unhealthy": len(drift.unhealthy),
        "since_last_look": count_since_last_check(drift),
        "accepted": len(drift.accepted),
        "unreadable": len(drift.plan.unreadable),
        "secrets_not_compared": drift.plan.not_compared,
    }


def emit_finding(finding: Finding) -> dict[str, object]:
    """Return a finding as JSON."""
    where, acceptance = finding.where, finding.acceptance
    return {
        "fingerprint": finding.fingerprint,
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "address": finding.address,
        "path": finding.path,
        "text": finding.text,
        "since": finding.since,
        "counts": finding.counts,
        "where": None if where is None else {"file": where.file, "line": where.line, "column": where.column},
        "accepted": None
        if acceptance is None
        else {"reason": acceptance.reason, "until": acceptance.until.isoformat(), "where": str(acceptance.where)},
    }


def emit_recorded(finding: RecordedFinding) -> dict[str, object]:
    """Return a finding of an earlier run as JSON."""
    return {
        "fingerprint": finding.fingerprint,
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "address": finding.address,
        "path": finding.path,
        "since": finding.since,
    }
