"""What command lines do in a container, as a function of the time.

A very small shell knows loops without an end; everything else is left to the shell of exec, with a clock that jumps.
It supports `true`, `false`, `:`, `exit N`, `sleep N`, `sleep infinity` and `echo TEXT`, joined by `;`, `&&` or
newlines, alone or inside `while true; do ...; done`; as a shell script (`sh -c`), or as a plain argument list.
"""

from __future__ import annotations

import re
import shlex
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from aci_reconcile.emulator.aci.simulation.program import Attempt
from aci_reconcile.emulator.aci.simulation.recorder import record_run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
_LOOP = re.compile(r"\s*while\s+(?:true|:)\s*;\s*do\s(.*?);?\s*done\s*;?\s*", re.DOTALL)
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smhd]?)")
_EXIT_CODE = re.compile(r"[0-9]{1,3}")
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
# this shell does not support scripts with any of these
_BEYOND = re.compile(r"[|<>&$`(){}*?\[\]#\\]")
_EXITS = {"true": 0, ":": 0, "false": 1}
_SHORTEST = 1.0


def simulate(command: Sequence[str], env: Mapping[str, str] | None = None) -> Attempt | None:
    """Return the run of a command line, or None if it needs more than is simulated."""
    return _simulate(tuple(command), tuple((env or {}).items())) if command else None


@lru_cache(maxsize=32)
def _simulate(command: tuple[str, ...], env: tuple[tuple[str, str], ...]) -> Attempt | None:
    """Return the run of a command line: of a loop without an end, or else as the shell of exec runs it."""
    words = ("sh", "-c", command[0]) if len(command) == 1 and " " in command[0] else command
    return _simulate_plain(words) or record_run(words, env)


def _simulate_plain(command: Sequence[str]) -> Attempt | None:
    if (
        PurePosixPath(command[0]).name in _SHELLS
        and len(command) == len(("sh", "-c", "script"))
        and command[1] in {"-c", "-ec", "-xc"}
    ):
        return _run_script(command[2])
    return _run_statements([list(command)])


def _run_script(text: str) -> Attempt | None:
    loop = _LOOP.fullmatch(text)
    if loop is not None:
        body = _split(loop.group(1))
        return None if body is None else _run_forever(body)
    statements = _split(text)
    return None if statements is None else _run_statements(statements)


def _split(text: str) -> list[list[str]] | None:
    plain = text.replace("&&", ";").replace("\n", ";")
    if _BEYOND.search(plain):
        return None
    try:
        words = [shlex.split(statement) for statement in plain.split(";")]
    except ValueError:
        return None
    return [statement for statement in words if statement]


def _run_statements(statements: list[list[str]]) -> Attempt | None:
    clock, code, lines = 0.0, 0, list[tuple[float, str]]()
    for words in statements:
        match words:
            case ["echo", *rest] if not "".join(rest[:1]).startswith("-"):
                lines.append((clock, " ".join(rest)))
            case ["sleep", "infinity"]:
                return Attempt(None, lines=tuple(lines))
            case ["sleep", text] if (seconds := _parse_seconds(text)) is not None:
                clock += seconds
            case ["exit", text] if _EXIT_CODE.fullmatch(text):
                return Attempt(max(clock, _SHORTEST), int(text) % 256, tuple(lines))
            case [name] if name in _EXITS:
                code = _EXITS[name]
            case _:
                return None
    return Attempt(max(clock, _SHORTEST), code, tuple(lines))


def _run_forever(statements: list[list[str]]) -> Attempt | None:
    once = _run_statements(statements)
    if once is None or once.exit_code != 0 or any(words[0] == "exit" for words in statements):
        return None
    if once.seconds is None:
        return once
    texts = tuple(text for _, text in once.lines)
    return Attempt(None, lines=tuple((0.0, text) for text in texts), period=once.seconds, repeated=texts)


def _parse_seconds(text: str) -> float | None:
    found = _DURATION.fullmatch(text)
    return None if found is None else float(found.group(1)) * _UNITS[found.group(2)]
