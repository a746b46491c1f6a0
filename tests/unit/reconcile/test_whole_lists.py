"""One list of a subscription in place of many of its resource groups: the same is seen, by fewer requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from factories import SUBSCRIPTION, FakeBackend, FakeClock, container, group, live, owned, policy, rid

from aci_reconcile.core.errors import AzureError, ForbiddenError
from aci_reconcile.core.model import Resource, Scope
from aci_reconcile.reconcile import Reader, propose
from aci_reconcile.reconcile.watch import Listing, list_scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.planning import Plan

MANY = 20
PLACES = tuple(f"rg{number}" for number in range(MANY))


def declared(places: tuple[str, ...] = PLACES) -> list[Resource]:
    """Return a group in each of some resource groups."""
    return [Resource(rid("web", place), group("web").body) for place in places]


def world() -> FakeBackend:
    """Return the groups as they are declared, but one; an orphan, and somebody else's group in the same place."""
    there = [Resource(each.id, owned(each).body) for each in declared()]
    changed = Resource(there[3].id, owned(Resource(there[3].id, group("web", container(image="x")).body)).body)
    foreign = Resource(rid("theirs", "rg-theirs"), live(group()).body)
    return FakeBackend.holding(*there[:3], changed, *there[5:], Resource(rid("old", "rg7"), there[7].body), foreign)


def lists(backend: FakeBackend) -> list[str]:
    """Return which resource groups were listed; the whole subscription has no name."""
    return sorted(what for verb, what in backend.calls if verb == "list")


def look(backend: FakeBackend, places: tuple[str, ...] = PLACES, **listed: Listing) -> tuple[Plan, Reader]:
    """Plan, and return with what it was read."""
    clock = FakeClock()
    begun = {Scope(SUBSCRIPTION, name).key: (lambda one=one: one) for name, one in listed.items()}
    reader = Reader(backend, clock, listed=begun)
    return propose(declared(places), [], policy(), reader), reader


@pytest.mark.parametrize("refusal", [ForbiddenError("no", status=403), AzureError("what", status=500)])
def test_both_ways_make_the_same_plan(refusal: AzureError) -> None:
    """What may not be listed as a whole is listed in parts, and nobody is told: nothing is missing."""
    whole, parts = world(), world()
    parts.faults["list"] = [refusal]
    (plan, reader), (other, _) = look(whole), look(parts)

    assert (["", "rg4"], ["", *sorted(PLACES)]) == (lists(whole), lists(parts))
    assert plan == other
    assert {"rg4/web": "create", "rg3/web": "update"} == {
        each.address: each.action.value for each in plan.changes if each.writes
    }
    assert ["rg7/old"] == [each.address for each in plan.notices if each.code == "orphan"]
    assert {Scope(SUBSCRIPTION, each).key for each in PLACES} <= reader.listings.keys()


class Shortened(FakeBackend):
    """Azure, where an identity may not see one resource group, and the list of the subscription leaves it out."""

    def list(self, scope: Scope, /) -> Iterable[Resource]:
        """List groups."""
        if scope.key[1] == "rg2":
            raise ForbiddenError("not yours", code="AuthorizationFailed", status=403)
        return [each for each in super().list(scope) if each.id.scope.key[1] != "rg2"]


def test_what_a_list_does_not_show_is_not_taken_for_missing() -> None:
    """The list of its resource group decides, which says that it may not be seen."""
    backend = Shortened.holding(*(Resource(each.id, owned(each).body) for each in declared()))
    plan, _ = look(backend)

    assert not [each.address for each in plan.changes if each.writes]
    assert [("rg2/web", "AuthorizationFailed: not yours")] == [(each.address, each.message) for each in plan.unreadable]


def test_a_listing_holds_what_its_resource_group_holds() -> None:
    """An apply uses it again, so it must be as if the resource group had been listed."""
    backend = world()
    _, reader = look(backend)
    found = reader.listings[Scope(SUBSCRIPTION, "rg7").key].groups

    assert {each.id.key for each in list_scope(Scope(SUBSCRIPTION, "rg7"), backend, FakeClock()).groups.values()} == (
        set(found)
    )


def test_a_list_that_is_on_its_way_is_not_asked_for_again() -> None:
    """It is used, and the others are too few then."""
    backend = world()
    begun = list_scope(Scope(SUBSCRIPTION, "rg0"), world(), FakeClock())
    look(backend, rg0=begun)

    assert sorted(PLACES[1:]) == lists(backend)


def test_it_stands_beside_the_list_of_the_others() -> None:
    """Where these are still enough for a list of the subscription."""
    there = [Resource(each.id, owned(each).body) for each in declared(("first", *PLACES))]
    backend = FakeBackend.holding(*there)
    plan, _ = look(backend, ("first", *PLACES), first=list_scope(Scope(SUBSCRIPTION, "first"), backend, FakeClock()))

    assert (MANY + 1, False) == (len(plan.changes), bool(plan))
    assert ["", "first"] == lists(backend)


def test_a_group_without_an_id_is_not_lost() -> None:
    """In the list of its resource group it is known where it is."""
    backend = world()
    backend.keep(Resource(rid("nobody", ""), live(group()).body))
    look(backend)

    assert ["", *sorted(PLACES)] == lists(backend)
