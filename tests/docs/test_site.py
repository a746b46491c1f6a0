"""The documentation's site: `make docs` builds what the Markdown says, and every link in it leads somewhere."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from docs_blocks import ROOT
from markdown_it import MarkdownIt
from script_modules import load_script

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.docs

CONFIG: dict[str, Any] = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
SHAPES = frozenset({"blockquote", "h1", "h2", "h3", "h4", "img", "li", "ol", "pre", "tr", "ul"})
SITE = ROOT / "build" / "site"
PAGES = ROOT / "build" / "docs-site" / "pages"


check_site = load_script("check_site")
build_docs = load_script("build_docs")


class Shapes(HTMLParser):
    """Counts the elements that give a page its shape; of a page of the site, those of its text."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self.inside = whole

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count."""
        self.inside |= tag == "article"
        if self.inside and tag in SHAPES:
            self.counts[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        """Stop behind the text."""
        self.inside &= tag != "article"


def shapes(html: str, *, whole: bool) -> Counter[str]:
    """Return how often each element is there."""
    found = Shapes(whole=whole)
    found.feed(html)
    return found.counts


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built next to the published one of an older version; the folder of this version."""
    published = tmp_path_factory.mktemp("published")
    (published / "0.0").mkdir()
    (published / "0.0" / "index.html").write_text("old", encoding="utf-8")
    listed = [{"version": name, "title": name} for name in ("0.0", "../../etc")]
    (published / "versions.json").write_text(json.dumps(listed), encoding="utf-8")
    python = ROOT / "build" / "zensical" / "bin" / "python"
    words = [str(python), "scripts/build_docs.py", "--published", str(published)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)

    assert 0 == done.returncode, done.stdout + done.stderr
    assert ", 0 broken links" in done.stdout
    return SITE / str(build_docs.find_version())


def test_it_has_every_page(site: Path) -> None:
    """In the navigation, too, but for the decisions, which their index lists."""
    named = json.dumps(CONFIG["nav"])
    pages = {path.relative_to(PAGES).as_posix() for path in PAGES.rglob("*.md")}

    assert set() == {each for each in pages if "/adr/" not in each and f'"{each}"' not in named}
    assert len(pages) <= len(list(site.rglob("*.html")))
    assert "Container" in (site / "search.json").read_text(encoding="utf-8")


def test_pages_look_as_on_a_git_host(site: Path) -> None:
    """Both understand Markdown alike: each list, each table, each block is one there, too."""
    host = MarkdownIt("commonmark").enable("table")
    differ: dict[str, Any] = {}
    for page in sorted(PAGES.rglob("*.md")):
        name = page.relative_to(PAGES)
        folder = name.parent if name.stem == "README" else name.with_suffix("")
        here = shapes((site / folder / "index.html").read_text(encoding="utf-8"), whole=False)
        there = shapes(host.render(page.read_text(encoding="utf-8")), whole=True)
        if here != there:
            differ[name.as_posix()] = {
                each: (here[each], there[each]) for each in here | there if here[each] != there[each]
            }

    assert {} == differ


def test_versions_stay(site: Path) -> None:
    """The menu has the older ones; a name that is none is left out."""
    versions = json.loads((SITE / "versions.json").read_text(encoding="utf-8"))

    assert [site.name, "0.0"] == [each["version"] for each in versions]
    assert [["latest"], []] == [each["aliases"] for each in versions]
    assert "old" == (SITE / "0.0" / "index.html").read_text(encoding="utf-8")
    assert f"url={site.name}/" in (SITE / "index.html").read_text(encoding="utf-8")


def test_a_wrong_copy_of_the_site_is_refused(tmp_path: Path) -> None:
    """Else all older versions would be gone."""
    with pytest.raises(SystemExit, match="2"):
        build_docs.main(["--published", str(tmp_path)])


def test_schemas_are_where_their_id_says(site: Path) -> None:
    """So that an editor can have them from there."""
    schemas = sorted((ROOT / "schemas").iterdir())
    ids = [json.loads(path.read_text(encoding="utf-8"))["$id"] for path in schemas]

    assert [f"{CONFIG['site_url']}schemas/{path.name}" for path in schemas] == ids
    assert [(SITE / "schemas" / path.name).read_bytes() for path in schemas] == [path.read_bytes() for path in schemas]


def test_what_is_no_page_is_in_the_repository() -> None:
    """Links in code are none."""
    text = (
        "[a](../manifests/) [b](cli.md#x) [c](https://x.org) `[d](../e)`\n```text\n[f](../g)\n```\n[h]: ../action.yml\n"
    )

    assert (
        "[a](https://h/tree/main/manifests) [b](cli.md#x) [c](https://x.org) `[d](../e)`\n```text\n[f](../g)\n```\n"
        "[h]: https://h/tree/main/action.yml\n"
    ) == build_docs.turn_links(text, "docs/a.md", "https://h")


def test_broken_links_are_found(tmp_path: Path) -> None:
    """The check itself is checked."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "index.html").write_text('<p id="x">', encoding="utf-8")
    links = ["b/", "b/#x", "b/#y", "c/", "../", "#", "#z", "https://x.org", "/base/b/", "/b/"]
    text = "\n".join(f'<a href="{each}">' for each in links) + '\n<script src="https://x.org/a.js"></script>'
    (tmp_path / "index.html").write_text(text, encoding="utf-8")

    assert [
        "index.html:3: b/#y: there is no such anchor",
        "index.html:4: c/: there is no such file",
        "index.html:5: ../: there is no such file",
        "index.html:7: #z: there is no such anchor",
        "index.html:10: /b/: there is no such file",
        "index.html:11: https://x.org/a.js: a browser would fetch it from elsewhere",
    ] == check_site.check(tmp_path, "https://h/base/")
