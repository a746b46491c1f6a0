"""A page as HTML: one file without scripts or further requests, for light and dark screens and for paper.

The only importer of jinja2. Text is sanitized as for a terminal, then escaped by the template engine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.formats.markup import is_plain
from aci_reconcile.render.page.page import Outcome, split_sides
from aci_reconcile.render.values import find_difference
from aci_reconcile.render.words import count, format_place

if TYPE_CHECKING:
    from jinja2 import Template

    from aci_reconcile.render.page.page import Entry, Page
    from aci_reconcile.render.rows import Row

TITLES = {"plan": "Plan", "drift": "Drift", "apply": "Apply", "validate": "Validation"}
"""The title of a page, by its kind."""

_BACKTICKS = re.compile(r"`([^`]+)`")
_FEW = 12
"""The most entries that are all open from the start."""
_KINDS = {"+": "add", "~": "change", "-": "remove", "-/+": "replace", "!": "bad", "?": "change"}
_WORDS = {"+": "add", "~": "change", "-": "delete", "-/+": "replace", "!": "problem", "?": "unknown"}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a field: the start that both sides share, its own middle, and the end that both share."""

    start: str
    own: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One field: its path and its two sides."""

    path: str
    kind: str
    """``add``, ``remove``, ``change``; ``words`` for a sentence about a value in place of the value."""
    before: Side
    after: Side
    remark: str


def render_html(page: Page, *, tool_version: str) -> str:
    """Return the page as one HTML document."""
    return _load_template().render(
        page=page,
        title=TITLES.get(page.kind, page.kind.capitalize()),
        destroyed=list(map(_add_lines, page.destroyed)),
        notable=[_add_lines(each) for each in page.notable if not each.destroys],
        links=[each for each in page.links if is_plain(each.url)],
        open={each.name for each in page.notable if each.destroys or _is_wrong(each) or len(page.notable) <= _FEW},
        same=count(len(page.same), "is as it should be", "are as they should be"),
        version=tool_version,
    )


def _add_lines(entry: Entry) -> tuple[Entry, list[Line]]:
    return entry, [_make_line(row, entry) for row in entry.rows]


@cache
def _load_template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=PackageLoader("aci_reconcile.render"),
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    ours: dict[str, Any] = {"place": format_place, "kind": _find_kind, "word": _find_word, "spans": _split_spans}
    environment.filters.update(ours)
    return environment.get_template("report.html")


def _clean(value: object) -> object:
    """Remove control and invisible characters from a text; the engine escapes it after that.

    The output of a macro is skipped, because its parts have been here already.
    """
    # Escaping is not enough: HTML shows bidirectional overrides and zero-width characters as they are.
    return sanitize(value, keep="\t") if isinstance(value, str) and not hasattr(value, "__html__") else value


def _find_kind(mark: str) -> str:
    return _KINDS.get(mark, "change")


def _find_word(mark: str) -> str:
    return _WORDS.get(mark, "")


def _split_spans(text: str) -> list[tuple[str, bool]]:
    """Return the parts of a sentence, each with whether it was in backticks; the backticks are dropped."""
    parts = _BACKTICKS.split(text)
    return [(part, at % 2 == 1) for at, part in enumerate(parts) if part]


def _is_wrong(entry: Entry) -> bool:
    return entry.outcome in {Outcome.FAILED, Outcome.ERROR}


def _make_line(row: Row, entry: Entry) -> Line:
    before, after = split_sides(row, adds=entry.adds)
    kind = "add" if entry.adds or row.sign == "+" else "remove" if row.sign == "-" else "change"
    if len(row.values) > 1:
        return Line(row.path, kind, *_split_at_difference(before, after), row.remark)
    kind = "words" if f"{before}{after}".startswith("(") else kind
    return Line(row.path, kind, Side(before), Side(after), row.remark)


def _split_at_difference(before: str, after: str) -> tuple[Side, Side]:
    """Return two texts, split where they differ, unless they have hardly anything in common."""
    at = find_difference(before, after)
    back = min(find_difference(before[at:][::-1], after[at:][::-1]), len(before) - at, len(after) - at)
    # Two texts with little in common are easier to read as two texts than with scattered marks.
    if at + back < max(len(before), len(after)) // 3:
        return Side(before), Side(after)
    ends = (len(before) - back, len(after) - back)
    return (
        Side(before[:at], before[at : ends[0]], before[ends[0] :]),
        Side(after[:at], after[at : ends[1]], after[ends[1] :]),
    )
