"""Reads words: quotes, backslashes, and all that begins with a dollar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aci_reconcile.emulator.aci.simulation.posix import syntax as node

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]", re.ASCII)
_SHORT_PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]", re.ASCII)
_OPERATOR = re.compile(r":?[-=?+]|##?|%%?")
_ENDS_WORD = frozenset(" \t\n;&|<>()")
_ESCAPED_IN_QUOTES = frozenset('$`"\\')


class ShellSyntaxError(Exception):
    """The script is wrong."""


class UnfinishedError(ShellSyntaxError):
    """The script is right so far, and something is missing at its end."""


class Words:
    """A text, and how far it was read."""

    def __init__(self, text: str, read_script: Callable[[Words, str], node.Script]) -> None:
        """`read_script` reads a script up to a closing bracket."""
        self.text = text
        self.at = 0
        self._read_script = read_script

    def peek(self, size: int = 1) -> str:
        """Return what comes next."""
        return self.text[self.at : self.at + size]

    def need(self) -> str:
        """Return the next character. Raises UnfinishedError at the end."""
        if self.at >= len(self.text):
            raise UnfinishedError("unterminated quoted string")
        return self.text[self.at]

    def skip_blanks(self) -> None:
        """Skip blanks, continued lines and a comment."""
        while (next_one := self.peek()) in {" ", "\t", "\\"} and next_one:
            if next_one == "\\":
                if self.peek(2) != "\\\n":
                    return
                self.at += 1
            self.at += 1
        if self.peek() == "#":
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end

    def read_word(self) -> node.Word:
        """Read a word; an empty one if there is none."""
        parts: list[node.Part] = []
        while (found := self.peek()) and found not in _ENDS_WORD:
            self._read_part(parts)
        return _merge(parts)

    def read_quoted(self, end: str) -> list[node.Part]:
        """Read what stands within double quotes, up to a text that ends it; empty is the end of everything."""
        parts: list[node.Part] = []
        while True:
            if not end and self.at >= len(self.text):
                return parts
            found = self.need()
            if end and self.text.startswith(end, self.at):
                self.at += len(end)
                return parts
            if found == "\\":
                self.at += 1
                self._read_escaped(parts, self.need() if end else self.peek())
            elif found in "$`":
                parts.append(self._read_dollar(quoted=True))
            else:
                self.at += 1
                parts.append(node.Literal(found, quoted=True))

    def _read_escaped(self, parts: list[node.Part], found: str) -> None:
        if found != "\n":
            kept = found if found in _ESCAPED_IN_QUOTES else f"\\{found}"
            parts.append(node.Literal(kept, quoted=True))
        self.at += len(found)

    def _read_part(self, parts: list[node.Part]) -> None:
        found = self.peek()
        if found == "'":
            end = self.text.find("'", self.at + 1)
            if end < 0:
                raise UnfinishedError("unterminated quoted string")
            parts.append(node.Literal(self.text[self.at + 1 : end], quoted=True))
            self.at = end + 1
        elif found == '"':
            self.at += 1
            parts += self.read_quoted('"') or [node.Literal("", quoted=True)]
        elif found == "\\":
            self.at += 2
            if self.at > len(self.text):
                raise UnfinishedError("unterminated quoted string")
            if self.text[self.at - 1] != "\n":
                parts.append(node.Literal(self.text[self.at - 1], quoted=True))
        elif found in "$`":
            parts.append(self._read_dollar(quoted=False))
        else:
            self.at += 1
            parts.append(node.Literal(found))

    def _read_dollar(self, *, quoted: bool) -> node.Part:
        if self.peek() == "`":
            return self._read_backquotes(quoted=quoted)
        self.at += 1
        if self.peek(2) == "((":
            start = self.at
            self.at += 2
            try:
                return node.Arithmetic(self._read_sum(), quoted)
            except ShellSyntaxError:
                self.at = start  # a substitution that begins with a shell of its own
        if self.peek() == "(":
            self.at += 1
            return node.Substitution(self._read_script(self, ")"), quoted)
        if self.peek() == "{":
            self.at += 1
            return self._read_braces(quoted=quoted)
        found = _SHORT_PARAMETER.match(self.text, self.at)
        if found is None:
            return node.Literal("$", quoted)
        self.at = found.end()
        return node.Parameter(found.group(), quoted=quoted)

    def _read_backquotes(self, *, quoted: bool) -> node.Part:
        self.at += 1
        inside = ""
        while (found := self.need()) != "`":
            self.at += 1
            if found == "\\" and self.need() in "$`\\":
                found = self.need()
                self.at += 1
            inside += found
        self.at += 1
        return node.Substitution(self._read_script(Words(inside, self._read_script), ""), quoted)

    def _read_sum(self) -> node.Word:
        parts: list[node.Part] = []
        depth = 0
        while not (depth == 0 and self.peek(2) == "))"):
            found = self.need()
            depth += (found == "(") - (found == ")")
            if depth < 0:
                raise ShellSyntaxError("missing '))'")
            if found in "$`":
                parts.append(self._read_dollar(quoted=True))
            else:
                self.at += 1
                parts.append(node.Literal(found, quoted=True))
        self.at += 2
        return tuple(parts)

    def _read_braces(self, *, quoted: bool) -> node.Part:
        if self.peek() == "#" and self.peek(2) != "#}" and _PARAMETER.match(self.text, self.at + 1):
            found = _PARAMETER.match(self.text, self.at + 1)
            if found is not None and self.text[found.end() : found.end() + 1] == "}":
                self.at = found.end() + 1
                return node.Parameter(found.group(), "length", quoted=quoted)
        found = _PARAMETER.match(self.text, self.at)
        self.need()
        if found is None:
            raise ShellSyntaxError("bad substitution")
        self.at = found.end()
        operator = _OPERATOR.match(self.text, self.at)
        self.at = operator.end() if operator else self.at
        word: list[node.Part] = []
        while self.need() != "}":
            if operator is None:
                raise ShellSyntaxError("bad substitution")
            self._read_in_braces(word, quoted=quoted and operator.group()[-1] not in "#%")
        self.at += 1
        return node.Parameter(found.group(), operator.group() if operator else "", _merge(word), quoted)

    def _read_in_braces(self, word: list[node.Part], *, quoted: bool) -> None:
        found = self.peek()
        if found == "'" and quoted:
            self.at += 1
            word.append(node.Literal(found, quoted=True))
        elif found in "'\"\\$`":
            self._read_part(word)
        else:
            self.at += 1
            word.append(node.Literal(found, quoted))


def _merge(parts: list[node.Part]) -> node.Word:
    """Return the parts with neighbouring literals as one."""
    merged: list[node.Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, node.Literal) and isinstance(last, node.Literal) and last.quoted == part.quoted:
            merged[-1] = node.Literal(last.text + part.text, part.quoted)
        else:
            merged.append(part)
    return tuple(merged)
