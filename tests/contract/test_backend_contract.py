"""The backend's promises, kept against both doors of the emulator: a function of this process, and HTTP on loopback."""

from __future__ import annotations

import itertools
import json
import re
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.azure import ArmBackend, Endpoint, connect
from aci_reconcile.core.errors import (
    AzureError,
    ImmutableFieldError,
    InvalidRequestError,
    NotFoundError,
    RetryableError,
)
from aci_reconcile.core.model import Resource, ResourceId, Scope, as_list, as_object
from aci_reconcile.core.secret import Secret
from aci_reconcile.emulator import Emulator, Knobs, Request, Response, dial, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aci_reconcile.core.backend import Operation, Progress, Stream
    from aci_reconcile.core.model import Json

_SCOPE = Scope("00000000-0000-0000-0000-000000000001", "rg-shop")
_NOWHERE = Scope(_SCOPE.subscription, "rg-nowhere")
_API = "2025-09-01"
_CANARY = "canary-4be1"


@dataclass
class _World:
    """A backend, the emulator's time, and what the emulator was asked."""

    now: float = 1_800_000_000.0
    seen: list[tuple[Request, Response]] = field(default_factory=list[tuple[Request, Response]])
    start_status: Any = 204

    def clock(self) -> float:
        return self.now

    def emulator(self) -> Emulator:
        numbers = itertools.count()
        return Emulator(
            open_store(None),
            knobs=Knobs(provisioning_seconds=30, page_size=2, start_status=self.start_status),
            clock=self.clock,
            entropy=lambda size: next(numbers).to_bytes(size, "big"),
            on_request=lambda request, response: self.seen.append((request, response)),
        )

    def finish(self, backend: ArmBackend, operation: Operation) -> Progress:
        """Let time pass until an operation has ended."""
        for _ in range(100):
            progress = backend.poll(operation)
            if progress.done:
                return progress
            self.now += 1
        raise AssertionError("the operation never ended")


