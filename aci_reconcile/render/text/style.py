"""The colours of a report. Plain output is another table of colours, not another path through the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.planning.values import Action


@dataclass(frozen=True, slots=True)
class Style:
    """The control sequence before each kind of text, and the one that ends them all."""

    create: str
    update: str
    replace: str
    delete: str
    good: str
    warn: str
    error: str
    bold: str
    dim: str
    reset: str

    def paint(self, colour: str, text: str) -> str:
        """Return the text in one of this table's colours."""
        return f"{colour}{text}{self.reset}" if text and colour else text

    def mark(self, action: Action) -> str:
        """Return Terraform's mark for an action, three columns wide; ``!`` is ours: it differs, and is not written."""
        return _MARKS[action].format(style=self)


PLAIN = Style(create="", update="", replace="", delete="", good="", warn="", error="", bold="", dim="", reset="")
"""No colour at all: pipes, files, ``NO_COLOR``."""

ANSI = Style(
    create="\x1b[32m",
    update="\x1b[33m",
    replace="\x1b[35m",
    delete="\x1b[31m",
    good="\x1b[32m",
    warn="\x1b[33m",
    error="\x1b[31m",
    bold="\x1b[1m",
    dim="\x1b[2m",
    reset="\x1b[0m",
)
"""The eight colours that every terminal has."""

_MARKS: Mapping[str, str] = {
    "create": "  {style.create}+{style.reset}",
    "update": "  {style.update}~{style.reset}",
    "replace": "{style.delete}-{style.reset}/{style.create}+{style.reset}",
    "delete": "  {style.delete}-{style.reset}",
    "adopt": "  {style.update}~{style.reset}",
    "no-op": "  {style.warn}!{style.reset}",
}
