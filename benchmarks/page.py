"""docs/performance.md and its plot: numbers come from here, prose is written by hand. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from benchmarks.peers import PEERS
from benchmarks.plot import series, svg
from benchmarks.results import FLOOR, KEYLESS, OURS
from benchmarks.tables import tables

if TYPE_CHECKING:
    from benchmarks.results import Results

_BEGIN: Final = "<!-- measured: python -m benchmarks --write-docs -->"
_END: Final = "<!-- end of what was measured -->"


def filled(page: str, results: Results) -> str:
    """Return the page with these results in it.

    Raises:
        ValueError: the page does not have both markers.
    """
    pattern = re.compile(f"{re.escape(_BEGIN)}.*{re.escape(_END)}", re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"the page needs the lines {_BEGIN} and {_END}")
    text = f"{_BEGIN}\n\n{tables(results, PEERS)}\n{_END}"
    return pattern.sub(lambda _: text, page)


def plot(results: Results) -> str:
    """Return the plot of these results."""
    tools = (OURS, FLOOR, KEYLESS, *PEERS)
    panels = (
        ("Run again, nothing changed", series(results, "plan", tools)),
        ("Create, 2 s of provisioning", series(results, "create", tools)),
    )
    return svg(panels, tools)
