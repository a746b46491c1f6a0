"""A drift as people read it: what differs, the findings one by one, and a verdict in the words of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import Severity
from aci_reconcile.findings import Kind
from aci_reconcile.operate.diagnosis import list_insights
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.layout import render_groups
from aci_reconcile.render.text.plan import describe_matching, find_differing, render_notices, render_unreadable
from aci_reconcile.render.text.status import choose_colour, describe_state
from aci_reconcile.render.text.table import align
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.findings import Drift, Finding
    from aci_reconcile.render.header import Header
    from aci_reconcile.render.text.style import Style

_MOST_NAMED = 3
"""Accepted groups that one line names."""
DIFFERENCES: Final[Mapping[str, tuple[str, str]]] = {
    "differ": ("group differs", "groups differ"),
    "missing": ("group is missing", "groups are missing"),
    "undeclared": ("group has no manifest", "groups have no manifest"),
    "not healthy": ("group is not healthy", "groups are not healthy"),
    "moved": ("change since the last run", "changes since the last run"),
    "unreadable": ("could not be read or compared", "could not be read or compared"),
}
"""What is counted, in the words of the verdict."""


def render_drift_text(drift: Drift, header: Header, style: Style, *, width: int = 100, verbose: bool = False) -> str:
    """Return what differs, for a terminal of this width, without a final line break.

    Fields appear as an apply would change them: what Azure has now, then what the manifest says.
    """
    changes = find_differing(drift.plan)
    sections: list[str] = []
    if changes:
        sections.append(f"Azure differs from the manifests ({header.text(full=verbose)}):")
        sections += render_groups(changes, style, width=width, full=verbose)
    if drift.unhealthy:
        sections.append("\n".join(_render_unhealthy(drift, style)))
    sections += render_since_last_check(drift, style)
    sections += render_findings(drift, style, verbose=verbose)
    sections += [*render_unreadable(drift.plan, style), render_drift_verdict(drift, style)]
    remarks = [*render_accepted(drift, style), *render_notices(drift.plan, style)]
    if remarks:
        sections.append("\n".join(remarks))
    return "\n\n".join(sections)


def _render_unhealthy(drift: Drift, style: Style) -> Iterator[str]:
    for address, health in drift.unhealthy:
        tone = choose_colour(health.state, style)
        yield f"  {style.paint(tone, '!')} {style.paint(style.bold, sanitize(address))}  {describe_state(health)}"
        yield from (f"      {sanitize(each)}" for each in list_insights(health))


def render_drift_verdict(drift: Drift, style: Style) -> str:
    """Return how many groups are not as they should be, and in what way; two lines if anything was found."""
    numbers = (
        len(drift.differing),
        len(drift.missing),
        len(drift.undeclared),
        len(drift.unhealthy),
        count_since_last_check(drift),
        len(drift.plan.unreadable),
    )
    found = (count(number, *words) for number, words in zip(numbers, DIFFERENCES.values(), strict=True) if number)
    differences = ", ".join(found)
    same = describe_matching(drift.plan, "group in sync", "groups in sync")
    if differences:
        title = "Drift:" if drift else "Incomplete:"
        return f"{style.paint(style.bold, title)} {differences}.\n{'':{len(title)}} {same}"
    return f"{style.paint(style.good, 'No drift.')} {same}"


def count_since_last_check(drift: Drift) -> int:
    """Return how many findings come only from a comparison with the previous run.

    A group that vanished is not one of them: it is counted as missing already.
    """
    return sum(each.counts and each.kind is not Kind.VANISHED for each in drift.since_last_check)


def render_since_last_check(drift: Drift, style: Style) -> Iterator[str]:
    """Yield one section with the findings that come only from a comparison with the previous run."""
    if drift.since_last_check:
        lines = [
            f"  {style.paint(_choose_colour(each, style), '!')} {_render_subject(each, style)}"
            for each in drift.since_last_check
        ]
        yield "\n".join(("Since the last run:", *lines))


def render_findings(drift: Drift, style: Style, *, verbose: bool) -> Iterator[str]:
    """Yield one section with each finding, its severity and its date; without a history, only if ``verbose``."""
    findings = [each for each in drift.findings if verbose or each.reported]
    # Without a history every finding is new in every run, so the list would repeat the lines above it.
    if not findings or not (verbose or drift.history is not None):
        return
    new = {each.fingerprint for each in drift.appeared}
    cells = [_make_cells(each, new=each.fingerprint in new, verbose=verbose) for each in findings]
    tones = [_choose_colour(each, style) for each in findings]
    rows = zip(tones, align(cells), strict=True)
    yield "\n".join(
        ("Findings:", *(f"  {style.paint(tone, row[0])}  {'  '.join(row[1:])}".rstrip() for tone, row in rows))
    )


def render_accepted(drift: Drift, style: Style) -> Iterator[str]:
    """Yield a line about accepted findings, if there are any."""
    found = [(each, each.acceptance) for each in drift.accepted if each.acceptance is not None]
    if not found:
        return
    names = list(dict.fromkeys(sanitize(each.address) for each, _ in found))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    first = min(acceptance.until for _, acceptance in found)
    where = f"{', '.join(names[:_MOST_NAMED])}{more}"
    yield f"{style.paint(style.bold, 'Accepted:')} {count(len(found), 'finding')} in {where}, the first until {first}."


def _choose_colour(finding: Finding, style: Style) -> str:
    return {Severity.ERROR: style.error, Severity.WARNING: style.warn, Severity.NOTICE: style.dim}[finding.severity]


def _render_subject(finding: Finding, style: Style) -> str:
    path = f"{finding.path}: " if finding.path else ""
    return f"{style.paint(style.bold, sanitize(finding.address))}  {sanitize(f'{path}{finding.text}')}"


def _make_cells(finding: Finding, *, new: bool, verbose: bool) -> list[str]:
    since = "new" if new or not finding.since else f"since {finding.since}"
    cells = [finding.severity.value, *([finding.fingerprint] if verbose else []), sanitize(finding.address)]
    cells += [finding.kind.value, since, sanitize(finding.path)]
    if finding.acceptance is not None:
        accepted = f"accepted until {finding.acceptance.until}: {finding.acceptance.reason}"
        cells.append(sanitize(accepted))
    return cells
