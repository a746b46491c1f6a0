"""A page for the log of a GitHub Actions job: a fold for each group, and annotations next to the code.

The runner treats a line as a command if it begins with ``::``, even after spaces, or contains ``##[`` anywhere (seen in
actions/runner, src/Runner.Common/ActionCommand.cs). For Azure Pipelines, that is ``##vso[``. Only our own commands may
look like one.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.formats.checkout import NOWHERE
from aci_reconcile.render.formats.entry_lines import render_fields, render_remark, render_run_state
from aci_reconcile.render.page.page import Remark
from aci_reconcile.render.values import cut
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aci_reconcile.core.errors import Where
    from aci_reconcile.render.formats.checkout import Checkout
    from aci_reconcile.render.page.page import Entry, Page

PER_TYPE = 10
"""Annotations of each type that GitHub shows for one step; it drops further ones silently."""

_MOST = 1000
"""The most characters of a line of the log, and of an annotation."""
_ORDER = tuple(Severity)
_OLD_COMMAND = re.compile(r"##(?=\[|vso\[)", re.IGNORECASE)
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = _DATA | {":": "%3A", ",": "%2C"}


def render_github(page: Page, checkout: Checkout = NOWHERE) -> str:
    """Return the page as lines for the log, without a final line break.

    Args:
        page: the page.
        checkout: where the repository is; annotations need paths from its root.
    """
    found = sorted(_list_remarks(page), key=lambda remark: _ORDER.index(remark.severity))
    seen: Counter[Severity] = Counter()
    annotations: list[str] = []
    # The worst come first, because GitHub drops those beyond the tenth; a line of the log counts them.
    for remark in found:
        seen[remark.severity] += 1
        if seen[remark.severity] <= PER_TYPE:
            annotations.append(_render_annotation(remark, checkout))
    lines = [line for entry in page.notable for line in _render_group(entry)]
    return "\n".join((*lines, *annotations, *_report_dropped(seen), _defuse(page.verdict)))


def _list_remarks(page: Page) -> Iterator[Remark]:
    """Yield everything that should appear next to the code, each once."""
    yield from dict.fromkeys(
        (*page.loose, *(each for entry in page.entries for each in _list_entry_remarks(entry, page)))
    )


def _list_entry_remarks(entry: Entry, page: Page) -> Iterator[Remark]:
    if entry.severity is not None and not entry.remarks:
        yield Remark(entry.severity, f"{entry.name}: {entry.summary}", entry.where, page.kind.capitalize())
    for each in entry.remarks:
        yield each if each.where is not None and each.where.file == entry.name else _add_name(each, entry)


def _add_name(remark: Remark, entry: Entry) -> Remark:
    """Return a remark with its group's name in front, unless the text contains it."""
    text = remark.text if entry.name in remark.text else f"{entry.name}: {remark.text}"
    return Remark(remark.severity, text, remark.where, remark.title, remark.detail)


def _render_annotation(remark: Remark, checkout: Checkout) -> str:
    properties = ",".join(
        f"{name}={_escape(value, _PROPERTY)}" for name, value in _list_properties(remark, checkout) if value
    )
    text = _escape("\n".join((remark.text, *remark.detail)), _DATA)
    return f"::{remark.severity}{' ' * bool(properties)}{properties}::{text}"


def _list_properties(remark: Remark, checkout: Checkout) -> Iterator[tuple[str, str]]:
    where: Where | None = remark.where
    if where is not None:
        yield "file", checkout.path(where.file)
        yield "line", str(where.line or 1)
        yield "col", str(where.column or "")
    yield "title", remark.title


def _escape(text: str, table: dict[str, str]) -> str:
    plain = _break_command(cut(sanitize(text, keep="\n"), _MOST).strip())
    return "".join(table.get(each, each) for each in plain)


def _render_group(entry: Entry) -> Iterator[str]:
    lines = list(_render_lines(entry))
    head = _defuse(" ".join(part for part in (entry.mark, entry.name, f"[{entry.summary}]") if part))
    if not lines:
        yield head
        return
    yield f"::group::{_escape(head, _DATA)}"
    yield from (_defuse(f"  {line}") for line in lines)
    yield "::endgroup::"


def _render_lines(entry: Entry) -> Iterator[str]:
    yield from entry.notes
    for remark in entry.remarks:
        yield from render_remark(remark)
    yield from render_fields(entry)
    yield from render_run_state(entry)


def _report_dropped(seen: Counter[Severity]) -> Iterable[str]:
    more: Sequence[str] = [
        count(seen[severity] - PER_TYPE, severity.value) for severity in _ORDER if seen[severity] > PER_TYPE
    ]
    if more:
        yield f"GitHub shows at most {PER_TYPE} annotations of a kind for each step. Not shown: {', '.join(more)}."


def _defuse(line: str) -> str:
    """Return a line of the log that the runner does not treat as a command."""
    plain = _break_command(cut(sanitize(line, keep="\t"), _MOST)).rstrip()
    return f"| {plain.lstrip()}" if plain.lstrip().startswith("::") else plain


def _break_command(text: str) -> str:
    """Return the text without the beginning of an old-style command."""
    return _OLD_COMMAND.sub("# #", text)
