"""A write to one group outside a plan, made of the pieces that docs/contributing/add-a-command.md names."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from azure_world import AzureWorld
from factories import group, live, owned, policy

from aci_reconcile.core import tags
from aci_reconcile.core.errors import AzureError
from aci_reconcile.core.health import State
from aci_reconcile.planning.permission import block_group_write, block_writes
from aci_reconcile.planning.values import Action, Change, Impact
from aci_reconcile.reconcile import apply
from aci_reconcile.reconcile.containers import wait_until_running
from aci_reconcile.reconcile.events import Failed, Finished, Skipped, Started, Succeeded
from aci_reconcile.reconcile.execution import run_tasks
from aci_reconcile.reconcile.operations import wait_until_settled
from aci_reconcile.reconcile.outcome import report_outcome
from aci_reconcile.reconcile.steps import Process, Task
from aci_reconcile.reconcile.writes import stop

if TYPE_CHECKING:
    from aci_reconcile.reconcile import Context
    from aci_reconcile.reconcile.events import Event

WEB = group("web")


def stop_and_wait(change: Change, ctx: Context) -> Process[bool]:
    """Stop a group and wait until Azure has done so."""
    began, deadline = ctx.clock.now(), ctx.make_deadline()
    ctx.check_may_write(change)
    yield Started(change)
    yield from stop(change, ctx, deadline)
    seen = yield from wait_until_settled(change, ctx, deadline)
    return (yield from wait_until_running(change, seen, ctx, deadline, began))


def stop_group(ctx: Context) -> list[Event]:
    """Return the events of a command that stops one group."""
    seen = ctx.backend.get(WEB.id)
    change = Change(WEB.id, Action.UPDATE, Impact.RESTART, before=seen, after=seen)
    process = partial(report_outcome, change, ctx, "stop", stop_and_wait(change, ctx))
    return list(run_tasks([Task(change.address, process, partial(Skipped, change))], ctx, 4, ()))


def running() -> AzureWorld:
    """Return a world in which the group runs."""
    world = AzureWorld()
    list(apply(world.plan(WEB), world.context(policy())))
    return world


def test_a_group_is_stopped_with_the_events_of_an_apply() -> None:
    """It ends well, and the last event counts it."""
    world = running()
    started, ended, finished = stop_group(world.context(policy()))

    assert isinstance(started, Started)
    assert isinstance(ended, Succeeded)
    assert ended.health is not None
    assert State.STOPPED is ended.health.state
    assert isinstance(finished, Finished)
    assert (1, 0) == (finished.changed, finished.failed)


def test_a_freeze_stops_it_before_the_write() -> None:
    """As it stops an apply."""
    world = running()
    before = len(world.requests)
    skipped, finished = stop_group(world.context(policy(frozen_at=lambda _now: "christmas")))

    assert isinstance(skipped, Skipped)
    assert "a freeze began: christmas" == skipped.because
    assert isinstance(finished, Finished)
    assert [] == [verb for verb, _, _ in world.requests[before:] if verb == "POST"]


def test_a_refusal_becomes_a_failure() -> None:
    """Nothing stops a group that is gone in the meantime."""
    world = running()
    ctx = world.context(policy())
    seen = ctx.backend.get(WEB.id)
    change = Change(WEB.id, Action.UPDATE, before=seen, after=seen)
    ctx.backend.delete(WEB.id)
    process = partial(report_outcome, change, ctx, "stop", stop_and_wait(change, ctx))
    _, failed, _ = run_tasks([Task(change.address, process, partial(Skipped, change))], ctx, 4, ())

    assert isinstance(failed, Failed)
    assert isinstance(failed.error, AzureError)


def test_who_may_not_write_is_known_before() -> None:
    """The same answers as a plan gives."""
    foreign = live(WEB, tags={tags.OWNER: "billing"})

    assert ["owner"] == [each.code for each in block_group_write(foreign, None, policy())]
    assert [] == list(block_group_write(owned(WEB), None, policy()))
    assert ["observe"] == [each.code for each in block_writes((WEB.address,), policy(observe=True))]
