"""The expressions of `test` and `[`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BINARY: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "=": lambda left, right: left == right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "-eq": lambda left, right: _number(left) == _number(right),
    "-ne": lambda left, right: _number(left) != _number(right),
    "-lt": lambda left, right: _number(left) < _number(right),
    "-le": lambda left, right: _number(left) <= _number(right),
    "-gt": lambda left, right: _number(left) > _number(right),
    "-ge": lambda left, right: _number(left) >= _number(right),
}


class ConditionError(ValueError):
    """The expression is wrong."""


def _number(text: str) -> int:
    if not re.fullmatch(r"\s*[-+]?\d{1,20}\s*", text):
        raise ConditionError(f"{text}: bad number")
    return int(text)


def evaluate(words: list[str], ask: Callable[[str, str], bool]) -> bool:
    """Return whether an expression holds; `ask` answers `-f NAME` and the like. Raises ConditionError."""
    if not words:
        return False
    value, rest = _read_or(words, ask)
    if rest:
        raise ConditionError(f"{rest[0]}: unknown operand")
    return value


def _read_or(words: list[str], ask: Callable[[str, str], bool]) -> tuple[bool, list[str]]:
    value, rest = _read_and(words, ask)
    while rest[:1] == ["-o"]:
        other, rest = _read_and(rest[1:], ask)
        value = value or other
    return value, rest


def _read_and(words: list[str], ask: Callable[[str, str], bool]) -> tuple[bool, list[str]]:
    value, rest = _read_one(words, ask)
    while rest[:1] == ["-a"]:
        other, rest = _read_one(rest[1:], ask)
        value = value and other
    return value, rest


def _read_one(words: list[str], ask: Callable[[str, str], bool]) -> tuple[bool, list[str]]:
    match words:
        case [left, operator, right, *rest] if operator in _BINARY:
            return _BINARY[operator](left, right), rest
        case ["!", *rest] if rest:
            value, rest = _read_one(rest, ask)
            return not value, rest
        case ["(", *rest] if ")" in rest:
            value, rest = _read_or(rest, ask)
            if rest[:1] != [")"]:
                raise ConditionError("closing paren expected")
            return value, rest[1:]
        case ["-n", text, *rest]:
            return bool(text), rest
        case ["-z", text, *rest]:
            return not text, rest
        case [operator, text, *rest] if re.fullmatch(r"-[a-zA-Z]", operator) and operator not in {"-a", "-o"}:
            return ask(operator, text), rest
        case [text, *rest]:
            return bool(text), rest
        case _:
            raise ConditionError("argument expected")
