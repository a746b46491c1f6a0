"""Writes what the emulator believes about Azure into docs/emulator.md.

Run it after changing a row: ``python scripts/build_emulator_evidence.py``. A test compares the page with the table.
"""

from __future__ import annotations

from pathlib import Path

from aci_reconcile.emulator.evidence import FACTS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "emulator.md"
HEAD = "| Row | Belief | Kind | Where |\n|---|---|---|---|\n"


def main() -> None:
    """Replace the table's rows."""
    before, _, rest = PAGE.read_text("utf-8").partition(HEAD)
    lines = rest.splitlines(keepends=True)
    old = next((number for number, line in enumerate(lines) if not line.startswith("|")), len(lines))
    rows = "".join(f"| `{fact.id}` | {fact.statement} | {fact.kind} | {fact.where} |\n" for fact in FACTS)
    PAGE.write_text(before + HEAD + rows + "".join(lines[old:]), "utf-8")
    print(f"docs/emulator.md: {len(FACTS)} rows")


if __name__ == "__main__":
    main()
