"""The gateway: Azure Resource Manager's part of each request, before and after the provider."""

from __future__ import annotations

import os
import re
import sqlite3
import time
import uuid
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from aci_reconcile.emulator import errors, times
from aci_reconcile.emulator.aci import regions, terminals
from aci_reconcile.emulator.arm import rights, subscriptions, versions
from aci_reconcile.emulator.arm.call import Call, Handler
from aci_reconcile.emulator.arm.limits import Limits, find_actor, spends_provider_budget
from aci_reconcile.emulator.control import Control, Counts
from aci_reconcile.emulator.entra import endpoints, tokens
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.faults import Faults, FaultyRequest, apply_fault
from aci_reconcile.emulator.graph import requests as graph
from aci_reconcile.emulator.graph.quota import Quota, is_query
from aci_reconcile.emulator.key_vault import Vaults
from aci_reconcile.emulator.knobs import Knobs
from aci_reconcile.emulator.model import ArmError, Clock, Request, Response
from aci_reconcile.emulator.routes import Match, match

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.emulator.aci.terminals import Output, Place, Ticket
    from aci_reconcile.emulator.faults import Outcome
    from aci_reconcile.emulator.store import Store

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
T = TypeVar("T")
_REGION = "EMULATOR"
_FIXED = {
    "cache-control": "no-cache",
    "pragma": "no-cache",
    "expires": "-1",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
}


def system_clock() -> float:
    """Return the seconds since the epoch."""
    return time.time()


def _guard(handle: Callable[[], T]) -> T | Response:
    """Return refusals and defects in ARM's error envelope."""
    try:
        return handle()
    except ArmError as error:
        return error.response()
    except RecursionError:
        return ArmError(
            400, "InvalidRequestContent", "The request content is nested too deeply.", fact="deserialiser"
        ).response()
    except sqlite3.OperationalError as error:
        # another process holds the database too long; ask the client to retry
        return (
            errors.busy() if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY else _make_defect(error)
        ).response()
    except Exception as defect:  # noqa: BLE001
        return _make_defect(defect).response()


def _make_defect(error: Exception) -> ArmError:
    return errors.internal(type(error).__name__)


class Emulator:
    """Azure Resource Manager and Azure Container Instances over a store. `handle` is the only entry point."""

    def __init__(
        self,
        store: Store,
        *,
        knobs: Knobs | None = None,
        clock: Clock = system_clock,
        entropy: Callable[[int], bytes] = os.urandom,
        faults: Faults | None = None,
        on_request: Callable[[Request, Response], None] | None = None,
    ) -> None:
        """`on_request` is called with each request and its answer, for tests. `entropy` creates ids."""
        self._store = store
        self._knobs = knobs or Knobs()
        self._clock = clock
        self._entropy = entropy
        self._on_request = on_request
        self._limits = Limits()
        self._quota = Quota()
        self._faults = faults or Faults()
        self._counts = Counts()
        self._vaults = Vaults(lambda: entropy(16).hex())
        self._control = Control(store, self._faults, self._vaults, self._counts)

    def handle(self, request: Request) -> Response:
        """Return the answer to a request, from any thread. It never raises: a defect is a 500 in ARM's envelope."""
        if self._knobs.latency_seconds > 0:
            time.sleep(self._knobs.latency_seconds)
        response = _guard(lambda: self._control.handle(request, self._clock()))
        if response is None:
            response = self._with_faults(request)
            self._counts.add(request, response)
        if self._on_request is not None:
            self._on_request(request, response)
        return response

    def open_terminal(self, request: Request) -> Ticket | Response:
        """Return what a WebSocket's path opens, once; or the answer to a client that gets none."""
        taken: list[Ticket] = []
        fault = self._faults.draw(request)
        if fault is None:
            response = self._take_ticket(request, taken)
        else:
            meeting = FaultyRequest(request, self._knobs, self._clock())
            response = apply_fault(fault, meeting, lambda _: self._take_ticket(request, taken))
        self._counts.add(request, response)
        if self._on_request is not None:
            self._on_request(request, response)
        if not taken or response.wire or response.status != HTTPStatus.SWITCHING_PROTOCOLS:
            return response
        drops = fault is not None and fault.kind == "drop"
        return replace(taken[0], breaks=fault.bytes if fault is not None and drops else None)

    def _take_ticket(self, request: Request, taken: list[Ticket]) -> Response:
        with self._store.transaction(write=True) as session:
            ticket = terminals.take_ticket(session, request, self._clock())
        if ticket is None:
            message = "No exec or attach has offered this WebSocket, or it was used already."
            return ArmError(404, "NotFound", message, fact="emulators-own").response()
        taken.append(ticket)
        return Response(HTTPStatus.SWITCHING_PROTOCOLS)

    def read_output(self, ticket: Ticket, place: Place) -> Output:
        """Return the lines that a container has printed after a place, and whether it may print more."""
        with self._store.transaction() as session:
            return terminals.read_output(session, ticket, place, self._clock())

    def _with_faults(self, request: Request) -> Response:
        fault = self._faults.draw(request)
        if fault is None:
            return self._answer(request, "")
        response = apply_fault(
            fault, FaultyRequest(request, self._knobs, self._clock()), lambda outcome: self._answer(request, outcome)
        )
        return response if response.wire == "reset" else self._add_headers(request, response)

    def _answer(self, request: Request, outcome: Outcome) -> Response:
        outside = _guard(lambda: self._answer_outside(request))
        if outside is not None:
            return outside
        return self._add_headers(request, _guard(lambda: self._route(request, outcome)))

    def _answer_outside(self, request: Request) -> Response | None:
        """Answer for the endpoints outside Azure Resource Manager: Entra, the metadata of the cloud, Key Vault."""
        now = self._clock()
        return (
            endpoints.answer_identity(request, self._knobs, now)
            or endpoints.answer_metadata(request)
            or self._vaults.handle(request, self._knobs, now)
        )

    def _route(self, request: Request, outcome: Outcome) -> Response:
        if self._knobs.require_token:
            tokens.check(request, self._knobs, self._clock())
        found, handler = _find_handler(request)
        return self._call(handler, request, found, outcome)

    def _call(self, handler: Handler, request: Request, found: Match, outcome: Outcome) -> Response:
        subscription = found.path.get("subscription")
        if subscription is not None and not _GUID.fullmatch(subscription):
            raise errors.invalid_subscription(subscription)
        if subscription is not None:
            subscriptions.check(subscription, self._knobs)
            if self._knobs.limits:
                self._limits.spend(request, subscription, self._clock(), self._knobs)
        rights.check(request, self._knobs)
        if self._knobs.limits and is_query(request):
            self._quota.spend(find_actor(request, self._knobs), self._clock())
        writes = request.method.upper() not in {"GET", "HEAD"}
        with self._store.transaction(write=writes) as session:
            # The clock is read inside the transaction, so that no later write has an earlier time.
            version = request.query()["api-version"]
            now = self._clock()
            call = Call(request, found.path, version, session, self._knobs, now, self._entropy, _forward, outcome)
            _check_registration(call, found)
            if self._knobs.limits and subscription is not None and spends_provider_budget(request):
                self._limits.spend_in_region(request, subscription, regions.find_region(call), call.now)
            return handler(call)

    def _show_rates(self, request: Request) -> Mapping[str, str]:
        """Return the headers that say how many requests are left."""
        if is_query(request):
            return self._quota.headers(find_actor(request, self._knobs), self._clock(), self._knobs)
        subscription = _find_subscription(request) if self._knobs.limits else ""
        return self._limits.headers(request, subscription, self._clock(), self._knobs)

    def _add_headers(self, request: Request, response: Response) -> Response:
        """Add the headers that every answer of ARM has."""
        method = request.method.upper()
        own = str(uuid.UUID(bytes=self._entropy(16), version=4))
        asked = request.header("x-ms-correlation-request-id") or ""
        correlation = asked if _GUID.fullmatch(asked) else own
        headers = {
            **_FIXED,
            **self._show_rates(request),
            "x-ms-request-id": own,
            "x-ms-correlation-request-id": correlation,
            "x-ms-routing-request-id": f"{_REGION}:{times.format_compact(self._clock())}:{correlation}",
            **response.headers,
        }
        client = request.header("x-ms-client-request-id") or ""
        if (request.header("x-ms-return-client-request-id") or "").lower() == "true" and _GUID.fullmatch(client):
            headers["x-ms-client-request-id"] = client
        return replace(response, headers=headers, body=b"" if method == "HEAD" else response.body)


