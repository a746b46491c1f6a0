"""Expressions of GitHub Actions, as many as our workflows use: names, texts, ``==``, ``!=``, ``&&``, ``||``, ``!``.

Written from https://docs.github.com/actions/reference/evaluate-expressions-in-workflows-and-actions. What is not known
is an error here, so that nothing slips through.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Context: TypeAlias = "Mapping[str, Any]"

_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|(==|!=|&&|\|\||!|\(|\))|([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*))")
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def filled(value: Any, context: Context) -> Any:
    """Return a value with its expressions evaluated; one that is nothing else keeps its type."""
    if not isinstance(value, str):
        return value
    whole = re.fullmatch(r"\$\{\{((?:(?!\}\}).)*)\}\}", value.strip(), re.DOTALL)
    if whole:
        return evaluated(whole[1], context)
    return _EXPRESSION.sub(lambda match: text(evaluated(match[1], context)), value)


def condition(value: Any, context: Context) -> bool:
    """Return whether an ``if`` holds; its braces may be left out."""
    return bool(evaluated(re.sub(r"^\s*\$\{\{|\}\}\s*$", "", str(value)), context))


def text(value: Any) -> str:
    """Return a value as it stands in a variable."""
    return {None: "", True: "true", False: "false"}.get(value, str(value)) if not isinstance(value, str) else value


def evaluated(expression: str, context: Context) -> Any:
    """Return the value of an expression."""
    parser = _Parser(expression, context)
    value = parser.either()

    assert not parser.rest, expression
    return value


class _Parser:
    def __init__(self, expression: str, context: Context) -> None:
        self.rest = expression.strip()
        self.context = context

    def either(self) -> Any:
        left = self.both()
        while self._takes("||"):
            right = self.both()
            left = left or right
        return left

    def both(self) -> Any:
        left = self.compared()
        while self._takes("&&"):
            right = self.compared()
            left = left and right
        return left

    def compared(self) -> Any:
        left = self.one()
        for operator in ("==", "!="):
            if self._takes(operator):
                return (text(left).lower() == text(self.one()).lower()) == (operator == "==")
        return left

    def one(self) -> Any:
        if self._takes("!"):
            return not self.one()
        if self._takes("("):
            value = self.either()

            assert self._takes(")")
            return value
        match = _TOKEN.match(self.rest)

        assert match, self.rest
        self.rest = self.rest[match.end() :].lstrip()
        if match[3] is None:
            return match[1].replace("''", "'")
        if self._takes("("):
            if match[3] == "fromJSON":
                value = json.loads(text(self.either()))

                assert self._takes(")")
                return value
            assert self._takes(")"), "no other function with arguments"
            call: Callable[[], Any] = self.context[f"{match[3]}()"]
            return call()
        return _looked_up(match[3].split("."), self.context)

    def _takes(self, token: str) -> bool:
        match = _TOKEN.match(self.rest)
        if not match or match[2] != token:
            return False
        self.rest = self.rest[match.end() :].lstrip()
        return True


def _looked_up(path: list[str], context: Context) -> Any:
    """Return what stands at a path; nothing where there is nothing, but the first name must be known."""
    value: Any = context[path[0]]
    for name in path[1:]:
        value = value.get(name) if isinstance(value, dict) else None
    return value
