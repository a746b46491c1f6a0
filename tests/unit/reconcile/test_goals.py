"""Waiting for a state: it ends when it is there, never can be, or takes too long, and asks at a measured pace."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from azure_world import AzureWorld
from factories import container, group, policy

from aci_reconcile.app.power import wait_for
from aci_reconcile.emulator import Knobs
from aci_reconcile.operate.goals import Goal
from aci_reconcile.reconcile.events import Failed, Finished, Skipped, Succeeded, Waiting

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource
    from aci_reconcile.reconcile.events import Event

WEB = group("web")
TASK: dict[str, Any] = {"command": ["/bin/sh", "-c", "sleep 40"], "image": "docker.io/library/alpine:3"}


def begin(world: AzureWorld, *groups: Resource) -> list[Resource]:
    """Create groups without waiting, and return them as they are."""
    for each in groups:
        world.arm("PUT", str(each.id), each.body)
    found = [world.backend.get(each.id) for each in groups]
    return [each for each in found if each is not None]


def wait(world: AzureWorld, groups: list[Resource], goal: Goal, timeout: float = 1800, **more: Any) -> list[Event]:
    """Return the events."""
    ctx = replace(world.context(policy()), timeout=timeout)
    return list(wait_for(groups, goal, ctx, concurrency=4, stopped=more.get("stopped", lambda: False)))


@pytest.mark.parametrize("goal", [Goal.RUNNING, Goal.HEALTHY])
def test_a_group_that_is_created_comes_up(goal: Goal) -> None:
    """It is told what it is meanwhile, once each."""
    world = AzureWorld(knobs=Knobs(provisioning_seconds=40))
    *told, end, finished = wait(world, begin(world, WEB), goal)

    assert all(isinstance(each, Waiting) for each in told)
    assert len(told) == len({each.detail for each in told if isinstance(each, Waiting)})
    assert isinstance(end, Succeeded)
    assert isinstance(finished, Finished)
    assert (1, 0) == (finished.unchanged, finished.failed)


def test_a_task_ends_well() -> None:
    """After its time."""
    world = AzureWorld()
    groups = begin(world, group("job", container("job", **TASK), restartPolicy="Never"))
    began = world.clock.now()
    *_, end, _ = wait(world, groups, Goal.SUCCEEDED)

    assert isinstance(end, Succeeded)
    assert ("is finished",) == end.change.reasons
    assert 40 <= world.clock.now() - began <= 55


def test_what_can_never_be_ends_at_once() -> None:
    """With what helps."""
    world = AzureWorld()
    groups = begin(world, WEB)
    world.clock.sleep(20)
    world.backend.stop(WEB.id)
    end, finished = wait(world, groups, Goal.RUNNING)

    assert isinstance(end, Failed)
    assert ("it is stopped, and does not start by itself", "`aci-reconcile start rg-shop/web` starts it") == (
        end.error.message,
        end.error.hint,
    )
    assert isinstance(finished, Finished)
    assert 1 == finished.failed


def test_the_time_ends_it() -> None:
    """Not much later than it says."""
    world = AzureWorld()
    groups = begin(world, WEB)
    world.clock.sleep(20)
    began = world.clock.now()
    *_, end, _ = wait(world, groups, Goal.STOPPED, timeout=30)

    assert isinstance(end, Failed)
    assert "it is still healthy after 30 s" == end.error.message
    assert 30 <= world.clock.now() - began <= 31


def test_many_groups_are_seen_to_go_by_one_list() -> None:
    """And not by a read of each."""
    world = AzureWorld()
    many = [group(f"web-{number}") for number in range(20)]
    groups = begin(world, *many)
    world.clock.sleep(20)
    for each in many[:-1]:
        world.backend.delete(each.id)
    known = len(world.requests)
    real = world.clock.sleep

    def sleep(seconds: float, /) -> None:
        real(seconds)
        if world.clock.now() > began + 60:
            world.backend.delete(many[-1].id)

    began, world.clock.sleep = world.clock.now(), sleep  # type: ignore[method-assign]
    *_, finished = wait(world, groups, Goal.DELETED)

    assert isinstance(finished, Finished)
    assert (20, 0) == (finished.unchanged, finished.failed)
    assert len(world.requests) - known < 60


def test_many_reads_keep_a_pace() -> None:
    """Ten a second, whatever the number of groups."""
    world = AzureWorld()
    groups = begin(world, *(group(f"web-{number}") for number in range(50)))
    world.clock.sleep(20)
    known, began = len(world.requests), world.clock.now()
    wait(world, groups, Goal.STOPPED, timeout=60)

    assert (len(world.requests) - known) / (world.clock.now() - began) <= 12


def test_an_interruption_ends_it() -> None:
    """At once."""
    world = AzureWorld()
    groups = begin(world, WEB)
    world.clock.sleep(20)
    until = world.clock.now() + 30
    *_, end, finished = wait(world, groups, Goal.STOPPED, stopped=lambda: world.clock.now() > until)

    assert isinstance(end, Skipped)
    assert isinstance(finished, Finished)
    assert finished.interrupted
    assert world.clock.now() <= until + 10
