"""Faults on demand, and at random with a seed: what clouds and networks do to a client once in a while."""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.entra import tokens
from aci_reconcile.emulator.model import ArmError, Json, Request, Response, as_object, is_object, list_objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aci_reconcile.emulator.knobs import Knobs


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
    "drop",
]
Outcome: TypeAlias = Literal["", "failed", "endless"]
_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
_LONGEST_SECONDS = 600.0
_MOST_TIMES = 1_000_000
_MOST_BYTES = 1_000_000_000
_LOWEST_STATUS, _HIGHEST_STATUS = 400, 599
_FATES: dict[FaultKind, Outcome] = {"failed-operation": "failed", "endless-operation": "endless"}
# The faults that may come at random: none that would leave a group unfinished for good.
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
    """A fault: its kind, the requests that it affects, and how often."""

    kind: FaultKind
    method: str = ""
    """Empty is any."""
    path: str = ""
    """A part of the path, whatever its case; one that ends in `$` is the path's end. Empty is any."""
    skip: int = 0
    """Number of matching requests that pass first."""
    times: int = 1
    """Number of matching requests that meet the fault after that."""
    status: int = 503
    """Of `error` and `error-after`; a known code has a status of its own."""
    code: str = ""
    """Of `error` and `error-after`; empty is the one that goes with the status."""
    message: str = ""
    """Of `error` and `error-after`; empty is the code's own."""
    seconds: float = 1.0
    """The delay of `slow`, or the `Retry-After` of a 429 or 503 if not 0."""
    bytes: int = 0
    """Of `drop`: how much output comes through before the WebSocket breaks."""

    def fits(self, request: Request) -> bool:
        """Whether a request matches; only WebSockets can be dropped."""
        if self.kind == "drop" and not is_stream(request):
            return False
        if self.method and self.method.upper() != request.method.upper():
            return False
        asked, wanted = request.split().path.lower(), self.path.lower()
        return asked.endswith(wanted[:-1]) if wanted.endswith("$") else wanted in asked

    def error(self, request: Request) -> ArmError:
        """Return the error for a request that meets the fault."""
        return make_error(request, self.status, self.code, self.message, self.seconds)


def is_stream(request: Request) -> bool:
    """Whether a request opens what exec or attach has offered."""
    return request.split().path.lower().startswith(("/execstream/", "/logstream/"))


class Faults:
    """The pending faults. The same seed and order of requests give the same faults."""

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

    def list_pending(self) -> tuple[Fault, ...]:
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
        """Return the first matching fault whose `skip` is used up. All before it count the request."""
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


def fault_from_json(document: Any) -> Fault:
    """Return a fault from the control endpoint or the command line. Raises ValueError if it is invalid."""
    if not is_object(document):
        raise ValueError("a fault must be an object")
    unknown = sorted(document.keys() - {field.name for field in fields(Fault)})
    if unknown:
        raise ValueError(f"a fault has no property '{unknown[0]}'")
    if document.get("kind") not in _KINDS:
        raise ValueError(f"the kind of a fault must be one of {', '.join(_KINDS)}")
    _check_number(document, "skip", 0, _MOST_TIMES)
    _check_number(document, "times", 1, _MOST_TIMES)
    _check_number(document, "status", _LOWEST_STATUS, _HIGHEST_STATUS)
    _check_number(document, "seconds", 0, _LONGEST_SECONDS)
    _check_number(document, "bytes", 0, _MOST_BYTES)
    if not all(isinstance(document.get(name, ""), str) for name in ("method", "path", "code", "message")):
        raise ValueError("method, path, code and message of a fault must be texts")
    return Fault(**document)


def _check_number(document: Json, name: str, least: float, most: float) -> None:
    value = document.get(name, least)
    whole = name == "seconds" or isinstance(value, int)
    if isinstance(value, bool) or not isinstance(value, int | float) or not whole or not least <= value <= most:
        raise ValueError(f"'{name}' of a fault must be a number from {least:g} to {most:g}")


@dataclass(frozen=True, slots=True)
class FaultyRequest:
    """A request that meets a fault, and when."""

    request: Request
    knobs: Knobs
    now: float


def apply_fault(fault: Fault, meeting: FaultyRequest, handle: Callable[[Outcome], Response]) -> Response:
    """Return the answer to a request that meets a fault; `handle` returns the normal answer."""
    match fault.kind:
        case "error":
            return fault.error(meeting.request).response()
        case "expired-token":
            # Users' reports: ARM compares with its own clock, so a token can expire on its way.
            return tokens.make_expired_token(meeting.knobs, meeting.now - 1, meeting.now).response()
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
        case "drop":
            return handle("")


_ERRORS_BY_STATUS = {
    429: ("TooManyRequests", "The request is being throttled. Please try again later."),
    500: ("InternalServerError", "Encountered internal server error."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable. Please try again later."),
    504: (
        "GatewayTimeout",
        "The gateway did not receive a response from 'Microsoft.ContainerInstance' within the specified time period.",
    ),
}


def make_error(request: Request, status: int, code: str, message: str, retry_after: float) -> ArmError:
    """Return the error of a fault; empty fields get Azure's own values."""
    if code in _ERRORS_BY_CODE:
        known = _ERRORS_BY_CODE[code](request)
        return known if not message else ArmError(known.status, known.code, message, fact=known.fact)
    own_code, own_message = _ERRORS_BY_STATUS.get(status, ("InternalServerError", "A requested fault."))
    headers = {"x-ms-failure-cause": "service"}
    if status in {429, 503} and retry_after > 0:
        headers["retry-after"] = str(max(1, round(retry_after)))
    return ArmError(status, code or own_code, message or own_message, headers, fact="cloud-faults")


def _refuse_by_policy(request: Request) -> ArmError:
    """Return Azure Policy's refusal; the assignment and the definition that it names are the emulator's own."""
    scope = "/".join(request.split().path.split("/")[:3])
    types = {"policyAssignment": "policyAssignments", "policyDefinition": "policyDefinitions"}
    named = [
        {
            key: {"name": "emulator-denies", "id": f"{scope}/providers/Microsoft.Authorization/{kind}/emulator-denies"}
            for key, kind in types.items()
        }
    ]
    identifiers = json.dumps(named, separators=(",", ":"))
    message = f"Resource '{_read_name(request)}' was disallowed by policy. Policy identifiers: '{identifiers}'."
    return ArmError(403, "RequestDisallowedByPolicy", message, fact="policy-denies")


def _refuse_image(request: Request) -> ArmError:
    """Return the refusal of the body's first image."""
    containers = list_objects(as_object(_read_body(request).get("properties")).get("containers"))
    images = [str(as_object(item.get("properties")).get("image")) for item in containers]
    return errors.inaccessible_image(images[0] if images else "", _read_name(request))


def _refuse_transition(request: Request) -> ArmError:
    return errors.group_in_transition(_read_name(request))


_ERRORS_BY_CODE: Mapping[str, Callable[[Request], ArmError]] = {
    "RequestDisallowedByPolicy": _refuse_by_policy,
    "InaccessibleImage": _refuse_image,
    "ContainerGroupTransitioning": _refuse_transition,
}


def _read_name(request: Request) -> str:
    return request.split().path.rstrip("/").rpartition("/")[2]


def _read_body(request: Request) -> Json:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return body if is_object(body) else {}
