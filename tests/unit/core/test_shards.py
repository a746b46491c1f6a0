"""The cut into shards: what stays together, and how even it is."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import group
from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.core.model import Lifecycle, ResourceId
from aci_reconcile.core.shards import cut_into_shards, find_parts

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource


def declared(name: str, *, location: str = "westeurope", subscription: str = "one", **more: Any) -> Resource:
    """Return a group of a subscription and region."""
    made = group(name, **more)
    there = ResourceId(subscription, made.id.resource_group, name)
    return replace(made, id=there, body={**made.body, "location": location})


def test_a_bucket_is_never_cut() -> None:
    """However its region is spelled."""
    groups = [
        declared("a"),
        declared("b", location="West Europe"),
        declared("c", location="northeurope"),
        declared("d", subscription="two"),
    ]
    parts = find_parts(groups)

    assert [("one", "westeurope")] == [*parts[0].buckets]
    assert [2, 1, 1] == [len(each.keys) for each in parts]
    assert 0.4 == parts[0].minutes


def test_what_depends_on_each_other_stays_together() -> None:
    """Over regions, but not over subscriptions, where an address means another group."""
    below = declared("db", location="northeurope")
    other = declared("db", subscription="two")
    above = declared("web", lifecycle=Lifecycle(depends_on=("rg-shop/db",)))
    parts = find_parts([above, other, below])

    assert [{"one"}, {"two"}] == [{subscription for subscription, _ in each.buckets} for each in parts]
    assert [2, 1] == [len(each.keys) for each in parts]


def test_a_subnet_is_never_cut() -> None:
    """Azure takes one operation at a time in it."""
    subnet = [{"id": "/subscriptions/one/resourceGroups/net/providers/x/subnets/Apps"}]
    groups = [
        declared("a", subnetIds=subnet),
        declared("b", location="northeurope", subnetIds=[{"id": subnet[0]["id"].upper()}]),
        declared("c", location="eastus"),
    ]

    assert [2, 1] == [len(each.keys) for each in find_parts(groups)]


def test_more_shards_than_parts_leave_some_empty() -> None:
    """Which is no error: there is nothing to do there."""
    shards = cut_into_shards(find_parts([declared("a")]), 3)

    assert [1, 2, 3] == [each.number for each in shards]
    assert [1, 0, 0] == sorted((len(each.keys) for each in shards), reverse=True)
    assert () == shards[-1].buckets or shards[-1].keys


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("xyz"), st.integers(0, 3)), max_size=40),
    st.integers(1, 9),
    st.randoms(use_true_random=False),
)
def test_every_group_is_in_one_shard_whatever_the_order(
    places: list[tuple[str, str, int]], count: int, chance: random.Random
) -> None:
    """And each machine makes the same cut."""
    groups = [
        declared(
            f"g{number}",
            subscription=subscription,
            location=location,
            lifecycle=Lifecycle(depends_on=(f"rg-shop/g{number - back}",) if back and number >= back else ()),
        )
        for number, (subscription, location, back) in enumerate(places)
    ]
    shuffled = chance.sample(groups, len(groups))
    shards = cut_into_shards(find_parts(groups), count)

    assert shards == cut_into_shards(find_parts(shuffled), count)
    assert count == len(shards)
    assert sorted(each.id.key for each in groups) == sorted(key for each in shards for key in each.keys)
    where = {key: each.number for each in shards for key in each.keys}
    by_address = {(each.id.subscription, each.address): each.id.key for each in groups}
    for each in groups:
        for below in each.lifecycle.depends_on:
            other = by_address.get((each.id.subscription, below))
            assert other is None or where[other] == where[each.id.key]


@pytest.mark.parametrize("count", [2, 4, 8, 16, 32, 40])
def test_the_cut_is_even(count: int) -> None:
    """3,000 groups over 40 subscriptions of uneven size: at most 1.1 of an equal share, or the largest part."""
    chance = random.Random(16)
    weights = [chance.paretovariate(1.2) for _ in range(40)]
    numbers = chance.choices(range(40), weights, k=3000)
    groups = [declared(f"g{number}", subscription=f"s{which:02}") for number, which in enumerate(numbers)]
    parts = find_parts(groups)
    sizes = [len(each.keys) for each in cut_into_shards(parts, count)]

    assert max(sizes) <= 1.1 * max(3000 / count, len(parts[0].keys))
