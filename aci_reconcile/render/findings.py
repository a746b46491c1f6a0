"""The findings of a drift, one by one: in columns for a terminal, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.words import aligned, count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.findings import Drift, Finding, RecordedFinding
    from aci_reconcile.render.style import Style

_SHOWN = 3
"""How many accepted groups are named on one line."""


def since_last_look(drift: Drift, style: Style) -> Iterator[str]:
    """Yield, as one section, what only the last look and this one tell together."""
    if drift.since_last_check:
        lines = [f"  {style.paint(_tone(each, style), '!')} {_subject(each, style)}" for each in drift.since_last_check]
        yield "\n".join(("Since the last look:", *lines))


def finding_lines(drift: Drift, style: Style, *, verbose: bool) -> Iterator[str]:
    """Yield, as one section, each finding with its severity and since when; where looks are remembered, or verbose."""
    shown = [each for each in drift.findings if verbose or each.reported]
    if not shown or not (verbose or drift.history is not None):
        return
    new = {each.fingerprint for each in drift.appeared}
    cells = [_cells(each, new=each.fingerprint in new, verbose=verbose) for each in shown]
    tones = [_tone(each, style) for each in shown]
    rows = zip(tones, aligned(cells), strict=True)
    yield "\n".join(
        ("Findings:", *(f"  {style.paint(tone, row[0])}  {'  '.join(row[1:])}".rstrip() for tone, row in rows))
    )


def accepted_line(drift: Drift, style: Style) -> Iterator[str]:
    """Yield a line for what is accepted, where anything is."""
    found = [(each, each.acceptance) for each in drift.accepted if each.acceptance is not None]
    if not found:
        return
    names = list(dict.fromkeys(sanitize(each.address) for each, _ in found))
    told = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    first = min(acceptance.until for _, acceptance in found)
    yield f"{style.paint(style.bold, 'Accepted:')} {count(len(found), 'finding')} in {told}, the first until {first}."


def finding_json(finding: Finding) -> dict[str, object]:
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


def known_json(known: RecordedFinding) -> dict[str, object]:
    """Return a finding of an earlier look as JSON."""
    return {
        "fingerprint": known.fingerprint,
        "kind": known.kind.value,
        "severity": known.severity.value,
        "address": known.address,
        "path": known.path,
        "since": known.since,
    }


def _tone(finding: Finding, style: Style) -> str:
    return {Severity.ERROR: style.error, Severity.WARNING: style.warn, Severity.NOTICE: style.dim}[finding.severity]


def _subject(finding: Finding, style: Style) -> str:
    path = f"{finding.path}: " if finding.path else ""
    return f"{style.paint(style.bold, sanitize(finding.address))}  {sanitize(f'{path}{finding.text}')}"


def _cells(finding: Finding, *, new: bool, verbose: bool) -> list[str]:
    since = "new" if new or not finding.since else f"since {finding.since}"
    cells = [finding.severity.value, *([finding.fingerprint] if verbose else []), sanitize(finding.address)]
    cells += [finding.kind.value, since, sanitize(finding.path)]
    if finding.acceptance is not None:
        accepted = f"accepted until {finding.acceptance.until}: {finding.acceptance.reason}"
        cells.append(sanitize(accepted))
    return cells
