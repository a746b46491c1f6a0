"""The words of a command line, sorted into options with their values and arguments, without click's complaints."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli.option import Option

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Token:
    """An option, or an argument, whose ``name`` is empty. ``--`` and what follows it is one argument."""

    words: tuple[str, ...]
    name: str = ""
    value: str | None = None


def list_spellings(command: click.Command | None) -> dict[str, click.Parameter]:
    """Return the options of a command by each of their spellings."""
    params = [each for each in command.params if isinstance(each, click.Option)] if command is not None else []
    return {spelling: each for each in params for spelling in (*each.opts, *each.secondary_opts)}


def takes_value(param: click.Parameter) -> bool:
    """Whether the word after an option is its value."""
    flag = isinstance(param, click.Option) and (param.is_flag or param.count)
    return not flag and not (isinstance(param, Option) and param.optional)


def read_tokens(words: Sequence[str], takes: Mapping[str, bool]) -> Iterator[Token]:
    """Yield the options and arguments.

    Args:
        words: the words of the command line.
        takes: for each option that is known, whether the word after it is its value. Others have none.
    """
    rest = deque(words)
    while rest:
        word = rest.popleft()
        if word == "--":
            yield Token((word, *rest))
            return
        if not word.startswith("-") or word == "-":
            yield Token((word,))
            continue
        name, value = _split_option(word, takes)
        if value is None and takes.get(name, False) and rest:
            value = rest.popleft()
            yield Token((name, value), name, value)
        else:
            yield Token((word if word.startswith(name) else f"-{word}",), name, value)


def _split_option(word: str, takes: Mapping[str, bool]) -> tuple[str, str | None]:
    """Return the name of an option, and the value that is in the same word."""
    name, equals, value = word.partition("=")
    if not name.startswith("--") and len(name) > len("-x"):
        if f"-{name}" in takes:  # Terraform's options have one dash
            name = f"-{name}"
        elif takes.get(name[:2], False):
            return name[:2], word[2:].removeprefix("=")
    return name, value if equals else None
