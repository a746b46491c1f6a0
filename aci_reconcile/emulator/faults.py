"""Faults on demand, and at random with a seed: what clouds and networks do to a client once in a while."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from aci_reconcile.emulator import misfortunes, tokens
from aci_reconcile.emulator.model import Json, Request, Response, is_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aci_reconcile.emulator.knobs import Knobs
    from aci_reconcile.emulator.model import ArmError

FaultKind: TypeAlias = Literal[
    "error",
    "error-after",
    "reset",
    "reset-after",
    "slow",
    "truncate",
    "failed-operation",
    "endless-operation",
    "expired-token",
]
Fate: TypeAlias = Literal["", "failed", "endless"]
_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
_LONGEST_SECONDS = 600.0
_MOST_TIMES = 1_000_000
_LOWEST_STATUS, _HIGHEST_STATUS = 400, 599
_FATES: dict[FaultKind, Fate] = {"failed-operation": "failed", "endless-operation": "endless"}
# What comes at random: all but what would leave a group for ever unfinished.
_AT_RANDOM: tuple[FaultKind, ...] = (
    "error",
    "error-after",
    "reset",
    "reset-after",
    "slow",
    "truncate",
    "expired-token",
)
_STATUSES = (429, 500, 503, 504)


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, with which requests, and how often."""

    kind: FaultKind
    method: str = ""
    """Empty is any."""
    path: str = ""
    """A part of the path, whatever its case; one that ends in `$` is the path's end. Empty is any."""
    skip: int = 0
    """So many requests that fit pass first."""
    times: int = 1
    """Then it is with so many that fit."""
    status: int = 503
    """Of `error` and `error-after`; a known code has a status of its own."""
    code: str = ""
    """Of `error` and `error-after`; empty is the one that goes with the status."""
    message: str = ""
    """Of `error` and `error-after`; empty is the code's own."""
    seconds: float = 1.0
    """How slow; and the `Retry-After` of a 429 or 503, where it is not 0."""

    def fits(self, request: Request) -> bool:
        """Whether it is about a request."""
        if self.method and self.method.upper() != request.method.upper():
            return False
        asked, wanted = request.split().path.lower(), self.path.lower()
        return asked.endswith(wanted[:-1]) if wanted.endswith("$") else wanted in asked

    def error(self, request: Request) -> ArmError:
        """Return the error that a request gets from this fault."""
        return misfortunes.make_error(request, self.status, self.code, self.message, self.seconds)


class Faults:
    """The faults that are still to come. With one seed and one order of requests always the same."""

    def __init__(self, scripted: Iterable[Fault] = (), *, rate: float = 0.0, seed: int = 0) -> None:
        """`rate` is the share of requests that meet a fault at random."""
        self._lock = threading.Lock()
        self._scripted = list(scripted)
        self._rate = rate
        self._random = random.Random(seed)  # noqa: S311  repeatable is what it has to be

    def add(self, faults: Iterable[Fault]) -> None:
        """Add to the script."""
        with self._lock:
            self._scripted += faults

    def clear(self) -> None:
        """Remove all faults, scripted and random ones."""
        with self._lock:
            self._scripted.clear()
            self._rate = 0.0

    def left(self) -> tuple[Fault, ...]:
        """Return the faults that are still in the script."""
        with self._lock:
            return tuple(self._scripted)

    def draw(self, request: Request) -> Fault | None:
        """Return the fault that a request meets, if any: the first scripted one that fits, or a random one."""
        with self._lock:
            met = self._draw_scripted(request)
            if met is not None:
                return met
            if self._rate <= 0 or self._random.random() >= self._rate:
                return None
            kind = self._random.choice(_AT_RANDOM)
            return Fault(kind, status=self._random.choice(_STATUSES), seconds=self._random.choice((0.0, 0.05, 0.2)))

    def _draw_scripted(self, request: Request) -> Fault | None:
        """Return the first scripted fault that fits and is due; every fitting one before it counts the request."""
        for index, fault in enumerate(self._scripted):
            if not fault.fits(request):
                continue
            if fault.skip:
                self._scripted[index] = replace(fault, skip=fault.skip - 1)
                continue
            rest = replace(fault, times=fault.times - 1)
            self._scripted[index : index + 1] = [rest] if rest.times > 0 else []
            return fault
        return None


def fault_from_json(given: Any) -> Fault:
    """A fault as the control endpoint and the command line take it. Raises ValueError where it is none."""
    if not is_object(given):
        raise ValueError("a fault must be an object")
    unknown = sorted(given.keys() - {field.name for field in fields(Fault)})
    if unknown:
        raise ValueError(f"a fault has no property '{unknown[0]}'")
    if given.get("kind") not in _KINDS:
        raise ValueError(f"the kind of a fault must be one of {', '.join(_KINDS)}")
    _check_number(given, "skip", 0, _MOST_TIMES)
    _check_number(given, "times", 1, _MOST_TIMES)
    _check_number(given, "status", _LOWEST_STATUS, _HIGHEST_STATUS)
    _check_number(given, "seconds", 0, _LONGEST_SECONDS)
    if not all(isinstance(given.get(name, ""), str) for name in ("method", "path", "code", "message")):
        raise ValueError("method, path, code and message of a fault must be texts")
    return Fault(**given)


def _check_number(given: Json, name: str, least: float, most: float) -> None:
    value = given.get(name, least)
    whole = name == "seconds" or isinstance(value, int)
    if isinstance(value, bool) or not isinstance(value, int | float) or not whole or not least <= value <= most:
        raise ValueError(f"'{name}' of a fault must be a number from {least:g} to {most:g}")


@dataclass(frozen=True, slots=True)
class Meeting:
    """A request that meets a fault, and when."""

    request: Request
    knobs: Knobs
    now: float


def apply_fault(fault: Fault, meeting: Meeting, handle: Callable[[Fate], Response]) -> Response:
    """Return the answer to a request that meets a fault; `handle` makes the normal answer."""
    match fault.kind:
        case "error":
            return fault.error(meeting.request).response()
        case "expired-token":
            return tokens.expired_token(meeting.knobs, meeting.now - 1, meeting.now).response()
        case "reset":
            return Response(0, wire="reset")
        case "slow":
            time.sleep(min(fault.seconds, _LONGEST_SECONDS))
            return handle("")
        case "error-after":
            handle("")
            return fault.error(meeting.request).response()
        case "reset-after":
            return replace(handle(""), wire="reset")
        case "truncate":
            return replace(handle(""), wire="truncate")
        case "failed-operation" | "endless-operation":
            return handle(_FATES[fault.kind])
