"""A page as JSON, and from it again: what another run shows is what this one would have shown."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from report_pages import PAGES

from aci_reconcile.manifest import find_large_violation
from aci_reconcile.render.formats.github import render_github
from aci_reconcile.render.formats.html import render_html
from aci_reconcile.render.formats.junit import render_junit
from aci_reconcile.render.formats.markdown import render_markdown
from aci_reconcile.render.formats.page_reading import read_page
from aci_reconcile.render.formats.result import RunEnd, RunOrigin, add_result
from aci_reconcile.render.page.page import Entry, Outcome, Page
from aci_reconcile.render.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = ("plan", "drift", "apply")
FORMATS: tuple[Callable[[Page], str], ...] = (
    render_markdown,
    lambda page: render_html(page, tool_version="1"),
    render_junit,
    render_github,
)


def read_again(page: Page) -> Page:
    """Return the page by way of a report, which the schema must allow."""
    document: Any = json.loads(add_result('{\n  "drifted": false\n}', RunOrigin("plan"), RunEnd(0, page)))

    assert find_large_violation(document, "result") is None
    return read_page(page.kind, document["result"]["page"])


@pytest.mark.parametrize("name", [*KINDS, "hostile"])
def test_every_format_is_the_same(name: str) -> None:
    """Of a page with something of everything, and of one that is out to do harm."""
    page = replace(PAGES[name](), links=())
    again = read_again(page)

    assert [render(page) for render in FORMATS] == [render(again) for render in FORMATS]


def test_what_a_row_holds_is_cleaned() -> None:
    """The formats rely on it: a line break would end a line of a log, and begin a command for the runner."""
    row = Row("a\n::error::x", ("\x1b[31mb", "c\r\nd"), "+", "e\nf")
    page = read_again(Page("plan", "v", good=True, entries=(Entry("g", Outcome.CHANGED, "s", rows=(row,)),)))

    assert (Row("a ::error::x", ("b", "c d"), "+", "e f"),) == page.entries[0].rows


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("counts", 0, "name"), "<img>"),
        (("facts", 0, "name"), "[a](b)"),
        (("entries", 0, "mark"), "</code>"),
        (("entries", 0, "outcome"), "fine"),
        (("entries", 0, "where"), {"file": 1, "line": 1, "column": 1}),
        (("entries", 0, "weight"), 10**40),
        (("sides",), ["one"]),
        (("verdict",), "x" * (2**20 + 1)),
        (("remarks", 0), "text"),
    ],
)
def test_a_page_that_nobody_here_made_is_refused(path: tuple[str | int, ...], value: object) -> None:
    """Names that no format escapes among them."""
    document: Any = json.loads(add_result('{"a": 1}', RunOrigin("plan"), RunEnd(0, PAGES["plan"]())))
    page = document["result"]["page"]
    at = page
    for each in path[:-1]:
        at = at[each]
    at[path[-1]] = value

    found = find_large_violation(document, "result")

    assert found is not None
    assert ("result", "page", *path)[: len(found[0])] == found[0]
