"""What counts in a saved plan only where the apply says it again: what releases a limit, and values of variables.

Whoever writes a plan's file chooses what stands in it. So the file says which groups it is about, and the apply's own
arguments, or its environment, say what may be done to them: its operator's word, and nobody else's.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from aci_reconcile.app.variables import read_variables
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Option
from aci_reconcile.cli.given import Given, sources_of
from aci_reconcile.core.errors import StalePlanError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import click

    from aci_reconcile.saved import Document

RELEASES: Final = tuple(str(each.name) for each in (*options.brakes(), *options.restoring()))
"""The options that release a limit."""
VALUES: Final = ("var", "var_file")
"""The options that give variables their values."""
REPEATED: Final = frozenset({*RELEASES, *VALUES})

_REASON: Final = "override_freeze"
"""Its words are the operator's own: they may be others, and come later, when a freeze has begun meanwhile."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """What an apply says otherwise than the plan that it is to carry out."""

    missing: tuple[str, ...] = ()
    """Words of the command line that the plan was made with, and that are not said here."""
    alone: tuple[str, ...] = ()
    """Names of the options that say something here, and said nothing when the plan was made."""


def refuse_unrepeated(found: Repetition, name: str) -> None:
    """Refuse a plan that was allowed what the apply does not say itself; ``name`` is its file.

    Raises:
        StalePlanError: it was.
    """
    if found.missing:
        words = " ".join(found.missing)
        raise StalePlanError(
            f"{name} was made with options that this apply does not repeat:\n  {words}",
            hint=f"nothing was written; review the plan, then repeat the options you mean: {words}",
        )


def compared(saved: Document, given: Given, cwd: Path) -> Repetition:
    """Return what the apply says otherwise than its plan.

    Args:
        saved: the plan.
        given: the apply's own options.
        cwd: where files of variables are looked for.

    Raises:
        UsageError: a file of variables can't be read.
    """
    request = cast("Mapping[str, Any]", saved["request"])
    missing: list[str] = []
    alone: list[str] = []
    for each in (*options.brakes(), *options.restoring()):
        name = str(each.name)
        then, now = _plain(request.get(name)), _plain(given.values.get(name))
        if then == now or (name == _REASON and now is not None):
            continue
        words = tuple(_words(each, _without(then, now)))
        missing += words
        alone += [name] if not words and any(_words(each, _without(now, then))) else []
    values = _values(saved, given, cwd)
    return Repetition((*missing, *values.missing), (*alone, *values.alone))


def words_of(saved: Document) -> tuple[str, ...]:
    """Return what an apply of this plan has to say again."""
    return compared(saved, Given({}, frozenset()), Path()).missing


def _plain(value: object) -> object:
    """Return what an option says, as JSON has it; None for nothing."""
    found = list(cast("tuple[object, ...]", value)) if isinstance(value, tuple) else value
    return None if found is None or found == [] else found


def _without(said: object, others: object) -> object:
    """Return what an option says and does not say elsewhere: where it is repeated, neither order nor number counts."""
    own, known = _as_list(said), _as_list(others)
    return said if own is None or known is None else [each for each in own if each not in known]


def _as_list(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


def _words(option: click.Parameter, value: object) -> Iterator[str]:
    """Yield an option as it is typed."""
    long = option.long if isinstance(option, Option) else str(option.name)
    if isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _words(option, each)
    elif isinstance(value, bool):
        negative = next(iter(option.secondary_opts), "")
        yield from (long,) if value else (negative,) if negative else ()
    elif value is not None and isinstance(option, Option) and option.optional:
        yield long if value == -1 else f"{long}={value}"
    elif value is not None:
        yield f"{long} {shlex.quote(str(value))}"


def _values(saved: Document, given: Given, cwd: Path) -> Repetition:
    """Compare the values of variables, however they were given; what changed in a file is told with what moved."""
    then, hidden = cast("Mapping[str, str]", saved["variables"]), frozenset(saved["hidden_variables"])
    now = read_variables(sources_of(given), cwd)
    if {name: value for name, value in now.items() if name not in hidden} == then and hidden <= now.keys():
        return Repetition()
    request = cast("Mapping[str, Any]", saved["request"])
    pairs = [(str(name), str(value)) for name, value in request.get("var", ())]
    files = [str(each) for each in request.get("var_file", ())]
    own = [(name, value) for name, value in given.pairs("var") if name not in hidden]
    own_files = [each.as_posix() for each in given.files("var_file")]
    missing = [f"--var {shlex.quote(f'{name}={value}')}" for name, value in pairs if (name, value) not in own]
    missing += [f"--var-file {shlex.quote(file)}" for file in files if file not in own_files]
    missing += [f"--var {name}=VALUE" for name in sorted(hidden - now.keys())]
    if missing:
        return Repetition(tuple(missing))
    alone = (VALUES[0], set(own) - set(pairs)), (VALUES[1], set(own_files) - set(files))
    return Repetition(alone=tuple(name for name, said in alone if said))
