"""Where the answers of two subscriptions differ, or those of one from what is believed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.facts.register import get_row
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.table import Column, fit_columns
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from aci_reconcile.facts.answers import Answers
    from aci_reconcile.render.text.style import Style

FORMAT_VERSION: Final = "1.0"
BELIEVED: Final = "believed"
"""What stands for the other file if there is none."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact with two values."""

    fact: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides, by name, and what one of them lacks: that nobody asked is no difference."""

    left: str
    right: str
    differences: tuple[Difference, ...]
    same: int
    only_left: tuple[str, ...] = ()
    only_right: tuple[str, ...] = ()


def compare(left: Answers, right: Answers | None = None) -> Comparison:
    """Compare two files, or one with the register, which has a value for each fact."""
    one = {each.fact: each.value for each in left.findings}
    other = (
        {each.fact: each.value for each in right.findings} if right else {each: get_row(each).default for each in one}
    )
    both = sorted(one.keys() & other.keys())
    differences = tuple(Difference(each, one[each], other[each]) for each in both if one[each] != other[each])
    return Comparison(
        left.name,
        right.name if right else BELIEVED,
        differences,
        len(both) - len(differences),
        tuple(sorted(one.keys() - other.keys())),
        tuple(sorted(other.keys() - one.keys())),
    )


def render_comparison_text(found: Comparison, style: Style, *, width: int) -> str:
    """Return a table of the differences, and what rests on each."""
    lines = [_say_result(found)]
    if found.differences:
        names = (found.left.upper(), found.right.upper())
        columns = (Column("FACT", 0), *(Column(name, 0) for name in names), Column("MATTERS FOR", 1, "matters for {}"))
        cells = [
            (each.fact, sanitize(each.left), sanitize(each.right), get_row(each.fact).matters)
            for each in found.differences
        ]
        rows, below = fit_columns(columns, cells, width)
        lines = [style.paint(style.bold, "  ".join(rows[0]))]
        for row, rest in zip(rows[1:], below, strict=True):
            lines += ["  ".join(row), *([style.paint(style.dim, rest)] if rest else [])]
        lines += ["", _say_result(found)]
    for name, facts in ((found.left, found.only_left), (found.right, found.only_right)):
        if facts:
            lines.append(f"Only in {name}: {', '.join(facts)}.")
    return "\n".join(lines)


def _say_result(found: Comparison) -> str:
    return f"{count(len(found.differences), 'difference')}, {count(found.same, 'fact')} alike."


def render_comparison_json(found: Comparison) -> str:
    """Return a document of the differences."""
    document = {
        "format_version": FORMAT_VERSION,
        "left": found.left,
        "right": found.right,
        "differences": [
            {
                "id": each.fact,
                "left": each.left,
                "right": each.right,
                "knob": get_row(each.fact).knob,
                "matters": get_row(each.fact).matters,
            }
            for each in found.differences
        ],
        "same": found.same,
        "only_left": list(found.only_left),
        "only_right": list(found.only_right),
    }
    return json.dumps(document, indent=2, ensure_ascii=False)
