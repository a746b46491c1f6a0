"""Writes a command line again in our words: for what another tool calls something, and for what is spelled alike.

The result can be typed as it is: it is parsed before anybody sees it. Where a word means nothing here, there is no
result: a command without it might do more than was asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import click

from aci_reconcile.cli import other_tools
from aci_reconcile.cli.option import Words
from aci_reconcile.cli.option_words import NoWordsError, OptionWords, find_near
from aci_reconcile.cli.words import Token, list_spellings, read_tokens, takes_value
from aci_reconcile.core.errors import AciReconcileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_HELP: Final = frozenset({"-h", "--help"})


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A command line that means the same, or probably does."""

    words: tuple[str, ...]
    guessed: bool
    """Whether a word is only spelled alike."""


@dataclass(frozen=True, slots=True)
class Named:
    """The command that a command line names."""

    path: tuple[str, ...]
    """Its name, after the name of its group."""
    options: tuple[str, ...] = ()
    """Options that belong to it."""
    number: int = 1
    """How many words name it."""
    guessed: bool = False
    foreign: str = ""
    """What another tool calls it; empty if it has its own name."""


def rewrite(root: click.Group, argv: Sequence[str]) -> Rewritten | None:
    """Return the command line in our words; None if there are none, or if they are those that were typed."""
    before, rest = _split(root, argv)
    asks = rest[:1] == ("help",)
    named = find_command(root, rest[asks:])
    if named is None:
        return None
    if asks or _HELP & set(argv):
        page = (*named.path, "--help")
        return Rewritten(page, named.guessed) if page != tuple(argv) else None
    try:
        found = _rewrite(root, named, before, rest[named.number :])
    except NoWordsError:
        return None
    return found if found.words != tuple(argv) and _is_accepted(root, found.words) else None


def find_command(root: click.Group, words: tuple[str, ...]) -> Named | None:
    """Return the command that words name; None if it is nothing like one of ours."""
    for number in (2, 1):
        name = " ".join(words[:number]).lower()
        meant = other_tools.COMMANDS.get(name)
        if meant is not None:
            path = tuple(each for each in meant.words.split() if not each.startswith("-"))
            options = tuple(each for each in meant.words.split() if each.startswith("-"))
            return Named(path, options, len(name.split()), foreign=name) if path else None
    if words[:1] == ("container",):  # azure-cli's `az container list`
        found = find_command(root, words[1:])
        return found and replace(found, number=found.number + 1)
    return _find_own(root, words) if words else None


def find_params(root: click.Group, argv: Sequence[str]) -> tuple[str, Mapping[str, click.Parameter]]:
    """Return the command that a command line calls, and its options by their spellings."""
    named = find_command(root, _split(root, argv)[1])
    if named is None or named.guessed or named.foreign:
        return "", list_spellings(root)
    return " ".join(named.path), list_spellings(_get_command(root, named.path))


def _find_own(group: click.Group, words: Sequence[str]) -> Named | None:
    names, typed = group.list_commands(click.Context(group)), words[0].lower()
    known = other_tools.ALIASES.get(typed, typed)
    name = known if known in names else find_near(typed, names)
    command = group.get_command(click.Context(group), name) if name else None
    if not isinstance(command, click.Group) or len(words) == 1:
        return Named((name,), guessed=name != known) if name else None
    below = _find_own(command, words[1:])
    return below and Named((name, *below.path), (), 1 + below.number, below.guessed or name != known)


def _split(root: click.Group, argv: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words before the command, and those from it on."""
    at = 0
    for token in read_tokens(argv, _list_takes(root)):
        if not token.name:
            break
        at += len(token.words)
    return tuple(argv[:at]), tuple(argv[at:])


def _list_takes(*commands: click.Command) -> dict[str, bool]:
    """Return all options that are known, and whether the next word is their value."""
    ours = {name: takes_value(param) for each in commands for name, param in list_spellings(each).items()}
    return {name: each.takes for name, each in other_tools.OPTIONS.items()} | ours


def _rewrite(root: click.Group, named: Named, before: Sequence[str], after: Sequence[str]) -> Rewritten:
    source = _get_command(root, named.path)
    takes = _list_takes(root, source)
    takes |= {name: takes[near] for name in _list_unknown((*before, *after), takes) if (near := find_near(name, takes))}
    ahead = list(read_tokens(before, takes))
    behind = [*read_tokens((*named.options, *after), takes)]
    if named.foreign in other_tools.WITH_KINDS:
        behind = list(_drop_kind(behind))
    if any(isinstance(each, Words) for each in source.params):
        behind = list(_mark_words(behind, (*named.options, *after)))
    path = _find_switch((*ahead, *behind), named.path)
    words = OptionWords(_get_command(root, path), source, bare=all(each.name for each in behind))
    front, rest = list(words.rewrite(ahead)), list(words.rewrite(behind))
    if any(each.name not in list_spellings(root) for each in ahead):
        front, rest = [], [*front, *rest]
    return Rewritten((*front, *path, *rest), named.guessed or words.guessed)


def _list_unknown(words: Iterable[str], takes: Mapping[str, bool]) -> Iterator[str]:
    names = (word.partition("=")[0] for word in words)
    return (name for name in names if name.startswith("--") and len(name) > len("--") and name not in takes)


def _get_command(root: click.Group, path: Sequence[str]) -> click.Command:
    command: click.Command = root
    for name in path:
        below = command.get_command(click.Context(command), name) if isinstance(command, click.Group) else None
        if below is None:
            raise NoWordsError
        command = below
    return command


def _drop_kind(tokens: Iterable[Token]) -> Iterator[Token]:
    """Leave out what kubectl wants before a name."""
    first = True
    for token in tokens:
        kind, slash, name = token.words[0].partition("/")
        if token.name or not first or kind.lower() not in other_tools.KINDS:
            yield token
        elif slash:
            yield Token((name,))
        first = first and bool(token.name)


def _mark_words(tokens: Iterable[Token], words: tuple[str, ...]) -> Iterator[Token]:
    """Put ``--`` before the command for a container, which docker and kubectl take without it."""
    at, named = 0, False
    for token in tokens:
        if named and not token.name and token.words[0] != "--":
            yield Token(("--", *words[at:]))
            return
        named = named or not token.name
        at += len(token.words)
        yield token


def _find_switch(tokens: Iterable[Token], path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command that does what an option asks for, such as ``plan`` for ``--dry-run``; else the same one."""
    for token in tokens:
        meant = other_tools.OPTIONS.get(token.name)
        if meant is not None and path[0] in meant.of:
            return tuple(meant.words.split())
    return path


def _is_accepted(root: click.Group, words: Sequence[str]) -> bool:
    """Whether the command line can be parsed."""
    before, rest = _split(root, words)
    named = find_command(root, rest)
    if named is None:
        return False
    try:
        with root.make_context(root.name, [*before, *rest]) as context:
            command = _get_command(root, named.path)
            command.make_context(" ".join(named.path), list(rest[named.number :]), parent=context).close()
    except (click.ClickException, click.exceptions.Exit, AciReconcileError, OSError, ValueError):
        return False
    return True
