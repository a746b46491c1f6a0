"""A page as text, for results that are read from files: there is no plan to show, only what a report says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import Severity
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.formats.entry_lines import render_fields, render_remark, render_run_state
from aci_reconcile.render.text.drift import DIFFERENCES
from aci_reconcile.render.values import cut
from aci_reconcile.render.words import count, format_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.render.page.page import Entry, Page, Remark
    from aci_reconcile.render.text.style import Style

_INDENT = "      "
_IN_VERDICT: Final[Mapping[str, frozenset[str]]] = {
    "plan": frozenset({"add", "change", "destroy"}),
    "apply": frozenset({"added", "changed", "destroyed"}),
    "drift": frozenset({*DIFFERENCES, "in sync"}),
}
"""The counts that the verdict of each kind of page has in it."""
_FEW = 12
"""The most fields of a group that are shown; the other formats show all."""


def render_page_text(page: Page, style: Style, *, width: int, verbose: bool) -> str:
    """Return the page for a terminal of this width; ``verbose``: nothing is cut."""
    room = 0 if verbose else width
    blocks = ["\n".join(_render_entry(each, style, room)) for each in page.notable]
    shown = (each for each in page.counts if each[1] and each[0] not in _IN_VERDICT[page.kind])
    totals = ", ".join(f"{number} {sanitize(name)}" for name, number in shown)
    verdict = style.paint(style.good if page.good else style.bold, sanitize(page.verdict))
    remarks = "\n".join(line for each in page.loose for line in _render_loose(each, style))
    parts = (*blocks, "\n".join((verdict, *([f"{_INDENT}{totals}."] if totals else []))), remarks)
    return "\n\n".join(each for each in parts if each)


def _render_entry(entry: Entry, style: Style, room: int) -> Iterator[str]:
    place = format_place(entry.where)
    head = f"{sanitize(entry.name)}  {sanitize(entry.summary)}"
    yield f"{entry.mark or '·':>3} {style.paint(style.bold, _fit(head, room - 4))}"
    if place:
        yield style.paint(style.dim, f"{_INDENT}{place}")
    lines = [line for each in entry.remarks for line in render_remark(each)]
    lines += [*entry.notes, *render_run_state(entry)]
    fields = list(render_fields(entry))
    kept = fields if not room or len(fields) <= _FEW else fields[: _FEW - 1]
    yield from (f"{_INDENT}{_fit(sanitize(line), room - len(_INDENT))}" for line in (*lines, *kept))
    if len(kept) < len(fields):
        yield style.paint(style.dim, f"{_INDENT}({count(len(fields) - len(kept), 'more field')})")


def _render_loose(remark: Remark, style: Style) -> Iterator[str]:
    tone = {Severity.ERROR: style.error, Severity.WARNING: style.warn, Severity.NOTICE: style.dim}[remark.severity]
    first, *rest = map(sanitize, render_remark(remark))
    title, colon, text = first.partition(": ") if remark.title else ("", "", first)
    yield f"{style.paint(tone, f'{title}:')} {text}" if colon else first
    yield from _indent(rest)


def _indent(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _fit(text: str, room: int) -> str:
    return cut(text, room) if room > 0 else text
