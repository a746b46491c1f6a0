"""What a knob is made of: its default, the row of the evidence it rests on, and how a told value is read."""

from __future__ import annotations

import math
from dataclasses import field
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

from aci_reconcile.emulator.evidence import get_fact

if TYPE_CHECKING:
    from collections.abc import Mapping

Pace: TypeAlias = Literal["instant", "quick", "realistic"]
Choice: TypeAlias = Literal["refuse", "accept"]
T = TypeVar("T")


def knob(default: T, *, fact: str) -> T:
    """A field with a default, and the row of the evidence it rests on. Raises LookupError where there is none such."""
    return field(default=default, metadata={"fact": get_fact(fact).id})


def read(owner: type, name: str, text: str) -> Any:
    """Parse the value of a knob. Raises ValueError where the knob has no such value."""
    try:
        return _parse(_get_types(owner)[name], text)
    except ValueError:
        raise ValueError(f"'{text}' is not a valid value of the knob '{name}'") from None


@cache
def _get_types(owner: type) -> Mapping[str, Any]:
    return get_type_hints(owner)


def _parse(kind: Any, text: str) -> Any:
    if get_origin(kind) is Literal:
        return _parse_choice(get_args(kind), text)
    if get_origin(kind) is frozenset:
        (inner,) = get_args(kind)
        return frozenset(_parse(inner, word) for word in filter(None, text.split(",")))
    if isinstance(kind, UnionType):
        return None if text.lower() == "none" else _parse(get_args(kind)[0], text)
    if kind is bool:
        return _parse_choice((True, False), text.lower().title())
    if kind is int:
        return _parse_int(text)
    return _parse_duration(text) if kind is float else text


def _parse_choice(choices: tuple[Any, ...], text: str) -> Any:
    found = [choice for choice in choices if str(choice) == text]
    if not found:
        raise ValueError(text)
    return found[0]


def _parse_int(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise ValueError(text)
    return int(text)


def _parse_duration(text: str) -> float:
    value = float(text)
    if not 0 <= value < math.inf:
        raise ValueError(text)
    return value


# Realistic: the median of 151 recorded creations, one to two minutes in a vnet, and users' reports of deletions.
PACES: Mapping[Pace, Mapping[str, Any]] = {
    "instant": {
        "provisioning_seconds": 0.0,
        "vnet_extra_seconds": 0.0,
        "delete_linger_seconds": 0.0,
        "resource_group_delete_seconds": 0.0,
        "retry_after": 1,
    },
    "quick": {
        "provisioning_seconds": 1.0,
        "vnet_extra_seconds": 0.0,
        "delete_linger_seconds": 1.0,
        "resource_group_delete_seconds": 1.0,
        "retry_after": 1,
    },
    "realistic": {
        "provisioning_seconds": 30.0,
        "vnet_extra_seconds": 75.0,
        "delete_linger_seconds": 90.0,
        "resource_group_delete_seconds": 60.0,
        "crash_backoff_seconds": 10.0,
        "retry_after": None,
    },
}
