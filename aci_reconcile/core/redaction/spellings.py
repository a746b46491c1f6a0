"""The ways in which a value may be spelled in an answer: as it is, and as JSON, URLs, HTML and base64 write it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

from aci_reconcile.core.redaction.shapes import find_pieces, fold

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
    import html

    yield text
    for ascii_only in (True, False):
        once = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield once
        yield json.dumps(once)[1:-1]
        yield from (re.sub(risky, _to_code_unit, once) for risky in _RISKY)
    data = text.encode("utf-8", "surrogatepass")
    for safe in _SAFE:
        once = quote(data, safe=safe)
        yield from (once, quote(once, safe=""))
    yield quote_plus(data)
    for quotes in (True, False):
        escaped = html.escape(text, quote=quotes)
        yield from (escaped, escaped.replace("&#x27;", "&#39;"), escaped.replace("&quot;", "&#34;"))
    yield from _encode_entities(html.escape(text))
    if len(text) >= WORD:
        yield data.hex()
        yield from _encode_base64(data)


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
