"""Events as text, however long they are."""

from __future__ import annotations

import pytest

from aci_reconcile.operate.timeline import Entry
from aci_reconcile.render.text.events import EventTable
from aci_reconcile.render.text.style import PLAIN


@pytest.mark.parametrize("width", [0, 80])
def test_an_endless_event_is_cut(width: int) -> None:
    """A message has what a person reads, and a name keeps its column; JSON has all of it."""
    endless = Entry("rg/web", "2026-11-29T10:00:00Z", "n" * 5000, "Warning", "words " * 100_000)
    table = EventTable.of((), (endless,), PLAIN, width)
    text = "\n".join(table.render((endless,)))

    assert len(text) < 5000
    assert "words words" in text
    assert text.rstrip().endswith("…")
