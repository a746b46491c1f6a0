"""Links between the pages of the documentation lead to a file that exists, and to a heading or an anchor in it."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LISTED = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
PAGES = [ROOT / name for name in LISTED.split() if not name.startswith("tests/")]
LINK = re.compile(r"\]\(([^)\s]+)\)")
ANCHOR = re.compile(r'<a id="([^"]+)"')
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@cache
def anchors_of(page: Path) -> frozenset[str]:
    """Return what a link may name in a page: its own anchors, and those that Git hosts make of headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = (line.lstrip("#").strip().lower() for line in text.splitlines() if line.startswith("#"))
    made = (NOT_IN_ANCHORS.sub("", heading).replace(" ", "-") for heading in headings)
    return frozenset((*ANCHOR.findall(text), *made))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Links to other servers are not followed."""
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if ":" not in link]
    dead = []
    for link in links:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors_of(target)):
            dead.append(link)

    assert [] == dead


def test_pages_are_found() -> None:
    """In a checkout; elsewhere there is no list of them."""
    assert not LISTED or ROOT / "README.md" in PAGES
