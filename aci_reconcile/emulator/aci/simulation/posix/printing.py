"""What `echo` and `printf` make of their arguments."""

from __future__ import annotations

import re
from typing import Final

_ESCAPE: Final = re.compile(r"\\(?:([abefnrtv\\c])|0?([0-7]{1,3})|x([0-9a-fA-F]{1,2}))")
_ESCAPE_OF_B: Final = re.compile(r"\\(?:([abefnrtv\\c])|(0[0-7]{0,3}|[0-7]{1,3})|x([0-9a-fA-F]{1,2}))")
_LETTERS: Final = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
}
_FORMAT: Final = re.compile(r"%([-+ 0#]*)(\*|\d*)(?:\.(\*|\d*))?([a-zA-Z%])")
_NUMBER: Final = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|\d+)")
_WIDEST: Final = 4096
_END: Final = "\ue000"
_ASCII: Final = 0x80


def unescape(text: str, *, of_b: bool = False) -> tuple[str, bool]:
    """Return a text with its backslashes resolved, and whether one of them ended it."""

    def resolve(found: re.Match[str]) -> str:
        letter, octal, hexadecimal = found.groups()
        if letter == "c":
            return _END
        if letter:
            return _LETTERS[letter]
        value = (int(octal, 8) if octal else int(hexadecimal, 16)) % 256
        return chr(value) if value < _ASCII else bytes([value]).decode("utf-8", "surrogateescape")

    made = (_ESCAPE_OF_B if of_b else _ESCAPE).sub(resolve, text)
    kept, ended, _ = made.partition(_END)
    return kept, bool(ended)


def echo(arguments: list[str]) -> str:
    """Return what `echo` prints, as in BusyBox: backslashes mean something after `-e` alone."""
    options, words = "", list(arguments)
    while words and re.fullmatch(r"-[neE]+", words[0]):
        options += words.pop(0)[1:]
    text, ended = " ".join(words), False
    if options.rfind("e") > options.rfind("E"):
        text, ended = unescape(text, of_b=True)
    return text if ended or "n" in options else f"{text}\n"


class FormatError(ValueError):
    """`printf` has something to complain about, after what it could print."""

    def __init__(self, printed: str, message: str) -> None:
        super().__init__(message)
        self.printed = printed


def print_formatted(pattern: str, arguments: list[str]) -> str:
    """Return what `printf` prints. Raises FormatError."""
    left, made, problem = list(arguments), "", ""
    while True:
        before = len(left)
        text, ended, told = _print_once(pattern, left)
        made, problem = made + text, problem or told
        if ended or not left or len(left) == before:
            break
    if problem:
        raise FormatError(made, problem)
    return made


def _print_once(pattern: str, left: list[str]) -> tuple[str, bool, str]:
    made, at, problem = "", 0, ""
    while at < len(pattern):
        found = _FORMAT.match(pattern, at)
        if pattern[at] == "%" and found is None:
            return made, True, f"{pattern[at:]}: invalid format"
        if found is None:
            stop = pattern.find("%", at)
            stop = len(pattern) if stop < 0 else stop
            text, ended = unescape(pattern[at:stop])
            made, at = made + text, stop
            if ended:
                return made, True, problem
            continue
        at = found.end()
        text, ended, told = _print_value(found, left)
        made, problem = made + text, problem or told
        if ended:
            return made, True, problem
    return made, False, problem


def _print_value(found: re.Match[str], left: list[str]) -> tuple[str, bool, str]:
    flags, width, precision, kind = found.groups()
    if kind == "%":
        return "%", False, ""
    width = _take(left) if width == "*" else width
    precision = _take(left) if precision == "*" else precision
    value = _take(left)
    if kind in "diouxX":
        number, problem = _read_number(value)
        text = {"o": f"{number:o}", "x": f"{number:x}", "X": f"{number:X}"}.get(kind, str(number))
        text = f"+{text}" if "+" in flags and number >= 0 else text
        return _pad(text, flags, width, digits=True), False, problem
    if kind not in "scb":
        return "", True, f"%{kind}: invalid format"
    text, ended = unescape(value, of_b=True) if kind == "b" else (value[:1] if kind == "c" else value, False)
    if precision is not None:
        text = text[: int(precision or 0) if (precision or "0").isdecimal() else 0]
    return _pad(text, flags, width, digits=False), ended, ""


def _take(left: list[str]) -> str:
    return left.pop(0) if left else ""


def _read_number(text: str) -> tuple[int, str]:
    if text[:1] in {"'", '"'}:
        return (ord(text[1]) if text[1:] else 0), ""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return 0, f"invalid number '{text}'" if text else ""
    digits = found.group(2)[:40]
    value = int(digits, 16) if digits[:2].lower() == "0x" else int(digits, 8 if re.fullmatch("0[0-7]+", digits) else 10)
    return (-value if found.group(1) == "-" else value), ""


def _pad(text: str, flags: str, width: str, *, digits: bool) -> str:
    room = min(int(width), _WIDEST) if width.isdecimal() else 0
    if "-" in flags:
        return text.ljust(room)
    if "0" in flags and digits:
        sign = text[:1] if text[:1] in {"-", "+"} else ""
        return sign + text[len(sign) :].rjust(room - len(sign), "0")
    return text.rjust(room)
