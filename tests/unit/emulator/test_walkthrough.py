"""Any story of writes and pauses: the invariants that hold at each step of it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from thoroughness import up_to
from unit.emulator.emulator_world import GROUPS, VERSION, World, changed, group, view

from aci_reconcile.emulator import Emulator, Knobs, Request

IMAGES = ("nginx", "sim/crash", "sim/task", "sim/flaky", "sim/slow:3", "alpine")
STATES = {"Pending", "Running", "Succeeded", "Failed", "Stopped"}
PROVISIONING = {"Pending", "Creating", "Updating", "Succeeded", "Failed"}

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "image", "restart", "stop", "start", "tags", "delete", "wait"]),
        st.sampled_from([0.0, 0.4, 1.0, 5.0, 700.0, 1e6]),
        st.sampled_from(IMAGES),
    ),
    max_size=10,
)


def act(world: World, step: str, image: str, body: Any) -> int:
    """One step of a story; gives the status of the answer."""
    path = f"{GROUPS}/web"
    match step:
        case "put":
            return world.put("web", body).status
        case "image":
            return world.put("web", changed(body, "properties.containers.0.properties.image", image)).status
        case "restart" | "stop" | "start":
            return world.send("POST", f"{path}/{step}").status
        case "tags":
            return world.send("PATCH", path, {"tags": {"a": image}}).status
        case "delete":
            return world.send("DELETE", path).status
        case _:
            return 200


@settings(max_examples=up_to(60), deadline=None)
@given(
    steps=STEPS,
    policy=st.sampled_from(["Always", "OnFailure", "Never"]),
    seconds=st.sampled_from([0.0, 1.0, 10.0]),
    image=st.sampled_from(IMAGES),
)
def test_every_story_keeps_its_invariants(
    steps: list[tuple[str, float, str]], policy: str, seconds: float, image: str
) -> None:
    """Known states, no defect, reading changes nothing, another emulator agrees, and a 4xx leaves no trace."""
    world = World(Knobs(provisioning_seconds=seconds))
    other = Emulator(world.store, knobs=Knobs(provisioning_seconds=77), clock=lambda: world.now)
    body = group(image, restartPolicy=policy)
    for step, pause, another in [("put", 0.0, image), *steps]:
        before = world.send("GET", f"{GROUPS}/web")
        status = act(world, step, another, body)
        after = world.send("GET", f"{GROUPS}/web")
        seen = other.handle(Request("GET", f"{GROUPS}/web?api-version={VERSION}"))

        assert status < 500
        assert after.body == seen.body
        if status >= 400:
            assert before.body == after.body
        if after.status == 200:
            assert_known(after.json(), world)
        world.now += pause


def assert_known(body: Any, world: World) -> None:
    """A body says nothing that the recordings do not say, and nothing of the future."""
    properties = body["properties"]
    assert properties["provisioningState"] in PROVISIONING
    assert properties["instanceView"]["state"] in STATES
    if "instanceView" not in properties["containers"][0]["properties"]:
        return
    shown = view(body)
    assert shown["currentState"]["state"] in {"Waiting", "Running", "Terminated"}
    assert shown["restartCount"] >= 0
    for event in shown["events"]:
        assert event["count"] >= 1
        assert event["firstTimestamp"] <= event["lastTimestamp"] <= _now(world)


def _now(world: World) -> str:
    """The present second as events write it."""
    headers = world.send("GET", GROUPS).headers
    stamp = headers["x-ms-routing-request-id"].split(":")[1]
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:11]}:{stamp[11:13]}:{stamp[13:]}"
