"""The secrets of a run, taken out of every text that comes back, in every spelling.

A value may come back as it is, or as JSON, URLs, HTML and base64 write it.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

from aci_reconcile.core.redaction.shapes import find_pieces, find_spans, fold, redact_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.redaction.shapes import Span
    from aci_reconcile.core.secret import Secret


_CUT: Final = 8
"""The least number of characters by which a secret is recognized that was cut off at the end or start of a text."""
_BETWEEN: Final = "\0"
_LONGEST: Final = 4096
"""Parts of longer secrets are not searched for: a hostile text could make that very slow."""


@dataclass(slots=True)
class Redactor:
    """Removes the secrets of a run from texts, in every spelling, and whatever else looks like a secret.

    All spellings are found in one pass over a text, by their first letters. They are generated with the first text,
    because most runs need none. May be called from several threads: secrets are only added, and adding one twice
    changes nothing.
    """

    _values: dict[str, None] = field(default_factory=dict[str, None], repr=False)
    _learned: int = 0
    _heads: dict[str, dict[int, set[str]]] = field(default_factory=dict[str, "dict[int, set[str]]"], repr=False)
    """Spellings by their beginning and their length."""
    _whole: list[str] = field(default_factory=list[str], repr=False)
    _joined: tuple[int, str] = field(default=(0, ""), repr=False)
    """The number of joined spellings, and their text, in which the cut start of a log is searched."""

    def remember(self, secrets: Iterable[Secret]) -> None:
        """Add secrets that must not be shown, with the parts that they were joined from."""
        for secret in secrets:
            self._values.update(dict.fromkeys(piece for piece in secret.pieces() if len(piece) >= SHORTEST))

    def __call__(self, text: str) -> str:
        """Return the text without any secret."""
        if len(text) < SHORTEST:
            return text
        values = tuple(self._values)
        if len(values) > self._learned:
            for each in values[self._learned :]:
                self._learn(each)
            self._learned = max(len(values), self._learned)
        return redact_spans(text, (*self._find_spans(text), *find_spans(text)))

    def _learn(self, value: str) -> None:
        known = list_spellings(value)
        self._whole.extend(each for each in known if _CUT < len(each) <= _LONGEST)
        for each in known:
            self._heads.setdefault(each[:SHORTEST], {}).setdefault(len(each), set()).add(each)

    def _find_spans(self, text: str) -> Iterator[Span]:
        """Yield the positions of known secrets."""
        heads = self._heads
        if not heads:
            return
        folded = fold(text)
        yield from self._find_tail(folded)
        for at in [at for at in range(len(folded) - SHORTEST + 1) if folded[at : at + SHORTEST] in heads]:
            known = heads[folded[at : at + SHORTEST]]
            if size := max(_measure(folded, at, length, known[length]) for length in tuple(known)):
                yield at, at + size

    def _find_tail(self, text: str) -> Iterator[Span]:
        """Yield the end of a spelling at the start of a text: Azure cuts logs by bytes, not by lines."""
        start = len(text) - len(text.lstrip(".…"))
        head = text[start : start + _CUT]
        tails = self._join_spellings()
        at = tails.find(head) if len(head) == _CUT and _BETWEEN not in head else -1
        while at >= 0:
            end = tails.index(_BETWEEN, at)
            left = tails[at:end]
            if text.startswith(left, start) and not text[start + len(left) : start + len(left) + 1].isalnum():
                yield start, start + len(left)
                return
            at = tails.find(head, at + 1)

    def _join_spellings(self) -> str:
        if len(self._whole) != self._joined[0]:
            whole = tuple(self._whole)
            self._joined = len(whole), "".join(f"{each}{_BETWEEN}" for each in whole)
        return self._joined[1]


def _measure(text: str, at: int, length: int, spellings: set[str]) -> int:
    """Return how many characters of a spelling are at a place; fewer if the text ends within it; 0 if none."""
    end = at + length
    if text[at:end] in spellings:
        return length if length >= WORD or _is_word(text, at, end) else 0
    if end < len(text):
        return 0
    left = text[at:].rstrip(".…")
    return len(left) if len(left) >= _CUT and any(each.startswith(left) for each in tuple(spellings)) else 0


def _is_word(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


SHORTEST: Final = 4
"""Shorter values are kept: removing them would make messages unreadable, and hide nothing."""
WORD: Final = 6
"""Shorter values must be complete words."""
_LINE: Final = 8
_RISKY: Final = (r"[<>&]", r"""\\"|[<>&'+`]""")
"""What encoders of JSON write as code units besides: that of Go, and that of .NET."""
_SAFE: Final = ("", "/", "!*'()", "!*'()$&+,;=")
"""What encoders of URLs leave as it is: strict ones, those of paths, JavaScript's, and Go's for users and passwords."""
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]+")
"""What no encoder of JSON, URLs or HTML changes, as most passwords and keys are: 200 of them took 5 % of an apply."""
_NO_SECRETS: Final = frozenset({"true", "false", "null", "none", "undefined"})


