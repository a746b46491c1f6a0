"""Whole reports in the formats of Git hosts and CI, compared as files: ``tests/golden/pages``.

``GOLDEN_UPDATE=1`` rewrites them; the difference is reviewed like code.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from report_pages import CANARY, DIAGNOSTICS, PAGES

from aci_reconcile.render.formats.checkout import Checkout
from aci_reconcile.render.formats.github import render_github
from aci_reconcile.render.formats.html import render_html
from aci_reconcile.render.formats.junit import render_junit
from aci_reconcile.render.formats.markdown import render_markdown
from aci_reconcile.render.formats.sarif import render_sarif

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.render.page.page import Page

FOLDER = Path(__file__).parent / "pages"
CHECKOUT = Checkout("/repo", "/repo/infra")
FORMATS: dict[str, Callable[[Page], str]] = {
    "md": render_markdown,
    "html": lambda page: render_html(page, tool_version="0.1.0"),
    "xml": render_junit,
    "log": lambda page: render_github(page, CHECKOUT),
}
TITLES = {"ACI012": ("A port that ACI reserves", "ACI keeps some ports for itself.")}


def compare(name: str, actual: str) -> None:
    """Compare with a file; with ``GOLDEN_UPDATE``, after writing it."""
    file = FOLDER / name
    if os.environ.get("GOLDEN_UPDATE"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{actual}\n", encoding="utf-8")

    assert file.read_text(encoding="utf-8").removesuffix("\n") == actual


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", PAGES)
def test_page(name: str, form: str) -> None:
    """The report is the expected one, to the last space, and holds no secret."""
    actual = FORMATS[form](PAGES[name]())

    compare(f"{name}.{form}", actual)
    assert CANARY not in actual


def test_sarif() -> None:
    """The complaints are the expected ones."""
    compare("validate.sarif", render_sarif(DIAGNOSTICS, TITLES, CHECKOUT, tool_version="0.1.0"))


def test_no_file_is_left_over() -> None:
    """Each file is compared."""
    expected = {f"{name}.{form}" for name in PAGES for form in FORMATS} | {"validate.sarif"}

    assert expected == {each.name for each in FOLDER.iterdir()}
