"""The issue about drift on a Git host: its title, its body, and a comment on what is new.

A hidden line of the body holds the fingerprints of its findings. So the next run can say what is new, even without a
history. ``markup`` makes text from Azure and from manifests harmless.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.formats.markdown import LIMIT, render_markdown
from aci_reconcile.render.formats.markup import render_code, render_prose
from aci_reconcile.render.page.drift import make_drift_page
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.findings import Drift, Finding, RecordedFinding
    from aci_reconcile.render.header import Header
    from aci_reconcile.render.page.page import Page

_TOO_MANY: Final = "too many"
_HIDDEN = re.compile(rf"<!-- aci-reconcile-findings: ({_TOO_MANY}|[0-9a-f ]*) ?-->")
_MOST_REMEMBERED: Final = 1000
_MOST_SHOWN: Final = 100
_RESERVED: Final = 500
"""Characters for the marker, which the caller puts above the body."""

_FOOT = (
    "_aci-reconcile updates this issue, closes it when there is no drift, and reopens it when there is. To keep a "
    "difference, declare it in the manifest, or accept it with a reason in `aci-reconcile.accepted.yaml`._"
)


@dataclass(frozen=True, slots=True)
class ReportedDrift:
    """What an issue is about."""

    findings: tuple[Finding, ...]
    page: Page
    dated: bool = False
    """Whether a history says since when there is a finding."""
    resolved: tuple[RecordedFinding, ...] = ()

    @classmethod
    def of(cls, drift: Drift, header: Header) -> ReportedDrift:
        """Return what is to be said of a drift."""
        dated = drift.history is not None
        return cls(drift.findings, make_drift_page(drift, header), dated, drift.resolved)


def make_issue_title(whose: str) -> str:
    """Return the title, which is the same for every run on a project."""
    return sanitize(f"Drift in {whose}")


def make_issue_body(drift: ReportedDrift) -> str:
    """Return the body. Two runs with the same findings give the same body, so that the issue is not edited."""
    findings = _list_reported(drift)
    marks = " ".join(sorted(each.fingerprint for each in findings))
    hidden = marks if len(findings) <= _MOST_REMEMBERED else _TOO_MANY
    parts = [f"<!-- aci-reconcile-findings: {hidden} -->", *_render_list(findings, dated=drift.dated)]
    # Fingerprints must not be cut, or the next run would call these findings new: the report gets what is left.
    room = LIMIT - _RESERVED - sum(len(part) + 2 for part in (*parts, _FOOT))
    return "\n\n".join((*parts, render_markdown(drift.page, limit=room), _FOOT))


def make_issue_comment(drift: ReportedDrift, before: str, link: str = "") -> str:
    """Return a comment on what is new and what is resolved since the body was written; empty if nothing is.

    Args:
        drift: this run's drift.
        before: the current body; empty for a closed issue.
        link: the page of this run; a URL of our own.
    """
    findings = {each.fingerprint: each for each in _list_reported(drift)}
    known = _read_fingerprints(before)
    # The body names none of too many findings, so nothing says what is new: better no comment than a wrong one.
    if len(findings) > _MOST_REMEMBERED or known is None:
        return ""
    new = [each for mark, each in findings.items() if mark not in known]
    lines = [*_render_new(new), *_render_resolved(drift, known - set(findings))]
    if lines and not findings:
        lines += ["There is no drift any more.", ""]
    more = [f"[The run]({link})"] if link else []
    return "\n".join((*lines, *more)).strip() if lines else ""


def _list_reported(drift: ReportedDrift) -> list[Finding]:
    return [each for each in drift.findings if each.reported]


def _read_fingerprints(body: str) -> frozenset[str] | None:
    """Return the fingerprints in a body; None if there were too many to list."""
    found = _HIDDEN.search(body)
    if found is None:
        return frozenset()
    return None if found[1] == _TOO_MANY else frozenset(found[1].split())


def _render_list(findings: list[Finding], *, dated: bool) -> Iterator[str]:
    if findings:
        yield "\n".join(_render_item(each, dated=dated) for each in findings[:_MOST_SHOWN])
    if len(findings) > _MOST_SHOWN:
        yield f"and {count(len(findings) - _MOST_SHOWN, 'more finding')}."


def _render_item(finding: Finding, *, dated: bool) -> str:
    """Return a finding as an item of a list. In a table, a ``|`` in a name would end its code span."""
    since = f" since {finding.since}" if dated else ""
    return (
        f"- **{finding.severity.value}** {_render_subject(finding)} {render_prose(finding.text, 300)}"
        f" ({finding.kind.value}{since}, `{finding.fingerprint}`)"
    )


def _render_subject(finding: Finding | RecordedFinding) -> str:
    return " ".join(render_code(each, 200) for each in (finding.address, finding.path) if each)


def _render_new(findings: Iterable[Finding]) -> Iterator[str]:
    items = [f"- {each.kind.value}: {_render_subject(each)}" for each in findings]
    if items:
        yield f"{count(len(items), 'new finding')}:"
        yield ""
        yield from items[:_MOST_SHOWN]
        yield ""


def _render_resolved(drift: ReportedDrift, gone: frozenset[str]) -> Iterator[str]:
    if not gone:
        return
    named = [each for each in drift.resolved if each.fingerprint in gone]
    yield f"{count(len(gone), 'finding')} resolved{':' if named else '.'}"
    yield ""
    for each in named[:_MOST_SHOWN]:
        yield f"- {each.kind.value}: {_render_subject(each)}"
    yield ""
