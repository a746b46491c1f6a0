"""Arithmetic of the shell: `$((…))`, in whole numbers of 64 bits, as in C."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.emulator.aci.simulation.posix.words import ShellSyntaxError

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

_TOKEN: Final = re.compile(
    r"\s*(?:(0[xX][0-9a-fA-F]+|\d+)|([A-Za-z_]\w*)|(<<=|>>=|&&|\|\||[-+*/%<>=!&|^]=|<<|>>|[-+*/%<>=!~&|^?:()]))",
    re.ASCII,
)
_LEVELS: Final = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)
_BITS: Final = 64
_MOST_TOKENS: Final = 2000


def _divide(left: int, right: int) -> int:
    if not right:
        raise ShellSyntaxError("divide by zero")
    return abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)


_COMPUTE: Final[dict[str, Callable[[int, int], int]]] = {
    "||": lambda left, right: int(bool(left or right)),
    "&&": lambda left, right: int(bool(left and right)),
    "|": lambda left, right: left | right,
    "^": lambda left, right: left ^ right,
    "&": lambda left, right: left & right,
    "==": lambda left, right: int(left == right),
    "!=": lambda left, right: int(left != right),
    "<": lambda left, right: int(left < right),
    ">": lambda left, right: int(left > right),
    "<=": lambda left, right: int(left <= right),
    ">=": lambda left, right: int(left >= right),
    "<<": lambda left, right: left << (right % _BITS),
    ">>": lambda left, right: left >> (right % _BITS),
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
    "%": lambda left, right: left - right * _divide(left, right),
}


def compute(text: str, variables: MutableMapping[str, str]) -> int:
    """Return the value of an expression; assignments change variables. Raises ShellSyntaxError."""
    return _Sum(text, variables).read()


class _Sum:
    def __init__(self, text: str, variables: MutableMapping[str, str]) -> None:
        self._variables = variables
        self._tokens: list[str] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None or len(self._tokens) > _MOST_TOKENS:
                raise ShellSyntaxError("arithmetic syntax error")
            self._tokens.append(found.group().strip())
            at = found.end()
        self._at = 0
        self._depth = 0

    def read(self) -> int:
        value = self._read_choice() if self._tokens else 0
        if self._peek():
            raise ShellSyntaxError("arithmetic syntax error")
        return value

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, token: str) -> bool:
        found = self._peek() == token
        self._at += found
        return found

    def _need(self, token: str) -> None:
        if not self._take(token):
            raise ShellSyntaxError("arithmetic syntax error")

    def _read_choice(self) -> int:
        name = self._peek()
        following = self._tokens[self._at + 1] if self._at + 1 < len(self._tokens) else ""
        if re.fullmatch(r"[A-Za-z_]\w*", name) and following.endswith("=") and following not in _COMPUTE:
            self._at += 2
            value = self._read_choice()
            if following != "=":
                value = _wrap(_COMPUTE[following[:-1]](self._get(name), value))
            self._variables[name] = str(value)
            return value
        condition = self._read_level(0)
        if not self._take("?"):
            return condition
        left = self._read_choice()
        self._need(":")
        right = self._read_choice()
        return left if condition else right

    def _read_level(self, level: int) -> int:
        if level == len(_LEVELS):
            return self._read_one()
        value = self._read_level(level + 1)
        while (operator := self._peek()) in _LEVELS[level]:
            self._at += 1
            value = _wrap(_COMPUTE[operator](value, self._read_level(level + 1)))
        return value

    def _read_one(self) -> int:
        token = self._peek()
        self._at += 1
        self._depth += 1
        if self._depth > _MOST_TOKENS // 20:
            raise ShellSyntaxError("arithmetic syntax error")
        try:
            return self._read_operand(token)
        finally:
            self._depth -= 1

    def _read_operand(self, word: str) -> int:
        if word == "(":
            value = self._read_choice()
            self._need(")")
            return value
        if word in {"-", "+", "!", "~"}:
            value = self._read_one()
            return {"-": -value, "+": value, "!": int(not value), "~": ~value}[word]
        if word[:1].isdigit():
            return _read_number(word)
        if not re.fullmatch(r"[A-Za-z_]\w*", word):
            raise ShellSyntaxError("arithmetic syntax error")
        return self._get(word)

    def _get(self, name: str) -> int:
        text = self._variables.get(name, "").strip()
        found = re.fullmatch(r"([-+]?)(0[xX][0-9a-fA-F]+|\d+)", text)
        if not text:
            return 0
        if found is None:
            raise ShellSyntaxError(f"bad number: {text}")
        value = _read_number(found.group(2))
        return -value if found.group(1) == "-" else value


def _read_number(text: str) -> int:
    if text[:2].lower() == "0x":
        return _wrap(int(text, 16))
    try:
        return _wrap(int(text[:40], 8 if text.startswith("0") else 10))
    except ValueError:
        raise ShellSyntaxError("arithmetic syntax error") from None


def _wrap(value: int) -> int:
    half = 1 << (_BITS - 1)
    return (value + half) % (1 << _BITS) - half
