"""What differs in Azure, configuration and run state; the words are those of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.findings import Kind
from aci_reconcile.render.escape import dump, sanitize
from aci_reconcile.render.findings import accepted_line, finding_json, finding_lines, known_json, since_last_look
from aci_reconcile.render.json_plan import change_json, remarks_json
from aci_reconcile.render.layout import groups
from aci_reconcile.render.run_state import colour, health_json, verdict
from aci_reconcile.render.text_plan import differing, in_sync, notes, unreadable
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.findings import Drift
    from aci_reconcile.render.header import Header
    from aci_reconcile.render.style import Style


def drift_text(drift: Drift, header: Header, style: Style, *, width: int = 100, verbose: bool = False) -> str:
    """Return what differs, for a terminal of this width, without a final line break.

    The fields are shown as an apply would change them: what Azure has now, and what the manifest says.
    """
    changes = differing(drift.plan)
    sections: list[str] = []
    if changes:
        sections.append(f"Azure differs from the manifests ({header.text(whole=verbose)}):")
        sections += groups(changes, style, width=width, whole=verbose)
    if drift.unhealthy:
        sections.append("\n".join(_unhealthy(drift, style)))
    sections += since_last_look(drift, style)
    sections += finding_lines(drift, style, verbose=verbose)
    sections += [*unreadable(drift.plan, style), drift_verdict(drift, style)]
    remarks = [*accepted_line(drift, style), *notes(drift.plan, style)]
    if remarks:
        sections.append("\n".join(remarks))
    return "\n\n".join(sections)


def drift_json(drift: Drift, header: Header, *, tool_version: str) -> str:
    """Return what differs as a JSON document; ``resource_drift`` holds what a plan's ``resource_changes`` do."""
    changes = differing(drift.plan)
    document = header.json(tool_version) | {
        "drifted": bool(drift),
        "complete": drift.plan.complete,
        "summary": _summary(drift),
        "resource_drift": [change_json(change) for change in changes],
        "health": [{"address": address} | health_json(health) for address, health in drift.health],
        "findings": [finding_json(each) for each in drift.findings],
        "appeared": [each.fingerprint for each in drift.appeared],
        "resolved": [known_json(each) for each in drift.resolved],
    }
    return dump(document | remarks_json(drift.plan))


def _unhealthy(drift: Drift, style: Style) -> Iterator[str]:
    for address, health in drift.unhealthy:
        tone = colour(health.state, style)
        yield f"  {style.paint(tone, '!')} {style.paint(style.bold, sanitize(address))}  {verdict(health)}"


def drift_verdict(drift: Drift, style: Style) -> str:
    """Return how many groups are not as they should be, and in what way; on two lines where something was found."""
    found = (
        count(number, singular, plural)
        for number, singular, plural in (
            (len(drift.differing), "group differs", "groups differ"),
            (len(drift.missing), "group is missing", "groups are missing"),
            (len(drift.undeclared), "group has no manifest", "groups have no manifest"),
            (len(drift.unhealthy), "group is not healthy", "groups are not healthy"),
            (_moved(drift), "change since the last look", "changes since the last look"),
            (len(drift.plan.unreadable), "could not be read or compared", "could not be read or compared"),
        )
        if number
    )
    told = ", ".join(found)
    same = in_sync(drift.plan, "group in sync", "groups in sync")
    if told:
        title = "Drift:" if drift else "Incomplete:"
        return f"{style.paint(style.bold, title)} {told}.\n{'':{len(title)}} {same}"
    return f"{style.paint(style.good, 'No drift.')} {same}"


def _moved(drift: Drift) -> int:
    """Return how much only the last look tells; a group that vanished is counted as a missing one already."""
    return sum(each.counts and each.kind is not Kind.VANISHED for each in drift.since_last_check)


def _summary(drift: Drift) -> dict[str, int]:
    return {
        "differing": len(drift.differing),
        "missing": len(drift.missing),
        "undeclared": len(drift.undeclared),
        "unhealthy": len(drift.unhealthy),
        "since_last_look": _moved(drift),
        "accepted": len(drift.accepted),
        "unreadable": len(drift.plan.unreadable),
        "secrets_not_compared": drift.plan.not_compared,
    }
