"""Rewrites the options and arguments of a command line in the words of one command."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from aci_reconcile.cli import other_tools
from aci_reconcile.cli.option import Option
from aci_reconcile.cli.options import SAVED
from aci_reconcile.cli.words import Token, list_spellings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ALIKE: Final = 0.75
"""How alike two spellings must be, from 0 to 1: a letter too few, two that changed places."""
OF_AZURE: Final = frozenset({"--arm-endpoint", "--cloud", "--concurrency", "--local", "--timeout"})
"""Options of every command that asks Azure."""

_FILES: Final = (".yaml", ".yml", ".json")


class NoWordsError(Exception):
    """Something on the command line means nothing here."""


def find_near(word: str, known: Iterable[str]) -> str:
    """Return the word that is spelled most alike; empty if none is alike."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=ALIKE)), "")


class OptionWords:
    """Rewrites options for one command.

    Args:
        command: the command.
        source: the command of ours that has the options, if they were typed for another one.
        bare: whether no argument names a file or a group.
    """

    def __init__(self, command: click.Command, source: click.Command, *, bare: bool) -> None:
        self.guessed = False
        self._command = command
        self._options = list_spellings(command)
        self._dropped: Mapping[str, click.Parameter] = list_spellings(source)
        self._bare = bare
        self._arguments = frozenset(each.name for each in command.params if isinstance(each, click.Argument))

    def rewrite(self, tokens: Iterable[Token]) -> Iterator[str]:
        """Yield the words.

        Raises:
            NoWordsError: one means nothing here.
        """
        for token in tokens:
            yield from self._rewrite(token) if token.name else self._place(token.words)

    def _rewrite(self, token: Token) -> Iterable[str]:
        if token.name in self._options:
            return self._correct(token)
        if not token.name.startswith("--") and all(f"-{each}" in self._options for each in token.name[1:]):
            return token.words  # several flags after one dash
        if token.name in other_tools.OPTIONS:
            return self._translate(token, other_tools.OPTIONS[token.name])
        if token.name in OF_AZURE:
            return ()
        if token.name in self._dropped:
            former = self._dropped[token.name]
            if isinstance(former, Option) and former.section == SAVED:  # it chooses what is planned
                raise NoWordsError
            return ()
        near = find_near(token.name, (each for each in self._options if each.startswith("--")))
        if not near:
            raise NoWordsError
        self.guessed = True
        return (f"{near}={token.value}",) if token.value is not None else (near,)

    def _correct(self, token: Token) -> Iterable[str]:
        """Return an option of ours, with a value that it takes."""
        param = self._options[token.name]
        choices = [str(each) for each in getattr(param.type, "choices", ())]
        if token.value is None or not choices:
            return token.words
        if token.value in choices:  # click takes the = of `-o=json` for a part of the value
            return (token.name, token.value) if token.words[0].startswith(f"{token.name[:2]}=") else token.words
        lowered = token.value.lower().lstrip("=")
        value = other_tools.VALUES.get(lowered, lowered)
        if value in choices:
            return token.name, value
        self.guessed = True
        value = "" if Path(value).suffix else find_near(value, choices)
        if not value and token.name == "-o" and "--out" in self._options:
            return "--out", token.value
        if not value:
            raise NoWordsError
        return token.name, value

    def _translate(self, token: Token, meant: other_tools.Option) -> Iterable[str]:
        """Return what stands here for another tool's option."""
        words = meant.words.split()
        if not words or self._command.name in {words[0], *meant.needless}:
            return ()
        value = token.value or ""
        if words[0] in {"ADDRESS", "PATH"}:
            return self._name(token.name, words[0], value)
        if not meant.same or words[0] not in self._options or (meant.takes and not value):
            raise NoWordsError
        option, *values = (each.replace("VALUE", value) for each in words)
        return self._correct(Token((option, *values), option, *values))

    def _name(self, option: str, what: str, value: str) -> Iterable[str]:
        """Return the file or the group that an option names."""
        if not value.strip("-"):
            raise NoWordsError
        if what == "ADDRESS" and option == "-n" and not self._bare and "--resource-group" in self._options:
            return "--resource-group", value  # kubectl's namespace, beside a name
        if (what == "PATH" and "paths" in self._arguments) or (
            what == "ADDRESS" and self._arguments & {"address", "addresses"}
        ):
            return (value,)
        if what == "ADDRESS" and "--only" in self._options:
            return "--only", value
        raise NoWordsError

    def _place(self, words: tuple[str, ...]) -> Iterable[str]:
        """Return an argument; the name of a group needs an option where files are expected."""
        takes_files = "paths" in self._arguments and words[0] != "--"
        if takes_files and not words[0].lower().endswith(_FILES) and not _exists(words[0]):
            return "--only", words[0]
        return words


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # too long, or no name at all
        return False
