"""Laws of the formats of Git hosts and CI: whatever a text holds, it stays a text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from report_pages import EVIL, hostile
from thoroughness import up_to

from aci_reconcile.core.errors import Severity, Where
from aci_reconcile.core.health import ContainerEvent, ContainerHealth, Health, State
from aci_reconcile.render.formats.github import PER_TYPE, render_github
from aci_reconcile.render.formats.html import render_html
from aci_reconcile.render.formats.junit import render_junit
from aci_reconcile.render.formats.markdown import render_markdown
from aci_reconcile.render.formats.markup import is_plain, render_code, render_prose
from aci_reconcile.render.page.page import Entry, Link, Outcome, Page, Remark
from aci_reconcile.render.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markdown_it.token import Token

law = settings(derandomize=True, deadline=None, max_examples=up_to(40), suppress_health_check=[HealthCheck.too_slow])

pieces = st.sampled_from(
    [
        *(
            "<script>alert(1)</script>",
            "</details>",
            "</code>",
            "<img src=x onerror=y>",
            "<!--",
            "-->",
            "&lt;",
            "&#60;",
        ),
        *(
            "`",
            "```",
            "~~~",
            "``",
            "\\",
            "*",
            "_",
            "[a](b)",
            "![a](b)",
            "[a]: b",
            "<http://a.b>",
            "https://a.b",
            "www.a.b",
        ),
        *(
            "@team",
            "#123",
            "GH-1",
            "a/b#1",
            "a@b.c",
            ":tada:",
            "deadbeef",
            "|",
            "- ",
            "1. ",
            "# ",
            "    ",
            "\n\n",
            "\r",
        ),
        *("::error::x", "::endgroup::", "##[error]x", "##vso[task.complete]x", "%0A::error::x", "\x1b[31m", "\u202e"),
        *("]]>", "\x00", "\ufffe", "\ud800", "{{ 7*7 }}", "{% raw %}", '"', "'", "word", "\u65e5\u672c", " ", "\t"),
    ]
)
texts = st.lists(pieces, max_size=6).map("".join) | st.text(max_size=12)
some = st.lists(texts, max_size=2).map(tuple)
places = st.none() | st.builds(Where, texts, st.integers(0, 9), st.integers(0, 9))
remarks = st.builds(Remark, st.sampled_from(Severity), texts, places, texts, some)
rows = st.builds(Row, texts, st.lists(texts, max_size=2).map(tuple), st.sampled_from("+- "), texts, st.booleans())
happened = st.builds(ContainerEvent, texts, texts, texts, st.integers(0, 3), texts, texts)
containers = st.builds(
    ContainerHealth,
    texts,
    st.sampled_from(State),
    texts,
    texts,
    st.integers(0, 2),
    st.none() | st.integers(0, 2),
    texts,
    texts,
    st.lists(happened, max_size=1).map(tuple),
    st.booleans(),
)
health = st.builds(Health, st.sampled_from(State), texts, texts, st.lists(containers, max_size=2).map(tuple), some)
entries = st.builds(
    Entry,
    texts,
    st.sampled_from(Outcome),
    texts,
    st.sampled_from(["", "+", "~", "-", "-/+", "!"]),
    st.none() | st.sampled_from(Severity),
    places,
    some,
    st.lists(rows, max_size=2).map(tuple),
    st.lists(remarks, max_size=1).map(tuple),
    st.none() | health,
    st.lists(st.tuples(texts, some), max_size=1).map(tuple),
    st.none() | st.floats(0, 9),
    st.integers(0, 9),
    st.booleans(),
    st.booleans(),
)
links = st.builds(Link, texts, texts, texts.filter(lambda each: not is_plain(each)))
pages = st.builds(
    Page,
    st.sampled_from(["plan", "drift", "apply", "validate"]),
    texts,
    st.booleans(),
    texts,
    st.lists(st.tuples(st.sampled_from(["project", "endpoint"]), texts), max_size=2).map(tuple),
    st.just((("add", 1), ("change", 0))),
    st.lists(remarks, max_size=2).map(tuple),
    st.lists(entries, max_size=3).map(tuple),
    links=st.lists(links, max_size=2).map(tuple),
)
LIVE = re.compile(r"[@#`<>&]|://|www\.|\w:\w+:|\b[0-9a-fA-F]{7,}\b|\bGH-\d", re.ASCII)
"""What a Git host makes something of, where it stands in plain text."""
OURS = {"details", "summary", "code", "b", "p"}
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


class Elements(HTMLParser):
    """Counts the elements and attributes of a document, and keeps its text."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.others: list[str] = []
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count an element."""
        self.found[tag] += 1
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        """Count its end."""
        self.found[f"/{tag}"] += 1

    def handle_comment(self, data: str) -> None:
        """Note what should not be there."""
        self.others.append(data)

    unknown_decl = handle_comment
    handle_pi = handle_comment


def flat(tokens: Iterable[Token]) -> Iterable[Token]:
    """Yield tokens and those within them."""
    for token in tokens:
        yield token
        yield from flat(token.children or ())


def is_harmless(document: str) -> bool:
    """Whether a Git host would make nothing of the texts in a Markdown document."""
    tokens = list(flat(READER.parse(document)))
    raw = "".join(each.content for each in tokens if each.type in {"html_block", "html_inline"})
    plain = [each.content for each in tokens if each.type == "text"]
    elements = Elements(raw)
    return (
        not [each for each in tokens if each.type in {"link_open", "image"}]
        and set(elements.found) <= OURS | {f"/{each}" for each in OURS}
        and not elements.others
        and not elements.attributes
        and elements.found["details"] == elements.found["/details"]
        and not [each for each in plain if LIVE.search(each)]
    )


def commands(log: str) -> list[str]:
    """Return the lines that the runner takes for commands, by their names; an old-style one is always wrong."""
    assert not re.search(r"##(\[|vso\[)", log, re.IGNORECASE)
    found = (re.match(r"\s*::([a-z]+)(?: [^:]*)?::", line) for line in re.split(r"[\r\n]", log))
    return [match[1] for match in found if match]


@law
@given(texts)
def test_a_sentence_and_a_code_span_stay_text(text: str) -> None:
    """Neither is more than one paragraph of plain words and code."""
    for told in (render_prose(text), render_code(text)):
        tokens = [each for each in READER.parse(f"x {told}") if each.type != "inline"]

        assert ["paragraph_open", "paragraph_close"] == [each.type for each in tokens]
        assert is_harmless(f"x {told}")


@law
@given(pages, st.integers(2000, 6000) | st.just(65_536))
def test_markdown_has_nothing_live_from_data(page: Page, limit: int) -> None:
    """No link, image, mention, issue, comment or element but ours, and never more than the limit."""
    text = render_markdown(page, limit=limit)

    assert len(text) <= limit
    assert is_harmless(text)


@law
@given(pages)
def test_html_has_no_element_from_data(page: Page) -> None:
    """The document has the elements and attributes of the same page with harmless texts, and nothing that runs."""
    found = Elements(render_html(page, tool_version="0"))

    assert not set(found.found) & {"script", "img", "a", "iframe", "link", "form", "object", "svg", "base", "h4"}
    assert not {each for each in found.attributes if each.startswith("on") or each in {"src", "href", "style"}}
    assert [] == found.others
    assert [1, 1, 1] == [found.found[each] for each in ("html", "body", "main")]
    assert len(page.notable) + bool(page.same) >= found.found["details"] == found.found["/details"]
    assert found.found["div"] == found.found["/div"]


@law
@given(pages)
def test_junit_is_well_formed_and_counts_right(page: Page) -> None:
    """It parses, has a case for each entry, and says how many failed."""
    suite = ET.fromstring(render_junit(page).encode()).find("testsuite")

    assert suite is not None
    cases = suite.findall("testcase")
    loose = sum(each.severity is Severity.ERROR for each in page.loose)
    assert len(page.entries) + loose == len(cases) == int(suite.attrib["tests"])
    for tag, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert int(suite.attrib[count]) == sum(case.find(tag) is not None for case in cases)


@law
@given(pages)
def test_the_log_has_exactly_our_commands(page: Page) -> None:
    """Groups open and close in turn, annotations come after them, and there are no more than the runner takes."""
    found = commands(render_github(page))
    groups = [each for each in found if each in {"group", "endgroup"}]
    levels = Counter(each for each in found if each not in {"group", "endgroup"})

    assert set(levels) <= {severity.value for severity in Severity}
    assert all(number <= PER_TYPE for number in levels.values())
    assert ["group", "endgroup"] * (len(groups) // 2) == groups
    assert groups == found[: len(groups)]


def test_the_laws_notice_what_they_are_about() -> None:
    """A text that is not escaped breaks them; in a report it does not."""
    assert not is_harmless(EVIL)
    assert not is_harmless("see @team")
    assert ["error"] == commands("  ::error file=x::y")
    assert is_harmless(render_markdown(hostile()))
