"""Cost against the number of groups as an SVG of our own: two panels, both axes logarithmic. Pure.

Lines are of a middle lightness, and text follows the reader's choice of light or dark, so that both are legible; series
are told apart by their markers and their names, too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.results import Results, Work

_WIDTH: Final = 940
_HEIGHT: Final = 440
_LEFT: Final = 60
_TOP: Final = 50
_PANEL: Final = 300
_TALL: Final = 320
_GAP: Final = 150
_DECADES_X: Final = (0, 4)
_DECADES_Y: Final = (-1, 3)
_COLOURS: Final = ("#1a7fd4", "#808080", "#c2620a", "#a64fc4", "#cf3f5f", "#2f8f4e", "#8a7a1f")
_APART: Final = 14
_LONG: Final = 110
_HEAD: Final = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
    'aria-labelledby="title desc" font-family="sans-serif" font-size="12">\n'
    "<style>svg{fill:#57606a}@media (prefers-color-scheme:dark){svg{fill:#9198a1}}</style>"
)
_TITLE: Final = "Seconds against the number of groups"


@dataclass(frozen=True, slots=True)
class Series:
    """A named line: number of groups and seconds, in order."""

    name: str
    points: tuple[tuple[int, float], ...]


def series(results: Results, work: Work, tools: Sequence[str]) -> tuple[Series, ...]:
    """Return a line for each tool, of what was measured and nothing else."""
    lines = (Series(tool, tuple((row.groups, row.wall) for row in results.measured(work, tool))) for tool in tools)
    return tuple(line for line in lines if line.points)


def svg(panels: Sequence[tuple[str, Sequence[Series]]], tools: Sequence[str]) -> str:
    """Draw the panels, each with its title, beside each other."""
    colours = {tool: (_COLOURS[number % len(_COLOURS)], number) for number, tool in enumerate(tools)}
    lines = [
        _HEAD,
        f'<title id="title">{_TITLE}</title>',
        f'<desc id="desc">{escape(_described(panels))}</desc>',
    ]
    for number, (title, drawn) in enumerate(panels):
        left = _LEFT + number * (_PANEL + _GAP)
        lines += _axes(left, title)
        lines += _lines(left, drawn, colours)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _described(panels: Sequence[tuple[str, Sequence[Series]]]) -> str:
    """Say in words what the lines show."""
    told = [
        f"{title}: "
        + "; ".join(
            f"{line.name} from {line.points[0][1]:.2g} s for {line.points[0][0]:,} to {line.points[-1][1]:.3g} s "
            f"for {line.points[-1][0]:,}"
            for line in drawn
        )
        for title, drawn in panels
    ]
    return f"Two log-log plots. {'. '.join(told)}."


def _axes(left: int, title: str) -> Iterator[str]:
    yield f'<text x="{left}" y="{_TOP - 24}" font-size="14" font-weight="bold">{escape(title)}</text>'
    for decade in range(_DECADES_X[0], _DECADES_X[1] + 1):
        x = _x(left, 10**decade)
        yield f'<path d="M{x:.1f} {_TOP}V{_TOP + _TALL}" stroke="#808080" stroke-opacity="0.25"/>'
        yield f'<text x="{x:.1f}" y="{_TOP + _TALL + 18}" text-anchor="middle">{10**decade:,}</text>'
    for decade in range(_DECADES_Y[0], _DECADES_Y[1] + 1):
        y = _y(10.0**decade)
        yield f'<path d="M{left} {y:.1f}H{left + _PANEL}" stroke="#808080" stroke-opacity="0.25"/>'
        yield f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**decade:,g} s</text>'
    yield f'<text x="{left + _PANEL / 2}" y="{_TOP + _TALL + 38}" text-anchor="middle">groups</text>'


def _lines(left: int, drawn: Sequence[Series], colours: dict[str, tuple[str, int]]) -> Iterator[str]:
    heights = _spread([(_x(left, line.points[-1][0]), _y(line.points[-1][1])) for line in drawn])
    for line, height in zip(drawn, heights, strict=True):
        colour, number = colours[line.name]
        spots = [(_x(left, groups), _y(seconds)) for groups, seconds in line.points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
        dashes = ' stroke-dasharray="5 4"' if number == 1 else ""
        yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
        yield from (_marker(x, y, colour, number) for x, y in spots)
        yield f'<text x="{spots[-1][0] + 8:.1f}" y="{height + 4:.1f}" fill="{colour}">{escape(line.name)}</text>'


def _spread(ends: Sequence[tuple[float, float]]) -> Sequence[float]:
    """Return the heights of names, moved downwards where one would stand on another."""
    placed: dict[int, float] = {}
    for index in sorted(range(len(ends)), key=lambda index: ends[index][1]):
        x, y = ends[index]
        above = [placed[other] for other in placed if abs(ends[other][0] - x) < _LONG]
        placed[index] = max([y, *(height + _APART for height in above)])
    return [placed[index] for index in range(len(ends))]


def _marker(x: float, y: float, colour: str, number: int) -> str:
    match number % 3:
        case 0:
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
        case 1:
            return f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="{colour}"/>'
        case _:
            return f'<path d="M{x:.1f} {y - 5:.1f}l5 9h-10z" fill="{colour}"/>'


def _x(left: int, groups: float) -> float:
    first, last = _DECADES_X
    return left + (math.log10(groups) - first) / (last - first) * _PANEL


def _y(seconds: float) -> float:
    first, last = _DECADES_Y
    return _TOP + (last - math.log10(seconds)) / (last - first) * _TALL
