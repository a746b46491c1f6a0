"""Suggestions for commands and options that do not exist: what other tools call them, or what is spelled alike.

A wrong suggestion is worse than none: click alone would suggest ``--prune`` for ``--dry-run``.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ALIKE: Final = 0.75
"""How alike two spellings must be, from 0 to 1: a letter too few, two that changed places."""

ELSEWHERE: Final[Mapping[str, str]] = {
    "check": "validate",
    "delete": "destroy",
    "deploy": "apply",
    "diff": "plan",
    "down": "destroy",
    "export": "import",
    "get": "status",
    "lint": "validate",
    "list": "status",
    "ls": "status",
    "preflight": "verify",
    "preview": "plan",
    "ps": "status",
    "pull": "import",
    "rm": "destroy",
    "sync": "apply",
    "up": "apply",
    "what-if": "plan",
}
"""What other tools call it, and what it is called here."""

_PLAN: Final = ("", "`plan` shows what apply would change, and writes nothing")
_PRUNE: Final = ("--prune", "--prune deletes this project's groups that have no manifest")
_REPLACE: Final = ("--allow-replace", "--allow-replace allows groups to be deleted and created again")
_ENVIRONMENT: Final = ("--environment", "write --environment NAME")
_PLAIN: Final = ("--color", "write --color never")
_YES: Final = ("--auto-approve", "write --auto-approve, or -y")
_SHOWN_FIRST: Final[Mapping[str, str]] = {
    "destroy": "`destroy` shows what it would delete and asks; only yes approves",
    "drift": "`drift` writes nothing to Azure",
    "import": "without --out, `import` writes no files",
    "plan": "`plan` writes nothing to Azure",
    "validate": "`validate` does not use Azure",
}
"""What a preview is in commands that are none of `apply`."""
OPTIONS_ELSEWHERE: Final[Mapping[str, tuple[str, str]]] = {
    "--auto": _YES,
    "--check": ("--detailed-exitcode", "--detailed-exitcode exits with 2 if there are changes"),
    "--delete": _PRUNE,
    "--destroy": ("", "use the command `destroy`: it shows what it would delete, and asks"),
    "--diff": _PLAN,
    "--dry-run": _PLAN,
    "--env": _ENVIRONMENT,
    "--exit-code": ("--detailed-exitcode", "write --detailed-exitcode"),
    "--force": ("--max-deletes", "each safety limit has its own option; the plan names it"),
    "--json": ("--format", "write --format json"),
    "--no-color": _PLAIN,
    "--no-colour": _PLAIN,
    "--output": ("--format", "--format sets the format, --report FORMAT=FILE writes a file"),
    "--parallelism": ("--concurrency", "write --concurrency N"),
    "--recreate": _REPLACE,
    "--refresh-only": ("", "`drift` compares Azure with the manifests, and writes nothing"),
    "--remove-orphans": _PRUNE,
    "--replace": _REPLACE,
    "--target": ("--only", "write --only ADDRESS"),
    "--what-if": _PLAN,
    "--workspace": _ENVIRONMENT,
    "--yes": _YES,
}
"""What other tools call it; the option that it needs here, and what to do."""

_OF_AZURE: Final = frozenset({"--arm-endpoint", "--cloud", "--concurrency", "--local", "--timeout"})
"""Options of every command that asks Azure."""


class UnknownCommandError(click.UsageError):
    """There is no such command; ``hint`` suggests one."""

    def __init__(self, name: str, known: Iterable[str], ctx: click.Context) -> None:
        super().__init__(f"there is no command {name!r}", ctx)
        names, other = tuple(known), ELSEWHERE.get(name.lower(), "")
        meant = other if other in names else _find_near(name.lower(), names)
        self.hint = f"did you mean {meant}? " * bool(meant) + f"see {ctx.command_path} --help"


def explain_error(error: click.ClickException) -> tuple[str, str]:
    """Return the message and the hint for an error in the command line."""
    if isinstance(error, UnknownCommandError):
        return error.message, error.hint
    context = error.ctx if isinstance(error, click.UsageError) else None
    more = f"see {context.command_path} --help" if context else ""
    if isinstance(error, click.NoSuchOption):
        helps = _find_advice(
            error.option_name, _list_spellings(context), (context.command.name or "") if context else ""
        )
        return f"there is no option {error.option_name}", " ".join(each for each in (helps, more) if each)
    return " ".join(error.format_message().split()).rstrip("."), more


def _find_advice(name: str, known: tuple[str, ...], command: str) -> str:
    """Return advice for an option that this command does not have."""
    needs, text = OPTIONS_ELSEWHERE.get(name.lower(), ("", ""))
    if (needs, text) == _PLAN and command in _SHOWN_FIRST:
        text = _SHOWN_FIRST[command]
    if text and (not needs or needs in known):
        return f"{text};"
    # These are options of most commands, so a near spelling would mislead.
    if name in _OF_AZURE:
        return "this command does not use Azure: remove the option;"
    meant = _find_near(name, known)
    return f"did you mean {meant}?" if meant else ""


def _list_spellings(context: click.Context | None) -> tuple[str, ...]:
    params = context.command.params if context else ()
    return tuple(each for param in params for each in (*param.opts, *param.secondary_opts) if each.startswith("--"))


def _find_near(name: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=_ALIKE)), "")