def _in_process(emulator: Emulator) -> Callable[..., tuple[int, Mapping[str, str], bytes]]:
    def send(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        response = emulator.handle(Request(method, url, headers, body))
        return response.status, response.headers, response.body

    return send


def _connect(endpoint: Endpoint, emulator: Emulator | None = None) -> ArmBackend:
    send = None if emulator is None else _in_process(emulator)
    door = None if emulator is None else partial(dial, emulator)
    options: dict[str, Any] = {"api_version": _API, "concurrency": 4, "environ": {}, "send": send, "dial": door}
    return connect(endpoint, sleep=lambda _seconds: None, **options)


@pytest.fixture
def world() -> _World:
    """Return the time and the record of one test."""
    return _World()


@pytest.fixture(params=["in process", "http"])
def backend(request: pytest.FixtureRequest, world: _World) -> Iterator[ArmBackend]:
    """Give a backend on each door, with the resource group there."""
    emulator = world.emulator()
    if request.param == "http":
        with serve(emulator) as server:
            connected = _connect(Endpoint.local(server.url))
            connected.create_resource_group(_SCOPE, "westeurope", {"owner": "me"})
            yield connected
            connected.close()
        return
    connected = _connect(Endpoint.local(), emulator)
    connected.create_resource_group(_SCOPE, "westeurope", {"owner": "me"})
    yield connected
    connected.close()


def _id(name: str, scope: Scope = _SCOPE) -> ResourceId:
    return ResourceId(scope.subscription, scope.resource_group, name)


def _group(name: str, *, cpu: float = 1, tags: dict[str, Json] | None = None, **container: Json) -> Resource:
    properties: dict[str, Json] = {
        "image": "mcr.microsoft.com/azuredocs/aci-helloworld:latest",
        "resources": {"requests": {"cpu": cpu, "memoryInGB": 1.5}},
        **container,
    }
    body: dict[str, Json] = {
        "location": "westeurope",
        "tags": tags or {},
        "properties": {"osType": "Linux", "containers": [{"name": "app", "properties": properties}]},
    }
    return Resource(_id(name), body)


def _make_task(script: str) -> Resource:
    """Return a group that runs a script once."""
    task = _group("task", image="docker.io/library/alpine:3", command=["/bin/sh", "-c", script])
    return Resource(task.id, {**task.body, "properties": {**task.properties, "restartPolicy": "Never"}})


def _container(resource: Resource | None) -> Mapping[str, Json]:
    assert resource is not None
    return as_object(as_object(as_list(resource.properties["containers"])[0])["properties"])


def test_a_group_is_created_and_runs(backend: ArmBackend, world: _World) -> None:
    """PUT, the operation to its end, and the group with its instance view."""
    operation = backend.put(_group("web"))
    pending = backend.get(_id("web"))

    assert world.finish(backend, operation).status == "Succeeded"
    live = backend.get(_id("web"))
    assert pending is not None
    assert live is not None
    assert pending.properties["provisioningState"] != "Succeeded"
    assert live.properties["provisioningState"] == "Succeeded"
    assert as_object(live.properties["instanceView"])["state"] == "Running"
    assert _id("web").key == live.id.key


def test_secrets_go_there_and_do_not_come_back(backend: ArmBackend, world: _World) -> None:
    """The value is in the body of the PUT, and in no answer."""
    variables: Json = [{"name": "KEY", "secureValue": Secret(_CANARY)}, {"name": "MODE", "value": "x"}]
    world.finish(backend, backend.put(_group("web", environmentVariables=variables)))

    live = backend.get(_id("web"))

    assert _container(live)["environmentVariables"] == [{"name": "KEY"}, {"name": "MODE", "value": "x"}]
    assert [request.method for request, _ in world.seen if _CANARY.encode() in request.body] == ["PUT"]
    assert not [response for _, response in world.seen if _CANARY.encode() in response.body]


def test_lists_come_in_pages_without_instance_views(backend: ArmBackend, world: _World) -> None:
    """Five groups, two to a page."""
    names = [f"web-{number}" for number in range(5)]
    for name in names:
        world.finish(backend, backend.put(_group(name)))
    before = len(world.seen)

    groups = tuple(backend.list(_SCOPE))

    assert names == sorted(each.id.name for each in groups)
    assert (len(world.seen) - before, [each for each in groups if "instanceView" in each.properties]) == (3, [])


def test_lists_of_nothing_are_empty(backend: ArmBackend) -> None:
    """A resource group without groups, and one that does not exist."""
    assert (backend.list(_SCOPE), backend.list(_NOWHERE)) == ((), ())


def test_tags_are_replaced_as_a_whole(backend: ArmBackend, world: _World) -> None:
    """What the new map does not hold is gone, and nothing restarts."""
    world.finish(backend, backend.put(_group("web", tags={"team": "shop", "old": "x"})))
    before = _container(backend.get(_id("web")))

    backend.patch_tags(_id("web"), {"team": "data"})

    live = backend.get(_id("web"))
    assert live is not None
    assert live.tags == {"team": "data"}
    assert before == _container(live)


def test_a_deleted_group_is_absent_in_both_dialects(backend: ArmBackend, world: _World) -> None:
    """First the provider says so, later ARM does; both are None."""
    world.finish(backend, backend.put(_group("web")))

    backend.delete(_id("web"))

    seen = len(world.seen)
    first = backend.get(_id("web"))
    world.now += 60
    second = backend.get(_id("web"))
    codes = [json.loads(response.body)["error"]["code"] for _, response in world.seen[seen:]]
    assert (first, second, codes) == (None, None, ["ContainerGroupNotFound", "ResourceNotFound"])


def test_deleting_what_is_absent_is_no_error(backend: ArmBackend) -> None:
    """In a resource group, and in one that does not exist."""
    assert [backend.delete(each).url for each in (_id("web"), _id("web", _NOWHERE))] == ["", ""]
    assert backend.get(_id("web", _NOWHERE)) is None


def test_a_write_into_no_resource_group_says_so(backend: ArmBackend) -> None:
    """With Azure's code and a request id."""
    with pytest.raises(NotFoundError) as caught:
        backend.put(Resource(_id("web", _NOWHERE), _group("web").body))

    assert (
        caught.value.code,
        caught.value.status,
        bool(caught.value.request_id),
    ) == ("ResourceGroupNotFound", 404, True)


def test_what_cannot_change_in_place_is_refused(backend: ArmBackend, world: _World) -> None:
    """Azure's InvalidContainerGroupUpdate is an error of its own."""
    world.finish(backend, backend.put(_group("web")))

    with pytest.raises(ImmutableFieldError) as caught:
        backend.put(_group("web", cpu=2))

    assert caught.value.code == "InvalidContainerGroupUpdate"


def test_a_write_into_a_transition_may_succeed_later(backend: ArmBackend, world: _World) -> None:
    """409 is no verdict: the same PUT is taken once the first one has ended."""
    operation = backend.put(_group("web"))

    with pytest.raises(RetryableError) as caught:
        backend.put(_group("web"))
    world.finish(backend, operation)

    assert caught.value.code == "ContainerGroupTransitioning"
    assert world.finish(backend, backend.put(_group("web"))).status == "Succeeded"


def test_a_body_that_azure_does_not_take_is_refused(backend: ArmBackend) -> None:
    """Without a repetition: it would be refused again."""
    before = backend.requests

    with pytest.raises(InvalidRequestError):
        backend.put(Resource(_id("web"), {"location": "westeurope", "properties": {"containers": "none"}}))

    assert backend.requests - before == 1


def _states(backend: ArmBackend) -> tuple[Json, Json]:
    live = backend.get(_id("web"))
    assert live is not None
    return live.properties["provisioningState"], as_object(live.properties["instanceView"])["state"]


def test_a_group_is_stopped_and_started(backend: ArmBackend, world: _World) -> None:
    """A stop has no operation; a start is followed until the group runs, and does nothing where it runs."""
    world.finish(backend, backend.put(_group("web")))

    backend.stop(_id("web"))
    stopped = _states(backend)
    begun = backend.start(_id("web"))
    first = backend.poll(begun)
    ended = world.finish(backend, begun)

    assert ("Succeeded", "Stopped") == stopped
    assert ("Pending", "Succeeded") == (first.status, ended.status)
    assert ("Succeeded", "Running") == _states(backend)
    assert "" == backend.start(_id("web")).url


@pytest.mark.parametrize("start_status", [202, 204])
def test_a_start_is_followed_in_either_dialect(start_status: int) -> None:
    """The contract has 202 with Location, the one recording 204 with Azure-AsyncOperation."""
    world = _World(start_status=start_status)
    backend = _connect(Endpoint.local(), world.emulator())
    backend.create_resource_group(_SCOPE, "westeurope", {})
    world.finish(backend, backend.put(_group("web")))
    backend.stop(_id("web"))

    begun = backend.start(_id("web"))

    assert not backend.poll(begun).done
    assert "Succeeded" == world.finish(backend, begun).status
    assert start_status == next(answer.status for asked, answer in world.seen if "/start?" in asked.url)
    backend.close()


def test_a_group_is_restarted(backend: ArmBackend, world: _World) -> None:
    """Its operation says Updating, the group as well, and its containers start anew."""
    world.finish(backend, backend.put(_group("web")))
    before = _container(backend.get(_id("web")))
    world.now += 60

    begun = backend.restart(_id("web"))
    first, during = backend.poll(begun), _states(backend)
    world.finish(backend, begun)

    assert ("Updating", ("Updating", "Running")) == (first.status, during)
    assert ("Succeeded", "Running") == _states(backend)
    started = [_current(each)["startTime"] for each in (before, _container(backend.get(_id("web"))))]
    assert started[0] != started[1]


@pytest.mark.parametrize("action", ["stop", "start", "restart"])
def test_nobody_is_not_started(backend: ArmBackend, action: str) -> None:
    """A missing group is an error, not nothing to do."""
    with pytest.raises(NotFoundError):
        getattr(backend, action)(_id("nobody"))


def _current(properties: Mapping[str, Json]) -> Mapping[str, Json]:
    return as_object(as_object(properties["instanceView"])["currentState"])


def test_the_logs_of_a_task(backend: ArmBackend, world: _World) -> None:
    """All of them, and the last lines."""
    world.finish(backend, backend.put(_make_task("echo one; echo two")))
    world.now += 60

    assert backend.logs(_id("task"), "app") == "one\ntwo\n"
    assert backend.logs(_id("task"), "app", tail=1) == "two\n"


def test_the_logs_of_nobody(backend: ArmBackend) -> None:
    """An error, not an empty text."""
    with pytest.raises(AzureError):
        backend.logs(_id("web"), "app")


def _read_all(stream: Stream) -> bytes:
    """Read to the good end of a stream."""
    found = b""
    while piece := stream.receive(10):
        found += piece
    assert piece == b""
    return found


def test_attach_to_a_task(backend: ArmBackend, world: _World) -> None:
    """What it has printed, as a terminal shows it, and then the end."""
    world.finish(backend, backend.put(_make_task("echo one; echo two")))
    world.now += 60

    stream = backend.attach(_id("task"), "app")

    assert _read_all(stream) == b"one\r\ntwo\r\n"
    stream.close()


def test_a_terminal_in_a_container(backend: ArmBackend, world: _World) -> None:
    """What is typed is shown, the command's output follows, and the shell ends in good order."""
    world.finish(backend, backend.put(_make_task("sleep infinity")))

    stream = backend.execute(_id("task"), "app", "/bin/sh", rows=24, columns=80)
    stream.send(b"echo it runs\n")
    stream.send(b"exit\n")

    assert re.search(rb"echo it runs\r\nit runs\r\n", _read_all(stream))
    stream.send(b"nobody reads this")
    stream.close()


def test_a_terminal_that_is_left(backend: ArmBackend, world: _World) -> None:
    """Closing it ends it: nothing is left running."""
    world.finish(backend, backend.put(_make_task("sleep infinity")))
    before = set(threading.enumerate())

    stream = backend.execute(_id("task"), "app", "/bin/sh", rows=24, columns=80)
    first = stream.receive(10)
    silence = stream.receive(0.01)
    stream.close()

    assert (bool(first), silence) == (True, None)
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(10)
    assert not [each for each in left if each.is_alive()]


def test_streams_of_nobody(backend: ArmBackend, world: _World) -> None:
    """A group that does not exist, and a container that it does not have."""
    world.finish(backend, backend.put(_make_task("sleep infinity")))

    with pytest.raises(AzureError):
        backend.attach(_id("web"), "app")
    with pytest.raises(AzureError):
        backend.execute(_id("task"), "nobody", "/bin/sh", rows=24, columns=80)


def test_a_resource_group_lives_and_goes(backend: ArmBackend, world: _World) -> None:
    """Created once, left alone the second time, deleted with everything in it."""
    backend.create_resource_group(_SCOPE, "northeurope", {"owner": "somebody else"})
    found = backend.get_resource_group(_SCOPE)
    world.finish(backend, backend.put(_group("web")))
    held = tuple(backend.list_resources(_SCOPE))

    ended = world.finish(backend, backend.delete_resource_group(_SCOPE))

    assert found is not None
    assert (found["location"], found["tags"]) == ("westeurope", {"owner": "me"})
    assert [_id("web").key] == [ResourceId.parse(each).key for each in held]
    assert ended.status == "Succeeded"
    assert (
        backend.get_resource_group(_SCOPE),
        backend.list_resources(_SCOPE),
        backend.get(_id("web")),
    ) == (None, (), None)
    assert backend.delete_resource_group(_SCOPE).url == ""


def test_both_doors_tell_the_same_story() -> None:
    """The same requests get the same answers, but for the address in the links."""
    stories: list[list[tuple[str, int, Any]]] = []
    for door in ("in process", "http"):
        world = _World()
        emulator = world.emulator()
        with serve(emulator) as server:
            one = _connect(Endpoint.local(server.url), None if door == "http" else emulator)
            one.create_resource_group(_SCOPE, "westeurope", {})
            world.finish(one, one.put(_group("web", tags={"a": "b"})))
            one.patch_tags(_id("web"), {})
            one.list(_SCOPE)
            one.delete(_id("web"))
            one.close()
            told = [(request.method, response.status, response.body) for request, response in world.seen]
            stories.append([(method, status, json.loads(body or b"null")) for method, status, body in told])

    assert stories[0] == stories[1]
