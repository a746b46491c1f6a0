"""Understands single lines of simple YAML, wherever they stand: what ``simple_yaml`` puts together."""

from __future__ import annotations

import functools
import re
import sys
from typing import Final, NamedTuple

from aci_reconcile.manifest.source.nodes import new_tuple

MAX_LEVELS: Final = 20
"""Levels of nesting within a line, and again by indentation: together fewer than the parser allows."""
_MAX_LINE: Final = 500
_KNOWN: Final = 4096
"""Lines that are remembered: the manifests of a fleet repeat most of theirs."""

_KEY = r"[A-Za-z0-9_$][A-Za-z0-9_.$/-]*+"
_FIRST = r"(?:[A-Za-z0-9_./$~+(]|--?(?=[A-Za-z0-9]))"
# One character set at a time, and an alternative only where a text goes on beyond it: three times as fast.
_PLAIN = rf"{_FIRST}[!-9;-~]*+(?:(?::(?=[!-~])| ++(?=[!\"$-9;-~]|:[!-~]))[!-9;-~]*+)*+"
_QUOTED = r"\"[ !#-\[\]-~]*+\"|'[ -&(-~]*+'"
_END = r"(?: ++#[ -~]*+| *+)"
_BLANK = re.compile(r" *+(?:#[ -~]*+)?")
_LINE = re.compile(rf"( *+)(- )?(?:({_KEY}):(?= |$))?(?: *+(?:({_PLAIN}|{_QUOTED}){_END}|([\[{{].*))|{_END})")
_FLOW_PLAIN = (
    rf"{_FIRST}[A-Za-z0-9_./$~+@=%()*;^-]*+(?:(?::(?=[A-Za-z0-9/])| (?=[A-Za-z0-9]))[A-Za-z0-9_./$~+@=%()*;^-]*+)*+"
)
_FLOW_ENTRY = re.compile(rf" *+(?:({_KEY}): ++)?(?:({_FLOW_PLAIN}|{_QUOTED}) *+([,\]}}])|([\[{{]))")
_FLOW_NEXT = re.compile(r" *+([,\]}])")
_FLOW_END = re.compile(_END)


class Text(NamedTuple):
    """A value in a line: a text with its column."""

    text: str
    column: int
    plain: bool


class Flow(NamedTuple):
    """A map or list in a line, with the column of its bracket."""

    keys: tuple[tuple[str, int], ...] | None
    """Each with its column; None for a list."""
    column: int
    values: tuple[Text | Flow, ...]


class Line(NamedTuple):
    """What a line says, wherever it stands."""

    indent: int
    dash: bool
    """Whether it begins an entry of a list."""
    key: str
    column: int
    """Of the key."""
    value: Text | Flow | None
    end: int
    """The column after the colon, where the parser sees a value that is missing."""


NOTHING: Final = Line(-1, False, "", 0, None, 0)
SEPARATOR: Final = Line(-2, False, "", 0, None, 0)
NOT_SIMPLE: Final = Line(-3, False, "", 0, None, 0)


class NotSimpleError(Exception):
    """There is something in the text that the parser has to read."""


@functools.lru_cache(maxsize=_KNOWN)
def read_line(raw: str) -> Line:
    """Return what a line says; ``NOT_SIMPLE`` if only the parser can tell."""
    if raw == "---":
        return SEPARATOR
    found = _LINE.fullmatch(raw) if len(raw) <= _MAX_LINE else None
    if found is None:
        return NOTHING if _BLANK.fullmatch(raw) else NOT_SIMPLE
    spaces, dash, key, text, flow = found.groups()
    if key is None and (dash is None or (text is None and flow is None)):  # a text that goes on, or a lonely dash
        return NOTHING if _BLANK.fullmatch(raw) else NOT_SIMPLE
    value: Text | Flow | None = None
    if text is not None:
        value = _make_text(text, found.start(4) + 1)
    elif flow is not None:
        try:
            value, end = _read_flow(raw, found.start(5), 1)
        except NotSimpleError:
            return NOT_SIMPLE
        if _FLOW_END.fullmatch(raw, end) is None:
            return NOT_SIMPLE
    indent = len(spaces)
    column = indent + 1 if dash is None else indent + 3
    return new_tuple(Line, (indent, dash is not None, sys.intern(key or ""), column, value, found.end(3) + 2))


def _make_text(text: str, column: int) -> Text:
    if text[0] in "\"'":
        return new_tuple(Text, (sys.intern(text[1:-1]), column, False))
    return new_tuple(Text, (sys.intern(text), column, True))


def _read_flow(raw: str, start: int, level: int) -> tuple[Flow, int]:
    """Return the map or list whose bracket is at a place in a line, and where it ends.

    Raises:
        NotSimpleError: only the parser can tell.
    """
    if level > MAX_LEVELS:
        raise NotSimpleError
    closing = "}" if raw[start] == "{" else "]"
    keys: dict[str, int] = {}
    values: list[Text | Flow] = []
    end, mark = start + 1, ","
    empty = _FLOW_NEXT.match(raw, end)
    if empty is not None and empty[1] == closing:
        end, mark = empty.end(), closing
    while mark == ",":
        found = _FLOW_ENTRY.match(raw, end)
        if found is None:
            raise NotSimpleError
        key, text, mark, _ = found.groups()
        if (key is None) is (closing == "}") or key in keys:
            raise NotSimpleError
        if key is not None:
            keys[sys.intern(key)] = found.start(1) + 1
        if text is not None:
            values.append(_make_text(text, found.start(2) + 1))
            end = found.end()
        else:
            inner, end = _read_flow(raw, found.start(4), level + 1)
            values.append(inner)
            end, mark = _find_next(raw, end)
    if mark != closing:
        raise NotSimpleError
    return new_tuple(Flow, (tuple(keys.items()) if closing == "}" else None, start + 1, tuple(values))), end


def _find_next(raw: str, end: int) -> tuple[int, str]:
    """Return what follows a map or list in another, and where that ends."""
    found = _FLOW_NEXT.match(raw, end)
    if found is None:
        raise NotSimpleError
    return found.end(), found[1]
