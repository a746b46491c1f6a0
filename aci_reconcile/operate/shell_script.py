"""What is typed into a container's ``/bin/sh``, so that it runs one program and says how that ended.

The shell that ``exec`` opens is an interactive one, on a terminal, with a prompt, and often with an editor of its own
(readline, BusyBox). So the first line is short and plain. It replaces the shell with one that reads encoded lines:

- a line of a terminal holds 4095 bytes at most (Linux, ``n_tty``), and one of BusyBox's editor 1023; longer ones would
  be cut without a word. Here, no line is longer than ``_LONGEST_LINE``;
- control characters never reach the terminal, where Ctrl-C, Ctrl-D and others have a meaning of their own;
- what was not received whole is not run: the last line says how long the script is.

Only what POSIX shells have built in is needed. ``stty`` switches the echo off, and ``cat`` keeps programs from thinking
that they write to a terminal, where some start a pager and wait; both may be missing.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Mode: TypeAlias = Literal["captured", "raw", "terminal"]
"""How the program is run: with its output through a pipe, with it as the terminal makes it, or on the terminal."""

_LONGEST_LINE: Final = 800
_LONGEST_PIECE: Final = 150
"""Bytes of input on one line; each may take five characters."""
_SMALL: Final = 1000
"""Bytes of input for which two programs are not started."""
_LONGEST_BLOCK: Final = 2250
"""Bytes of input on one line in base64, which makes 3000 characters of them."""
_PLAIN: Final = re.compile(r"[ -~]*")
_NOT_PLAIN: Final = re.compile(rb"[^ -\[\]-~]")
"""What ``printf %b`` gets as an octal number: control characters, bytes that are not ASCII, and backslashes."""
SHELL: Final = "/bin/sh"

_BEGIN: Final = (
    'trap : INT QUIT;s=$(stty -g 2>/dev/null);stty -echo 2>/dev/null;printf "%s%sr%s;" {first} {second} $?;c=;'
    "while IFS= read -r l;do case $l in "
    "+*)c=$c${{l#+}};; "
    '.*)[ "${{#c}}" = "${{l#.}}" ]||{{ printf "%s%sx;" {first} {second};exit 125;}};printf "%s%sk;" {first} {second};; '
    '*"g;")eval "$c";exit;; '
    "esac;done"
)
LAST_WORDS: Final = "esac;done'"
"""The end of the first line, by which its echo is told from what the shell says."""
"""Reads the script: `+` begins a piece of it, `.` its length, and the last line runs it. The traps are not inherited
by programs."""
_RUN: Final = (
    "exec 2>/dev/null;"
    '_r(){{ printf "%s%sb%s;" {first} {second} $b;(exec 2>&1;exec "$@");printf "%s%se%s;" {first} {second} $?;}};'
)
"""Runs a program, never a function of the shell. What the shell itself says of a signal (`Killed`) is left out."""
_READ: Final = (
    "_i(){ while IFS= read -r l;do case $l in "
    '+*)printf %b "${l#+}";; '
    '=*)head -n "${l#=}"|base64 -d;; '
    ".*)break;; "
    "esac;done;};{ command -v head&&command -v base64;}>/dev/null;b=$?;"
)
"""Turns encoded lines into the program's input: short pieces by itself, large ones with two programs, if both exist.

A shell reads a terminal byte by byte; for a megabyte that takes 10 to 50 seconds (measured), and `base64` under one.
`head` takes no more than its lines, because a terminal gives a reader one line at a time.
"""
_PIPED: Final = "if command -v cat >/dev/null 2>&1;then {call}|cat;else {call};fi"


def make_first_line(nonce: str, shell: str = SHELL) -> bytes:
    """Return what the interactive shell gets; the echo of it does not hold the nonce in one piece."""
    first, second = split_nonce(nonce)
    return f" exec {shell} -c '{_BEGIN.format(first=first, second=second)}'\n".encode()


def make_script(command: Sequence[str], nonce: str, mode: Mode, *, stdin: bool) -> bytes:
    """Return the encoded lines of the script that runs a program.

    Args:
        command: the program and its arguments, without NUL.
        nonce: what marks the beginning and the end of its output.
        mode: how it is run.
        stdin: whether it gets input; else it finds the end at once. A program on the terminal always reads that.
    """
    first, second = split_nonce(nonce)
    parts = ["b=;set --;", *(_add_argument(each) for each in command), _RUN.format(first=first, second=second)]
    if mode == "terminal":
        parts.append('[ -z "$s" ]||stty "$s";_r "$@"')
    else:
        call = '_i|_r "$@"' if stdin else '_r "$@" </dev/null'
        parts += [_READ] if stdin else []
        parts.append(call if mode == "raw" else _PIPED.format(call=call))
    script = "".join(parts)
    lines = [f"+{script[start : start + _LONGEST_LINE]}" for start in range(0, len(script), _LONGEST_LINE)]
    return "".join(f"{line}\n" for line in (*lines, f".{len(script)}")).encode("ascii")


def make_last_line(nonce: str) -> bytes:
    """Return the line on which the script is run, and whose echo is told from everything else.

    Linux wakes the reader of a line before it has shown the echo of it (``n_tty``, which shows what it has collected
    once it has taken all that came): on a busy machine, the first output stands before that echo.
    """
    return f"{nonce}g;\n".encode()


def encode_input(data: bytes, *, blocks: bool) -> bytes:
    """Return the lines that become these bytes in the container, whatever they are.

    Args:
        data: the input.
        blocks: whether the container has what decodes large pieces.
    """
    if not blocks or len(data) <= _SMALL:
        return b"".join(_encode_lines(data))
    lines = [base64.b64encode(data[at : at + _LONGEST_BLOCK]) for at in range(0, len(data), _LONGEST_BLOCK)]
    return b"=%d\n" % len(lines) + b"".join(line + b"\n" for line in lines)


END_OF_INPUT: Final = b".\n"
"""The line after the last one of the input."""


def split_nonce(nonce: str) -> tuple[str, str]:
    """Return the nonce as two words."""
    half = len(nonce) // 2
    return nonce[:half], nonce[half:]


def _encode_lines(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _LONGEST_PIECE):
        yield b"+" + _encode(data[start : start + _LONGEST_PIECE]) + b"\n"


def _encode(data: bytes) -> bytes:
    """Return the argument of ``printf %b`` that stands for some bytes."""
    return _NOT_PLAIN.sub(lambda found: b"\\0%03o" % found.group()[0], data)


def _add_argument(text: str) -> str:
    if _PLAIN.fullmatch(text):
        quoted = text.replace("'", "'\\''")
        return f"set -- \"$@\" '{quoted}';"
    # A command substitution drops line ends, so a letter follows them, which is taken off again.
    encoded = _encode(text.encode("utf-8", "surrogateescape")).decode("ascii").replace("'", "\\0047")
    return f'a=$(printf %bx \'{encoded}\');set -- "$@" "${{a%x}}";'
