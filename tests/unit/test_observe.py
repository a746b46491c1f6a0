"""List first, get to decide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from factories import OWNER, FakeBackend, FakeClock, container, group, live, owned, policy, rid

from aci_reconcile.errors import AuthenticationError, ForbiddenError
from aci_reconcile.model import Resource, Scope
from aci_reconcile.reconcile import Look, Refresh, observe, propose, standing


def look(backend: FakeBackend, **more: Any) -> Look:
    """Return how to look at a backend."""
    return Look(backend, FakeClock(), concurrency=2, **more)


def in_transition(there: Resource) -> Resource:
    """Return a live group as it is while Azure works on it."""
    seen = live(there)
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
    """Whatever differs from the manifests, and whatever others have in transition; the orphans are in them, too."""
    backend = FakeBackend.holding(owned(group("a")), in_transition(group("theirs")), owned(group("orphan")))
    seen = standing([group("a", container(image="x"))], [rid().scope], OWNER, look(backend))

    assert ["list rg-shop"] == verbs(backend)
    assert ["a", "orphan", "theirs"] == [each.id.name for each in seen.resources]


def test_what_is_ours_and_still_created_is_waited_for() -> None:
    """Once it has settled it has an address, and would look like somebody else's work."""
    moving = in_transition(owned(group()))
    backend, clock = FakeBackend.holding(moving), FakeClock()
    slept = clock.sleep

    def settles(seconds: float) -> None:
        slept(seconds)
        backend.groups[moving.id.key] = owned(group())

    clock.sleep = settles  # type: ignore[method-assign]
    seen = standing([group()], [], OWNER, Look(backend, clock))

    assert ["Succeeded"] == [each.properties["provisioningState"] for each in seen.resources]


def test_a_deletion_names_what_it_could_not_list() -> None:
    """The groups of the manifests that would be in it."""
    backend = FakeBackend.holding(owned(group("a")))
    backend.faults["list"] = [ForbiddenError("no", code="AuthorizationFailed", status=403)]

    assert ["rg-shop/a"] == [each.address for each in standing([group("a")], [], OWNER, look(backend)).unreadable]


def test_what_was_listed_is_taken_down_with_its_time() -> None:
    """For whoever writes soon after."""
    backend, clock, listings = FakeBackend.holding(owned(group("a"))), FakeClock(), dict[Any, Any]()
    propose([group("a")], [], policy(), Look(backend, clock, listings=listings))
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


def test_a_group_in_transition_is_waited_for() -> None:
    """Up to a minute; after that it counts as not comparable."""
    there = owned(group())
    moving = replace(there, body={**there.body, "properties": {**there.properties, "provisioningState": "Creating"}})
    backend = FakeBackend.holding(moving)
    clock = FakeClock()
    slept = clock.sleep

    def settles(seconds: float) -> None:
        slept(seconds)
        backend.groups[there.id.key] = there

    clock.sleep = settles  # type: ignore[method-assign]
    seen = observe([group()], [], policy(), Look(backend, clock))
    stuck = observe([group()], [], policy(), look(FakeBackend.holding(moving)))

    assert (there,) == seen.resources
    assert "still Creating after 60 s" in stuck.unreadable[0].message


def test_names_differ_in_case_and_are_one_group() -> None:
    """ARM folds case."""
    there = owned(group())
    backend = FakeBackend.holding(Resource(rid("WEB", "RG-Shop"), live(there).body))

    assert not propose([group()], [], policy(), look(backend))
