"""The HTML report in a real browser: it shows, it asks for nothing, and nothing in it runs."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from report_pages import PAGES, hostile

from aci_reconcile.render.formats.html import render_html

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = pytest.mark.browser

CONTROL = "<!doctype html><title>x</title><img src=http://evil.example/x><p id=p></p><script>p.id = 'ran'</script>"
"""A page that does what a report must not do."""


@dataclass
class Site:
    """A server on this machine that has one page, and notes what it is asked; every name leads to it."""

    page: str
    port: int = 0
    asked: list[str] = field(default_factory=list[str])


@contextmanager
def served(page: str) -> Generator[Site]:
    """Serve a page until the block ends."""
    site = Site(page)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(f"{self.headers.get('Host', '').partition(':')[0]}{self.path}")
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            if self.path == "/":
                self.wfile.write(site.page.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's own word
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_port
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def chromium() -> str:
    """Return the browser; without one these tests fail, for nothing was checked."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("no Chromium was found: install one, such as with `apt-get install chromium`")
    return found


def browse(site: Site, folder: Path, *options: str) -> str:
    """Open the page and return what the browser says."""
    always = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run")
    own = (
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-features=NetworkTimeServiceQuerying,OptimizationHints",
    )
    rules = f"--host-resolver-rules=MAP * 127.0.0.1:{site.port}"
    words = [
        chromium(),
        *always,
        *own,
        rules,
        f"--user-data-dir={folder / 'profile'}",
        *options,
        "http://report.example/",
    ]
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=120).stdout


def foreign(site: Site) -> list[str]:
    """Return what was asked for besides the page itself, and the icon that browsers ask for by themselves."""
    return [each for each in site.asked if each not in {"report.example/", "report.example/favicon.ico"}]


def test_a_hostile_report_asks_for_nothing_and_runs_nothing(tmp_path: Path) -> None:
    """Its texts are texts in the browser, too."""
    with served(render_html(hostile(), tool_version="0.1.0")) as site:
        shown = browse(site, tmp_path, "--dump-dom")

    assert [] == foreign(site)
    assert [] == re.findall(r"<(?:script|img|iframe|link|a|object)\b", shown)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<h1" in shown


def test_what_a_report_must_not_do_would_be_noticed(tmp_path: Path) -> None:
    """A page with a script and a picture gives itself away."""
    with served(CONTROL) as site:
        shown = browse(site, tmp_path, "--dump-dom")

    assert ["evil.example/x"] == foreign(site)
    assert 'id="ran"' in shown


def test_it_is_drawn_in_light_and_in_dark(tmp_path: Path) -> None:
    """As the reader's system is set."""
    pictures = {"1": tmp_path / "light.png", "0": tmp_path / "dark.png"}
    with served(render_html(PAGES["plan"](), tool_version="0.1.0")) as site:
        for preferred, picture in pictures.items():
            browse(site, tmp_path, f"--blink-settings=preferredColorScheme={preferred}", f"--screenshot={picture}")
    light, dark = (picture.read_bytes() for picture in pictures.values())

    assert light.startswith(b"\x89PNG")
    assert light != dark
    assert [] == foreign(site)
