"""Patterns of the shell (`*`, `?`, `[…]`), as regular expressions."""

from __future__ import annotations

import re


def translate(runs: list[tuple[str, bool]]) -> re.Pattern[str]:
    """Return the expression for texts, each quoted or not."""
    made = "".join(re.escape(text) if quoted else _translate(text) for text, quoted in runs)
    try:
        return re.compile(made, re.DOTALL)
    except re.error:  # such as a range that goes backwards
        return re.compile("".join(re.escape(text) for text, _ in runs))


def _translate(text: str) -> str:
    made, at = "", 0
    while at < len(text):
        found = text[at]
        at += 1
        end = text.find("]", at + 1 + (text[at : at + 1] == "!")) if found == "[" else -1
        if found == "*":
            made += ".*"
        elif found == "?":
            made += "."
        elif end > 0:
            inside = text[at:end].replace("\\", "\\\\")
            made += f"[^{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"
            at = end + 1
        else:
            made += re.escape(found)
    return made


def trim(value: str, pattern: re.Pattern[str], operator: str) -> str:
    """Return a value without the beginning (`#`) or end (`%`) that fits; the shortest, or doubled the longest."""
    lengths = range(len(value) + 1)
    order = reversed(lengths) if len(operator) > 1 else lengths
    for length in order:
        if operator[0] == "#" and pattern.fullmatch(value, 0, length):
            return value[length:]
        if operator[0] == "%" and pattern.fullmatch(value, len(value) - length):
            return value[: len(value) - length]
    return value
