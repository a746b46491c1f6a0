"""exec and attach: the answers that name a WebSocket and its password, and what the other end of it needs to know."""

from __future__ import annotations

import math
import shlex
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci import groups
from aci_reconcile.emulator.aci.deserializer import Reader, parse
from aci_reconcile.emulator.aci.record import group_from_json, image_of
from aci_reconcile.emulator.aci.schema import EXEC_REQUEST
from aci_reconcile.emulator.aci.simulation.images import find_image
from aci_reconcile.emulator.aci.simulation.runtime import simulate_group
from aci_reconcile.emulator.arm import scopes
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, Request, Response, answer, as_object, list_objects

if TYPE_CHECKING:
    from aci_reconcile.emulator.aci.simulation.runtime import SimulatedContainer, SimulatedGroup
    from aci_reconcile.emulator.arm.call import Call
    from aci_reconcile.emulator.store import Session

_PATHS = {"exec": "execstream", "attach": "logstream"}
_KINDS = {path: kind for kind, path in _PATHS.items()}
_PARTS = 3
# A client connects at once; a password that nobody used is of no use later.
_WAITS = 60.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a client may open once, with a password: a command in a container, or the container's output."""

    kind: Literal["exec", "attach"]
    password: str
    group: str
    """The store's key of the group."""
    container: str
    command: tuple[str, ...]
    until: float
    since: float = -1.0
    """When attach began, if only what is printed from then on is sent."""
    whole_run: bool = True
    """Whether attach ends with the run of the container."""
    breaks: int | None = None
    """After how much output the connection breaks; none if it does not."""
    size: tuple[int, int] = (24, 80)
    """Rows and columns of the terminal."""
    env: tuple[tuple[str, str], ...] = ()
    """The environment variables of the container; secret ones are not known."""
    bare: bool = False
    """Whether the image has no shell and no programs."""


@rests_on("exec-stream", "exec-arguments")
def execute(call: Call) -> Response:
    """Offer a terminal in which a command runs."""
    container = _require_container(call)
    body: Json = Reader(len(call.request.body), keep_unknown=False).read(EXEC_REQUEST, parse(call.request.body))
    text = str(body.get("command", ""))
    words = _split(text) if call.knobs.exec_arguments == "split" else [text]
    size = as_object(body.get("terminalSize"))
    query = "".join(f"&{name}={size[name]}" for name in ("rows", "cols") if name in size)
    rows, columns = (int(size.get(name) or usual) for name, usual in (("rows", 24), ("cols", 80)))
    env, bare = _describe(call, container)
    ticket = Ticket("exec", _make_password(call), call.group_key, container, tuple(words), 0.0)
    return _offer(call, replace(ticket, size=(rows, columns), env=env, bare=bare), query)


def _describe(call: Call, name: str) -> tuple[tuple[tuple[str, str], ...], bool]:
    """Return the environment variables of a container, and whether its image has no shell."""
    properties = groups.require(call).properties()
    parts = [*list_objects(properties.get("initContainers")), *list_objects(properties.get("containers"))]
    part = next(part for part in parts if part.get("name") == name)
    variables = list_objects(as_object(part.get("properties")).get("environmentVariables"))
    env = tuple((str(each.get("name")), str(each.get("value") or "")) for each in variables)
    return env, not find_image(image_of(part)).has_shell


@rests_on("exec-stream", "attach-start")
def attach(call: Call) -> Response:
    """Offer the output of a container."""
    container = _require_container(call)
    ticket = Ticket("attach", _make_password(call), call.group_key, container, (), 0.0)
    ticket = replace(ticket, whole_run=call.knobs.attach_end == "run")
    if call.knobs.attach_start == "now":
        ticket = replace(ticket, since=call.now)
    return _offer(call, ticket, "")


def take_ticket(session: Session, request: Request, now: float) -> Ticket | None:
    """Return what a WebSocket's path opens, and forget it; none if there is nothing, or no longer."""
    parts = request.split().path.strip("/").split("/")
    if len(parts) != _PARTS or parts[0] not in _KINDS or parts[1].lower() != "sessionid":
        return None
    found = session.get("terminal", parts[2].lower())
    if found is None or found["kind"] != _KINDS[parts[0]]:
        return None
    session.delete("terminal", parts[2].lower())
    values: dict[str, Any] = {
        **found,
        "command": tuple(found["command"]),
        "size": tuple(found["size"]),
        "env": tuple((str(name), str(value)) for name, value in found["env"]),
    }
    ticket = Ticket(**values)
    return ticket if now < ticket.until else None


@dataclass(frozen=True, slots=True)
class Place:
    """How far the output of a container was read: its run, by the time of its start, and the time in it."""

    run: float = math.nan
    elapsed: float = -1.0


@dataclass(frozen=True, slots=True)
class Output:
    """Lines, how far they go, and whether more may follow."""

    lines: tuple[str, ...]
    place: Place
    more: bool


@rests_on("attach-end")
def read_output(session: Session, ticket: Ticket, place: Place, now: float) -> Output:
    """Return the lines that a container has printed after a place."""
    document = session.get("group", ticket.group)
    group = None if document is None else group_from_json(document)
    if group is None or group.gone is not None:
        return Output((), place, more=False)
    scene = simulate_group(group, now)
    part = _find(scene, ticket.container)
    stopped = group.stopped is not None and now >= group.stopped
    moment = min(now, group.stopped) if stopped and group.stopped is not None else now
    state = None if part is None else part.state
    if state is None:
        return Output((), place, more=part is not None and not stopped and scene.state in {"Pending", "Running"})
    begun = not math.isnan(place.run)
    lines: list[str] = []
    if begun and place.run != state.begun:  # it was restarted: first what the former run still said
        last = state.last
        if last is not None and last.begun == place.run:
            lines += [text for _, text in last.attempt.list_printed(last.ended - last.begun, place.elapsed)]
        if ticket.whole_run:
            return Output(tuple(lines), place, more=False)
    elapsed = moment - state.begun
    after = place.elapsed if place.run == state.begun else -1.0 if begun else max(-1.0, ticket.since - state.begun)
    lines += [text for _, text in state.attempt.list_printed(elapsed, after)]
    more = scene.state in {"Pending", "Running"} and not (ticket.whole_run and state.phase != "running")
    return Output(tuple(lines), Place(state.begun, elapsed), more)


def _require_container(call: Call) -> str:
    scopes.require(call)
    group = groups.require(call)
    part = _find(simulate_group(group, call.now), call.path["container"])
    if part is None:
        raise errors.container_not_found(call.path["container"], group.name)
    return part.name


def _find(scene: SimulatedGroup, name: str) -> SimulatedContainer | None:
    return next((part for part in (*scene.init, *scene.main) if part.name.lower() == name.lower()), None)


def _offer(call: Call, ticket: Ticket, query: str) -> Response:
    for key in [key for key, document in call.session.scan("terminal", "") if document["until"] <= call.now]:
        call.session.delete("terminal", key)
    identity = call.new_id()
    call.session.put("terminal", identity, {**asdict(ticket), "until": call.now + _WAITS})
    origin = urlsplit(call.request.origin())
    scheme = "ws" if origin.scheme == "http" else "wss"
    path = f"{_PATHS[ticket.kind]}/sessionId/{identity}?api-version=1.0{query}"
    return answer(200, {"webSocketUri": f"{scheme}://{origin.netloc}/{path}", "password": ticket.password})


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # an open quotation mark
        return text.split()


def _make_password(call: Call) -> str:
    return call.entropy(16).hex()
