"""Write docs/facts.md from the register of facts about Azure.

Run it after changing a row: ``python scripts/build_facts.py``. A test compares the page with the register.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.facts.register import REGISTER, Row, get_row
from aci_reconcile.facts.text import NOT_YET
from aci_reconcile.facts.uses import USES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGE = Path(__file__).resolve().parent.parent / "docs" / "facts.md"
HEAD = f"""# Facts

Look up here what this tool and its [emulator](emulator.md) believe about Azure, why, and what depends on it.

**None of these facts was ever verified on live Azure.** They come from recordings, documents and users' reports. So
each has its evidence here, and a fact that is `{NOT_YET}` verified stays so until somebody asks Azure and sends the
answer. `aci-reconcile facts show ID` prints one fact. `python scripts/build_facts.py` writes the page from the register
in `aci_reconcile/facts/`, which takes the beliefs from `aci_reconcile/emulator/evidence/`; a test keeps it up to date.

- **Evidence.** A *recording* is an exchange with the service. An *example* is Microsoft's. A *document* states it
  without showing it. In a *thread*, someone reports it. *None* means that there is no evidence. *Own* is about the
  emulator, not about Azure. The date is the day on which somebody last looked at the evidence.
- **Believed** is what the emulator does by default. `true` and `false` are about the statement. Where there is no
  evidence, the emulator refuses nothing, so `false` means that it accepts what the statement says is refused.
- **Emulator** is the [knob](emulator.md#knobs) that changes what the emulator does; many facts have none.
- **Asked by** is the probe that asks Azure, or the reason why none does.

The sections say what of the tool depends on their facts. A fact that is in two sections is described in the first.
"""
COLUMNS = "| Fact | Believed | Evidence | Emulator | Asked by | Verified live |\n|---|---|---|---|---|---|\n"


def render() -> str:
    """Return the page."""
    return "\n".join((HEAD, *_render_sections()))


def _render_sections() -> Iterator[str]:
    seen: set[str] = set()
    for use, facts in USES.items():
        names = [row.id for row in REGISTER if row.id in facts.split()]
        new = [name for name in names if name not in seen]
        seen.update(names)
        yield f"## {use.rstrip('.')}\n"
        if new:
            yield COLUMNS + "".join(map(_render_row, map(get_row, new)))
        if others := [name for name in names if name not in new]:
            yield f"{'Also' if new else 'See'} {_join(others)}.\n"


def _join(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _render_row(row: Row) -> str:
    cells = (
        f"`{row.id}`: {row.statement}",
        f"`{row.default}`",
        f"{row.kind}, {row.date}: {row.where}",
        f"`{row.knob}`" if row.knob else "none",
        f"`{row.probe}`" if row.probe else row.no_probe or "nobody yet",
        row.verified or NOT_YET,
    )
    return f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")
    print(f"docs/facts.md: {len(REGISTER)} facts")


if __name__ == "__main__":
    main()
