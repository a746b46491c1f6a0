"""The expressions of ARM templates, parsed: ``[concat(parameters('name'), '-web')]``.

The grammar is the documented one (ARM template expressions): calls, texts in single quotes with ``''`` for a quote,
whole numbers, and access by ``.name`` and ``[index]``. No kept Python library parses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.expressions.values import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST: Final = 24_576
"""Characters of an expression (docs: ARM template limits)."""
_DEEPEST: Final = 60
_MOST_DIGITS: Final = 18
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?[0-9]+)|(?P<word>[A-Za-z_$][\w$]*)|(?P<mark>\?\.|[][().,?]))"""
)


@dataclass(frozen=True, slots=True)
class Literal:
    """A text or a number."""

    value: str | int


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """A property or an item of a value."""

    of: Node
    key: Node
    safe: bool = False
    """Whether a missing one is null: ``.?`` of Bicep, ``tryGet``."""


Node: TypeAlias = "Literal | Call | Access"


def is_expression(text: str) -> bool:
    """Whether a text is an expression; ``[[`` begins a text that only looks like one."""
    return len(text) > 1 and text[0] == "[" and text[-1] == "]" and text[1] != "["


def unescape(text: str) -> str:
    """Return a text that is no expression as ARM reads it."""
    return text[1:] if text.startswith("[[") and text.endswith("]") else text


def parse(text: str) -> Node:
    """Return the tree of an expression, given with its brackets.

    Raises:
        ExpressionError: it is not valid.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"the expression is longer than {LONGEST} characters")
    parser = _Parser(_split(text[1:-1]))
    node = parser.parse(0)
    if parser.peek() != "":
        raise ExpressionError(f"`{parser.peek()}` is out of place")
    return node


def _split(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise ExpressionError(f"`{text[at : at + 20].strip()}` is not part of the expression language")
        tokens.append((match.lastgroup or "", match[match.lastgroup or 0]))
        at = match.end()
    return tokens


class _Parser:
    """A recursive descent, bounded in depth."""

    def __init__(self, tokens: Sequence[tuple[str, str]]) -> None:
        self._tokens = [*tokens, ("end", "")]
        self._at = 0

    def peek(self) -> str:
        return self._tokens[self._at][1]

    def _take(self, wanted: str) -> None:
        if self.peek() != wanted:
            raise ExpressionError(f"`{wanted}` is missing before `{self.peek() or 'the end'}`")
        self._at += 1

    def parse(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise ExpressionError("the expression is nested too deep")
        node = self._parse_primary(depth)
        while self.peek() in {".", "[", "?."}:
            mark = self.peek()
            self._at += 1
            if mark == "[":
                safe = self.peek() == "?"
                self._at += safe
                key = self.parse(depth + 1)
                self._take("]")
                node = Access(node, key, safe)
                continue
            safe = mark == "?." or self.peek() == "?"
            self._at += mark == "." and safe
            node = Access(node, Literal(self._take_word()), safe)
        return node

    def _take_word(self) -> str:
        kind, text = self._tokens[self._at]
        if kind != "word":
            raise ExpressionError(f"a name is missing before `{text or 'the end'}`")
        self._at += 1
        return text

    def _parse_primary(self, depth: int) -> Node:
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "text":
            return Literal(text[1:-1].replace("''", "'"))
        if kind == "number":
            if len(text) > _MOST_DIGITS:
                raise ExpressionError("a number is too large")
            return Literal(int(text))
        if kind != "word":
            self._at -= 1
            raise ExpressionError(f"a value is missing before `{text or 'the end'}`")
        name = text
        if self.peek() == ".":  # a function of the template's own: `namespace.name(…)`
            self._at += 1
            name = f"{text}.{self._take_word()}"
        self._take("(")
        arguments: list[Node] = []
        while self.peek() != ")":
            if arguments and self.peek() == "":
                self._take(")")
            if arguments:
                self._take(",")
            arguments.append(self.parse(depth + 1))
        self._at += 1
        return Call(name, tuple(arguments))
