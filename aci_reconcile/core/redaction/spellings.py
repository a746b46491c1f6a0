"""The ways in which a value may be spelled in an answer: as it is, and as JSON, URLs, HTML and base64 write it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

from aci_reconcile.core.redaction.shapes import fold, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST: Final = 4
"""Shorter values are left alone: taking those out would spoil messages and hide nothing."""
WORD: Final = 6
"""Shorter values count as whole words only."""
_LINE: Final = 8
_RISKY: Final = (r"[<>&]", r"""\\"|[<>&'+`]""")
"""What encoders of JSON write as code units besides: that of Go, and that of .NET."""
_SAFE: Final = ("", "/", "!*'()", "!*'()$&+,;=")
"""What encoders of URLs leave as it is: strict ones, those of paths, JavaScript's, and Go's for users and passwords."""
_NO_SECRETS: Final = frozenset({"true", "false", "null", "none", "undefined"})


def spellings(value: str) -> frozenset[str]:
    """Return every spelling of a value, and of what is a secret by itself within it, in small letters."""
    known = {each for text in _within(value) for each in _spelled(text)}
    return frozenset(fold(each) for each in known if len(each) >= SHORTEST) - _NO_SECRETS


def _within(value: str) -> Iterator[str]:
    """Yield the value, its lines, what looks like a secret in it, and what it is the base64 of."""
    yield value
    yield value.strip()
    yield from (piece for piece in pieces(value) if len(piece) >= WORD)
    if "\n" in value:
        yield from (line.strip() for line in value.splitlines() if len(line.strip()) >= _LINE)
    decoded = _decoded(value)
    if len(decoded) >= _LINE:
        yield decoded


def _decoded(value: str) -> str:
    if len(value) < _LINE:
        return ""
    try:
        text = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return text if text.isprintable() or "\n" in text else ""


def _spelled(text: str) -> Iterator[str]:
    import html

    yield text
    for ascii_only in (True, False):
        once = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield once
        yield json.dumps(once)[1:-1]
        yield from (re.sub(risky, _code_unit, once) for risky in _RISKY)
    data = text.encode("utf-8", "surrogatepass")
    for safe in _SAFE:
        once = quote(data, safe=safe)
        yield from (once, quote(once, safe=""))
    yield quote_plus(data)
    for quotes in (True, False):
        escaped = html.escape(text, quote=quotes)
        yield from (escaped, escaped.replace("&#x27;", "&#39;"), escaped.replace("&quot;", "&#34;"))
    yield from _in_entities(html.escape(text))
    if len(text) >= WORD:
        yield data.hex()
        yield from _in_base64(data)


def _code_unit(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()[-1]):04x}"


def _in_entities(escaped: str) -> Iterator[str]:
    """Yield what .NET makes of it, which writes letters of other scripts by number, and plus signs sometimes."""
    yield re.sub(r"[^\0-\x7f]", lambda found: f"&#{ord(found.group())};", escaped).replace("&#x27;", "&#39;")
    yield re.sub(r"[^\0-\x7f]|\+", lambda found: f"&#x{ord(found.group()):x};", escaped)


def _in_base64(data: bytes) -> Iterator[str]:
    """Yield what base64 makes of the data wherever in a text it stands, without what its neighbours decide with it."""
    for lead in range(3):
        text = base64.b64encode(bytes(lead) + data).rstrip(b"=").decode()
        whole = (lead + len(data)) * 8 // 6
        inner = text[-(-8 * lead // 6) : whole]
        if len(inner) >= WORD:
            yield inner
            yield inner.replace("+", "-").replace("/", "_")
