"""A page as Markdown for a pull request, an issue or a job's summary.

The verdict and the counts stand outside, and so does what would be deleted, or deleted and created again: nobody may
overlook it. Each other group is a ``<details>`` with its fields in a ``diff`` fence. Forges colour lines that begin
with ``+``, ``-`` and ``!`` there; ``~`` they leave grey, so a changed field begins with ``!``.
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
"""Characters of a comment or an issue on GitHub; more is refused (runatlantis/atlantis#1413)."""

COMMENT = LIMIT - 500
"""Characters of a comment, with room for the marker that stands above it."""

_NOTE = 400
"""Room for saying what was left out."""
_WIDE = 110
"""From how many characters on the two sides of a field stand on lines of their own."""
_LONGEST = 1000
"""Of one value."""
_BREAK = "\\\n  "
"""A line break within an item of a list."""
_GONE = "**\N{WARNING SIGN} Deleted, or deleted and created again:**"
_SIGNS = {Severity.ERROR: "\N{CROSS MARK}", Severity.WARNING: "\N{WARNING SIGN}", Severity.NOTICE: "\N{SPEECH BALLOON}"}


def render_markdown(page: Page, *, limit: int = COMMENT, head: str = "", link: str = "") -> str:
    """Return the page, never longer than the limit: the least important goes first, and that is said.

    Args:
        page: what is told.
        limit: the most characters.
        head: a first line of the caller's own, as it is: a hidden marker by which a comment is found again.
        link: where the whole report is, as it is; named where something was left out.
    """
    top = "\n".join((*([head, ""] if head else []), *_render_top(page)))
    room = limit - len(top) - _NOTE - len(link)
    gone = _choose_blocks(page.destroyed, room * 2 // 3)
    room -= sum(len(each.text) + 2 for each in gone)
    told, room = _take_fitting([_render_remark(each) for each in page.remarks], room // 2, room)
    rest, room = _take_fitting([_render_same(page)] if page.same else [], room, room)
    blocks = _choose_blocks([each for each in page.shown if not each.destroys], room)
    left_out = (len(page.remarks) - len(told), *_count_missing((*gone, *blocks)))
    noun = "file" if page.kind == "validate" else "group"
    titled = [_GONE, *(each.text for each in gone)] if gone else []
    parts = [
        top,
        *titled,
        "\n".join(told),
        *(each.text for each in blocks),
        *rest,
        _render_left_out(left_out, noun, link),
    ]
    return "\n\n".join(part for part in parts if part)[:limit]


@dataclass(frozen=True, slots=True)
class _Block:
    """An entry as it is told: whole, cut, by its name alone, or not at all."""

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


def _render_remark(remark: Remark, told: Where | None = None) -> str:
    """Return a remark as an item of a list; its place, unless that is told already."""
    where = format_place(remark.where) if remark.where != told else ""
    at = f" ({render_code(where, 200)})" if where else ""
    title = f"**{render_prose(remark.title, 100)}:** " if remark.title else ""
    lines = (f"{title}{render_prose(remark.text)}{at}", *(render_prose(text) for text in remark.detail))
    return f"- {_SIGNS[remark.severity]} {_BREAK.join(line for line in lines if line)}"


def _render_same(page: Page) -> str:
    names = ", ".join(render_html_code(each.name) for each in page.same)
    told = count(len(page.same), "as it should be", "as they should be")
    return f"<details><summary>{told}</summary>\n\n<p>{names}</p>\n\n</details>"


def _take_fitting(parts: Sequence[str], limit: int, room: int) -> tuple[list[str], int]:
    """Return the first parts that fit into the limit, and what is left of the room."""
    told: list[str] = []
    for part in parts:
        if len(part) + 2 > limit:
            break
        told.append(part)
        limit -= len(part) + 2
        room -= len(part) + 2
    return told, room


def _choose_blocks(entries: Sequence[Entry], room: int) -> list[_Block]:
    """Return each entry as far as the room allows: first every name, by importance, then the bodies."""
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
    """Return an entry with its body, which is cut where it does not fit; with its name alone where hardly any fits."""
    lines, before, after = _render_diff(entry), _render_before(entry), _render_after(entry)
    room += len(brief.text)
    for text, kept in _make_bodies(entry, lines, before, after):
        if len(text) <= room:
            return _Block(text, len(lines) - kept)
    return brief


def _make_bodies(entry: Entry, lines: list[str], before: list[str], after: list[str]) -> Iterator[tuple[str, int]]:
    """Yield the entry with less and less of a body, and how many lines of its fields are told."""
    kept = len(lines)
    yield _render_details(entry, [*before, *_fence_diff(lines), *after]), kept
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
    if entry.destroys:
        return "\n\n".join((_render_brief(entry), *(indent(part, "  ") for part in parts)))
    mark = f"<code>{entry.mark}</code> " if entry.mark else ""
    head = f"{mark}<b>{render_html_code(entry.name)}</b> {render_html_code(entry.summary, 300)}"
    if not parts:
        return _render_brief(entry)
    return "\n\n".join((f"<details><summary>{head}</summary>", *parts, "</details>"))


def _render_before(entry: Entry) -> list[str]:
    where = format_place(entry.where)
    told = [f"Declared at {render_code(where, 300)}."] if where else []
    told += [render_prose(note, 500) for note in entry.notes]
    return [*told, *(["\n".join(_render_remark(each, entry.where) for each in entry.remarks)] if entry.remarks else [])]


def _fence_diff(lines: list[str]) -> list[str]:
    return [fence(lines, "diff")] if lines else []


def _render_after(entry: Entry) -> list[str]:
    told = [cut(line, _LONGEST) for line in render_run_state(entry)]
    return [fence(told, "text")] if told else []


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
    """Return how many entries are not told at all, and of how many some fields are not."""
    told = list(blocks)
    return sum(not each.text for each in told), sum(bool(each.text and each.lines_lost) for each in told)


def _render_left_out(numbers: tuple[int, int, int], noun: str, link: str) -> str:
    remarks, entries, bodies = numbers
    parts = (
        (remarks, count(remarks, "remark")),
        (entries, count(entries, noun)),
        (bodies, f"details of {count(bodies, noun)}"),
    )
    told = [text for number, text in parts if number]
    if not told:
        return ""
    more = f" {link}" if link else " See the job's log for the rest."
    return f"_Left out to save space: {', '.join(told)}._{more}"
