"""One sick group never stops the others: init containers that fail, groups that never settle, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from azure_world import AzureWorld
from factories import FakeBackend, FakeClock, container, context, group, make_plan, owned, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.backend import Operation, Progress
from aci_reconcile.core.model import Lifecycle
from aci_reconcile.emulator import Fault, Faults, Knobs
from aci_reconcile.planning import UNLIMITED, Action
from aci_reconcile.planning.planner import plan_destruction
from aci_reconcile.reconcile import Wait, apply, observe_lists
from aci_reconcile.reconcile.events import Failed, Finished, Skipped, Succeeded, Unhealthy, Waiting

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource, ResourceId
    from aci_reconcile.reconcile.events import Event

FAILING = [{"name": "setup", "properties": {"image": "busybox:1", "command": ["sh", "-c", "exit 3"]}}]
GOOD = [{"name": "setup", "properties": {"image": "busybox:1", "command": ["true"]}}]
SICK = group("sick", initContainers=FAILING)
CURED = group("sick", initContainers=GOOD)
LOOP = "CrashLoopBackOff: Back-off restarting failed"
DESTROYING = policy(max_deletes=UNLIMITED)
HANGS = Fault("endless-operation", method="PUT", path="/sick$")


@dataclass
class Lagging(FakeBackend):
    """Azure that goes on showing what was, for 45 seconds after a write, and calls the group Updating."""

    clock: FakeClock = field(default_factory=FakeClock)
    written: float = 0
    former: Resource | None = None

    def put(self, resource: Resource, /) -> Operation:
        """Write a group."""
        self.former, self.written = self.groups[resource.id.key], self.clock.now()
        return super().put(resource)

    def get(self, resource_id: ResourceId, /) -> Resource | None:
        """Read what is shown of it."""
        now, before = super().get(resource_id), self.former
        if now is None or before is None or self.clock.now() > self.written + 45:
            return now
        shown = {**before.properties, "provisioningState": "Updating"}
        return replace(now, body={**now.body, "properties": {**shown, "containers": before.properties["containers"]}})

    def poll(self, operation: Operation, /) -> Progress:
        """Tell that it goes on for as long."""
        done = super().poll(operation)
        return Progress("Updating") if self.clock.now() <= self.written + 45 else done


def ends(events: list[Event]) -> dict[str, type]:
    """Return how it ended for each group, by name."""
    kinds = (Failed, Skipped, Succeeded, Unhealthy)
    return {each.change.id.name: type(each) for each in events if isinstance(each, kinds)}


def finished(events: list[Event]) -> Finished:
    """Return the last event."""
    assert isinstance(events[-1], Finished)
    return events[-1]


def took(world: AzureWorld, *desired: Any, **rules: Any) -> tuple[list[Event], float]:
    """Apply; returns what happened, and how long it took in the world's time."""
    began = world.clock.now()
    return world.apply(*desired, **rules), world.clock.now() - began


@pytest.mark.parametrize("backoff", [1, 10])
def test_an_init_container_that_fails_again_and_again_is_hopeless_soon(backoff: float) -> None:
    """Azure would leave the group in Creating for half an hour; what depends on it is skipped, the rest goes on."""
    world = AzureWorld(Knobs(provisioning_seconds=2, crash_backoff_seconds=backoff))
    after = group("after", lifecycle=Lifecycle(depends_on=("sick",)))
    events, seconds = took(world, SICK, group("web"), after)
    (told,) = [each for each in events if isinstance(each, Unhealthy)]

    assert {"sick": Unhealthy, "web": Succeeded, "after": Skipped} == ends(events)
    assert seconds < 130
    assert "Azure calls it Creating" == told.health.reasons[0]
    assert told.health.reasons[1].startswith("init container setup: ")
    assert ["setup"] == [name for name, _ in told.logs]
    assert (1, 1) == (finished(events).added, finished(events).unhealthy)


def test_an_init_container_that_fails_once_is_given_its_time() -> None:
    """What it needs may come up a little later."""
    world = AzureWorld(Knobs(provisioning_seconds=2, crash_backoff_seconds=10))
    once = [{"name": "setup", "properties": {"image": "example.test/flaky:1"}}]
    events, _ = took(world, group("web", initContainers=once))

    assert {"web": Succeeded} == ends(events)


@pytest.mark.parametrize("wait", [Wait.PROVISIONED, Wait.HEALTHY])
def test_whoever_waits_for_provisioning_alone_learns_it_as_soon(wait: Wait) -> None:
    """It will never be provisioned; and neither is it at the next apply."""
    world = AzureWorld()
    first, second = (list(apply(world.plan(SICK), replace(world.context(policy()), wait=wait))) for _ in range(2))

    assert [{"sick": Unhealthy}] * 2 == [ends(first), ends(second)]
    assert world.clock.now() - FakeClock().now() < 90


def test_a_container_that_crashes_while_another_is_pulled_does_not_keep_it_from_being_provisioned() -> None:
    """Whoever waits for that alone waits on."""
    world = AzureWorld()
    crashing = group("web", container("a", image="sim/crash:1"), container("b", image="sim/slow:60"))
    events = list(apply(world.plan(crashing), replace(world.context(policy()), wait=Wait.PROVISIONED)))

    assert {"web": Succeeded} == ends(events)


