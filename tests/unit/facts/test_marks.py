"""Whatever is marked as unverified or contested, in code or in a document, names its row of the register."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.facts.register import get_row

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
KNOBS = ROOT / "aci_reconcile" / "emulator" / "knobs.py"
MARK = re.compile(r"\b(?:UNVERIFIED|CONTESTED)\b(?:\s+\(`?([a-z0-9-]+)`?)?")
GENERATED = ROOT / "docs" / "facts.md"


def list_files() -> Iterator[Path]:
    """Yield what is read by people: code, documents, examples."""
    for folder, kind in (("aci_reconcile", "*.py"), ("scripts", "*.py"), ("docs", "*.md"), ("examples", "*.*")):
        yield from (each for each in sorted((ROOT / folder).rglob(kind)) if each.is_file())
    yield ROOT / "README.md"


def find_unnamed(text: str) -> list[str]:
    """Return the lines with a mark that names no row, or one that there is not."""
    found: list[str] = []
    for mark in MARK.finditer(text):
        try:
            get_row(mark[1] or "")
        except LookupError:
            found.append(text[text.rfind("\n", 0, mark.start()) + 1 :].partition("\n")[0])
    return found


def find_unnamed_in_knobs() -> list[str]:
    """Return the marks outside the docstrings of knobs: those stand beside the row of their knob."""
    text = KNOBS.read_text("utf-8")
    (knobs,) = (node for node in ast.parse(text).body if isinstance(node, ast.ClassDef) and node.name == "Knobs")
    lines = text.splitlines()
    for before, node in zip(knobs.body, knobs.body[1:], strict=False):
        if isinstance(before, ast.AnnAssign) and isinstance(node, ast.Expr):
            lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or node.lineno) - node.lineno + 1)
    return find_unnamed("\n".join(lines))


def test_every_mark_names_its_row() -> None:
    """As `CONTESTED (most-ports)`, so that the evidence, and what asks Azure, can be looked up."""
    files = [each for each in list_files() if each not in {KNOBS, GENERATED}]
    found = {str(file.relative_to(ROOT)): find_unnamed(file.read_text("utf-8", errors="replace")) for file in files}

    assert {} == {file: lines for file, lines in found.items() if lines}
    assert [] == find_unnamed_in_knobs()


def test_a_mark_without_a_row_is_found() -> None:
    """Alone, with another text in parentheses, and with a row that there is not."""
    marks = ("UN" + "VERIFIED", "CON" + "TESTED (see there)", "CON" + "TESTED (no-such-row)")

    assert list(marks) == find_unnamed("\n".join(marks))
    assert [] == find_unnamed("CON" + "TESTED (`most-ports`): and why")
