"""A run that is interrupted: what is under way comes to its end, and nothing else is begun."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeBackend, FakeClock, container, context, group, make_plan, owned, policy

from aci_reconcile.core.errors import AzureError, InvalidRequestError, RetryableError, ThrottledError
from aci_reconcile.planning import UNLIMITED
from aci_reconcile.reconcile import apply
from aci_reconcile.reconcile.events import Event, Failed, Finished, Skipped, Started, Succeeded
from aci_reconcile.reconcile.limits import Limits, Request, Verb

if TYPE_CHECKING:
    from aci_reconcile.core.backend import Operation
    from aci_reconcile.core.model import Resource

BUSY = RetryableError("busy", code="ContainerGroupTransitioning", status=409)
REFUSED: dict[str, AzureError] = {"429": ThrottledError("slow down", retry_after=60), "409": BUSY}
CHANGED = group("web", container(image="nginx:2"))
RECREATED = group("web", osType="Windows")


class Stopping(FakeBackend):
    """A backend during whose nth request of a kind somebody interrupts the run."""

    stop_at: tuple[str, int] = ("", 0)
    came = False
    slow: float = 0
    """Seconds that the writes take that are sent before the interruption; meanwhile the others are queued."""

    def put(self, resource: Resource, /) -> Operation:
        """Write a group, sooner or later."""
        if not self.came:
            threading.Event().wait(self.slow)
        return super().put(resource)

    def _told(self, verb: str, what: str) -> None:
        if (verb, [each for each, _ in self.calls].count(verb)) == self.stop_at:
            self.came = True
        super()._told(verb, what)


def there(*resources: Resource, stop: tuple[str, int]) -> Stopping:
    """Return a backend that holds groups of ours."""
    backend = Stopping.holding(*map(owned, resources))
    backend.stop_at = stop
    return backend


def ran(backend: Stopping, *desired: Resource, clock: FakeClock | None = None, **more: Any) -> list[Event]:
    """Plan and apply until the end, interrupted or not."""
    rules = policy(allow_replace=UNLIMITED)
    proposal = make_plan(desired, list(backend.groups.values()), rules)
    backend.calls.clear()
    stopped = more.pop("stopped", lambda: backend.came)
    return list(apply(proposal, context(backend, clock, policy=rules, **more), stopped=stopped))


def finished(events: list[Event]) -> Finished:
    """Return the last event."""
    assert isinstance(events[-1], Finished)
    return events[-1]


def skipped(events: list[Event]) -> list[tuple[str, str]]:
    """Return which groups were skipped, and why."""
    return [(each.change.id.name, each.because) for each in events if isinstance(each, Skipped)]


@pytest.mark.parametrize("live", [(), (group("web"),)])
def test_a_stop_before_the_write_sends_nothing(live: tuple[Resource, ...]) -> None:
    """The group was read, and is as it was: skipped, and not in flight."""
    backend = there(*live, stop=("get", 0))
    events = ran(backend, CHANGED)

    assert [] == backend.writes
    assert [("web", "interrupted")] == skipped(events)
    assert (True, (), 0) == (finished(events).interrupted, finished(events).in_flight, finished(events).failed)


def test_a_stop_before_a_deletion_sends_nothing() -> None:
    """Of a replacement, too."""
    backend = there(group("web"), stop=("get", 0))
    events = ran(backend, RECREATED)

    assert [] == backend.writes
    assert [("web", "interrupted")] == skipped(events)


def test_a_stop_between_deletion_and_creation_creates_all_the_same() -> None:
    """A group is not left deleted because somebody pressed a key."""
    backend = there(group("web"), stop=("delete", 0))
    events = ran(backend, RECREATED)

    assert ["delete", "put"] == [verb for verb, _ in backend.writes]
    assert [Succeeded] == [type(each) for each in events[-2:-1]]
    assert (True, (), 1) == (finished(events).interrupted, finished(events).in_flight, finished(events).added)


def test_a_replacement_whose_creation_fails_after_a_stop_is_called_gone() -> None:
    """It is not tried again for half an hour; the user learns what is left to do."""
    backend, clock = there(group("web"), stop=("delete", 0)), FakeClock()
    began = clock.now()
    backend.faults["put"] = [InvalidRequestError("no room")] * 9
    events = ran(backend, RECREATED, clock=clock)
    (failed,) = (each for each in events if isinstance(each, Failed))

    assert (True, "no room") == (failed.gone, failed.error.message)
    assert 1 == backend.writes.count(("put", "rg-shop/web"))
    assert clock.now() - began < 5


def test_a_stop_while_a_write_settles_sees_it_to_its_end() -> None:
    """What Azure accepted is followed and read; only its health is not waited for."""
    backend = there(group("web"), stop=("poll", 0))
    events = ran(backend, CHANGED)

    assert ["get", "put", "poll", "get"] == [verb for verb, _ in backend.calls]
    assert 1 == finished(events).changed


def test_a_stop_in_the_health_watch_names_the_group() -> None:
    """It was written, which counts, and nobody knows yet whether it runs: no failure, and at once."""
    backend, clock = there(group("web"), stop=("get", 3)), FakeClock()
    backend.state = {"state": "Waiting"}
    began = clock.now()
    events = ran(backend, CHANGED, clock=clock)
    end = finished(events)

    assert (("rg-shop/web",), (), 1) == (end.unseen, end.in_flight, end.changed)
    assert (True, 0, 0) == (end.interrupted, end.failed, end.skipped)
    assert clock.now() - began < 5


@pytest.mark.parametrize("how", REFUSED)
@pytest.mark.parametrize("live", [(), (group("web"),)])
def test_a_write_that_is_refused_during_a_stop_is_not_sent_again(how: str, live: tuple[Resource, ...]) -> None:
    """Azure did not take it: the group is as it was, and nothing of it is in flight."""
    backend = there(*live, stop=("put", 0))
    backend.faults["put"] = [REFUSED[how]]
    events = ran(backend, CHANGED)

    assert 1 == backend.calls.count(("put", "rg-shop/web"))
    assert [("web", "interrupted")] == skipped(events)
    assert ((), 0) == (finished(events).in_flight, finished(events).failed)


@pytest.mark.parametrize("how", REFUSED)
def test_a_deletion_that_is_refused_during_a_stop_is_not_sent_again(how: str) -> None:
    """The group is there as before."""
    backend = there(group("web"), stop=("delete", 0))
    backend.faults["delete"] = [REFUSED[how]]
    events = ran(backend, RECREATED)

    assert [("delete", "rg-shop/web")] == backend.writes
    assert [("web", "interrupted")] == skipped(events)


class Pressed(FakeClock):
    """A clock at which somebody presses a key after twenty seconds, which ends a sleep."""

    at = FakeClock.time + 20

    def sleep(self, seconds: float, /) -> None:
        """Sleep until the key is pressed, or for as long as is asked for."""
        super().sleep(self.at - self.time if self.time < self.at < self.time + seconds else seconds)

    def pressed(self) -> bool:
        """Whether it was."""
        return self.time >= self.at


def test_a_stop_while_a_busy_group_is_waited_for_ends_at_once() -> None:
    """Between two attempts, half a minute before the next one."""
    clock, backend = Pressed(), there(group("web"), stop=("", 0))
    backend.faults["put"] = [BUSY] * 99
    events = ran(backend, CHANGED, clock=clock, stopped=clock.pressed)

    assert [("web", "interrupted")] == skipped(events)
    assert clock.at == clock.now()


def test_a_stop_while_the_limits_are_waited_for_sends_nothing_afterwards() -> None:
    """The refusal came before the interruption, the end of the wait after it."""
    clock, backend = Pressed(), there(group("web"), stop=("", 0))
    backend.faults["put"] = [ThrottledError("slow down", retry_after=300)]
    events = ran(backend, CHANGED, clock=clock, stopped=clock.pressed)

    assert 1 == backend.calls.count(("put", "rg-shop/web"))
    assert [("web", "interrupted")] == skipped(events)


def test_a_stop_while_groups_are_not_let_in_ends_soon() -> None:
    """Nothing of the group was sent: there is nothing to wait five minutes for."""
    clock, backend, limits = Pressed(), there(group("web"), stop=("", 0)), Limits()
    limits.refuse(Request(Verb.WRITE), ThrottledError("slow down", retry_after=300), clock.now(), clock.now(), 1)
    events = ran(backend, CHANGED, clock=clock, stopped=clock.pressed, limits=limits)

    assert [("web", "interrupted")] == skipped(events)
    assert clock.at == clock.now()


def test_a_creation_that_must_be_sent_after_a_stop_is_sent_patiently() -> None:
    """The deleted group's name lingers for a while: later and later, as without the interruption."""
    clock, backend = FakeClock(), there(group("web"), stop=("delete", 0))
    began = clock.now()
    backend.faults["put"] = [BUSY] * 3
    events = ran(backend, RECREATED, clock=clock)

    assert 1 == finished(events).added
    assert clock.now() - began >= 1 + 2 + 4


def test_groups_that_were_not_begun_are_skipped_and_begun_ones_end() -> None:
    """Those that depend on one under way are not begun any more."""
    subnet = [{"id": "/subnets/x"}]
    backend = there(stop=("put", 0))
    events = ran(backend, *(group(name, subnetIds=subnet) for name in ("a", "b", "c")))

    assert [("put", "rg-shop/a")] == backend.writes
    assert [("b", "interrupted"), ("c", "interrupted")] == skipped(events)
    assert ["a"] == [each.change.id.name for each in events if isinstance(each, Started)]
    assert (1, 2) == (finished(events).added, finished(events).skipped)


def test_a_stop_holds_back_the_writes_that_no_thread_has_begun() -> None:
    """Of a hundred groups, hardly more than are in flight at once are created after the key was pressed."""
    backend = there(stop=("put", 0))
    backend.slow = 0.1
    events = ran(backend, *(group(f"g{number}") for number in range(100)))

    assert len(backend.writes) <= 8
    assert 100 == len(skipped(events)) + finished(events).added
