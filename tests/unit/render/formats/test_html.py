"""The HTML report: what it shows, and that people can read it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from report_pages import PAGES, applied, complaints, drift, hostile, plan

import aci_reconcile.render
from aci_reconcile.render.formats.html import render_html

CSS = (Path(aci_reconcile.render.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
LEAST = 4.5
"""The contrast that WCAG 2.1 AA asks of text."""
ON = {
    "text": ("page", "card", "remove-back", "change-back", "own-add", "own-remove"),
    "soft": ("page", "card"),
    "add": ("card", "add-back", "own-add"),
    "remove": ("card", "remove-back", "own-remove"),
    "change": ("card", "change-back"),
    "replace": ("card", "replace-back"),
}
"""Which colours stand on which."""


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_can_be_read(scheme: int) -> None:
    """In light and in dark."""
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", CSS.split("@media")[scheme]))
    weak = [
        (text, back, round(contrast(colours[text], colours[back]), 2))
        for text, backs in ON.items()
        for back in backs
        if contrast(colours[text], colours[back]) < LEAST
    ]

    assert [] == weak


@pytest.mark.parametrize("name", PAGES)
def test_it_asks_for_nothing(name: str) -> None:
    """No address stands where a browser would fetch it by itself; only the Git host's own pages can be gone to."""
    page = PAGES[name]()
    told = render_html(page, tool_version="0.1.0")
    for each in page.links:
        told = told.replace(f'<a href="{each.url}" rel="noreferrer">', "")

    assert "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"" in told
    assert [] == re.findall(r"<[a-z]+ (?:[a-z-]+=\"[^\"]*\" ?)*(?:src|href|action|srcset)=|@import|url\(", told)


def test_what_would_be_deleted_stands_first_and_open() -> None:
    """In a section of its own, before what holds it back and before everything else."""
    told = render_html(plan(), tool_version="0.1.0")
    order = [
        told.index(text)
        for text in ('<section class="alarm"', ">rg-shop/db<", ">rg-shop/old<", "Remarks", ">rg-shop/web<")
    ]

    assert sorted(order) == order
    assert '<details class="entry replace" open>' in told


def test_backticks_become_code() -> None:
    """In what is said of groups and manifests."""
    told = render_html(complaints(), tool_version="0.1.0")

    assert "there is no <code>colour</code> here" in told
    assert "`colour`" not in told


def test_before_and_after_stand_side_by_side() -> None:
    """What differs is set apart; a field that comes has no before."""
    told = render_html(plan(), tool_version="0.1.0")

    assert '<td class="before"><code>&#34;shop/web:1.4.<mark>1</mark>&#34;</code>' in told
    assert '<td class="after"><code>&#34;shop/web:1.4.<mark>2</mark>&#34;</code>' in told
    assert '<td class="after"><code>(present)</code>' in told
    assert "forces replacement" in told
    assert "Release with --allow-replace." in told


def test_a_failing_group_shows_its_containers() -> None:
    """Their events and their last words."""
    told = render_html(applied(), tool_version="0.1.0")

    assert "Run state: unhealthy" in told
    assert "BackOff \N{MULTIPLICATION SIGN}3" in told
    assert '<pre tabindex="0">Traceback:\n\tKeyError: &#39;x&#39;\n</pre>' in told


def test_what_is_as_it_should_be_is_folded_away() -> None:
    """What is wrong is open from the start, however much there is."""
    told = render_html(drift(), tool_version="0.1.0")

    assert "1 is as it should be" in told
    assert '<details class="same">' in told
    assert 4 == told.count(" open>")


def test_what_changes_is_folded_where_there_is_much_of_it() -> None:
    """A page of a hundred open tables is no overview; what is wrong stays open."""
    few = plan()
    many = replace(few, entries=few.entries * 5)

    assert 5 == render_html(few, tool_version="0.1.0").count(" open>")
    assert 10 == render_html(many, tool_version="0.1.0").count(" open>")


def test_hostile_texts_are_texts() -> None:
    """The template engine does not look at them twice."""
    told = render_html(hostile(), tool_version="{{ 1 }}")

    assert "{{ 7*7 }}" in told
    assert "{{ 1 }}" in told
    assert "<script" not in told
