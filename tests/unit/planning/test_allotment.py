"""A plan of the whole project, given to its shards: together they do what it would do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from factories import container, group, make_plan, owned, policy, rid
from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.core.references import Deferred, GroupReference
from aci_reconcile.core.shards import Shard, choose_count, cut_into_shards, find_parts
from aci_reconcile.planning import Action, Observation, Plan, Policy, plan
from aci_reconcile.planning.allotment import WholeObservation, allot, narrow_policy
from aci_reconcile.planning.policy import Allotment

RULES = policy(prune=True, allow_replace=-1, max_deletes=99, deletes_named=True)
REGIONS = ("westeurope", "northeurope", "eastus")


def placed(name: str, region: int, scope: int, image: str, **more: Any) -> Resource:
    """Return a group of a region and a resource group."""
    made = group(name, container(image=image), **more)
    return replace(made, id=rid(name, f"rg-{scope}"), body={**made.body, "location": REGIONS[region]})


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Resource], list[Resource]]:
    """Draw what is declared, one group at least, and what is live."""
    declared, live = [placed("first", 0, 0, "a")], list[Resource]()
    for number in range(draw(st.integers(0, 7))):
        place = draw(st.tuples(st.integers(0, 2), st.integers(0, 1)))
        more: dict[str, Any] = {"osType": draw(st.sampled_from(["Linux", "Windows"]))}
        state = draw(st.sampled_from(["declared", "live", "same", "changed"]))
        name = f"g{number}"
        if state != "live":
            below = tuple(each.address for each in draw(st.lists(st.sampled_from(declared), max_size=1)))
            declared.append(placed(name, *place, "a", lifecycle=Lifecycle(depends_on=below), **more))
        if state != "declared":
            live.append(owned(placed(name, *place, "b" if state == "changed" else "a")))
    return declared, live


def plan_shards(declared: list[Resource], live: list[Resource], count: int, rules: Policy) -> tuple[Plan, list[Plan]]:
    """Return the plan of the whole, and those of its shards."""
    seen = Observation(tuple(sorted(live, key=lambda each: each.id.key)))
    whole = plan(declared, seen, rules)
    cut = find_parts(declared)
    shards = cut_into_shards(cut, choose_count(cut, most=count))
    sorted_seen = WholeObservation.of(seen)
    parts: list[Plan] = []
    for shard, share in zip(shards, allot(whole, shards), strict=True):
        own = [each for each in declared if each.id.key in shard.keys]
        parts.append(plan(own, sorted_seen.narrow(own, share), narrow_policy(rules, shard.keys, share)))
    return whole, parts


def list_writes(*plans: Plan) -> list[tuple[str, Action]]:
    """Return every write, in order of the groups."""
    return sorted((change.address, change.action) for each in plans for change in each.changes if change.writes)


@given(worlds(), st.integers(1, 4))
def test_the_shards_do_what_the_whole_would(world: tuple[list[Resource], list[Resource]], count: int) -> None:
    """Each write once, each orphan in one shard, and nothing blocks a part that does not block the whole."""
    whole, parts = plan_shards(*world, count, RULES)

    assert list_writes(whole) == list_writes(*parts)
    assert {each.code for each in whole.blockers} >= {each.code for part in parts for each in part.blockers}
    assert {whole.live} == {each.live for each in parts}


@given(worlds(), st.integers(1, 4))
def test_without_a_release_no_shard_loses_a_group(world: tuple[list[Resource], list[Resource]], count: int) -> None:
    """Whatever the whole plan would do with more."""
    _, parts = plan_shards(*world, count, policy())

    assert not any(each.of(Action.DELETE) for each in parts)


def test_a_share_is_counted_in_the_whole() -> None:
    """One shard loses all of its groups, which are few of all."""
    declared = [placed(f"g{number}", number > 1, 0, "a") for number in range(6)]
    live = [owned(placed(f"g{number}", number > 1, 0, "b", osType="Windows")) for number in range(2)]
    live += [owned(each) for each in declared[2:]]
    rules = policy(allow_replace=-1, max_share=0.5)
    whole, parts = plan_shards(declared, live, 2, rules)

    assert [() for _ in (whole, *parts)] == [each.blockers for each in (whole, *parts)]
    assert ["share"] == [each.code for each in make_plan(declared[:2], live[:2], rules).blockers]


def test_an_orphan_is_where_its_label_is_taken() -> None:
    """Though its region has another shard: a label counts where the taker waits for it."""
    label: dict[str, Any] = {"ipAddress": {"type": "Public", "dnsNameLabel": "shop", "ports": [{"port": 80}]}}
    taker, other = placed("taker", 0, 0, "a", **label), placed("other", 1, 0, "a")
    bare = replace(taker, body={name: value for name, value in taker.body.items() if name != "location"})
    orphan = owned(placed("orphan", 0, 0, "a", **label))
    whole = plan([bare, other], Observation((orphan,)), RULES)
    follower = replace(whole.changes[-1], follows=("rg-0/orphan",)) if whole.changes[-1].after else whole.changes[0]
    shards = (Shard(1, find_parts([other])), Shard(2, find_parts([bare])))
    changes = tuple(follower if each.id == follower.id else each for each in whole.changes)

    assert [set(), {orphan.id.key}] == [set(each.orphans) for each in allot(replace(whole, changes=changes), shards)]


def test_orphans_that_have_something_in_common_stay_together() -> None:
    """A subnet, in which Azure does one thing at a time."""
    subnet: dict[str, Any] = {"subnetIds": [{"id": "/subnets/apps"}]}
    declared = [placed("a", 0, 0, "a"), placed("b", 1, 0, "a")]
    orphans = [owned(placed("x", 2, 0, "a", **subnet)), owned(placed("y", 2, 0, "a", **subnet))]
    whole = plan(declared, Observation(tuple(orphans)), RULES)
    shards = cut_into_shards(find_parts(declared), 2)

    assert [2, 0] == [len(each.orphans) for each in allot(whole, shards)]


def test_a_shard_sees_what_its_groups_refer_to() -> None:
    """In a resource group that it does not list; and nothing else of it."""
    refers = Deferred(GroupReference("rg-1/far", "ipAddress.ip"))
    near = placed("near", 0, 0, "a")
    near = replace(near, body={**near.body, "tags": {"host": refers}})
    live = [owned(placed(name, 0, scope, "a")) for name, scope in (("near", 0), ("far", 1), ("beside", 1))]
    seen = WholeObservation.of(Observation(tuple(live))).narrow([near], Allotment(3))

    assert ["rg-0/near"] == [each.address for each in seen.resources]
    assert ["rg-1/far"] == [each.address for each in seen.referenced]


def test_an_orphan_brings_its_resource_group() -> None:
    """It is read there, and its neighbours are nobody's orphans."""
    declared = placed("near", 0, 0, "a")
    live = [owned(placed(name, 0, 1, "a")) for name in ("orphan", "beside")]
    share = Allotment(2, frozenset({live[0].id.key}))
    seen = WholeObservation.of(Observation(tuple(live))).narrow([declared], share)
    planned = plan([declared], seen, narrow_policy(RULES, frozenset({declared.id.key}), share))

    assert [("rg-0/near", Action.CREATE), ("rg-1/orphan", Action.DELETE)] == list_writes(planned)


def test_only_its_own_groups_are_written_again() -> None:
    """Of those that ``--redeploy`` names."""
    keys = frozenset({rid("a").key, rid("b").key})

    assert {rid("a").key} == narrow_policy(policy(redeploy=keys), frozenset({rid("a").key}), Allotment(2)).redeploy
