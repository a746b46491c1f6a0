"""A time box that ends during an apply: nothing new is written, what was begun ends, and the next run goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeBackend, FakeClock, context, group, make_plan, owned, policy, rid

from aci_reconcile.core.errors import NoAnswerError, RetryableError, ThrottledError, UnfinishedError
from aci_reconcile.core.model import Lifecycle
from aci_reconcile.planning import UNLIMITED
from aci_reconcile.reconcile import apply
from aci_reconcile.reconcile.events import Event, Finished, ResourceGroupFailed, Skipped, Succeeded
from aci_reconcile.reconcile.limits import Limits, Request, Verb

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource

WHY = "the time box ended"
BOX = 500.0


@dataclass
class SlowWrites(FakeClock):
    """A clock on which the first write takes longer than the time box."""

    backend: FakeBackend = field(default_factory=FakeBackend)

    def now(self) -> float:
        """Return the time."""
        return self.time + (2 * BOX if self.backend.writes else 0)


def run(backend: FakeBackend, *desired: Resource, box: float = BOX, **rules: Any) -> list[Event]:
    """Plan and apply, with one request at a time."""
    allowed = policy(allow_replace=UNLIMITED, max_deletes=UNLIMITED, max_share=1.0, **rules)
    clock = SlowWrites(backend=backend)
    proposal = make_plan(desired, list(backend.groups.values()), allowed)
    asked = context(backend, clock, policy=allowed, ends_at=clock.now() + box)
    return list(apply(proposal, asked, concurrency=1))


def skipped(events: list[Event]) -> dict[str, str]:
    """Return what was left to the next run, and why."""
    return {each.change.address: each.because for each in events if isinstance(each, Skipped)}


def end(events: list[Event]) -> Finished:
    """Return the last event."""
    assert isinstance(events[-1], Finished)
    return events[-1]


def test_what_was_begun_ends_and_the_next_run_goes_on() -> None:
    """The first group is seen to its end; what comes after it is unfinished, and so is what depends on that."""
    backend = FakeBackend.holding()
    wanted = (
        group("db"),
        group("api", lifecycle=Lifecycle(depends_on=("rg-shop/db",))),
        group("web", lifecycle=Lifecycle(depends_on=("rg-shop/api",))),
    )
    events = run(backend, *wanted)
    first = list(backend.writes)
    again = run(backend, *wanted, box=1e9)

    assert [("put", "rg-shop/db")] == first
    assert {"rg-shop/api": WHY, "rg-shop/web": "rg-shop/api did not succeed"} == skipped(events)
    assert (1, 2, 2, 3, 0, False) == (
        end(events).added,
        end(events).skipped,
        end(events).unfinished,
        end(events).planned,
        end(events).failed,
        end(events).interrupted,
    )
    assert (2, 0, 1) == (end(again).added, end(again).unfinished, end(again).unchanged)


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        ((), group()),
        ((owned(group()),), group("web", osType="Windows")),
        ((owned(group()),), group("web", tags={"team": "shop"})),
        ((owned(group()), owned(group("db"))), group("db")),
    ],
    ids=["creation", "recreation", "tags", "deletion"],
)
def test_nothing_begins_once_it_has_ended(there: tuple[Resource, ...], wanted: Resource) -> None:
    """Whatever is to be done."""
    backend = FakeBackend.holding(*there)
    events = run(backend, wanted, box=0, prune=True)

    assert [] == backend.writes
    assert {"rg-shop/web": WHY} == skipped(events)
    assert (1, 1) == (end(events).unfinished, end(events).planned)


def test_a_recreation_that_was_begun_ends() -> None:
    """However often Azure refuses it."""
    backend = FakeBackend.holding(owned(group()))
    backend.faults["put"] = [RetryableError("busy", code="ContainerGroupTransitioning", status=409)] * 2
    events = run(backend, group("web", osType="Windows"))

    assert ["delete", "put", "put", "put"] == [verb for verb, _ in backend.writes]
    assert isinstance(events[-2], Succeeded)
    assert 0 == end(events).unfinished


@pytest.mark.parametrize("refusal", [RetryableError("busy", status=409), NoAnswerError("reset")])
def test_a_write_that_azure_did_not_take_is_left_to_the_next_run(refusal: Exception) -> None:
    """Nothing of the group is under way."""
    backend = FakeBackend.holding()
    backend.faults["put"] = [refusal] * 2
    events = run(backend, group())

    assert [("put", "rg-shop/web")] == backend.writes
    assert {"rg-shop/web": WHY} == skipped(events)
    assert () == end(events).in_flight


def test_nobody_waits_for_limits_that_last_longer() -> None:
    """Azure would take the write in ten minutes: that is after the end, so the run ends now."""
    backend, clock, limits = FakeBackend.holding(), FakeClock(), Limits()
    refusal = ThrottledError("slowly", retry_after=2 * BOX)
    limits.refuse(Request(Verb.WRITE), refusal, clock.now(), clock.now(), 0)
    began = clock.now()
    proposal = make_plan([group()], [], policy())
    events = list(apply(proposal, context(backend, clock, limits=limits, ends_at=began + BOX)))

    assert [] == backend.writes
    assert {"rg-shop/web": WHY} == skipped(events)
    assert began == clock.now()


def test_a_resource_group_is_not_made_and_nothing_has_failed() -> None:
    """What should be in it is unfinished."""
    backend, clock = FakeBackend.holding(), FakeClock()
    backend.resource_groups.clear()
    proposal = make_plan([group()], [], policy(create_resource_groups=True), missing=(rid().scope,))
    events = list(apply(proposal, context(backend, clock, policy=proposal.policy, ends_at=clock.now())))

    assert [] == backend.writes
    assert [UnfinishedError] == [type(each.error) for each in events if isinstance(each, ResourceGroupFailed)]
    assert (0, 1, 1) == (end(events).failed, end(events).skipped, end(events).unfinished)


def test_a_name_that_moves_to_another_group_moves_whole() -> None:
    """Its former group was deleted before the end: the one that takes the name is created all the same."""
    address = {"type": "Public", "dnsNameLabel": "shop", "ports": [{"port": 80}]}
    backend = FakeBackend.holding(owned(group("old", ipAddress=address)), owned(group("db")))
    later = group("db", tags={"team": "a"}, lifecycle=Lifecycle(depends_on=("rg-shop/new",)))
    events = run(backend, group("new", ipAddress=address), later, prune=True)

    assert [("delete", "rg-shop/old"), ("put", "rg-shop/new")] == backend.writes
    assert {"rg-shop/db": WHY} == skipped(events)
