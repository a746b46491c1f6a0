"""Find links and anchors in the pages of a built site that lead nowhere; other servers are not asked.

A page may also name nothing from elsewhere that a browser would fetch: the site works offline, and tells nobody who
reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

LINKS = {"a": "href", "img": "src", "link": "href", "script": "src"}
FETCHED = {"img", "script"}


@dataclass(slots=True)
class Page:
    """What a page has, and what it names."""

    anchors: set[str] = field(default_factory=lambda: {""})
    links: list[tuple[int, str, str]] = field(default_factory=list[tuple[int, str, str]])
    """Line, element and target."""


class Reader(HTMLParser):
    """Collects anchors and links."""

    def __init__(self) -> None:
        """Begin with an empty page."""
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what an element has."""
        found = {name: value or "" for name, value in attrs}
        self.page.anchors |= {found[name] for name in ("id", "name") if name in found}
        target = found.get(LINKS.get(tag, ""))
        if target is not None and found.get("rel") not in {"canonical", "prev", "next"}:
            self.page.links.append((self.getpos()[0], tag, target))


def read(file: Path) -> Page:
    """Return what a file has."""
    reader = Reader()
    reader.feed(file.read_text(encoding="utf-8"))
    return reader.page


def check(site: Path, address: str = "") -> list[str]:
    """Return one line for each link that leads nowhere. ``address`` is where the site will be."""
    root, prefix = site.resolve(), urlsplit(address).path
    pages = {file: read(file) for file in sorted(root.rglob("*.html"))}
    found: list[str] = []
    for file, page in pages.items():
        for line, tag, target in page.links:
            local = "./" + target.removeprefix(prefix) if prefix and target.startswith(prefix) else target
            reason = _reason(root, root / "index.html" if local != target else file, tag, local, pages)
            found += [f"{file.relative_to(root)}:{line}: {target}: {reason}"] if reason else []
    return found


def _reason(root: Path, file: Path, tag: str, target: str, pages: dict[Path, Page]) -> str:
    """Return why a link leads nowhere, or an empty text."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return "a browser would fetch it from elsewhere" if tag in FETCHED and parts.scheme != "data" else ""
    wanted = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    if wanted.is_dir():
        wanted /= "index.html"
    if not wanted.is_relative_to(root) or not wanted.is_file():
        return "there is no such file"
    if wanted in pages and unquote(parts.fragment) not in pages[wanted].anchors:
        return "there is no such anchor"
    return ""
