"""Desired power, on the whole road: plan, apply, and an empty plan after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import DEFAULT, Mock

import pytest
from azure_world import SCOPE, AzureWorld
from factories import OWNER, container, group, policy

from aci_reconcile.core.errors import InvalidRequestError, NoAnswerError
from aci_reconcile.core.health import read_power
from aci_reconcile.core.model import Lifecycle, Power
from aci_reconcile.emulator import Knobs
from aci_reconcile.planning.power_plan import PowerVerb, plan_power
from aci_reconcile.planning.values import Action, Impact
from aci_reconcile.reconcile import Wait, apply
from aci_reconcile.reconcile.events import Failed, Finished, Succeeded, Unhealthy, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.model import Resource
    from aci_reconcile.reconcile.events import Event

PUBLIC: dict[str, Any] = {"ipAddress": {"type": "Public", "ports": [{"port": 80}]}}


def web(power: str | None, image: str = "nginx:1.27", **more: Any) -> Resource:
    """Return the group with what its manifest says of power."""
    ports: dict[str, Any] = {"ports": [{"port": 80}]} if "ipAddress" in more else {}
    lifecycle = Lifecycle(power=Power(power) if power else None)
    return group("web", container(image=image, **ports), lifecycle=lifecycle, **more)


def run(world: AzureWorld, wanted: Resource, **more: Any) -> list[Event]:
    """Apply a manifest."""
    from dataclasses import replace

    ctx = replace(world.context(policy()), **more)
    return list(apply(world.plan(wanted), ctx))


def state(world: AzureWorld, wanted: Resource) -> Power | None:
    """Return whether the group runs."""
    live = world.backend.get(wanted.id)
    assert live is not None
    return read_power(live.body)


def posts(world: AzureWorld) -> list[str]:
    """Return what was asked for by POST, in order."""
    urls = [url for verb, url, status in world.requests if verb == "POST" and 200 <= status < 300]
    return [url.partition("?")[0].rpartition("/")[2] for url in urls]


@pytest.mark.parametrize("wait", list(Wait))
def test_a_new_group_that_is_to_be_stopped_is_created_and_stopped(wait: Wait) -> None:
    """Whatever the run waits for, and then nothing is left to do."""
    world = AzureWorld()
    wanted = web("stopped")
    *_, end, finished = run(world, wanted, wait=wait)

    assert isinstance(end, Succeeded)
    assert isinstance(finished, Finished)
    assert (1, 0) == (finished.added, finished.failed)
    assert ["stop"] == posts(world)
    assert Power.STOPPED is state(world, wanted)
    assert not world.plan(wanted)


@pytest.mark.parametrize("power", ["running", "stopped"])
def test_a_change_ends_in_the_power_that_is_declared(power: str) -> None:
    """A PUT of a stopped group, and the reverse."""
    world = AzureWorld()
    run(world, web("running" if power == "stopped" else "stopped"))
    wanted = web(power, image="nginx:1.28")
    planned = world.plan(wanted)
    *_, end, _ = run(world, wanted)

    assert [(Action.UPDATE, Impact.RESTART)] == [(each.action, each.impact) for each in planned.changes]
    assert "lifecycle.power" == planned.changes[0].fields[-1].path
    assert isinstance(end, Succeeded)
    assert Power(power) is state(world, wanted)
    assert not world.plan(wanted)


def test_a_change_of_a_stopped_group_leaves_it_stopped() -> None:
    """It runs for a moment, and is stopped again."""
    world = AzureWorld()
    run(world, web("stopped"))
    wanted = web("stopped", image="nginx:1.28")
    run(world, wanted)

    assert ["stop", "stop"] == posts(world)
    assert Power.STOPPED is state(world, wanted)
    assert not world.plan(wanted)


@pytest.mark.parametrize(("before", "after", "impact", "post"), [
    ("running", "stopped", Impact.STOP, "stop"),
    ("stopped", "running", Impact.START, "start"),
])  # fmt: skip
def test_power_alone_is_one_write(before: str, after: str, impact: Impact, post: str) -> None:
    """No PUT, and an empty plan after it."""
    world = AzureWorld()
    run(world, web(before))
    known = len(world.writes)
    wanted = web(after)
    planned = world.plan(wanted)
    *_, end, finished = run(world, wanted)

    assert [(Action.UPDATE, impact)] == [(each.action, each.impact) for each in planned.changes]
    assert [("POST", post)] == [
        (verb, url.partition("?")[0].rpartition("/")[2]) for verb, url, _ in world.writes[known:]
    ]
    assert isinstance(end, Succeeded)
    assert isinstance(finished, Finished)
    assert 1 == finished.changed
    assert Power(after) is state(world, wanted)
    assert not world.plan(wanted)


def test_power_and_tags_are_a_patch_and_a_post() -> None:
    """The tags first: they restart nothing."""
    world = AzureWorld()
    run(world, web("running"))
    known = len(world.writes)
    wanted = web("stopped", tags={"team": "shop"})
    run(world, wanted)

    assert ["PATCH", "POST"] == [verb for verb, _, _ in world.writes[known:]]
    assert not world.plan(wanted)


def test_a_start_of_a_public_group_says_that_its_address_moves() -> None:
    """As a recreation does."""
    world = AzureWorld()
    run(world, web("stopped", **PUBLIC))
    planned = world.plan(web("running", **PUBLIC))

    assert [("new IP",)] == [each.loses for each in planned.changes]


def test_a_manual_stop_is_a_difference_only_where_power_is_declared() -> None:
    """Without a word about it, a stopped group stays stopped."""
    world = AzureWorld()
    run(world, web(None))
    world.arm("POST", f"{web(None).id}/stop")

    assert not world.plan(web(None))
    assert not world.plan(web("stopped"))
    assert [Impact.START] == [each.impact for each in world.plan(web("running")).changes]


@pytest.mark.parametrize("power", ["running", "stopped"])
@pytest.mark.parametrize("code", [0, 1])
def test_a_group_that_has_ended_is_none_of_its_business(power: str, code: int) -> None:
    """Neither started nor stopped, whether it went well or not."""
    world = AzureWorld()
    task: dict[str, Any] = {"command": ["/bin/sh", "-c", f"exit {code}"], "image": "docker.io/library/alpine:3"}
    wanted = group("web", container(**task), lifecycle=Lifecycle(power=Power(power)), restartPolicy="Never")
    world.put(wanted.id, wanted.body)
    world.clock.sleep(100)
    list(apply(world.plan(wanted, adopt=True), world.context(policy(adopt=True))))

    assert [] == posts(world)
    assert not world.plan(wanted)


def test_a_group_stopped_on_purpose_is_well() -> None:
    """Every later apply ends well, and waits for nothing."""
    world = AzureWorld()
    wanted = web("stopped")
    run(world, wanted)
    before = world.clock.now()
    end, finished = run(world, wanted)

    assert isinstance(end, Succeeded)
    assert isinstance(finished, Finished)
    assert (0, 1, 0) == (finished.failed, finished.unchanged, finished.changed)
    assert before == world.clock.now()


def test_a_group_whose_containers_crash_can_be_stopped() -> None:
    """How they do until then is no matter."""
    world = AzureWorld()
    crash: dict[str, Any] = {"command": ["/bin/sh", "-c", "exit 3"], "image": "docker.io/library/alpine:3"}
    wanted = group("web", container(**crash), lifecycle=Lifecycle(power=Power.STOPPED))
    *_, end, _ = run(world, wanted)

    assert isinstance(end, Succeeded)
    assert not world.plan(wanted)


def test_a_group_that_is_stopped_again_while_it_starts_is_not_well() -> None:
    """Somebody else stopped it."""
    world = AzureWorld(timeout=200)
    run(world, web("stopped"))
    real = world.backend.start

    def start_and_stop(resource_id: Any, /) -> Any:
        operation = real(resource_id)
        world.clock.sleep(60)
        world.backend.stop(resource_id)
        return operation

    world.backend.start = start_and_stop  # type: ignore[method-assign]
    *_, end, finished = run(world, web("running"))

    assert isinstance(end, Unhealthy)
    assert isinstance(finished, Finished)
    assert 1 == finished.unhealthy


def test_a_stop_waits_until_a_creation_has_ended() -> None:
    """Azure refuses it until then."""
    world = AzureWorld(knobs=Knobs(provisioning_seconds=40))
    world.arm("PUT", str(web(None).id), web(None).body)
    *_, end, _ = list(apply(world.plan(web("stopped"), adopt=True), world.context(policy(adopt=True))))

    assert isinstance(end, Succeeded)
    assert Power.STOPPED is state(world, web(None))


def test_a_stop_of_a_group_that_hangs_ends() -> None:
    """With what helps."""
    world = AzureWorld(knobs=Knobs(provisioning_seconds=100_000))
    world.arm("PUT", str(web(None).id), web(None, tags={"aci-reconcile-project": OWNER}).body)
    *_, end, _ = list(apply(world.plan(web("stopped")), world.context(policy())))

    assert isinstance(end, Failed)
    assert "--allow-replace" in end.error.hint


def test_a_group_that_is_stopped_just_before_its_restart_is_named_with_what_helps() -> None:
    """Azure refuses that, with a status that also means "later": nobody waits for something that never comes."""
    world = AzureWorld()
    wanted = web(None)
    run(world, wanted)
    live = world.backend.get(wanted.id)
    assert live is not None
    plan = plan_power(PowerVerb.RESTART, (live,), {}, policy())
    world.backend.stop(wanted.id)
    begun = world.clock.now()
    failed = next(each for each in apply(plan, world.context(policy())) if isinstance(each, Failed))

    assert "it was stopped meanwhile" == failed.error.message
    assert "`aci-reconcile start rg-shop/web` starts it" == failed.error.hint
    assert world.clock.now() - begun < 60


def restart_listed(world: AzureWorld) -> Iterator[Event]:
    """Restart what the list shows, without a read of any group."""
    plan = plan_power(PowerVerb.RESTART, world.backend.list(SCOPE), {}, policy())
    assert [Impact.REBOOT] == [each.impact for each in plan.changes]
    return apply(plan, world.context(policy()))


def test_a_listed_group_that_is_stopped_is_started() -> None:
    """A list does not tell; the refusal of the restart does."""
    world = AzureWorld()
    run(world, web("stopped"))
    told = [each.detail for each in restart_listed(world) if isinstance(each, Waiting)]

    assert "it is stopped, so it is started" == told[0]
    assert ["stop", "start"] == posts(world)
    assert Power.RUNNING is state(world, web(None))


@pytest.mark.parametrize("status", [400, 403])
def test_another_refusal_of_a_restart_starts_nothing(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is about, and though the group was not read before."""
    world = AzureWorld()
    run(world, web(None))
    refusal = InvalidRequestError("the subscription is disabled", status=status)
    monkeypatch.setattr(world.backend, "restart", Mock(side_effect=refusal))
    failed = next(each for each in restart_listed(world) if isinstance(each, Failed))

    assert "the subscription is disabled" == failed.error.message
    assert [] == posts(world)


def test_a_restart_of_a_listed_group_without_an_answer_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing shows whether the first one arrived: better twice than never."""
    world = AzureWorld()
    run(world, web(None))
    answers = [NoAnswerError("reset"), DEFAULT]
    monkeypatch.setattr(world.backend, "restart", Mock(wraps=world.backend.restart, side_effect=answers))
    *_, end, _ = restart_listed(world)

    assert isinstance(end, Succeeded)
    assert ["restart"] == posts(world)
