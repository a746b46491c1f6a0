"""Values of expressions. Some are not known before a deployment: they stay as references to variables and secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from aci_reconcile.manifest.syntax.reference_grammar import escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.convert.conversion import Variable


class ExpressionError(Exception):
    """An expression is not valid, or cannot be evaluated here; the message says why."""


class CycleError(ExpressionError):
    """A parameter or a variable refers to itself."""


class Unknown(Enum):
    """The value of a hole that has none before a deployment."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

MOST: Final = 1024 * 1024
"""Characters and items of a value: ARM takes templates of 4 MB, with all of their values."""
_DEEPEST: Final = 40

Value: TypeAlias = Any
"""JSON, in which a text may also be a ``Hole`` or a ``Text``, and a value may be ``Live``."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A value that a manifest refers to instead of saying it."""

    name: str
    """How the template calls it, for messages."""
    variable: Variable | None = None
    """The variable of the project that holds it."""
    secret: tuple[str, ...] = ()
    """Words for the name of the environment variable that holds it."""
    reference: str = ""
    """A reference that needs no declaration: a value of another group, a secret of a vault."""
    known: Value = UNKNOWN
    """Its value, if the template or the caller says one."""
    encoded: bool = False
    """Whether the base64 of the value is wanted."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text with holes in it."""

    parts: tuple[str | Hole, ...]


@dataclass(frozen=True, slots=True)
class Live:
    """A value that only a deployment can ask Azure for: what ``reference`` and the functions ``list…`` return."""

    function: str
    target: Value
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join((f"{self.function}(…)", *self.path))


@dataclass(frozen=True, slots=True)
class Settling:
    """Turns values into plain JSON, and remembers which variables that fixed."""

    fixed: dict[str, Value]

    def settle(self, value: Value) -> Value:
        """Return a value with its holes filled.

        Raises:
            ExpressionError: a hole has no value, or is a secret.
        """
        if isinstance(value, Hole):
            return self._fill(value)
        if isinstance(value, Text):
            return "".join(str(self.settle(part)) for part in value.parts)
        if isinstance(value, Live):
            raise ExpressionError(f"{value} needs a live value, which only a deployment asks for")
        members, items = as_mapping(value), as_items(value)
        if members is not None:
            return {key: self.settle(each) for key, each in members.items()}
        return value if items is None else [self.settle(each) for each in items]

    def _fill(self, hole: Hole) -> Value:
        if hole.secret or hole.reference:
            raise ExpressionError(f"it computes with the secret or live value `{hole.name}`")
        if hole.known is UNKNOWN:
            raise ExpressionError(f"it needs the value of `{hole.name}`, which has none: give --var {hole.name}=…")
        self.fixed[hole.name] = hole.known
        return hole.known


def as_mapping(value: Value) -> Mapping[str, Value] | None:
    """Return the value if it is a JSON object, else None."""
    if isinstance(value, Mapping):
        return value  # pyright: ignore[reportUnknownVariableType]  # what JSON of this type holds is JSON
    return None


def as_items(value: Value) -> list[Value] | None:
    """Return the value if it is a JSON array, else None."""
    if isinstance(value, list):
        return value  # pyright: ignore[reportUnknownVariableType]  # as above
    return None


def is_known(value: Value) -> bool:
    """Whether a value is plain JSON."""
    if isinstance(value, (Hole, Text, Live)):
        return False
    members = as_mapping(value)
    return all(map(is_known, (members.values() if members is not None else as_items(value)) or ()))


def join(parts: Sequence[Value]) -> Value:
    """Return texts and holes as one text; a plain one if there is no hole, the hole itself if it stands alone."""
    flat: list[str | Hole] = []
    for part in parts:
        pieces = part.parts if isinstance(part, Text) else (part,)
        for piece in pieces:
            if isinstance(piece, Hole):
                flat.append(piece)
            elif flat and isinstance(flat[-1], str):
                flat[-1] += show(piece)
            else:
                flat.append(show(piece))
    found = [each for each in flat if each != ""]
    if all(isinstance(each, str) for each in found):
        return "".join(str(each) for each in found)
    return found[0] if len(found) == 1 else Text(tuple(found))


def check_size(value: Value) -> Value:
    """Return a value that is not too large: a few expressions that repeat each other could fill the memory.

    Raises:
        ExpressionError: it is too large, or nested too deep.
    """
    _measure(value, 0, 0)
    return value


def _measure(value: Value, size: int, depth: int) -> int:
    """Return the size so far, with a value added to it."""
    if size > MOST or depth > _DEEPEST:
        raise ExpressionError("the value is too large" if size > MOST else "the value is nested too deep")
    members, items = as_mapping(value), as_items(value)
    if isinstance(value, Text):
        items = list(value.parts)
    size += len(value) if isinstance(value, str) else 1
    for each in members.values() if members is not None else items or ():
        size = _measure(each, size, depth + 1)
    if size > MOST:
        raise ExpressionError("the value is too large")
    return size


def outline(value: Value) -> str:
    """Return a text with what is known of its holes, and ``*`` for the rest: enough to read the end of an id."""
    if isinstance(value, Text):
        return "".join(map(outline, value.parts))
    if isinstance(value, Hole):
        return value.known if isinstance(value.known, str) else "*"
    return value if isinstance(value, str) else "*"


def show(value: Value) -> str:
    """Return a value as ARM's ``string`` does."""
    if isinstance(value, str):
        return value
    if isinstance(value, Live):
        raise ExpressionError(f"{value} needs a live value, which only a deployment asks for")
    if isinstance(value, bool):
        return str(value)
    return json.dumps(value, separators=(",", ":")) if not isinstance(value, (int, float)) else str(value)


def write(value: str | Hole | Text, refer: Callable[[Hole], str]) -> str:
    """Return a text as a manifest says it: its holes as references, and what only looks like one escaped.

    Raises:
        ExpressionError: a dollar sign stands before a reference, which would escape it.
    """
    parts = value.parts if isinstance(value, Text) else (value,)
    written = ""
    for part in parts:
        if isinstance(part, str):
            written += escape(part)
            continue
        if written.endswith("$"):
            raise ExpressionError(f"a `$` stands directly before the value of `{part.name}`")
        written += refer(part)
    return written
