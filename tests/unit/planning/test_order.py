"""What comes before what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from factories import FakeBackend, container, context, group, make_plan, owned, policy, rid

from aci_reconcile.core.backend import Operation, Progress
from aci_reconcile.core.errors import InvalidRequestError, UsageError
from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.planning import Action, Change, plan_destruction
from aci_reconcile.planning.dns_labels import find_freed_labels
from aci_reconcile.planning.order import get_region, make_dependency_graph, order_changes, order_deletions
from aci_reconcile.reconcile import Wait, apply
from aci_reconcile.reconcile.events import Event, Failed, Skipped, Started, Succeeded
from aci_reconcile.reconcile.execution import find_subnet_locks

RULES: dict[str, Any] = {"prune": True, "max_share": 1.0}


def labelled(name: str, label: str = "shop", location: str = "westeurope") -> Resource:
    """Return a group with a DNS label."""
    made = group(name, ipAddress={"type": "Public", "dnsNameLabel": label, "ports": [{"port": 80}]})
    return replace(made, body={**made.body, "location": location})


def wanting(name: str, *before: str, scope: str = "rg-shop") -> Change:
    """Return a creation that depends on others."""
    after = replace(group(name, lifecycle=Lifecycle(depends_on=before)), id=rid(name, scope))
    return Change(after.id, Action.CREATE, after=after)


def creation(after: Resource) -> Change:
    """Return the creation of a group."""
    return Change(after.id, Action.CREATE, after=after)


def deletion(before: Resource) -> Change:
    """Return the deletion of a group."""
    return Change(before.id, Action.DELETE, before=before)


def followed(changes: tuple[Change, ...]) -> dict[str, tuple[str, ...]]:
    """Return whom each change follows that follows any."""
    return {each.address: each.follows for each in order_changes(changes) if each.follows}


def skips(events: list[Event]) -> dict[str, str]:
    """Return which groups were skipped, and why."""
    return {each.change.address: each.because for each in events if isinstance(each, Skipped)}


FREES: dict[str, tuple[Resource, Resource, bool]] = {
    "the same label": (labelled("old"), labelled("new"), True),
    "in other case and spelling": (labelled("old", "SHOP", "West Europe"), labelled("new"), True),
    "another label": (labelled("old", "blog"), labelled("new"), False),
    "another region": (labelled("old", location="northeurope"), labelled("new"), False),
    "none at all": (group("old"), group("new"), False),
}


@pytest.mark.parametrize("case", FREES)
def test_a_label_is_freed_before_it_is_taken(case: str) -> None:
    """Labels are unique in a region."""
    old, new, frees = FREES[case]
    found = followed((creation(new), deletion(old)))

    assert ({"rg-shop/new": ("rg-shop/old",)} if frees else {}) == found


def test_only_deletions_free_a_label_and_only_writes_want_one() -> None:
    """A group that keeps its label is waited for by nobody."""
    kept, there = labelled("kept"), labelled("there")
    changes = (
        Change(kept.id, Action.UPDATE, before=kept, after=kept),
        Change(there.id, Action.NO_OP, before=there, after=there),
        deletion(labelled("old")),
    )

    assert {"rg-shop/kept": ("rg-shop/old",)} == followed(changes)
    assert {} == followed(changes[:2])


def update(before: Resource, after: Resource, action: Action = Action.UPDATE) -> Change:
    """Return a change of a group that is there."""
    return Change(after.id, action, before=before, after=after)


@pytest.mark.parametrize("action", [Action.UPDATE, Action.REPLACE])
def test_a_label_that_a_group_gives_up_is_freed_by_its_write(action: Action) -> None:
    """Whether that recreates it or not."""
    given = update(labelled("a"), labelled("a", "blog"), action)

    assert {"rg-shop/b": ("rg-shop/a",)} == followed((creation(labelled("b")), given))
    assert {("westeurope", "shop", ""): frozenset({"rg-shop/a"})} == find_freed_labels((given,))
    assert {} == find_freed_labels((replace(given, action=Action.NO_OP), update(labelled("c"), labelled("c"))))


def moved_label(*fault: Exception, **more: Any) -> tuple[FakeBackend, list[Event]]:
    """Apply a plan in which a label goes from a group that is deleted to one that is created."""
    backend = FakeBackend.holding(owned(labelled("z-old")))
    backend.faults["delete"] = list(fault)
    rules = policy(**RULES)
    proposal = make_plan([labelled("a-new")], list(backend.groups.values()), rules)
    return backend, list(apply(proposal, context(backend, policy=rules, **more)))


def test_a_creation_follows_the_deletion_that_frees_its_label() -> None:
    """Though its name comes first, and many may be on their way at once."""
    backend, events = moved_label()

    assert [("delete", "rg-shop/z-old"), ("put", "rg-shop/a-new")] == backend.writes
    assert 2 == sum(isinstance(each, Succeeded) for each in events)


def test_a_creation_is_not_tried_where_the_deletion_failed() -> None:
    """The label is not free: Azure would refuse it, and the run would ask again for a minute."""
    backend, events = moved_label(InvalidRequestError("no"))

    assert [("delete", "rg-shop/z-old")] == backend.writes
    assert ["rg-shop/z-old"] == [each.change.address for each in events if isinstance(each, Failed)]
    assert {"rg-shop/a-new": "rg-shop/z-old did not succeed"} == skips(events)


def test_dependencies_are_found_by_address_or_name() -> None:
    """In any case; a name that several resource groups have means all of them, one that nobody has means nothing."""
    changes = (
        wanting("web", "DB", "rg-far/cache", "elsewhere"),
        wanting("db"),
        wanting("db", scope="rg-far"),
        wanting("cache", scope="rg-far"),
        wanting("cache", scope="rg-near"),
    )
    found = make_dependency_graph(changes)

    assert {"rg-shop/db", "rg-far/db", "rg-far/cache"} == found["rg-shop/web"]
    assert [set[str]()] * 4 == [found[each.address.lower()] for each in changes[1:]]


def test_a_group_that_depends_on_itself_is_a_circle() -> None:
    """The shortest one."""
    with pytest.raises(UsageError, match="rg-shop/web -> rg-shop/web"):
        make_dependency_graph((wanting("web", "web"),))


def test_who_depends_on_a_skipped_group_is_told_which() -> None:
    """Down the whole chain, against the order of the names; nobody was interrupted."""
    backend = FakeBackend.holding()
    backend.faults["put"] = [InvalidRequestError("no")]
    desired = [
        group("a", lifecycle=Lifecycle(depends_on=("b",))),
        group("b", lifecycle=Lifecycle(depends_on=("c",))),
        group("c"),
    ]
    events = list(apply(make_plan(desired, [], policy()), context(backend)))
    skipped = {each.change.id.name: each.because for each in events if isinstance(each, Skipped)}

    assert {"b": "rg-shop/c did not succeed", "a": "rg-shop/b did not succeed"} == skipped
    assert ["c"] == [each.change.id.name for each in events if isinstance(each, Started)]


def test_lanes_are_the_subnets_of_both_sides() -> None:
    """A group that moves from one to the other keeps both busy; one that is not written none."""
    here, there = (group(subnetIds=[{"id": f"/Subnets/{name}"}]) for name in ("Here", "There"))

    assert {"/subnets/here", "/subnets/there"} == find_subnet_locks(
        Change(here.id, Action.REPLACE, before=here, after=there)
    )
    assert frozenset() == find_subnet_locks(Change(here.id, Action.NO_OP, before=here, after=here))


def reasons(desired: list[Resource], live: list[Resource]) -> dict[str, tuple[str, ...]]:
    """Return what a plan that prunes says of the place of each group."""
    rules = policy(**{**RULES, "max_deletes": 9})
    return {each.id.name: each.reasons for each in make_plan(desired, [owned(one) for one in live], rules).changes}


def test_a_deletion_says_that_it_comes_last() -> None:
    """And that a creation in its region may need it earlier; where nothing else is written nothing is said."""
    moved = replace(made := group("new"), body={**made.body, "location": "northeurope"})
    newer, last = group("kept", container(image="nginx:2")), "deleted last, if all else goes well"
    earlier = f"{last}; earlier if a creation lacks quota"

    assert (earlier,) == reasons([group("new")], [group("old")])["old"]
    assert (last,) == reasons([moved], [group("old")])["old"]
    assert (last,) == reasons([newer], [group("kept"), group("old")])["old"]
    assert () == reasons([group("kept")], [group("kept"), group("old")])["old"]


def test_a_label_that_passes_on_is_told_on_both_sides() -> None:
    """Of a deletion that comes early, and of an update."""
    found = reasons([labelled("new"), labelled("b", "y"), labelled("c", "z")], [labelled("old"), labelled("c", "y")])

    assert ("deleted before rg-shop/new, which takes its DNS label; everything else comes first",) == found["old"]
    assert ("after rg-shop/old, whose DNS label it takes",) == found["new"]
    assert ("after rg-shop/c, whose DNS label it takes",) == found["b"]
    assert () == found["c"]


def test_several_that_a_label_passes_between_are_told_one_after_another() -> None:
    """Azure may tell one label of two groups, and two manifests may want it."""
    changes = (deletion(labelled("d")), deletion(labelled("e")), creation(labelled("m")), creation(labelled("n")))
    taken, freed = "after rg-shop/d, rg-shop/e, whose DNS label it takes", "which takes its DNS label"
    before = f"deleted before rg-shop/m, rg-shop/n, {freed}; everything else comes first"

    assert [(before,), (before,), (taken,), (taken,)] == [each.reasons for each in order_changes(changes)]


def pruned(*desired: Resource, live: list[Resource], **more: Any) -> tuple[list[tuple[str, str]], list[Event]]:
    """Apply with pruning; returns the writes and what happened."""
    backend = FakeBackend.holding(*(owned(each) for each in live))
    backend.faults["put"] = more.pop("faults", [])
    rules = policy(**{**RULES, "max_deletes": 9, "allow_replace": 9})
    proposal = make_plan(desired, list(backend.groups.values()), rules)
    events = list(apply(proposal, context(backend, policy=rules, **more), concurrency=1))
    return backend.writes, events


def test_nothing_is_pruned_before_the_rest_is_as_it_should_be() -> None:
    """Whatever its name; a recreation is deleted and created between."""
    writes, _ = pruned(
        group("new"), group("again", osType="Windows"), live=[group("a-old"), group("again"), group("z-old")]
    )

    assert [("delete", "rg-shop/a-old"), ("delete", "rg-shop/z-old")] == writes[-2:]
    assert {("put", "rg-shop/new"), ("delete", "rg-shop/again"), ("put", "rg-shop/again")} == set(writes[:-2])


def test_nothing_is_pruned_beside_a_failure() -> None:
    """A rename whose new group Azure refuses: the former one goes on."""
    refused = InvalidRequestError("no", code="InaccessibleImage")
    writes, events = pruned(group("web2"), live=[group("web")], faults=[refused])

    assert [("put", "rg-shop/web2")] == writes
    assert {"rg-shop/web": "it comes last, and rg-shop/web2 did not succeed"} == skips(events)


def test_nothing_is_pruned_beside_a_group_that_does_not_run() -> None:
    """Neither one that is new nor one that is as it was."""
    crashing = owned(group("kept"), state="Waiting", detailStatus="CrashLoopBackOff: Back-off restarting failed")
    backend = FakeBackend.holding(crashing, owned(group("old")))
    rules = policy(**RULES)
    proposal = make_plan([group("kept")], list(backend.groups.values()), rules)
    events = list(apply(proposal, context(backend, policy=rules, timeout=60)))

    assert [] == backend.writes
    assert {"rg-shop/old": "it comes last, and rg-shop/kept did not succeed"} == skips(events)


@pytest.mark.parametrize("ends", ["Succeeded", "Failed"])
def test_who_waits_for_nothing_still_waits_before_deletions(ends: str) -> None:
    """With --wait none the end of provisioning is waited for where something is deleted after it."""

    class Slow(FakeBackend):
        def poll(self, operation: Operation, /) -> Progress:
            super().poll(operation)
            return Progress(ends, "Broken", "it broke")

    backend = Slow.holding(owned(group("old")))
    rules = policy(**RULES)
    proposal = make_plan([group("new")], list(backend.groups.values()), rules)
    list(apply(proposal, context(backend, policy=rules, wait=Wait.NONE)))

    assert ("delete", "rg-shop/old") in backend.writes or ends == "Failed"
    assert ("delete", "rg-shop/old") not in backend.writes or ends == "Succeeded"
    assert any(verb == "poll" for verb, _ in backend.calls)


def test_what_is_destroyed_goes_before_what_it_depends_on() -> None:
    """The manifests say the order, backwards; what no manifest knows goes when it likes."""
    desired = [group("db"), group("web", lifecycle=Lifecycle(depends_on=("rg-shop/db",)))]
    live = [owned(group("db")), owned(group("web")), owned(group("alone"))]
    backend = FakeBackend.holding(*live)
    rules = policy(max_deletes=9, max_share=1.0)
    list(apply(plan_destruction(live, rules, desired), context(backend, policy=rules), concurrency=1))

    assert [("delete", "rg-shop/alone"), ("delete", "rg-shop/web"), ("delete", "rg-shop/db")] == backend.writes


def test_what_is_destroyed_follows_only_what_is_destroyed_with_it() -> None:
    """A group that stays is waited for by nobody, whatever it depends on."""
    db, web = group("db"), group("web", lifecycle=Lifecycle(depends_on=("RG-shop/db",)))

    assert [("rg-shop/web",), ()] == [
        each.follows for each in order_deletions((deletion(db), deletion(web)), [db, web])
    ]
    assert [()] == [each.follows for each in order_deletions((deletion(db),), [db, web])]


def test_the_place_of_a_group_is_its_subscription_and_its_region() -> None:
    """However they are spelled."""
    made = group()
    there = replace(made, id=replace(made.id, subscription="ABC"), body={**made.body, "location": "West Europe"})

    assert ("abc", "westeurope") == get_region(there)
