"""Values of expressions. Some are not known yet: whoever evaluates says what stands in for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias


class ExpressionError(Exception):
    """An expression is not valid, or cannot be evaluated here; the message says why."""


class CycleError(ExpressionError):
    """A parameter or a variable refers to itself."""


MOST: Final = 1024 * 1024
"""Characters and items of a value: ARM takes templates of 4 MB, with all of their values."""
_DEEPEST: Final = 40
_PER_ITEM: Final = 4

Value: TypeAlias = Any
"""JSON, in which a text may also be a ``Part`` that is not known yet or a ``Text`` with such parts."""


class Part:
    """The base of what stands for a text that is not known yet: texts can be made with it, and nothing computed."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A text with parts that are not known yet."""

    parts: tuple[Any, ...]


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


def join(parts: Sequence[Value]) -> Value:
    """Return parts as one text; a plain one if all are known, the unknown part itself if it stands alone."""
    flat: list[str | Part] = []
    rest = MOST
    for part in parts:
        pieces = part.parts if isinstance(part, Text) else (part,)
        for piece in pieces:
            if isinstance(piece, Part):
                flat.append(piece)
                continue
            text = show(piece)
            rest -= len(text)
            check_length(rest)
            if flat and isinstance(flat[-1], str):
                flat[-1] += text
            else:
                flat.append(text)
    found = [each for each in flat if each != ""]
    if all(isinstance(each, str) for each in found):
        return "".join(str(each) for each in found)
    return found[0] if len(found) == 1 else Text(tuple(found))


def check_length(rest: int) -> None:
    """Refuse a text or an array before it is made, if nothing is left of what is allowed. Raises ExpressionError."""
    if rest < 0:
        raise ExpressionError("the value is too large")


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
    size += len(value) if isinstance(value, str) else _PER_ITEM
    for each in members.values() if members is not None else items or ():
        size = _measure(each, size, depth + 1)
    if size > MOST:
        raise ExpressionError("the value is too large")
    return size


def show(value: Value) -> str:
    """Return a value as ARM's ``string`` does."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return str(value)
    return json.dumps(value, separators=(",", ":"), default=_refuse)


def _refuse(value: object) -> str:
    raise ExpressionError(f"{value} needs a live value, which only a deployment asks for")
