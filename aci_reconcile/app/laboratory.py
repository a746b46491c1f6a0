"""Asks a subscription: connects, prepares the resource group, asks the probes, and deletes what they made."""

from __future__ import annotations

import json
import re
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, TypeVar

from aci_reconcile.app.connection import STATE, Place, open_connection
from aci_reconcile.app.subscription import find_subscription
from aci_reconcile.azure.http.urls import RESOURCES_API, subscription_path, with_query
from aci_reconcile.core.errors import AciReconcileError, UsageError
from aci_reconcile.core.model import Scope, as_list, as_object, as_text
from aci_reconcile.core.resource_types import CONTAINER_GROUPS
from aci_reconcile.facts.inquiry import World, follow
from aci_reconcile.facts.premises import inspect, move_in, move_out
from aci_reconcile.facts.probes.lab import Lab
from aci_reconcile.facts.probes.steps import Reply, UnansweredError, send
from aci_reconcile.facts.recording import Exchange
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.azure import ArmBackend
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.core.model import Body
    from aci_reconcile.facts.listening import GreetedStream
    from aci_reconcile.facts.premises import Premises
    from aci_reconcile.facts.probes.steps import Steps

T = TypeVar("T")
_SUBSCRIPTION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_GROUP: Final = re.compile(r"[\w.()-]{0,89}[\w()-]")
_REGION: Final = re.compile(r"[a-z0-9]+")
_PAUSE, _LOCAL_PAUSE = 5.0, 0.5
"""Seconds between two looks at a group: Azure takes half a minute, the embedded emulator a second."""
_LIFETIME: Final = timedelta(hours=3)
"""How long what a probe makes may be needed; a deep run takes less than an hour."""


@dataclass(frozen=True, slots=True)
class Laboratory:
    """An open way to a subscription, and the place in it where probes work."""

    lab: Lab
    world: World
    exchanges: list[Exchange]
    """What was asked and answered so far; it grows with each request."""

    def inspect(self) -> Premises:
        """Look at the resource group.

        Raises:
            AciReconcileError: it cannot be read.
        """
        return self._follow(inspect(self.lab))

    def move_in(self, found: Premises) -> None:
        """Prepare the resource group.

        Raises:
            AciReconcileError: that is not possible.
        """
        self._follow(move_in(self.lab, found))

    def move_out(self) -> Premises:
        """Delete what probes made, and return what that was.

        Raises:
            AciReconcileError: something is left.
        """
        return self._follow(move_out(self.lab))

    def _follow(self, steps: Steps[T]) -> T:
        try:
            return follow(steps, self.world)
        except UnansweredError as error:
            raise AciReconcileError(str(error), hint="`aci-reconcile facts clean` deletes what probes left") from error


@dataclass(frozen=True, slots=True)
class LaboratoryRequest:
    """Where to work, as it was asked for. An empty `location` will do for deleting."""

    target: Target
    subscription: str
    resource_group: str
    location: str = ""


@contextmanager
def open_laboratory(asked: LaboratoryRequest, run: Run, stopped: Callable[[], bool] = bool) -> Generator[Laboratory]:
    """Connect, and check the names. Nothing is written yet.

    Args:
        asked: where to work.
        run: environment, time and messages.
        stopped: whether a signal has come.

    Raises:
        UsageError: a name is missing, or can be none.
        AciReconcileError: Azure cannot be asked.
    """
    scope = _check_scope(asked, run.environ)
    place = Place(asked.target, CONTAINER_GROUPS.api_version, run.cwd / STATE, run.environ, run.clock.sleep)
    with open_connection(place) as connection:
        if connection.warning:
            run.console.warn(connection.warning)
        where = sanitize(connection.describe(connection.backend.sign_in()))
        run.console.info(f"Using subscription {scope.subscription} at {where}.")
        exchanges: list[Exchange] = []
        ask = make_port(connection.backend, run.clock, exchanges)
        world = World(ask, make_opener(connection.backend, ask), run.clock, stopped)
        lab = Lab(
            scope=scope,
            location=asked.location,
            spelling=find_spelling(asked.location, follow(_list_regions(scope.subscription), world)),
            api_version=CONTAINER_GROUPS.api_version,
            pause=_LOCAL_PAUSE if asked.target.local else _PAUSE,
            run=secrets.token_hex(3),
            expires=(datetime.fromtimestamp(run.clock.now(), UTC) + _LIFETIME).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        yield Laboratory(lab, world, exchanges)


def _check_scope(asked: LaboratoryRequest, environ: Mapping[str, str]) -> Scope:
    subscription = asked.subscription or find_subscription(asked.target, environ)
    if not _SUBSCRIPTION.fullmatch(subscription):
        hint = "it is a GUID; az account list shows yours"
        raise UsageError(f"`{sanitize(subscription)}` is not a subscription ID", hint=hint)
    if not asked.resource_group:
        hint = "name one with -g: it is created if it does not exist, and must otherwise be empty"
        raise UsageError("no resource group is given", hint=hint)
    if not _GROUP.fullmatch(asked.resource_group):
        raise UsageError(f"`{sanitize(asked.resource_group)}` is not a valid resource group name")
    return Scope(subscription, asked.resource_group)


def make_port(backend: ArmBackend, clock: Clock, exchanges: list[Exchange]) -> Callable[[str, str, Body | None], Reply]:
    """Return the function that sends what probes ask for, and records it."""

    def exchange(method: str, path: str, body: Body | None) -> Reply:
        answer = backend.ask(method, path, b"" if body is None else json.dumps(body).encode())
        reply = Reply.read(answer.status, answer.headers, answer.content, clock.now())
        response = reply.body or answer.content.decode(errors="replace")
        exchanges.append(Exchange(method, path, reply.status, body, reply.headers, response or None))
        return reply

    return exchange


def make_opener(
    backend: ArmBackend, ask: Callable[[str, str, Body | None], Reply]
) -> Callable[[str, Body | None], tuple[Reply, GreetedStream | None]]:
    """Return the function that opens what probes listen to; `ask` sends the request for it."""

    def open_stream(path: str, body: Body | None) -> tuple[Reply, GreetedStream | None]:
        offer = ask("POST", path, body)
        return offer, backend.open_offer(offer.body) if offer.accepted else None

    return open_stream


def _list_regions(subscription: str) -> Steps[dict[str, str]]:
    """Return the regions of a subscription and their display names; none if they cannot be read."""
    reply = yield from send(
        "GET", with_query(f"{subscription_path(subscription)}/locations", api_version=RESOURCES_API)
    )
    regions = [as_object(each) for each in as_list(reply.body.get("value"))]
    return {as_text(each.get("name")): as_text(each.get("displayName")) for each in regions}


def find_spelling(location: str, regions: Mapping[str, str]) -> str:
    """Return another spelling of a region: its display name or, if that is unknown, the name in capitals.

    Raises:
        UsageError: there is no such region.
    """
    if not location:
        return ""
    if not _REGION.fullmatch(location) or (regions and location not in regions):
        near = next(iter(get_close_matches(location.lower().replace(" ", ""), sorted(regions), n=1)), "")
        hint = f"did you mean {near}?" if near else "az account list-locations shows the names"
        raise UsageError(f"`{sanitize(location)}` is not the name of a region", hint=hint)
    return regions.get(location) or location.upper()
