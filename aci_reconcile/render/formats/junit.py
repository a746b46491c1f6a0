"""A page as JUnit XML, with a case for each group or file. CI servers show what failed and why.

A planned change is not a failure. A case fails if it is blocked, drifted, failed, unhealthy or not valid. A group that
could not be read is an error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from aci_reconcile.core.errors import Severity
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.formats.entry_lines import render_fields, render_remark, render_run_state
from aci_reconcile.render.page.page import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from aci_reconcile.render.page.page import Entry, Page, Remark

_NO_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot contain, not even escaped."""

_TAGS = {Outcome.FAILED: "failure", Outcome.ERROR: "error", Outcome.SKIPPED: "skipped"}


def render_junit(page: Page) -> str:
    """Return the page as an XML document, without a final line break."""
    name = f"aci-reconcile {page.kind}"
    subject = page.subject
    root = Element("testsuites", name=name)
    suite = SubElement(root, "testsuite", name=_clean(f"{name} {subject}".rstrip()))
    for entry in page.entries:
        _add_case(suite, entry, subject or page.kind)
    # A freeze blocks the plan as a whole, so no group's case would fail for it.
    wrong = [each for each in page.loose if each.severity is Severity.ERROR]
    for remark in wrong:
        case = SubElement(suite, "testcase", classname=_clean(subject or page.kind), name=_clean(remark.title or name))
        _add_outcome(case, "failure", [remark], remark.text)
    _set_counts(suite, page, len(wrong))
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, suite.get(count, "0"))
    SubElement(suite, "system-out").text = _clean(page.verdict)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}'


def _add_case(suite: Element, entry: Entry, owner: str) -> None:
    case = SubElement(suite, "testcase", classname=_clean(owner), name=_clean(entry.name))
    if entry.seconds is not None:
        case.set("time", f"{entry.seconds:.3f}")
    if entry.where is not None:
        case.set("file", _clean(entry.where.file))
        if entry.where.line:
            case.set("line", str(entry.where.line))
    if entry.outcome in _TAGS:
        _add_outcome(case, _TAGS[entry.outcome], entry.remarks, entry.summary)
    details = "\n".join(_render_details(entry))
    if details:
        SubElement(case, "system-out").text = _clean(details)


def _add_outcome(case: Element, tag: str, remarks: Collection[Remark], summary: str) -> None:
    lines = [line for remark in remarks for line in render_remark(remark)] or [summary]
    end = SubElement(case, tag, message=_clean(lines[0]))
    title = next((each.title for each in remarks if each.title), "")
    # The schema of JUnit XML gives `skipped` no type.
    if title and tag != "skipped":
        end.set("type", _clean(title))
    end.text = _clean("\n".join(lines))


def _render_details(entry: Entry) -> Iterator[str]:
    """Yield what happens or happened, field by field, and the state of the containers."""
    if entry.outcome is not Outcome.SAME:
        yield entry.summary
    yield from entry.notes
    yield from render_fields(entry)
    yield from render_run_state(entry)


def _set_counts(suite: Element, page: Page, more: int) -> None:
    outcomes = [entry.outcome for entry in page.entries]
    suite.set("tests", str(len(outcomes) + more))
    suite.set("failures", str(outcomes.count(Outcome.FAILED) + more))
    suite.set("errors", str(outcomes.count(Outcome.ERROR)))
    suite.set("skipped", str(outcomes.count(Outcome.SKIPPED)))


def _clean(text: str) -> str:
    return _NO_XML.sub("", sanitize(text, keep="\n\t"))
