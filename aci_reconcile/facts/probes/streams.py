"""What exec and attach open: a WebSocket, with a terminal or a container's output behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_text
from aci_reconcile.facts.probes.lab import make, make_body, make_container
from aci_reconcile.facts.probes.probe import Probe
from aci_reconcile.facts.probes.steps import (
    Heard,
    Listen,
    Seen,
    UnansweredError,
    Unclear,
    has_other_cause,
    listen,
    send,
    show_flag,
    wait,
)

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Steps, Verdicts

_TERMINAL: Final = 20.0
"""Seconds for a command that takes none. The first exec in a group may have to wait for its host."""
QUESTION: Final = b"echo probe-$((40 + 2)); exit 7\n"
"""What is typed into a shell."""
_ANSWER: Final = "probe-42"
"""What only a shell makes of that: a terminal that echoes what is typed shows the sum as it was written."""
_WORDS: Final = "probe of several words"
_NO_PROGRAM: Final = ("not found", "no such file")
_MOST_LINES: Final = 24
_ENOUGH_LINES: Final = 3
"""So many lines must be in the log before attach begins, and as many follow; else nobody could tell where it began."""
_PAUSE_AFTER_RUN: Final = 120.0
"""Seconds that Azure may take to restart a container that has ended."""
_NUMBER: Final = re.compile(r"probe-(\d+)(?=\D)")


def _ask_exec(lab: Lab) -> Steps[Verdicts]:
    """Type into a shell, and then run a command line instead of a program."""
    name = lab.name("exec")
    yield from make(lab, name, make_body(lab))
    shell = yield from _execute(lab, name, "/bin/sh", QUESTION)
    stream = decide_stream(shell)
    if _ANSWER not in shell.text:
        return [stream, Unclear("exec-arguments", "a shell without arguments did not answer, either")]
    words = yield from _execute(lab, name, f"/bin/echo {_WORDS}")
    return [stream, decide_arguments(words)]


def _execute(lab: Lab, name: str, command: str, say: bytes = b"") -> Steps[Heard]:
    path = lab.path(name, "containers", "main", "exec")
    body: Body = {"command": command, "terminalSize": {"rows": 24, "cols": 120}}
    return (yield from listen(Listen(path, body, _TERMINAL, lab.pause / 5, say=say)))


def decide_stream(shell: Heard) -> Seen | Unclear:
    """Decide from what a shell said whether the protocol is the one that clients speak."""
    offer = shell.offer
    if not offer.accepted:
        return Unclear("exec-stream", f"exec was refused: {offer.verdict} {offer.message}".strip())
    if _ANSWER not in shell.text:
        return Unclear("exec-stream", shell.broke or "what was typed had no answer")
    offered = {"webSocketUri", "password"} <= offer.body.keys()
    first = "was empty" if shell.greeted else "was not empty"
    how = f"{offer.status} with {', '.join(sorted(offer.body))}; the first message {first}; a shell answered"
    return Seen("exec-stream", show_flag(offered and shell.greeted), how)


def decide_arguments(heard: Heard) -> Seen | Unclear:
    """Decide from the output of a command line whether it was split. That exec works at all must have been seen."""
    fact, offer = "exec-arguments", heard.offer
    if has_other_cause(offer):
        return Unclear(fact, offer.verdict)
    if not offer.accepted:
        return Seen(fact, "one word", f"{offer.verdict} {offer.message}".strip())
    if _WORDS in (line.strip() for line in heard.text.splitlines()):
        return Seen(fact, "split", "a program got its arguments")
    if any(each in heard.text.lower() for each in _NO_PROGRAM):
        return Seen(fact, "one word", f"the terminal said: {' '.join(heard.text.split())}")
    return Unclear(fact, heard.broke or f"the terminal said: {' '.join(heard.text.split()) or 'nothing'}")


def _ask_attach(lab: Lab) -> Steps[Verdicts]:
    """Attach to a container that has printed lines, prints more, ends, and is restarted."""
    name = lab.name("attach")
    script = "; ".join(f"echo probe-{number}; sleep {lab.pause:g}" for number in range(1, _MOST_LINES + 1))
    container = make_container(command=["/bin/sh", "-c", f"{script}; exit 0"])
    yield from make(lab, name, make_body(lab, container))
    printed = yield from _read_numbers(lab, name)
    for _ in range(2 * _MOST_LINES):
        if _is_midway(printed):
            break
        yield from wait(lab.pause)
        printed = yield from _read_numbers(lab, name)
    seconds = _MOST_LINES * lab.pause + _PAUSE_AFTER_RUN
    path = lab.path(name, "containers", "main", "attach")
    heard = yield from listen(Listen(path, None, seconds, lab.pause / 5, _has_begun_again))
    return [decide_start(printed, heard), decide_end(printed, heard)]


def _read_numbers(lab: Lab, name: str) -> Steps[list[int]]:
    answer = yield from send("GET", lab.path(name, "containers", "main", "logs"))
    if not answer.accepted:
        raise UnansweredError(f"its log cannot be read: {answer.verdict}")
    return _find_numbers(as_text(answer.body.get("content")))


def _find_numbers(text: str) -> list[int]:
    """Return the numbers of the lines in a text; the last one may still be on its way."""
    return [int(number) for number in _NUMBER.findall(text)]


def _has_begun_again(text: str) -> bool:
    numbers = _find_numbers(text)
    return numbers != sorted(numbers)


def _is_midway(printed: list[int]) -> bool:
    """Whether a log is that of one run which has printed some lines, and will print more."""
    return _ENOUGH_LINES <= len(printed) <= _MOST_LINES - _ENOUGH_LINES and printed == sorted(printed)


def decide_start(printed: list[int], heard: Heard) -> Seen | Unclear:
    """Decide from the lines that were in the log before, and those that attach sent."""
    fact, numbers = "attach-start", _find_numbers(heard.text)
    if not heard.offer.accepted:
        return Unclear(fact, f"attach was refused: {heard.offer.verdict}")
    if not _is_midway(printed) or not numbers:
        return Unclear(fact, heard.broke or f"{len(printed)} lines were in the log, and {len(numbers)} came")
    how = f"lines 1 to {printed[-1]} were in the log; attach began with line {numbers[0]}"
    if numbers[0] not in {1, *range(printed[-1], _MOST_LINES + 1)}:
        return Unclear(fact, how)
    return Seen(fact, "first line" if numbers[0] == 1 else "now", how)


def decide_end(printed: list[int], heard: Heard) -> Seen | Unclear:
    """Decide from what attach sent whether it went on over the restart of the container."""
    fact, numbers = "attach-end", _find_numbers(heard.text)
    if not heard.offer.accepted:
        return Unclear(fact, f"attach was refused: {heard.offer.verdict}")
    if not _is_midway(printed):
        return Unclear(fact, f"{len(printed)} lines were in the log: not the middle of a run")
    if _has_begun_again(heard.text):
        return Seen(fact, "group", "the first line of the next run came, too")
    if heard.ended and numbers[-1:] == [_MOST_LINES]:
        return Seen(fact, "run", "attach ended after the last line of a run")
    last = f"the last line was {numbers[-1]} of {_MOST_LINES}" if numbers else "no line came"
    return Unclear(fact, heard.broke or f"{last}, and attach {'ended' if heard.ended else 'did not end'}")


PROBES = (
    Probe("exec", "May exec have arguments, and what does it open?", ("exec-stream", "exec-arguments"), _ask_exec),
    Probe("attach", "Where does attach begin and end?", ("attach-start", "attach-end"), _ask_attach, seconds=300),
)
