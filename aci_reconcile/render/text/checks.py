"""What was checked before a write: what holds, what does not, and what nobody could check."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from aci_reconcile.preflight import Question, Verdict
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.style import PLAIN
from aci_reconcile.render.text.table import align
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aci_reconcile.preflight import Check
    from aci_reconcile.render.header import Header
    from aci_reconcile.render.project_checks import ProjectChecks
    from aci_reconcile.render.text.style import Style

_TITLES: Mapping[Question, str] = {
    Question.READING: "Reading",
    Question.BLOCKED: "Held back",
    Question.SECRETS: "Secrets",
    Question.QUOTA: "Quota",
    Question.REGION: "Region",
    Question.SUBNET: "Subnets",
    Question.PERMISSION: "Permissions",
}
_WORDS: Mapping[Verdict, str] = {
    Verdict.OK: "ok",
    Verdict.FAILED: "FAILED",
    Verdict.UNKNOWN: "could not be checked",
}
_FIRST = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.OK)


def render_checks_text(checks: Sequence[Check], header: Header, style: Style, *, verbose: bool = False) -> str:
    """Return the checks by question, failed ones first, without a final line break."""
    if not checks:
        return f"{style.paint(style.good, 'Nothing to check.')} The plan writes nothing ({header.text(full=verbose)})."
    ordered = sorted(checks, key=lambda each: (list(Question).index(each.question), _FIRST.index(each.verdict)))
    lines = [f"Checked what the plan needs ({header.text(full=verbose)}):"]
    for question, found in groupby(ordered, key=lambda each: each.question):
        lines += ["", f"  {style.paint(style.bold, _TITLES[question])}", *_render_section(tuple(found), style)]
    return "\n".join((*lines, "", _render_verdict(checks, style)))


def render_fleet_checks_text(projects: Sequence[ProjectChecks], style: Style) -> str:
    """Return a line for each project of a fleet, and the verdict of all, without a final line break."""
    rows = [(sanitize(each.name), _describe(each)) for each in projects]
    heading, *lines = ("  ".join(cells) for cells in align([("PROJECT", "RESULT"), *rows]))
    every = tuple(each for one in projects for each in one.checks)
    broken = sum(each.error is not None for each in projects)
    verdict = _judge(every, style)
    if broken:
        unchecked = (f"{count(broken, 'project')} could not be checked", *([_add_up(every)] if every else []))
        verdict = f"{style.paint(style.error, 'Not ready:')} {'; '.join(unchecked)}."
    total = f"{count(len(projects), 'project')}. {verdict}"
    return "\n".join(("", style.paint(style.dim, heading), *lines, "", total))


def _describe(project: ProjectChecks) -> str:
    return "Could not be checked." if project.error is not None else _judge(project.checks, PLAIN)


def _judge(checks: Sequence[Check], style: Style) -> str:
    return _render_verdict(checks, style) if checks else style.paint(style.good, "Nothing to check.")


def _render_section(checks: Sequence[Check], style: Style) -> Iterator[str]:
    """Yield the checks of one question. Verdicts have one width in all sections, subjects one width in each section."""
    wide = max(map(len, _WORDS.values()))
    rows = align([[sanitize(each.subject), sanitize(_drop_subject(each))] for each in checks])
    for check, (subject, why) in zip(checks, rows, strict=True):
        word = style.paint(_choose_colour(check.verdict, style), f"{_WORDS[check.verdict]:<{wide}}")
        yield f"    {word}  {subject}  {why}".rstrip()
        if check.hint:
            yield f"    {'':{wide}}  {style.paint(style.dim, sanitize(check.hint))}"


def _drop_subject(check: Check) -> str:
    """Return the reason without its subject, which the column before it shows."""
    return check.why.removeprefix(f"{check.subject} ")


def _render_verdict(checks: Sequence[Check], style: Style) -> str:
    failed, unknown, _ = (_count(checks, each) for each in _FIRST)
    title = style.paint(style.error, "Not ready:") if failed else style.paint(style.good, "Ready:")
    if unknown and not failed:
        title = style.paint(style.warn, "Ready as far as could be checked:")
    return f"{title} {_add_up(checks)}."


def _add_up(checks: Sequence[Check]) -> str:
    """Return how many checks ended in which way."""
    words = zip((_count(checks, each) for each in _FIRST), ("failed", "could not be made", "passed"), strict=True)
    (first, word), *rest = ((number, word) for number, word in words if number)
    return ", ".join((f"{count(first, 'check')} {word}", *(f"{number} {each}" for number, each in rest)))


def _choose_colour(verdict: Verdict, style: Style) -> str:
    return {Verdict.OK: style.good, Verdict.FAILED: style.error, Verdict.UNKNOWN: style.warn}[verdict]


def _count(checks: Sequence[Check], verdict: Verdict) -> int:
    return sum(each.verdict is verdict for each in checks)
