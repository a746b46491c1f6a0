"""List first, get to decide."""

from __future__ import annotations

from typing import Any

import pytest
from factories import OWNER, FakeBackend, FakeClock, container, group, live, owned, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.errors import AuthenticationError, ForbiddenError
from aci_reconcile.core.model import Resource, Scope
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.references import Deferred, GroupReference
from aci_reconcile.core.secret import Secret, fingerprint
from aci_reconcile.reconcile import Reader, Refresh, observe, observe_lists, propose
from aci_reconcile.reconcile.events import Settling


def look(backend: FakeBackend, **more: Any) -> Reader:
    """Return how to look at a backend."""
    return Reader(backend, FakeClock(), concurrency=2, **more)


def in_transition(there: Resource, *, keep: bool = False) -> Resource:
    """Return a live group as it is while Azure works on it; ``keep``: its containers are as they were."""
    seen = there if keep else live(there)
    return Resource(there.id, {**seen.body, "properties": {**seen.properties, "provisioningState": "Creating"}})


def verbs(backend: FakeBackend) -> list[str]:
    """Return the requests that were made."""
    return sorted(f"{verb} {what}" for verb, what in backend.calls)


def test_equal_groups_cost_one_list() -> None:
    """A plan of unchanged groups reads nothing else."""
    backend = FakeBackend.holding(*(owned(group(name)) for name in "abc"))
    proposal = propose([group(name) for name in "abc"], [], policy(), look(backend))

    assert ["list rg-shop"] == verbs(backend)
    assert not proposal


def test_what_differs_is_read_again() -> None:
    """What is said about a group comes from a get."""
    backend = FakeBackend.holding(owned(group("a")), owned(group("b")))
    propose([group("a"), group("b", container(image="x"))], [], policy(), look(backend))

    assert ["get rg-shop/b", "list rg-shop"] == verbs(backend)


@pytest.mark.parametrize("more", [{"refresh": Refresh.GET}, {"health": True}])
def test_every_group_is_read_when_asked_for(more: dict[str, Any]) -> None:
    """For run states, or on ``--refresh get``."""
    backend = FakeBackend.holding(owned(group("a")), owned(group("b")))
    propose([group("a"), group("b")], [], policy(), look(backend, **more))

    assert ["get rg-shop/a", "get rg-shop/b", "list rg-shop"] == verbs(backend)


def test_orphans_are_looked_for_where_the_project_says() -> None:
    """In resource groups that hold no manifest any more, too."""
    orphan = Resource(rid("old", "rg-old"), owned(group()).body)
    backend = FakeBackend.holding(owned(group("a")), orphan)
    proposal = propose([group("a")], [Scope(rid().subscription, "RG-OLD")], policy(), look(backend))

    assert ["rg-old/old"] == [notice.address for notice in proposal.notices]


def test_a_resource_group_that_is_missing_is_told_from_an_empty_one() -> None:
    """Only those of manifests matter."""
    backend = FakeBackend()
    seen = observe([group()], [Scope(rid().subscription, "elsewhere")], policy(), look(backend))

    assert (rid().scope,) == seen.missing


def test_a_group_that_vanishes_between_list_and_get_is_absent() -> None:
    """Then it is to be created."""
    backend = FakeBackend.holding(owned(group("a")))
    listed = backend.list
    backend.get = lambda _: None  # type: ignore[method-assign]
    backend.list = listed  # type: ignore[method-assign]
    seen = observe([group("a", container(image="x"))], [], policy(), look(backend))

    assert () == seen.resources


def test_a_deletion_needs_the_lists_alone() -> None:
    """Whatever differs from the manifests, and whatever is in transition; the orphans are in them, too."""
    backend = FakeBackend.holding(owned(group("a")), in_transition(owned(group("late"))), owned(group("orphan")))
    seen = observe_lists([group("a", container(image="x"))], [rid().scope], look(backend))

    assert ["list rg-shop"] == verbs(backend)
    assert ["a", "late", "orphan"] == [each.id.name for each in seen.resources]


def test_a_deletion_names_what_it_could_not_list() -> None:
    """The groups of the manifests that would be in it."""
    backend = FakeBackend.holding(owned(group("a")))
    backend.faults["list"] = [ForbiddenError("no", code="AuthorizationFailed", status=403)]

    assert ["rg-shop/a"] == [each.address for each in observe_lists([group("a")], [], look(backend)).unreadable]


def test_what_was_listed_is_taken_down_with_its_time() -> None:
    """For whoever writes soon after."""
    backend, clock, listings = FakeBackend.holding(owned(group("a"))), FakeClock(), dict[Any, Any]()
    propose([group("a")], [], policy(), Reader(backend, clock, listings=listings))
    listing = listings[rid().scope.key]

    assert (clock.now(), [rid("a").key]) == (listing.began, list(listing.groups))


def test_what_cannot_be_read_is_named_and_hides_nothing_else() -> None:
    """A group, or all groups of a resource group."""
    backend = FakeBackend.holding(owned(group("a")), owned(group("b")))
    backend.faults["get"] = [ForbiddenError("no", code="AuthorizationFailed", status=403)]
    one = observe([group("a", osType="Windows"), group("b")], [], policy(), look(backend))
    backend.faults["list"] = [ForbiddenError("no", code="AuthorizationFailed", status=403)]
    all_of_it = observe([group("a"), group("b")], [], policy(), look(backend))

    assert [("rg-shop/a", "AuthorizationFailed: no")] == [(each.address, each.message) for each in one.unreadable]
    assert ["rg-shop/a", "rg-shop/b"] == [each.address for each in all_of_it.unreadable]


