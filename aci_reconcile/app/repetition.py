"""The part of a saved plan that the caller must repeat: what releases a safety limit, and values of variables.

Whoever writes a plan's file chooses its contents. So the file says which groups it is about, and the caller's own
options, or its environment, say what may be done to them.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from aci_reconcile.app.manifests import read_variables
from aci_reconcile.app.saved_inputs import Inputs, releases_to_json
from aci_reconcile.core.errors import StalePlanError
from aci_reconcile.planning.policy import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.app.policy import Allow
    from aci_reconcile.saved import Document

_REASON: Final = "override_freeze"
"""Its text is the caller's own. It may differ, and it may be new: a freeze may have begun since the plan was saved."""
_NEGATIVES: Final = {"prune": "--no-prune"}
_OPTIONAL_VALUE: Final = "allow_replace"


@dataclass(frozen=True, slots=True)
class Repetition:
    """How the caller's options differ from those of the saved plan."""

    missing: tuple[str, ...] = ()
    """Words of the command line that the plan was made with, and that the caller does not repeat."""
    extra: tuple[str, ...] = ()
    """Names of the options that have a value here and had none when the plan was made."""


def refuse_unrepeated(found: Repetition, name: str) -> None:
    """Refuse a plan that has releases or values which the caller does not repeat; ``name`` is its file.

    Raises:
        StalePlanError: it has.
    """
    if found.missing:
        words = " ".join(found.missing)
        raise StalePlanError(
            f"{name} was made with options that this apply does not repeat:\n  {words}",
            hint=f"nothing was written; review the plan, then repeat the options you mean: {words}",
        )


def compare_options(saved: Document, own: Inputs, cwd: Path) -> Repetition:
    """Compare the caller's releases and variables with those of the saved plan.

    Args:
        saved: the plan.
        own: the caller's inputs.
        cwd: the folder of relative paths of files with variables.

    Raises:
        UsageError: a file with variables cannot be read.
    """
    missing: list[str] = []
    extra: list[str] = []
    for name, then, now in _pair_releases(cast("Mapping[str, Any]", saved["request"]), own.allow):
        if then == now or (name == _REASON and now is not None):
            continue
        words = tuple(_spell(name, _subtract(then, now)))
        missing += words
        extra += [name] if not words and any(_spell(name, _subtract(now, then))) else []
    values = _compare_variables(saved, own, cwd)
    return Repetition((*missing, *values.missing), (*extra, *values.extra))


def list_words(saved: Document) -> tuple[str, ...]:
    """Return the words of the command line that an apply of this plan must repeat."""
    return compare_options(saved, Inputs(), Path()).missing


def _pair_releases(request: Mapping[str, Any], allow: Allow) -> Iterator[tuple[str, object, object]]:
    for name, now in releases_to_json(allow).items():
        yield name, _drop_empty(request.get(name)), _drop_empty(now)


def _drop_empty(value: object) -> object:
    return None if value == [] else value


def _subtract(value: object, other: object) -> object:
    """Return a value without what the other one says, too. In repeatable options neither order nor number counts."""
    values, known = _as_list(value), _as_list(other)
    return value if values is None or known is None else [each for each in values if each not in known]


def _as_list(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


def _spell(name: str, value: object) -> Iterator[str]:
    """Yield an option as it is typed."""
    option = f"--{name.replace('_', '-')}"
    if isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _spell(name, each)
    elif isinstance(value, bool):
        yield from (option,) if value else filter(None, [_NEGATIVES.get(name)])
    elif value is not None and name == _OPTIONAL_VALUE:
        # A value in the next word would be taken for a path, so it follows an equals sign.
        yield option if value == UNLIMITED else f"{option}={value}"
    elif value is not None:
        yield f"{option} {shlex.quote(str(value))}"


def _compare_variables(saved: Document, own: Inputs, cwd: Path) -> Repetition:
    """Compare the values of variables, no matter which options set them."""
    then, hidden = cast("Mapping[str, str]", saved["variables"]), frozenset(saved["hidden_variables"])
    now = read_variables(own.sources, cwd)
    if {name: value for name, value in now.items() if name not in hidden} == then and hidden <= now.keys():
        return Repetition()
    request = cast("Mapping[str, Any]", saved["request"])
    pairs = [(str(name), str(value)) for name, value in request.get("var", ())]
    files = [str(each) for each in request.get("var_file", ())]
    own_pairs = [(name, value) for name, value in own.sources.variables if name not in hidden]
    own_files = [each.as_posix() for each in own.sources.variable_files]
    missing = [f"--var {shlex.quote(f'{name}={value}')}" for name, value in pairs if (name, value) not in own_pairs]
    missing += [f"--var-file {shlex.quote(file)}" for file in files if file not in own_files]
    missing += [f"--var {name}=VALUE" for name in sorted(hidden - now.keys())]
    if missing:
        return Repetition(tuple(missing))
    extra = ("var", set(own_pairs) - set(pairs)), ("var_file", set(own_files) - set(files))
    return Repetition(extra=tuple(name for name, values in extra if values))