def test_what_failed_before_a_write_may_be_shown_after_it_for_a_while() -> None:
    """A crash loop that is cured is not taken for the cure's failure."""
    there = owned(group("web", container(image="bad:1")))
    looping = {"restartCount": 9, "currentState": {"state": "Waiting", "detailStatus": LOOP}}
    shown = {**there.properties, "containers": [container(image="bad:1", instanceView=looping)]}
    backend = Lagging.holding(replace(there, body={**there.body, "properties": shown}))
    clock = FakeClock()
    backend.clock = clock
    cured = group("web", container(image="good:1"))
    events = list(apply(make_plan([cured], list(backend.groups.values()), policy()), context(backend, clock)))

    assert {"web": Succeeded} == ends(events)


def test_a_group_that_hangs_is_compared_by_what_is_declared() -> None:
    """The next plan is empty and complete, and says what the group is at; the next apply gives it a minute."""
    world = AzureWorld()
    world.apply(SICK)
    plan = world.plan(SICK, group("web"), health=True)
    events, seconds = took(world, SICK, group("web"))

    assert [Action.NO_OP, Action.CREATE] == [each.action for each in plan.changes]
    assert plan.complete
    assert [("condition", "rg-shop/sick")] == [(each.code, each.address) for each in plan.notices]
    assert plan.notices[0].message.startswith("is Creating in Azure: init container setup: ")
    assert {"sick": Unhealthy, "web": Succeeded} == ends(events)
    assert seconds < 60


def test_one_that_hangs_without_a_reason_is_waited_for_and_that_is_told() -> None:
    """Azure may yet come to an end with it; the others are written meanwhile."""
    world = AzureWorld(faults=Faults([HANGS]), timeout=30)
    world.apply(group("sick"))
    world.timeout = 1800
    events, seconds = took(world, group("sick"), group("web"))
    (told,) = [each for each in events if isinstance(each, Unhealthy)]

    assert {"sick": Unhealthy, "web": Succeeded} == ends(events)
    assert any(
        "Creating" in each.detail and "for up to 60 s" in each.detail for each in events if isinstance(each, Waiting)
    )
    assert "still Creating after 60 s" == told.health.reasons[-1]
    assert 60 <= seconds < 90


@pytest.mark.parametrize("allowed", [False, True])
def test_a_group_that_hangs_can_be_mended_by_creating_it_again(allowed: bool) -> None:
    """Azure takes no update of it; where it may be replaced it is, and otherwise the error says what allows that."""
    world = AzureWorld(Knobs(provisioning_seconds=2, delete_while_transitioning="accept"))
    world.apply(SICK)
    events, _ = took(world, CURED, group("web"), **({"allow_replace": UNLIMITED} if allowed else {}))
    failed = [each for each in events if isinstance(each, Failed)]

    assert {"sick": Succeeded if allowed else Failed, "web": Succeeded} == ends(events)
    assert (0 if allowed else 1) == len(failed)
    assert all("--allow-replace" in each.error.hint for each in failed)
    assert any("no write while the group is Creating" in each.detail for each in events if isinstance(each, Waiting))


@pytest.mark.parametrize("knob", ["accept", "refuse"])
def test_a_group_that_hangs_is_deleted_where_azure_accepts_it(knob: Any) -> None:
    """Destroyed or pruned, and the others in any case; where Azure refuses, that is this group's failure, soon."""
    world = AzureWorld(Knobs(provisioning_seconds=2, delete_while_transitioning=knob))
    world.apply(SICK, group("web"))
    began = world.clock.now()
    plan = plan_destruction(observe_lists([SICK], [], world.look()).resources, DESTROYING)
    events = list(apply(plan, world.context(DESTROYING)))

    assert {"sick": Succeeded if knob == "accept" else Failed, "web": Succeeded} == ends(events)
    assert world.clock.now() - began < 180


def test_what_a_list_does_not_tell_is_not_told_of_a_deletion() -> None:
    """The state is; how the containers are is in no list."""
    world = AzureWorld()
    world.apply(SICK)
    plan = plan_destruction(observe_lists([SICK], [], world.look()).resources, DESTROYING)

    assert ["is Creating in Azure"] == [each.message for each in plan.notices]


def test_an_orphan_that_hangs_is_pruned() -> None:
    """It stands in no manifest: nobody waits for it to come up first."""
    world = AzureWorld(Knobs(provisioning_seconds=2, delete_while_transitioning="accept"))
    world.apply(SICK, group("web"))
    events, seconds = took(world, group("web"), prune=True)

    assert {"sick": Succeeded, "web": Succeeded} == ends(events)
    assert seconds < 30


def test_one_that_settles_after_its_deletion_was_refused_is_deleted_then() -> None:
    """It has another look by then, an address for one thing, and is still the group that was planned about."""
    world = AzureWorld(Knobs(provisioning_seconds=20, delete_while_transitioning="refuse"))
    public = group("web", container(ports=[{"port": 80}]), ipAddress={"type": "Public", "ports": [{"port": 80}]})
    world.arm("PUT", str(rid("web")), {**public.body, "tags": {tags.OWNER: DESTROYING.owner}})
    plan = plan_destruction(observe_lists([public], [], world.look()).resources, DESTROYING)
    events = list(apply(plan, world.context(DESTROYING)))

    assert {"web": Succeeded} == ends(events)
