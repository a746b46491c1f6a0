"""A freeze that begins during an apply: nothing new is written, and what was begun is brought to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeBackend, FakeClock, context, group, make_plan, owned, policy, rid

from aci_reconcile.core.errors import ImmutableFieldError, NoAnswerError, RetryableError
from aci_reconcile.core.model import Lifecycle
from aci_reconcile.planning import UNLIMITED, plan_destruction
from aci_reconcile.reconcile import apply, delete_resource_groups
from aci_reconcile.reconcile.events import (
    Event,
    Finished,
    FreezeOverridden,
    ResourceGroupDeleted,
    ResourceGroupFailed,
    Skipped,
    Succeeded,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.model import Resource

WHY = "sale (until 2026-11-30 00:00 UTC)"
CHANGED = group("web", tags={"team": "shop"})


def sale(begun: Callable[[], bool]) -> Callable[[float], str]:
    """Return a freeze that is in force once that is so."""
    return lambda _now: WHY if begun() else ""


def run(backend: FakeBackend, *desired: Resource, begun: Callable[[], bool], **rules: Any) -> list[Event]:
    """Plan while nothing is frozen, and apply with one request at a time."""
    allowed = policy(allow_replace=UNLIMITED, max_deletes=UNLIMITED, max_share=1.0, frozen_at=sale(begun), **rules)
    proposal = make_plan(desired, list(backend.groups.values()), allowed)
    return list(apply(proposal, context(backend, policy=allowed), concurrency=1))


def wrote(backend: FakeBackend) -> Callable[[], bool]:
    """Return whether anything was written yet."""
    return lambda: bool(backend.writes)


def skipped(events: list[Event]) -> dict[str, str]:
    """Return what was skipped, and why."""
    return {each.change.address: each.because for each in events if isinstance(each, Skipped)}


def test_after_the_first_write_no_other_is_begun() -> None:
    """The first group is seen to its end, the others are skipped with the freeze as the reason; nobody interrupted."""
    backend = FakeBackend.holding()
    last = group("api", lifecycle=Lifecycle(depends_on=("rg-shop/db",)))
    events = run(backend, group("db"), last, begun=wrote(backend))
    finished = events[-1]

    assert [("put", "rg-shop/db")] == backend.writes
    assert {"rg-shop/api": f"a freeze began: {WHY}"} == skipped(events)
    assert isinstance(finished, Finished)
    assert (1, 1, 0, False) == (finished.added, finished.skipped, finished.failed, finished.interrupted)


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        ((), group()),
        ((owned(group()),), group("web", osType="Windows")),
        ((owned(group()),), CHANGED),
        ((owned(group()), owned(group("db"))), group("db")),
    ],
    ids=["creation", "recreation", "tags", "deletion"],
)
def test_a_group_is_not_begun_in_a_freeze(there: tuple[Resource, ...], wanted: Resource) -> None:
    """Whatever is to be done to it."""
    backend = FakeBackend.holding(*there)
    events = run(backend, wanted, begun=lambda: True, prune=True)

    assert [] == backend.writes
    assert {"rg-shop/web": f"a freeze began: {WHY}"} == skipped(events)


def test_a_recreation_that_was_begun_ends() -> None:
    """The freeze begins with the deletion; the group is created all the same, however often that takes."""
    backend = FakeBackend.holding(owned(group()))
    backend.faults["put"] = [RetryableError("busy", code="ContainerGroupTransitioning", status=409)] * 2
    events = run(backend, group("web", osType="Windows"), begun=wrote(backend))

    assert ["delete", "put", "put", "put"] == [verb for verb, _ in backend.writes]
    assert isinstance(events[-2], Succeeded)


@pytest.mark.parametrize(
    "refusal",
    [
        RetryableError("busy", code="ContainerGroupTransitioning", status=409),
        NoAnswerError("reset"),
        ImmutableFieldError("no", code="InvalidContainerGroupUpdate"),
    ],
    ids=lambda each: type(each).__name__,
)
@pytest.mark.parametrize("verb", ["put", "delete"])
def test_a_write_that_azure_did_not_take_is_not_sent_again(verb: str, refusal: Exception) -> None:
    """Nothing of the group is under way: neither the same write follows, nor a deletion in its place."""
    backend = FakeBackend.holding(owned(group()))
    backend.faults[verb] = [refusal] * 2
    wanted = (
        (group("web", osType="Windows"),)
        if verb == "delete"
        else (group("web", restartPolicy="Always", sku="Standard"),)
    )
    redeploy = frozenset({rid().key}) if verb == "put" else frozenset[tuple[str, ...]]()
    events = run(backend, *wanted, begun=wrote(backend), redeploy=redeploy)

    assert [verb] == [each for each, _ in backend.writes]
    if not (verb == "delete" and isinstance(refusal, ImmutableFieldError)):
        assert {"rg-shop/web": f"a freeze began: {WHY}"} == skipped(events)


def test_groups_that_stay_as_they_are_are_looked_at_all_the_same() -> None:
    """Nothing of them is written."""
    backend = FakeBackend.holding(owned(group()))
    events = run(backend, group(), begun=lambda: True)

    assert {} == skipped(events)
    assert isinstance(events[-2], Succeeded)


def test_a_reason_lets_the_run_through_and_is_recorded() -> None:
    """When the freeze begins, and once."""
    backend = FakeBackend.holding()
    events = run(backend, group("db"), group("web"), begun=lambda: True, override="the shop is down")

    assert [FreezeOverridden(WHY, "the shop is down")] == [
        each for each in events if isinstance(each, FreezeOverridden)
    ]
    assert 2 == len(backend.writes)
    assert "the shop is down" == getattr(events[-1], "override", "")


def test_resource_groups_are_neither_made_nor_deleted() -> None:
    """They are writes like any other."""
    backend, clock = FakeBackend.holding(), FakeClock()
    backend.resource_groups.clear()
    rules = policy(create_resource_groups=True, frozen_at=sale(lambda: True))
    made = list(apply(make_plan([group()], [], rules, missing=(rid().scope,)), context(backend, policy=rules)))
    backend.resource_groups[rid().scope.key] = {"tags": {"aci-reconcile-project": rules.owner}}
    deleted = list(delete_resource_groups([rid().scope], context(backend, clock, policy=rules)))

    assert [] == backend.writes
    for events in (made, deleted):
        assert [f"a freeze began: {WHY}"] == [
            each.error.message for each in events if isinstance(each, ResourceGroupFailed)
        ]
    assert not any(isinstance(each, ResourceGroupDeleted) for each in deleted)


def test_destroying_stops_where_a_freeze_begins() -> None:
    """The groups that are left stay."""
    backend = FakeBackend.holding(owned(group("db")), owned(group("web")))
    rules = policy(max_deletes=UNLIMITED, frozen_at=sale(wrote(backend)))
    doomed = plan_destruction(list(backend.groups.values()), rules)
    events = list(apply(doomed, context(backend, policy=rules), concurrency=1))

    assert ["delete"] == [verb for verb, _ in backend.writes]
    assert 1 == len(skipped(events))


def test_a_name_that_moves_to_another_group_moves_whole() -> None:
    """A group was deleted for its DNS label before the freeze began: the one that takes it is created all the same."""
    address = {"type": "Public", "dnsNameLabel": "shop", "ports": [{"port": 80}]}
    backend = FakeBackend.holding(owned(group("old", ipAddress=address)), owned(group("db")))
    later = group("db", tags={"team": "a"}, lifecycle=Lifecycle(depends_on=("rg-shop/new",)))
    events = run(backend, group("new", ipAddress=address), later, begun=wrote(backend), prune=True)

    assert [("delete", "rg-shop/old"), ("put", "rg-shop/new")] == backend.writes
    assert {"rg-shop/db": f"a freeze began: {WHY}"} == skipped(events)
