"""Makes foreign text harmless for Markdown as Git hosts render it.

Git hosts turn plain text into links, mentions, issues, commits and emoji, and a backslash prevents none of it. So only
words of letters, and numbers, stay as they are. Everything else goes into a code span, where Git hosts change nothing.
"""

from __future__ import annotations

import html
import re

from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.values import cut

_LETTERS = r"[^\W\d_]+"
_WORD = re.compile(rf"\(?(?:{_LETTERS}(?:['\u2019-]{_LETTERS})*|\d{{1,6}})\)?[.,;:!?]?\)?")
# Seven hexadecimal letters, such as "defaced", become a link to a commit.
_COMMIT = re.compile(r"[0-9a-fA-F]{7}")
_PART = re.compile(r"(?<!\S)`([^`]*[^`\s][^`]*)`([.,;:]?)(?!\S)|(\S+)")
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?=&%@+,-]+")
_RUNS = re.compile(r"`+")
_ENDS = ".,;:"


def is_plain(url: str) -> bool:
    """Whether a URL may be in a link without escaping: it is http, and nothing in it ends the link."""
    return _URL.fullmatch(url) is not None


def render_prose(text: str, room: int = 2000) -> str:
    """Return a sentence with plain words as they are, and everything else in code spans; backticks are kept.

    Args:
        text: the sentence.
        room: the most characters.
    """
    words: list[str] = []
    run: list[str] = []
    for quoted, end, word in _PART.findall(cut(sanitize(text), room)):
        plain = f"{render_code(quoted, room)}{end}" if quoted else word if _is_plain(word) else ""
        if plain:
            words += [*_flush(run), plain]
        else:
            run.append(word)
    return " ".join((*words, *_flush(run)))


def render_code(text: str, room: int = 500) -> str:
    """Return a text as a code span; empty for an empty one."""
    plain = cut(" ".join(sanitize(text).split()), room)
    if not plain:
        return ""
    ticks = _choose_ticks(plain, 1)
    pad = " " if "`" in (plain[0], plain[-1]) else ""
    return f"{ticks}{pad}{plain}{pad}{ticks}"


def render_html_code(text: str, room: int = 200) -> str:
    """Return a text as HTML code, for lines of HTML in Markdown, where code spans do not work."""
    plain = cut(" ".join(sanitize(text).split()), room)
    return f"<code>{html.escape(plain)}</code>" if plain else ""


def fence(lines: list[str], language: str) -> str:
    """Return lines in a fence that none of them can close. They are sanitized already and have no line breaks."""
    ticks = _choose_ticks("\n".join(lines), 3)
    return "\n".join((f"{ticks}{language}", *lines, ticks))


def _is_plain(word: str) -> bool:
    return _WORD.fullmatch(word) is not None and _COMMIT.search(word) is None


def _flush(run: list[str]) -> list[str]:
    """Return the collected words as one code span and clear them; a final full stop stays outside."""
    if not run:
        return []
    text = " ".join(run)
    run.clear()
    end = text[-1] if text[-1] in _ENDS and len(text) > 1 and text[-2] not in _ENDS else ""
    return [f"{render_code(text.removesuffix(end) if end else text, len(text))}{end}"]


def _choose_ticks(text: str, least: int) -> str:
    return "`" * max(least, 1 + max((len(run) for run in _RUNS.findall(text)), default=0))
