"""A page as Markdown for a pull request, an issue or a job's summary.

The verdict, the counts, and groups that would be deleted are always visible, so that nobody overlooks them. Each other
group is a ``<details>`` with its fields in a ``diff`` fence. Git hosts colour lines there that begin with ``+``, ``-``
or ``!``. They leave ``~`` grey, so a changed field begins with ``!``.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.render.formats.entry_lines import render_run_state
from aci_reconcile.render.formats.markup import fence, is_plain, render_code, render_html_code, render_prose
from aci_reconcile.render.values import cut
from aci_reconcile.render.words import count, format_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aci_reconcile.core.errors import Where
    from aci_reconcile.render.page.page import Entry, Link, Page, Remark
    from aci_reconcile.render.rows import Row

LIMIT = 65_536
"""The most characters of a comment or an issue on GitHub, which refuses more (runatlantis/atlantis#1413)."""

COMMENT = LIMIT - 500
"""The most characters of a comment, with room for the marker above it."""

_NOTE = 400
"""Room for the sentence about what was left out."""
_WIDE = 110
"""If the two sides of a field have more characters, each is on a line of its own."""
_LONGEST = 1000
"""The most characters of one value."""
_BREAK = "\\\n  "
"""A line break inside an item of a list."""
_GONE = "**\N{WARNING SIGN} Deleted, or deleted and created again:**"
_SIGNS = {Severity.ERROR: "\N{CROSS MARK}", Severity.WARNING: "\N{WARNING SIGN}", Severity.NOTICE: "\N{SPEECH BALLOON}"}


def render_markdown(page: Page, *, limit: int = COMMENT, head: str = "", link: str = "") -> str:
    """Return the page within the limit. The least important parts are left out first, and a last line says so.

    Args:
        page: the page.
        limit: the most characters.
        head: the caller's first line, not escaped: a hidden marker that identifies the comment.
        link: a link to the complete report, not escaped, for a page from which something was left out.
    """
    top = "\n".join((*([head, ""] if head else []), *_render_top(page)))
    room = limit - len(top) - _NOTE - len(link)
    # Deletions get up to two thirds of the room before anything else: a reviewer must see them.
    gone = _choose_blocks(page.destroyed, room * 2 // 3)
    room -= sum(len(each.text) + 2 for each in gone)
    remarks, room = _take_fitting([_render_remark(each) for each in page.remarks], room // 2, room)
    rest, room = _take_fitting([_render_same(page)] if page.same else [], room, room)
    blocks = _choose_blocks([each for each in page.notable if not each.destroys], room)
    left_out = (len(page.remarks) - len(remarks), *_count_missing((*gone, *blocks)))
    noun = "file" if page.kind == "validate" else "group"
    titled = [_GONE, *(each.text for each in gone)] if gone else []
    parts = [
        top,
        *titled,
        "\n".join(remarks),
        *(each.text for each in blocks),
        *rest,
        _render_left_out(left_out, noun, link),
    ]
    return "\n\n".join(part for part in parts if part)[:limit]


@dataclass(frozen=True, slots=True)
class _Block:
    """The text of an entry: complete, cut, only its name, or empty."""

    text: str
    lines_lost: int = 0


def _render_top(page: Page) -> Iterator[str]:
    subject = f"{render_code(page.subject, 150)}: " if page.subject else ""
    yield f"### {_SIGNS[Severity.ERROR] if not page.good else chr(0x2705)} {subject}{render_prose(page.verdict)}"
    facts = [f"{name} {render_code(value, 100)}" for name, value in page.facts]
    facts += [_render_link(each) for each in page.links if is_plain(each.url)]
    if facts:
        yield ""
        yield " · ".join(facts)
    if page.counts:
        yield ""
        yield f"| {' | '.join(name for name, _ in page.counts)} |"
        yield f"|{'--:|' * len(page.counts)}"
        yield f"| {' | '.join(str(number) for _, number in page.counts)} |"


def _render_link(link: Link) -> str:
    return f"{render_prose(link.name, 50)} [{render_code(link.text, 100)}]({link.url})"


def _render_remark(remark: Remark, known: Where | None = None) -> str:
    """Return a remark as an item of a list, without its place if that is ``known``."""
    where = format_place(remark.where) if remark.where != known else ""
    at = f" ({render_code(where, 200)})" if where else ""
    title = f"**{render_prose(remark.title, 100)}:** " if remark.title else ""
    lines = (f"{title}{render_prose(remark.text)}{at}", *(render_prose(text) for text in remark.detail))
    return f"- {_SIGNS[remark.severity]} {_BREAK.join(line for line in lines if line)}"


def _render_same(page: Page) -> str:
    names = ", ".join(render_html_code(each.name) for each in page.same)
    summary = count(len(page.same), "as it should be", "as they should be")
    return f"<details><summary>{summary}</summary>\n\n<p>{names}</p>\n\n</details>"


def _take_fitting(parts: Sequence[str], limit: int, room: int) -> tuple[list[str], int]:
    """Return the first parts that fit into the limit, and the rest of the room."""
    taken: list[str] = []
    for part in parts:
        if len(part) + 2 > limit:
            break
        taken.append(part)
        limit -= len(part) + 2
        room -= len(part) + 2
    return taken, room


def _choose_blocks(entries: Sequence[Entry], room: int) -> list[_Block]:
    """Return as much of each entry as fits: first all names, by weight, then the bodies."""
    # The order of the page is kept; only the choice is by weight.
    order = sorted(range(len(entries)), key=lambda at: (-entries[at].weight, at))
    blocks = [_Block("")] * len(entries)
    for at in order:
        brief = _render_brief(entries[at])
        if len(brief) + 2 > room:
            break
        blocks[at] = _Block(brief, len(_render_diff(entries[at])))
        room -= len(brief) + 2
    for at in order:
        if blocks[at].text:
            blocks[at] = _add_body(entries[at], blocks[at], room)
            room -= len(blocks[at].text) - len(_render_brief(entries[at]))
    return blocks


def _add_body(entry: Entry, brief: _Block, room: int) -> _Block:
    """Return an entry with its body, cut if it does not fit; only the name if hardly any of it fits."""
    lines, before, after = _render_diff(entry), _render_before(entry), _render_after(entry)
    room += len(brief.text)
    for text, kept in _make_bodies(entry, lines, before, after):
        if len(text) <= room:
            return _Block(text, len(lines) - kept)
    return brief


def _make_bodies(entry: Entry, lines: list[str], before: list[str], after: list[str]) -> Iterator[tuple[str, int]]:
    """Yield the entry with less and less of its body, and how many lines of its fields remain."""
    kept = len(lines)
    yield _render_details(entry, [*before, *_fence_diff(lines), *after]), kept
    # Halving is coarse but takes few attempts; a body that nearly fits still shows half of its fields or more.
    while kept:
        kept //= 2
        more = f"  ({count(len(lines) - kept, 'more line')})"
        yield _render_details(entry, [*before, *_fence_diff([*lines[:kept], more]), *after]), kept
    yield _render_details(entry, before), 0


def _render_brief(entry: Entry) -> str:
    return (
        f"- {entry.mark and render_code(entry.mark)} {render_code(entry.name, 200)} {render_prose(entry.summary, 300)}"
    )


def _render_details(entry: Entry, parts: list[str]) -> str:
    # A deletion is not folded away.
    if entry.destroys:
        return "\n\n".join((_render_brief(entry), *(indent(part, "  ") for part in parts)))
    mark = f"<code>{entry.mark}</code> " if entry.mark else ""
    head = f"{mark}<b>{render_html_code(entry.name)}</b> {render_html_code(entry.summary, 300)}"
    if not parts:
        return _render_brief(entry)
    return "\n\n".join((f"<details><summary>{head}</summary>", *parts, "</details>"))


def _render_before(entry: Entry) -> list[str]:
    where = format_place(entry.where)
    paragraphs = [f"Declared at {render_code(where, 300)}."] if where else []
    paragraphs += [render_prose(note, 500) for note in entry.notes]
    return [
        *paragraphs,
        *(["\n".join(_render_remark(each, entry.where) for each in entry.remarks)] if entry.remarks else []),
    ]


def _fence_diff(lines: list[str]) -> list[str]:
    return [fence(lines, "diff")] if lines else []


def _render_after(entry: Entry) -> list[str]:
    lines = [cut(line, _LONGEST) for line in render_run_state(entry)]
    return [fence(lines, "text")] if lines else []


def _render_diff(entry: Entry) -> list[str]:
    return [line for row in entry.rows for line in _render_row(row, adds=entry.adds)]


def _render_row(row: Row, *, adds: bool) -> Iterator[str]:
    values = [cut(value, _LONGEST) for value in row.values]
    remark = f"  # {row.remark}" if row.remark else ""
    if len(values) > 1 and sum(map(len, values)) > _WIDE:
        yield f"! {row.path}{remark}"
        yield f"-   {values[0]}"
        yield f"+   {values[1]}"
        return
    sign = "+" if adds else row.sign if row.sign in "+-" else "!"
    yield f"{sign} {row.path} {' -> '.join(values)}{remark}".rstrip()


def _count_missing(blocks: Iterable[_Block]) -> tuple[int, int]:
    """Return how many entries are left out, and how many lack some of their fields."""
    all_blocks = list(blocks)
    return sum(not each.text for each in all_blocks), sum(bool(each.text and each.lines_lost) for each in all_blocks)


def _render_left_out(numbers: tuple[int, int, int], noun: str, link: str) -> str:
    remarks, entries, bodies = numbers
    parts = (
        (remarks, count(remarks, "remark")),
        (entries, count(entries, noun)),
        (bodies, f"details of {count(bodies, noun)}"),
    )
    texts = [text for number, text in parts if number]
    if not texts:
        return ""
    more = f" {link}" if link else " See the job's log for the rest."
    return f"_Left out to save space: {', '.join(texts)}._{more}"
