"""How long Azure's documented limits alone make a plan take."""

from __future__ import annotations

import pytest
from factories import OWNER, group, live, rid

from aci_reconcile.core.model import Resource, ResourceId, Scope
from aci_reconcile.planning import Action, Change, Impact, Plan, ResourceGroupChange
from aci_reconcile.planning.duration import (
    Estimate,
    Limit,
    compute_bucket_seconds,
    compute_window_seconds,
    estimate_duration,
)


def test_the_limit_that_counts_is_named() -> None:
    """With how many of what, and where; a limit of the subscription has no region."""
    made = tuple(Change(rid(f"g{number}"), Action.CREATE, after=group(f"g{number}")) for number in range(401))
    tags = tuple(
        Change(rid(f"g{number}"), Action.UPDATE, Impact.TAGS_ONLY, live(group()), group()) for number in range(1201)
    )
    creations, writes = estimate_duration(Plan("shop", made)), estimate_duration(Plan("shop", tags))

    assert creations is not None
    assert writes is not None
    assert (3900, Limit.CREATIONS, 401, "westeurope", True) == (
        creations.seconds,
        creations.limit,
        creations.count,
        creations.location,
        creations.matters,
    )
    assert (100.1, Limit.WRITES, 1201, "") == (writes.seconds, writes.limit, writes.count, writes.location)


def test_few_changes_wait_for_nothing() -> None:
    """No estimate; resource groups are writes as well."""
    groups = tuple(ResourceGroupChange(Scope("s", f"rg{number}"), "westeurope") for number in range(201))

    assert estimate_duration(Plan("shop", (Change(rid(), Action.CREATE, after=group()),))) is None
    assert estimate_duration(Plan("shop")) is None
    felt = estimate_duration(Plan("shop", resource_groups=groups))
    assert felt is not None
    assert (0.1, Limit.WRITES, False) == (felt.seconds, felt.limit, felt.matters)


@pytest.mark.parametrize(
    ("count", "seconds"),
    [(0, 0), (1, 0), (100, 0), (101, 300), (200, 300), (201, 600), (300, 600), (301, 3600), (401, 3900), (601, 7200)],
)
def test_windows(count: int, seconds: float) -> None:
    """100 in five minutes and 300 in an hour."""
    assert seconds == compute_window_seconds(count)


@pytest.mark.parametrize(("count", "seconds"), [(0, 0), (200, 0), (201, 0.1), (300, 10)])
def test_buckets(count: int, seconds: float) -> None:
    """200 at once, ten more each second."""
    assert seconds == compute_bucket_seconds(count)


@pytest.mark.parametrize(("seconds", "matters"), [(60.0, False), (60.1, True)])
def test_what_is_worth_telling(seconds: float, matters: bool) -> None:
    """More than a minute."""
    assert matters is Estimate(seconds, Limit.WRITES, 1).matters


def group_of(number: int, subscription: str = "sub", location: str = "westeurope") -> Resource:
    """Return a group of a subscription and a region."""
    return Resource(ResourceId(subscription, "rg", f"g{number}"), {**group().body, "location": location})


def gone(number: int, action: Action, subscription: str = "sub") -> Change:
    """Return the change of a group that is deleted, or deleted and created again."""
    here = group_of(number, subscription)
    after = here if action is Action.REPLACE else None
    return Change(here.id, action, Impact.RECREATE, here, after)


def test_deletions_of_a_region_are_counted_with_recreations() -> None:
    """Each of them goes, however it is called."""
    deleted = tuple(gone(number, Action.DELETE) for number in range(80))
    replaced = tuple(gone(number, Action.REPLACE) for number in range(80, 101))

    assert Estimate(300, Limit.DELETIONS, 101, "westeurope") == estimate_duration(Plan(OWNER, (*deleted, *replaced)))


def test_deletes_of_a_subscription_are_counted_with_its_resource_groups() -> None:
    """However the subscription is spelled; in a region without a name nothing else is felt."""
    groups = tuple(ResourceGroupChange(Scope("SUB", f"rg{number}"), "", create=False) for number in range(202))
    spread = tuple(
        Change(each.id, Action.DELETE, before=each)
        for each in (group_of(number, "sub", f"region{number}") for number in range(3))
    )

    assert Estimate(0.5, Limit.DELETES, 205) == estimate_duration(Plan(OWNER, spread, resource_groups=groups))


def test_writes_of_a_subscription_are_counted_with_its_resource_groups() -> None:
    """However the subscription is spelled; what only looks, and what deletes, is no write."""
    groups = tuple(ResourceGroupChange(Scope("SUB", f"rg{number}"), "") for number in range(201))
    there = group_of(1)
    changes = (
        Change(there.id, Action.UPDATE, Impact.TAGS_ONLY, there, there),
        Change(there.id, Action.NO_OP, before=there, after=there),
        Change(there.id, Action.DELETE, before=there),
    )

    assert Estimate(0.2, Limit.WRITES, 202) == estimate_duration(Plan(OWNER, changes, resource_groups=groups))


def test_regions_are_the_same_however_they_are_spelled() -> None:
    """And so are subscriptions; other ones are counted apart."""
    spellings = [("sub", "West Europe"), ("SUB", "westeurope"), ("sub", "WESTEUROPE")]
    made = [group_of(number, *spellings[number % 3]) for number in range(101)]
    apart = [group_of(number, "sub", ("eastus", "westeurope")[number % 2]) for number in range(110)]
    told = [
        estimate_duration(Plan(OWNER, tuple(Change(each.id, Action.CREATE, after=each) for each in some)))
        for some in (made, apart)
    ]

    assert [Estimate(300, Limit.CREATIONS, 101, "westeurope"), None] == told