def test_without_a_credential_nothing_is_reported_as_unreadable() -> None:
    """It is one error, not one per group."""
    backend = FakeBackend.holding(owned(group()))
    backend.faults["list"] = [AuthenticationError("no credential")]

    with pytest.raises(AuthenticationError):
        observe([group()], [], policy(), look(backend))


NEWER = group("web", container(image="x"))


@pytest.mark.parametrize("more", [{}, {"until_settled": True}])
def test_a_group_in_transition_that_differs_is_waited_for(more: dict[str, Any]) -> None:
    """Up to a minute, which is told; then it is compared as it is."""
    backend, clock, told = FakeBackend.holding(in_transition(owned(group()))), FakeClock(), list[Any]()
    seen = observe([NEWER], [], policy(), Reader(backend, clock, report=told.append, **more))

    assert [Settling("rg-shop/web", "Creating", 60)] == told
    assert 60 <= clock.now() - FakeClock().now() < 63
    assert ((), ["Creating"]) == (seen.unreadable, [each.properties["provisioningState"] for each in seen.resources])


def test_one_that_settles_is_compared_as_it_has_settled() -> None:
    """Then nothing is said about how it was on its way."""
    there = owned(group())
    backend, clock = FakeBackend.holding(in_transition(there)), FakeClock()
    slept = clock.sleep

    def settles(seconds: float) -> None:
        slept(seconds)
        backend.groups[there.id.key] = there

    clock.sleep = settles  # type: ignore[method-assign]

    assert (there,) == observe([NEWER], [], policy(), Reader(backend, clock)).resources


@pytest.mark.parametrize(("more", "seconds"), [({}, 0), ({"health": True}, 0), ({"until_settled": True}, 60)])
def test_one_that_equals_its_manifest_is_waited_for_by_those_who_only_look(more: dict[str, Any], seconds: int) -> None:
    """An apply waits for it beside its other work."""
    backend, clock = FakeBackend.holding(in_transition(owned(group()))), FakeClock()
    proposal = propose([group()], [], policy(), Reader(backend, clock, **more))

    assert (False, True) == (bool(proposal), proposal.complete)
    assert seconds <= clock.now() - FakeClock().now() < seconds + 3


def test_one_that_fails_again_and_again_is_not_waited_for() -> None:
    """Nothing better is to come."""
    looping = owned(group(), state="Waiting", detailStatus="CrashLoopBackOff: Back-off restarting failed")
    backend, clock = FakeBackend.holding(in_transition(looping, keep=True)), FakeClock()
    observe([NEWER], [], policy(), Reader(backend, clock, until_settled=True))

    assert FakeClock().now() == clock.now()


def test_a_group_that_was_not_asked_for_is_not_read() -> None:
    """However sick it is: what is said of it is said by the list."""
    backend = FakeBackend.holding(owned(group("a")), in_transition(owned(group("sick"))))
    backend.faults["get"] = [None, ForbiddenError("no", status=403)]
    chosen = policy(selected=frozenset({rid("a").key}))
    proposal = propose([group("a", container(image="x")), group("sick")], [], chosen, look(backend))

    assert ["get rg-shop/a", "list rg-shop"] == verbs(backend)
    assert proposal.complete


def test_a_group_whose_values_are_needed_is_read_though_not_asked_for() -> None:
    """The one that names them was."""
    backend = FakeBackend.holding(owned(group("a")), owned(group("db")))
    address = Deferred(GroupReference("db", "ipAddress.ip"))
    named = group("a", container(environmentVariables=[{"name": "DB", "value": address}]))
    propose([named, group("db")], [], policy(selected=frozenset({rid("a").key})), look(backend))

    assert ["get rg-shop/a", "get rg-shop/db", "list rg-shop"] == verbs(backend)


def test_names_differ_in_case_and_are_one_group() -> None:
    """ARM folds case."""
    there = owned(group())
    backend = FakeBackend.holding(Resource(rid("WEB", "RG-Shop"), live(there).body))

    assert not propose([group()], [], policy(), look(backend))


def test_only_a_slow_fingerprint_is_hashed_before_the_group_is_read() -> None:
    """Where it fits, the list was enough; groups that differ anyway are read meanwhile, and one hash is one hash."""
    secret: dict[str, Any] = {"environmentVariables": [{"name": "S", "secureValue": Secret("s3cret")}]}
    known, changed, plain = group("known", container(**secret)), group("changed", container(**secret)), group("plain")
    there = []
    for each, value in ((known, "s3cret"), (changed, "another")):
        mark = fingerprint(secrets_of(_holding(each, value).body), entropy=lambda size: b"s" * size)
        there.append(live(each, tags={tags.OWNER: OWNER, tags.SECRETS: mark, tags.APPLIED: "v1:x"}))
    backend = FakeBackend.holding(*there, owned(group("plain", container(image="nginx:0"))))
    looked = look(backend)
    proposal = propose([known, changed, plain], [], policy(), looked)

    assert ["get rg-shop/changed", "get rg-shop/plain", "list rg-shop"] == verbs(backend)
    assert ["no-op", "update", "update"] == sorted(each.action.value for each in proposal.changes)
    assert 2 == looked.hash_cost.hashes


def _holding(declared: Resource, value: str) -> Resource:
    """Return the group with another secret."""
    return group(declared.id.name, container(environmentVariables=[{"name": "S", "secureValue": Secret(value)}]))
