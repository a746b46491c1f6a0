"""The gateway: what Azure Resource Manager does to each request before and after the provider sees it."""

from __future__ import annotations

import os
import re
import time
import uuid
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors, times, versions
from aci_reconcile.emulator.call import Call, Handler
from aci_reconcile.emulator.knobs import Knobs
from aci_reconcile.emulator.model import ArmError, Clock, Request, Response
from aci_reconcile.emulator.routes import Match, match

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.emulator.store import Store

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_REGION = "EMULATOR"
_FIXED = {
    "cache-control": "no-cache",
    "pragma": "no-cache",
    "expires": "-1",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
}
# The names and numbers of recorded answers. They are never counted down: the emulator does not throttle.
_REMAINING = {
    "GET": {"x-ms-ratelimit-remaining-subscription-reads": "11999"},
    "HEAD": {"x-ms-ratelimit-remaining-subscription-reads": "11999"},
    "DELETE": {"x-ms-ratelimit-remaining-subscription-deletes": "14999"},
}
# The provider's own budget, on the answers that spend it.
_PROVIDER_BUDGET = {
    "x-ms-ratelimit-remaining-subscription-resource-requests-pt1h": "299",
    "x-ms-ratelimit-remaining-subscription-resource-requests-pt5m": "99",
}
_WRITES = {"x-ms-ratelimit-remaining-subscription-writes": "1199"}


def system_clock() -> float:
    """Seconds since the epoch."""
    return time.time()


class Emulator:
    """Azure Resource Manager and Azure Container Instances over a store. `handle` is its only door."""

    def __init__(
        self,
        store: Store,
        *,
        knobs: Knobs | None = None,
        clock: Clock = system_clock,
        entropy: Callable[[int], bytes] = os.urandom,
        on_request: Callable[[Request, Response], None] | None = None,
    ) -> None:
        """`on_request` sees each request with its answer; tests count with it. `entropy` makes ids."""
        self._store = store
        self._knobs = knobs or Knobs()
        self._clock = clock
        self._entropy = entropy
        self._on_request = on_request

    def handle(self, request: Request) -> Response:
        """The answer to a request, from any thread. It never raises: a defect is a 500 in ARM's envelope."""
        if self._knobs.latency_seconds > 0:
            time.sleep(self._knobs.latency_seconds)
        try:
            response = self._route(request)
        except ArmError as error:
            response = error.response()
        except RecursionError:
            response = ArmError(400, "InvalidRequestContent", "The request content is nested too deeply.").response()
        except Exception as defect:  # noqa: BLE001
            response = errors.internal(type(defect).__name__).response()
        response = self._dress(request, response)
        if self._on_request is not None:
            self._on_request(request, response)
        return response

    def _route(self, request: Request) -> Response:
        version = request.query().get("api-version", "")
        found = match(request.split().path)
        if not version:
            raise errors.missing_api_version()
        if found is None:
            raise errors.not_emulated(f"the path of this {request.method} request")
        _check_version(found, version)
        handler = found.route.verbs.get(request.method.upper())
        if handler is None:
            raise errors.not_emulated(f"{request.method} on this path")
        return self._call(handler, request, found, version)

    def _call(self, handler: Handler, request: Request, found: Match, version: str) -> Response:
        subscription = found.path.get("subscription")
        if subscription is not None and not _GUID.fullmatch(subscription):
            raise errors.invalid_subscription(subscription)
        writes = request.method.upper() not in {"GET", "HEAD"}
        with self._store.transaction(write=writes) as session:
            # The clock is read inside the transaction, so that no later write has an earlier time.
            call = Call(request, found.path, version, session, self._knobs, self._clock(), self._entropy)
            return handler(call)

    def _dress(self, request: Request, response: Response) -> Response:
        """Adds the headers that every answer of ARM has."""
        method = request.method.upper()
        own = str(uuid.UUID(bytes=self._entropy(16), version=4))
        asked = request.header("x-ms-correlation-request-id") or ""
        correlation = asked if _GUID.fullmatch(asked) else own
        headers = {
            **_FIXED,
            **_REMAINING.get(method, _WRITES),
            "x-ms-request-id": own,
            "x-ms-correlation-request-id": correlation,
            "x-ms-routing-request-id": f"{_REGION}:{times.compact(self._clock())}:{correlation}",
            **response.headers,
        }
        if method in {"PUT", "DELETE"} and "/containergroups/" in request.split().path.lower():
            headers |= _PROVIDER_BUDGET
        client = request.header("x-ms-client-request-id") or ""
        if (request.header("x-ms-return-client-request-id") or "").lower() == "true" and _GUID.fullmatch(client):
            headers["x-ms-client-request-id"] = client
        return Response(response.status, headers, b"" if method == "HEAD" else response.body)


def _check_version(found: Match, version: str) -> None:
    if found.route.family == "resources":
        if not versions.knows_resource_group_version(version):
            raise errors.invalid_api_version(version, ("2021-04-01", "2025-04-01"))
    elif version.lower() not in versions.CONTAINER_GROUP_VERSIONS:
        location = found.path.get("location", "")
        raise errors.no_registered_provider(location, version, versions.CONTAINER_GROUP_VERSIONS, versions.LOCATIONS)
