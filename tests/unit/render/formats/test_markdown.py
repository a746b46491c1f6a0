"""Markdown: what stands where, and what goes first where room is short."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_pages import drift, plan

from aci_reconcile.core.errors import Severity
from aci_reconcile.render.formats.markdown import LIMIT, render_markdown
from aci_reconcile.render.formats.markup import fence, render_code, render_html_code, render_prose
from aci_reconcile.render.page.page import Entry, Link, Outcome, Page, Remark
from aci_reconcile.render.rows import Row


def big(name: str, weight: int, fields: int = 40) -> Entry:
    """Return an entry with many fields."""
    rows = tuple(Row(f"tags.{number:03}", ('"before"', '"after"')) for number in range(fields))
    return Entry(name, Outcome.CHANGED, "update", "~", rows=rows, weight=weight)


def page(*entries: Entry, **more: object) -> Page:
    """Return a page with these entries."""
    return replace(Page("plan", "Plan: 1 to add.", good=True, entries=entries), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, and 12 more.", "plain words, and 12 more."),
        ("it's a re-created group (once)", "it's a re-created group (once)"),
        ("rg-shop/web is gone.", "`rg-shop/web` is gone."),
        ("ask @team about #12 now", "ask `@team` about `#12` now"),
        ("see https://x.example/a b", "see `https://x.example/a` b"),
        ("no `colour` here", "no `colour` here"),
        ("write `a: {b: 1}`.", "write `a: {b: 1}`."),
        ("a ` b", "a `` ` `` b"),
        ("since deadbeef1", "since `deadbeef1`"),
        ("\x1b[31mred\x1b[0m\nnext", "red next"),
        ("", ""),
    ],
)
def test_prose(text: str, expected: str) -> None:
    """Plain words stay words; everything else stands in a code span."""
    assert expected == render_prose(text)


def test_a_fence_is_longer_than_what_is_in_it() -> None:
    """No line can close it, and no code span can be left early."""
    assert "`````diff\n+ ````\n`````" == fence(["+ ````"], "diff")
    assert "``a`b``" == render_code("a`b")
    assert "`` `a ``" == render_code("`a")
    assert "<code>&lt;b&gt; &amp; &quot;</code>" == render_html_code('<b> & "')


def test_the_marker_of_the_caller_is_the_first_line() -> None:
    """By it a comment is found again."""
    told = render_markdown(plan(), head="<!-- aci-reconcile: prod -->").splitlines()

    assert ["<!-- aci-reconcile: prod -->", ""] == told[:2]


def test_a_changed_field_is_marked_as_forges_colour_it() -> None:
    """``~`` would stay grey; both sides of a long one stand below each other."""
    told = render_markdown(plan())

    assert '\n! tags.team "shop" -> "data"\n' in told
    assert '\n! containers[web].command  # changed in Azure\n-   ["run"' in told
    assert "\n~ " not in told


def test_what_would_be_deleted_stands_first_and_unfolded() -> None:
    """Before what holds the plan back, and before the folds; it is marked."""
    told = render_markdown(plan())
    before, after = told.split("<details>", 1)

    assert (
        "**\N{WARNING SIGN} Deleted, or deleted and created again:**\n\n- `-/+` `rg-shop/db` recreate: new IP\n"
        in before
    )
    assert "\n- `-` `rg-shop/old` delete: loses IP\n" in before
    assert before.index("rg-shop/old") < before.index("\n- \N{CROSS MARK} **Held back:**")
    assert "rg-shop/old" not in after


def test_many_deletions_leave_room_for_the_rest() -> None:
    """As many as fit are named, the others are counted; an update keeps its name."""
    gone = tuple(
        Entry(f"rg/{'g' * 80}{at:04}", Outcome.CHANGED, "delete", "-", weight=70, destroys=True) for at in range(900)
    )
    told = render_markdown(page(*gone, big("rg/web", 40)))

    assert len(told) <= LIMIT
    assert "<code>rg/web</code>" in told
    assert "_Left out to save space: " in told


def test_the_heading_names_whose_plan_it_is() -> None:
    """The project, with the environment; the pages of the run and of the commit are linked below it."""
    heading, _, facts, *_ = render_markdown(plan()).splitlines()

    assert heading.startswith("### \N{CROSS MARK} `shop/prod`: Plan: 2 to add")
    assert facts.endswith(
        "commit [`0123456789ab`](https://forge.example/shop/repo/commit/01) \N{MIDDLE DOT} "
        "run [`job`](https://forge.example/shop/repo/7)"
    )


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://x/) [y](https://z", "https://x/<b>", "https://x y", ""]
)
def test_what_is_no_page_is_not_linked(url: str) -> None:
    """Nothing is said of it then."""
    assert "run" not in render_markdown(page(links=(Link("run", "job", url),)))


def test_everything_fits_by_default() -> None:
    """Nothing is said to be left out where nothing is."""
    assert "Left out" not in render_markdown(drift())


def test_the_fields_of_the_least_important_go_first() -> None:
    """The names stay as long as they can, and the loss is told."""
    told = render_markdown(page(big("rg/little", 1), big("rg/much", 9)), limit=2600)

    assert "<b><code>rg/much</code></b>" in told
    assert "tags.039" in told
    assert 1 == told.count("tags.039")
    assert "_Left out to save space: details of 1 group._ See the job's log for the rest." in told


def test_then_whole_groups_go() -> None:
    """The most important ones stay, in their place."""
    many = tuple(big(f"rg/g{number:03}", number) for number in range(200))
    told = render_markdown(page(*many), limit=3000, link="[The whole plan](https://ci.example/1)")

    assert "rg/g199" in told
    assert "rg/g000" not in told
    assert told.endswith("groups._ [The whole plan](https://ci.example/1)")
    assert len(told) <= 3000


def test_a_huge_plan_fits_into_a_comment() -> None:
    """Two thousand groups, and remarks without end."""
    remarks = tuple(Remark(Severity.ERROR, "word " * 300, title="Held back") for _ in range(200))
    told = render_markdown(page(*(big(f"rg/g{number}", 5) for number in range(2000)), remarks=remarks))

    assert LIMIT - 2500 < len(told) <= LIMIT
    assert 0 == told.count("<details>") - told.count("</details>")
    assert "remarks" in told.splitlines()[-1]


def test_a_single_huge_group_is_cut() -> None:
    """As many of its fields as fit are shown, and how many are not."""
    told = render_markdown(page(big("rg/web", 5, fields=1000)), limit=6000)

    assert "more lines)" in told
    assert 3000 < len(told) <= 6000
