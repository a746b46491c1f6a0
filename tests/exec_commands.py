"""Fifty commands for a container, each with what it prints and the code that it ends with."""

from __future__ import annotations

from dataclasses import dataclass

NONCE_LIKE = "0123456789abcdef" * 2


@dataclass(frozen=True)
class Case:
    """A command, its input, and what is right. ``output`` is None if it is too different from system to system."""

    words: tuple[str, ...]
    code: int = 0
    output: bytes | None = b""
    stdin: bytes | None = None


def _sh(script: str, code: int = 0, output: bytes | None = b"", stdin: bytes | None = None) -> Case:
    return Case(("/bin/sh", "-c", script), code, output, stdin)


def _printed(*words: str) -> Case:
    """Return a command that prints its arguments, each in angle brackets."""
    return Case(("printf", "<%s>", *words), 0, "".join(f"<{each}>" for each in words).encode())


CASES: dict[str, Case] = {
    "true": Case(("true",)),
    "false": Case(("false",), 1),
    "one line": Case(("echo", "it runs"), 0, b"it runs\n"),
    "no final newline": Case(("printf", "half"), 0, b"half"),
    "nothing but newlines": Case(("printf", "\\n\\n\\n"), 0, b"\n\n\n"),
    "exit 3": _sh("exit 3", 3),
    "exit 125": _sh("exit 125", 125),
    "exit 255": _sh("exit 255", 255),
    "exit 256 wraps": _sh("exit 256"),
    "killed": _sh("kill -9 $$", 137),
    "terminated": _sh("kill -15 $$", 143),
    "interrupted by itself": _sh("kill -2 $$", 130),
    "not found": Case(("no-such-program",), 127, None),
    "not found by path": Case(("/no/such/program",), 127, None),
    "not executable": Case(("/etc/passwd",), 126, None),
    "a folder": Case(("/etc",), 126, None),
    "a builtin is no program": Case(("exit", "7"), 127, None),
    "a keyword is no program": Case(("while",), 127, None),
    "a function of the script is no program": Case(("_r",), 127, None),
    "a builtin that is one, too": Case(("test", "a", "=", "b"), 1),
    "single quotes": _printed("it's", "''", "'"),
    "double quotes": _printed('"', 'a"b', '""'),
    "backslashes": _printed("\\", "\\n", "\\\\", "a\\"),
    "dollars": _printed("$HOME", "$(reboot)", "${x}", "$$"),
    "backticks": _printed("`reboot`"),
    "globs": _printed("*", "?", "[a-z]*", "~"),
    "operators": _printed(";", "&", "|", ">", "<", "&&", "(", ")", "#", "!", "{", "}"),
    "history": _printed("!!", "!1", "^a^b"),
    "empty arguments": _printed("", "", "x", ""),
    "blanks": _printed(" ", "  a  b  ", "\t", "\ta\t"),
    "newlines": _printed("\n", "a\nb", "\n\n", "a\n"),
    "carriage returns": _printed("\r", "a\rb", "\r\n", "\n\r"),
    "control characters": _printed("\x01\x02\x03\x04", "\x1b[31m", "\x7f", "\x1a\x1c\x11\x13\x15\x16\x17"),
    "umlauts": _printed("Grüße", "naïve", "ß"),
    "emoji": _printed("🚢", "👩‍🚀", "e\u0301"),
    "right to left": _printed("\u202eabc", "שלום"),
    "not UTF-8": Case(("printf", "<%s>", "\udcff\udc80"), 0, b"<\xff\x80>"),
    "options": _printed("-n", "--", "-e", "--help"),
    "what looks like an option of set": _printed("-x", "+e", "-"),
    "100 KB": Case(("printf", "%s", "k" * 100_000), 0, b"k" * 100_000),
    "100 KB of quotes": Case(("printf", "%s", "'" * 30_000), 0, b"'" * 30_000),
    "500 arguments": _printed(*(str(number) for number in range(500))),
    "1 MB without a newline": _sh("head -c 1000000 /dev/zero | tr '\\0' z", 0, b"z" * 1_000_000),
    "1 MB of lines": _sh("yes 0123456 | head -n 125000; exit 9", 9, b"0123456\n" * 125_000),
    "the nonce's pattern": _printed(f"{NONCE_LIKE}e0;", f"{NONCE_LIKE}b;", "e0;", f"{NONCE_LIKE}x;"),
    "stderr is in the stream": _sh("echo out; echo err >&2; echo out", 0, b"out\nerr\nout\n"),
    "no input": Case(("cat",), 0, b""),
    "input is passed": Case(("cat",), 0, b"one\ntwo", b"one\ntwo"),
    "input is binary": Case(("cat",), 0, bytes(range(256)) * 20, bytes(range(256)) * 20),
    "input that nobody reads": _sh("exit 4", 4, b"", b"x\n" * 5000),
    "a part of the input": _sh("head -n 1; exit 6", 6, b"first\n", b"first\n" + b"rest\n" * 40_000),
    "the end of the input": _sh("cat >/dev/null; echo ended; exit 5", 5, b"ended\n", b""),
    "no terminal on output": _sh("test -t 1 && exit 1; test -t 0 && exit 2; exit 8", 8),
    "a process left behind": _sh("nohup sleep 5 >/dev/null 2>&1 & echo gone", 0, b"gone\n"),
    "bytes of a terminal": Case(("printf", "\\033[2J\\007\\r\\n\\r\\r\\n"), 0, b"\x1b[2J\x07\r\n\r\r\n"),
}
