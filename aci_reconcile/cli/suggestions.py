"""Suggestions for a command line that cannot be read: the command to type, or at least where to look.

A wrong suggestion is worse than none: click alone would suggest ``--prune`` for ``--dry-run``.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import click

from aci_reconcile.cli import other_tools
from aci_reconcile.cli.command import UnknownCommandError
from aci_reconcile.cli.option_words import OF_AZURE, find_near
from aci_reconcile.cli.rewriting import find_command, find_params, rewrite
from aci_reconcile.cli.root import make_root
from aci_reconcile.core.redaction import holds_secret, veil_argument
from aci_reconcile.operate.commands import OWN, quote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

_SPELLED_OUT: Final = ("did you mean ", "name ", "write ")
"""How notes begin that say no more than a whole command does."""


def explain_error(error: click.ClickException, argv: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return the message and the hints for an error in the command line."""
    path, known = find_params(make_root(), argv)
    more = f"see {OWN}{path} --help" if path else f"see {OWN}--help"
    whole = _suggest_command(argv)
    if isinstance(error, UnknownCommandError):
        more = f"see {error.ctx.command_path if error.ctx else OWN.strip()} --help"
        notes = () if whole else (*_explain_command(error), more)
        return error.message, tuple(filter(None, (whole, "; ".join(notes))))
    message, note = _explain_option(error, argv, path, known)
    if whole and note.startswith(_SPELLED_OUT):
        note = ""
    return message, tuple(filter(None, (whole, "; ".join(filter(None, (note, more))))))


def _suggest_command(argv: Sequence[str]) -> str:
    """Return the command to type; empty if there is none, or if it would repeat a secret."""
    found = rewrite(make_root(), argv)
    if found is None or _holds_secret(argv):
        return ""
    return f"{'did you mean' if found.guessed else 'type'}: {OWN}{' '.join(map(quote, found.words))}"


def _holds_secret(argv: Sequence[str]) -> bool:
    pairs = [word.partition("=") for word in argv]
    return any(veil_argument(before, word) != word for before, word in pairwise(("", *argv))) or any(
        holds_secret(name.lstrip("-"), value) for name, equals, value in pairs if equals
    )


def _explain_command(error: UnknownCommandError) -> Iterator[str]:
    """Yield what is known of a command that cannot be suggested as a whole."""
    if error.ctx is None or error.ctx.parent is not None:
        return
    meant = other_tools.COMMANDS.get(error.words[0].lower())
    found = find_command(make_root(), error.words)
    if meant is not None and meant.note:
        yield meant.note
    if found is not None:
        yield f"here it is `{' '.join(found.path)}`"


def _explain_option(
    error: click.ClickException, argv: Sequence[str], path: str, known: Mapping[str, click.Parameter]
) -> tuple[str, str]:
    """Return the message and a note for an option that does not exist, or that has no value or a wrong one."""
    if isinstance(error, click.NoSuchOption):
        name = _find_typed(error.option_name, known, argv)
        return f"there is no option {name}", _advise(name, known, path)
    message = " ".join(error.format_message().split()).rstrip(".")
    if isinstance(error, click.BadOptionUsage) and error.option_name in known:
        choices = getattr(known[error.option_name].type, "choices", ())
        return message, f"it takes {', '.join(choices)}" if choices else ""
    return message, ""


def _advise(name: str, known: Collection[str], command: str) -> str:
    """Return what to do in place of an option that a command does not have."""
    meant = other_tools.OPTIONS.get(name.lower()) or other_tools.OPTIONS.get(f"-{name.lower()}")
    if meant is not None and meant.words == "plan" and command in other_tools.SHOWN_FIRST:
        return other_tools.SHOWN_FIRST[command]
    if meant is not None and meant.note and (not meant.words.startswith("-") or meant.words.split()[0] in known):
        return meant.note
    # These are options of most commands, so a near spelling would mislead.
    if name in OF_AZURE:
        return "this command does not use Azure: remove the option"
    near = find_near(name, (each for each in known if each.startswith("--")))
    return f"did you mean {near}?" if near else ""


def _find_typed(name: str, known: Collection[str], argv: Sequence[str]) -> str:
    """Return an option as it was typed: of Terraform's `-target`, click names `-t`."""
    long = (word.partition("=")[0] for word in argv if word.startswith("-") and not word.startswith("--"))
    found = (word for word in long if f"-{word}" in {*other_tools.OPTIONS, *known} and name[1] in word)
    return name if name.startswith("--") else next(found, name)
