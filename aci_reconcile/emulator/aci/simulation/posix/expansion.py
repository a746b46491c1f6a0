"""From words to texts: parameters, substitutions, sums, and the splitting of what was not quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.emulator.aci.simulation.posix import syntax as node
from aci_reconcile.emulator.aci.simulation.posix.kernel import ExitError, OutOfResourcesError
from aci_reconcile.emulator.aci.simulation.posix.patterns import translate, trim
from aci_reconcile.emulator.aci.simulation.posix.state import State, decode
from aci_reconcile.emulator.aci.simulation.posix.sums import compute
from aci_reconcile.emulator.aci.simulation.posix.words import ShellSyntaxError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MOST_TEXT: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Run:
    """A piece of a word: its text, whether it was quoted, and whether it may be split."""

    text: str
    quoted: bool = False
    splits: bool = False
    ends_field: bool = False


async def expand_fields(state: State, words: Iterable[node.Word]) -> list[str]:
    """Return the arguments that words become."""
    fields: list[str] = []
    for word in words:
        if all(isinstance(part, node.Literal) for part in word):  # as most are
            fields.append("".join(part.text for part in word if isinstance(part, node.Literal)))
        else:
            fields += _split(await _expand(state, word), state.variables.get("IFS", " \t\n"))
    return fields


async def expand_text(state: State, word: Iterable[node.Part]) -> str:
    """Return one text, without splitting."""
    runs = await _expand(state, tuple(word))
    return "".join(run.text for run in runs)


async def expand_pattern(state: State, word: node.Word) -> re.Pattern[str]:
    """Return the pattern that a word is."""
    return translate([(run.text, run.quoted) for run in await _expand(state, word)])


async def _expand(state: State, word: node.Word) -> list[_Run]:
    runs: list[_Run] = []
    for part in word:
        if isinstance(part, node.Literal):
            runs.append(_Run(part.text, part.quoted))
        elif isinstance(part, node.Parameter):
            runs += await _expand_parameter(state, part)
        elif isinstance(part, node.Substitution):
            output = decode((await state.capture(part.body)).replace(b"\0", b"")).rstrip("\n")
            runs.append(_Run(output, part.quoted, not part.quoted))
        else:
            value = await _compute(state, await expand_text(state, part.word))
            runs.append(_Run(str(value), part.quoted, not part.quoted))
    if sum(len(run.text) for run in runs) > _MOST_TEXT:
        raise OutOfResourcesError("out of memory")
    return runs


async def _compute(state: State, text: str) -> int:
    try:
        return compute(text, state.variables)
    except ShellSyntaxError as error:
        await state.complain(str(error))
        raise ExitError(2) from None


def get(state: State, name: str) -> str | None:
    """Return the value of a parameter; None if it is not set."""
    if name.isdigit():
        index = int(name[:9])
        if index == 0:
            return state.name
        return state.arguments[index - 1] if index <= len(state.arguments) else None
    special: dict[str, Callable[[], str | None]] = {
        "?": lambda: str(state.status),
        "#": lambda: str(len(state.arguments)),
        "$": lambda: str(state.program.process.number),
        "!": lambda: str(state.last_background or ""),
        "-": lambda: "".join(sorted(state.options)),
        "@": lambda: " ".join(state.arguments) if state.arguments else None,
        "*": lambda: _join(state) if state.arguments else None,
    }
    return special[name]() if name in special else state.variables.get(name)


def _join(state: State) -> str:
    return state.variables.get("IFS", " ")[:1].join(state.arguments)


async def _expand_parameter(state: State, part: node.Parameter) -> list[_Run]:
    value = get(state, part.name)
    operator = part.operator
    if operator == "length":
        length = len(state.arguments) if part.name in {"@", "*"} else len(value or "")
        return [_Run(str(length), part.quoted)]
    if operator[:1] in {"#", "%"}:
        trimmed = trim(value or "", await expand_pattern(state, part.word), operator)
        return [_Run(trimmed, part.quoted, not part.quoted)]
    missing = value is None or (operator.startswith(":") and not value)
    if operator.endswith("+"):
        return [] if missing else await _expand_word(state, part)
    if missing and operator:
        return await _replace_missing(state, part)
    if value is None and "u" in state.options and part.name not in {"@", "*"}:
        await state.complain(f"{part.name}: parameter not set")
        raise ExitError(2)
    if part.name in {"@", "*"}:
        return _list_arguments(state, part)
    return [_Run(value or "", part.quoted, not part.quoted)]


async def _replace_missing(state: State, part: node.Parameter) -> list[_Run]:
    if part.operator.endswith("-"):
        return await _expand_word(state, part)
    text = await expand_text(state, part.word)
    if part.operator.endswith("="):
        state.variables[part.name] = text
        return [_Run(text, part.quoted, not part.quoted)]
    await state.complain(f"{part.name}: {text or 'parameter not set'}")
    raise ExitError(2)


async def _expand_word(state: State, part: node.Parameter) -> list[_Run]:
    runs = await _expand(state, part.word) or [_Run("")]
    if part.quoted:
        return [_Run(run.text, quoted=True, ends_field=run.ends_field) for run in runs]
    return [run if run.quoted or run.ends_field else _Run(run.text, splits=True) for run in runs]


def _list_arguments(state: State, part: node.Parameter) -> list[_Run]:
    if part.name == "*" and part.quoted:
        return [_Run(_join(state), quoted=True)]
    runs: list[_Run] = []
    between = _Run(state.variables.get("IFS", " ")[:1] if part.name == "*" else " ", ends_field=True)
    for argument in state.arguments:
        runs += [between] if runs else []
        runs.append(_Run(argument, part.quoted, not part.quoted))
    return runs


def _split(runs: list[_Run], separators: str) -> list[str]:
    """Return the fields of the runs of one word."""
    fields: list[str] = []
    current: str | None = None
    for run in runs:
        if run.ends_field:
            fields += [] if current is None else [current]
            current = None
        elif not run.splits or not separators:
            current = (current or "") + run.text if run.text or run.quoted else current
        else:
            pieces = _separate(run.text, separators)
            for number, piece in enumerate(pieces):
                if number and current is not None:
                    fields.append(current)
                    current = None
                if piece is not None:
                    current = (current or "") + piece
    return fields if current is None else [*fields, current]


def _separate(text: str, separators: str) -> list[str | None]:
    """Return the pieces between separators; None where blanks stand at the beginning or the end."""
    blanks = re.escape("".join(one for one in separators if one in " \t\n"))
    others = re.escape("".join(one for one in separators if one not in " \t\n"))
    blank = f"[{blanks}]" if blanks else "(?!)"
    expression = f"{blank}*[{others}]{blank}*|{blank}+" if others else f"{blank}+"
    pieces: list[str | None] = list(re.split(expression, text))
    hard = re.compile(f"{blank}*[{others}]") if others else None
    if pieces[0] == "" and not (hard and hard.match(text)):
        pieces[0] = None
    if pieces[-1] == "":
        pieces[-1] = None
    return pieces


def split_for_read(line: str, separators: str, most: int) -> list[str]:
    """Return the values of so many variables of `read`: the last one gets the rest."""
    blanks = "".join(one for one in separators if one in " \t\n")
    rest, values = line.strip(blanks) if blanks else line, list[str]()
    while len(values) < most - 1:
        found = re.search(f"[{re.escape(separators)}]", rest) if separators else None
        if found is None:
            break
        values.append(rest[: found.start()])
        following = rest[found.start() :]
        skipped = following.lstrip(blanks) if blanks else following
        if skipped[:1] and skipped[0] in separators and skipped[0] not in blanks:
            skipped = skipped[1:]
            skipped = skipped.lstrip(blanks) if blanks else skipped
        rest = skipped
    return [*values, rest]
