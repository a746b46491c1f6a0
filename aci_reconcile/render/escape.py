"""Makes foreign text harmless for a terminal, and encodes JSON so that it is harmless, too.

Text from Azure, from manifests and from containers may contain anything, and a terminal must not obey it. An escape
sequence could change colours, move the cursor or set the title. A control character could overwrite a line. A
bidirectional override could make a text read as another one.
"""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring_ascii as _quote_ascii
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_SEQUENCES = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS: titles
    r"|\x1b[ -/]+[0-~]"  # charsets
)
_WHITE = "\t\n\v\f\r\x85\u2028\u2029"
_DANGEROUS = (
    r"\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    r"\u00ad\u061c\u180e"  # soft hyphen, Arabic letter mark, Mongolian vowel separator
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # zero width, line separators, bidirectional controls
    r"\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"  # annotations, invisible tags
    r"\ud800-\udfff"  # lone surrogates, which can't be encoded
)
_STRIP = re.compile(f"(?P<white>\r\n|[{_WHITE}])|{_SEQUENCES}|[{_DANGEROUS}]")
_ESCAPE = re.compile(f"[{_DANGEROUS}]")


def sanitize(text: str, *, keep: str = "") -> str:
    """Return the text without anything that a terminal would obey.

    Escape sequences, control characters, zero-width and bidirectional characters are removed. A line break or a tab
    becomes a space.

    Args:
        text: text from Azure, a manifest or a container.
        keep: the line feed or the tab, or both, if they may stay.
    """
    return _STRIP.sub(lambda match: _white(match["white"], keep), text)


def _white(found: str | None, keep: str) -> str:
    if found is None:
        return ""
    found = "\n" if found == "\r\n" else found
    return found if found in keep and found in "\n\t" else " "


def quote(text: str) -> str:
    r"""Return the text as a JSON string for people: line breaks are ``\n``, what is dangerous is ``\uXXXX``."""
    # ensure_ascii=False keeps umlauts and emoji readable; what is dangerous among the rest is escaped one by one.
    return _ESCAPE.sub(_escape_match, json.dumps(text, ensure_ascii=False))


def _escape_match(match: re.Match[str]) -> str:
    # json.dumps escapes all of them but DEL, which is ASCII and still a control character.
    return json.dumps(match[0])[1:-1] if match[0] != "\x7f" else r"\u007f"


def dump(document: object, *, indent: int | None = 2) -> str:
    """Return a JSON document in ASCII, so that it is safe on a terminal and a lone surrogate can be written."""
    text = json.dumps(document, ensure_ascii=True, allow_nan=False) if indent is None else _indent(document, indent)
    return text.replace("\x7f", r"\u007f")


def _indent(document: object, indent: int) -> str:
    """Return what ``json.dumps`` returns with an indent, in a third of the time: it leaves its C code for one."""
    parts: list[str] = []
    _write(document, "\n", " " * indent, parts.append)
    return "".join(parts)


_CONSTANTS: Final[Mapping[bool | None, str]] = {None: "null", True: "true", False: "false"}


def _write(value: object, line: str, indent: str, put: Callable[[str], None]) -> None:
    """Write a value whose lines begin with ``line``."""
    if isinstance(value, str):
        put(_quote_ascii(value))
    elif value is None or value is True or value is False:
        put(_CONSTANTS[value])
    elif isinstance(value, dict) and value and _has_text_keys(cast("dict[object, object]", value)):
        mark, deeper = "{", line + indent
        for name, each in cast("dict[str, object]", value).items():
            put(f"{mark}{deeper}{_quote_ascii(name)}: ")
            _write(each, deeper, indent, put)
            mark = ","
        put(line + "}")
    elif isinstance(value, (list, tuple)) and value:
        mark, deeper = "[", line + indent
        for each in cast("Sequence[object]", value):
            put(mark + deeper)
            _write(each, deeper, indent, put)
            mark = ","
        put(line + "]")
    else:
        put(json.dumps(value, indent=len(indent), allow_nan=False).replace("\n", line))


def _has_text_keys(value: dict[object, object]) -> bool:
    return all(isinstance(name, str) for name in value)
