"""Values of expressions. Some are not known before a deployment: they stay as references to variables and secrets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from aci_reconcile.expressions.values import ExpressionError, Part, Text, Value, as_items, as_mapping
from aci_reconcile.manifest.syntax.reference_grammar import escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.convert.conversion import Variable


class Unknown(Enum):
    """The value of a hole that has none before a deployment."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class Hole(Part):
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


def is_known(value: Value) -> bool:
    """Whether a value is plain JSON."""
    if isinstance(value, (Hole, Text, Live)):
        return False
    members = as_mapping(value)
    return all(map(is_known, (members.values() if members is not None else as_items(value)) or ()))


def outline(value: Value) -> str:
    """Return a text with what is known of its holes, and ``*`` for the rest: enough to read the end of an id."""
    if isinstance(value, Text):
        return "".join(map(outline, value.parts))
    if isinstance(value, Hole):
        return value.known if isinstance(value.known, str) else "*"
    return value if isinstance(value, str) else "*"


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
