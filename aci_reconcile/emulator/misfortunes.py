"""What a fault that is an error says: the cloud's own failures by status, and refusals by code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.model import ArmError, Json, Request, as_object, is_object, objects

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CODES = {
    429: ("TooManyRequests", "The request is being throttled. Please try again later."),
    500: ("InternalServerError", "Encountered internal server error."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable. Please try again later."),
    504: (
        "GatewayTimeout",
        "The gateway did not receive a response from 'Microsoft.ContainerInstance' within the specified time period.",
    ),
}


def make_error(request: Request, status: int, code: str, message: str, retry_after: float) -> ArmError:
    """Return the error of a fault; what the fault leaves empty is what Azure would say."""
    if code in _KNOWN:
        known = _KNOWN[code](request)
        return known if not message else ArmError(known.status, known.code, message, fact=known.fact)
    own_code, own_message = _CODES.get(status, ("InternalServerError", "A requested fault."))
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
    containers = objects(as_object(_read_body(request).get("properties")).get("containers"))
    images = [str(as_object(item.get("properties")).get("image")) for item in containers]
    return errors.inaccessible_image(images[0] if images else "", _read_name(request))


def _refuse_transition(request: Request) -> ArmError:
    return errors.transitioning(_read_name(request))


_KNOWN: Mapping[str, Callable[[Request], ArmError]] = {
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
