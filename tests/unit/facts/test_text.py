"""Rows of the register on a terminal."""

from __future__ import annotations

from dataclasses import replace

from aci_reconcile.facts.register import get_row
from aci_reconcile.facts.text import render_fact_text, render_facts_json, render_facts_text
from aci_reconcile.render.text.style import PLAIN

ROW = get_row("update-status")


def test_a_fact_that_somebody_verified_says_where_and_when() -> None:
    """Until then, not yet."""
    asked = replace(ROW, verified="2026-12-24, westeurope, 2025-09-01")

    assert "  verified live  not yet\n" in render_fact_text(ROW, PLAIN, width=80)
    assert "  verified live  2026-12-24, westeurope, 2025-09-01\n" in render_fact_text(asked, PLAIN, width=80)
    assert '"verified": "2026-12-24, westeurope, 2025-09-01"' in render_facts_json((asked,))


def test_a_fact_without_a_probe_says_why() -> None:
    """Or that nobody has written one."""
    for probe, reason, told in (
        ("update-answer", "", "update-answer"),
        ("", "it costs too much", "none: it costs too much"),
        ("", "", "none yet"),
    ):
        row = replace(ROW, probe=probe, no_probe=reason)

        assert f"\n  probe          {told}\n" in render_fact_text(row, PLAIN, width=80)


def test_a_statement_that_is_true_needs_no_list_of_values() -> None:
    """Only a switch of the emulator has one."""
    assert "\n  believed       true\n" in render_fact_text(get_row("group-created"), PLAIN, width=80)


def test_a_narrow_table_has_the_probe_below_its_row() -> None:
    """Where it does not fit beside it."""
    table = render_facts_text((replace(ROW, probe="a-probe-with-a-long-name"),), PLAIN, width=40)

    assert ["ID             BELIEVED  EVIDENCE", "update-status  201       recording"] == table.splitlines()[:2]
    assert "    asked by a-probe-with-a-long-name" == table.splitlines()[2]