def list_spellings(value: str) -> frozenset[str]:
    """Return every spelling of a value, and of the secrets within it, in lower case."""
    known = {each for text in _list_texts(value) for each in _spell(text)}
    return frozenset(fold(each) for each in known if len(each) >= SHORTEST) - _NO_SECRETS


def _list_texts(value: str) -> Iterator[str]:
    """Yield the value, its lines, what looks like a secret in it, and its text decoded from base64."""
    yield value
    yield value.strip()
    yield from (piece for piece in find_pieces(value) if len(piece) >= WORD)
    if "\n" in value:
        yield from (line.strip() for line in value.splitlines() if len(line.strip()) >= _LINE)
    decoded = _decode_base64(value)
    if len(decoded) >= _LINE:
        yield decoded


def _decode_base64(value: str) -> str:
    if len(value) < _LINE:
        return ""
    try:
        text = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return text if text.isprintable() or "\n" in text else ""


def _spell(text: str) -> Iterator[str]:
    data = text.encode("utf-8", "surrogatepass")
    yield text
    if not _UNRESERVED.fullmatch(text):
        yield from _escape(text, data)
    if len(text) >= WORD:
        yield data.hex()
        yield from _encode_base64(data)


def _escape(text: str, data: bytes) -> Iterator[str]:
    """Yield what encoders of JSON, URLs and HTML make of a text."""
    import html

    for ascii_only in (True, False):
        once = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield once
        yield json.dumps(once)[1:-1]
        yield from (re.sub(risky, _to_code_unit, once) for risky in _RISKY)
    for safe in _SAFE:
        once = quote(data, safe=safe)
        yield from (once, quote(once, safe=""))
    yield quote_plus(data)
    for quotes in (True, False):
        escaped = html.escape(text, quote=quotes)
        yield from (escaped, escaped.replace("&#x27;", "&#39;"), escaped.replace("&quot;", "&#34;"))
    yield from _encode_entities(html.escape(text))


def _to_code_unit(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()[-1]):04x}"


def _encode_entities(escaped: str) -> Iterator[str]:
    """Yield .NET's spellings: non-ASCII letters by number, and sometimes plus signs, too."""
    yield re.sub(r"[^\0-\x7f]", lambda found: f"&#{ord(found.group())};", escaped).replace("&#x27;", "&#39;")
    yield re.sub(r"[^\0-\x7f]|\+", lambda found: f"&#x{ord(found.group()):x};", escaped)


def _encode_base64(data: bytes) -> Iterator[str]:
    """Yield the base64 of the data at each offset, without the edge characters that depend on neighbouring bytes."""
    for lead in range(3):
        text = base64.b64encode(bytes(lead) + data).rstrip(b"=").decode()
        end = (lead + len(data)) * 8 // 6
        inner = text[-(-8 * lead // 6) : end]
        if len(inner) >= WORD:
            yield inner
            yield inner.replace("+", "-").replace("/", "_")