def _find_handler(request: Request) -> tuple[Match, Handler]:
    """Return the route of a request and its handler; refuse what is not emulated."""
    version = request.query().get("api-version", "")
    found = match(request.split().path)
    if not version:
        raise errors.no_api_version()
    if found is None:
        raise errors.not_emulated(f"the path of this {request.method} request")
    _check_version(found, version)
    verb = request.method.upper()
    handler = found.route.verbs.get(verb)
    if handler is None and verb == "HEAD" and found.route.is_resource and "GET" in found.route.verbs:
        handler = partial(_check_existence, found.route.verbs["GET"])
    if handler is None:
        raise errors.not_emulated(f"{request.method} on this path")
    return found, handler


@rests_on("resource-existence")
def _check_existence(get: Handler, call: Call) -> Response:
    """Say whether there is a resource: 204 or 404, without a body."""
    try:
        get(call)
    except ArmError as refusal:
        return Response(404 if refusal.status == HTTPStatus.NOT_FOUND else refusal.status)
    return Response(204)


def _forward(call: Call, request: Request) -> Response:
    """Answer a request that another one makes, as if its client had sent it."""
    found, handler = _find_handler(request)
    rights.check(request, call.knobs)
    own = replace(call, request=request, path=found.path, version=request.query()["api-version"], outcome="")
    _check_registration(own, found)
    return handler(own)


def _check_registration(call: Call, found: Match) -> None:
    if found.route.family != "resources" and "subscription" in found.path:
        subscriptions.require_registration(call)


def _find_subscription(request: Request) -> str:
    found = match(request.split().path)
    return "" if found is None else found.path.get("subscription", "")


def _check_version(found: Match, version: str) -> None:
    if found.route.family == "resources":
        if not versions.knows_resource_group_version(version):
            raise errors.invalid_api_version(version, ("2021-04-01", "2025-04-01"))
        return
    if found.route.family == "graph":
        if version.lower() not in graph.VERSIONS:
            raise errors.no_registered_provider("", version, graph.VERSIONS, ("global",), "resources")
        return
    kind = "containerGroupProfiles" if found.route.family == "profiles" else "containerGroups"
    known = versions.PROFILE_VERSIONS if found.route.family == "profiles" else versions.CONTAINER_GROUP_VERSIONS
    if version.lower() not in known:
        location = found.path.get("location", "")
        raise errors.no_registered_provider(location, version, known, versions.LOCATIONS, kind)
