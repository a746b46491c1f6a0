"""What a fault that is an error says: the cloud's own failures by status, and refusals by code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.model import ArmError, Json, Request, as_object, is_object, objects

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.emulator.faults import Fault

_CODES = {
    429: ("TooManyRequests", "The request is being throttled. Please try again later."),
    500: ("InternalServerError", "Encountered internal server error."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable. Please try again later."),
    504: (
        "GatewayTimeout",
        "The gateway did not receive a response from 'Microsoft.ContainerInstance' within the specified time period.",
    ),
}


def error(fault: Fault, request: Request) -> ArmError:
    """The refusal that a fault stands for."""
    if fault.code in _KNOWN:
        known = _KNOWN[fault.code](request)
        return known if not fault.message else ArmError(known.status, known.code, fault.message, fact=known.fact)
    code, message = _CODES.get(fault.status, ("InternalServerError", "A fault that was asked for."))
    headers = {"x-ms-failure-cause": "service"}
    if fault.status in {429, 503} and fault.seconds > 0:
        headers["retry-after"] = str(max(1, round(fault.seconds)))
    return ArmError(fault.status, fault.code or code, fault.message or message, headers, fact="cloud-faults")


def _policy(request: Request) -> ArmError:
    """Azure Policy's refusal: it names the assignment and the definition, which are the emulator's own here."""
    scope = "/".join(request.split().path.split("/")[:3])
    kinds = {"policyAssignment": "policyAssignments", "policyDefinition": "policyDefinitions"}
    named = [
        {
            key: {"name": "emulator-denies", "id": f"{scope}/providers/Microsoft.Authorization/{kind}/emulator-denies"}
            for key, kind in kinds.items()
        }
    ]
    told = json.dumps(named, separators=(",", ":"))
    message = f"Resource '{_name(request)}' was disallowed by policy. Policy identifiers: '{told}'."
    return ArmError(403, "RequestDisallowedByPolicy", message, fact="policy-denies")


def _image(request: Request) -> ArmError:
    """The refusal of the body's first image."""
    containers = objects(as_object(_body(request).get("properties")).get("containers"))
    images = [str(as_object(item.get("properties")).get("image")) for item in containers]
    return errors.inaccessible_image(images[0] if images else "", _name(request))


def _transition(request: Request) -> ArmError:
    return errors.transitioning(_name(request))


_KNOWN: Mapping[str, Callable[[Request], ArmError]] = {
    "RequestDisallowedByPolicy": _policy,
    "InaccessibleImage": _image,
    "ContainerGroupTransitioning": _transition,
}


def _name(request: Request) -> str:
    return request.split().path.rstrip("/").rpartition("/")[2]


def _body(request: Request) -> Json:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return body if is_object(body) else {}
