"""Looking for groups of ours in the whole subscription."""

from __future__ import annotations

from typing import Any

import pytest
from factories import OWNER, SUBSCRIPTION, FakeBackend, FakeClock, group, live, owned, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.errors import AuthenticationError, AzureError, ForbiddenError, NoAnswerError, NotFoundError
from aci_reconcile.core.model import Resource, Scope
from aci_reconcile.reconcile import Reader, observe, observe_lists, propose
from aci_reconcile.reconcile.reader import Search

ELSEWHERE, FOREIGN = Scope(SUBSCRIPTION, "rg2"), "00000000-0000-0000-0000-000000000009"


def there(name: str, place: str, owner: str = OWNER) -> Resource:
    """Return a live group in a resource group."""
    return live(Resource(rid(name, place), group(name).body), tags={tags.OWNER: owner} if owner else {})


def world() -> FakeBackend:
    """Return three resource groups: ours, one with a group of ours that nobody declares, and one of others."""
    return FakeBackend.holding(
        owned(group("web")), there("old", "rg2"), there("by", "rg2", ""), there("x", "rg3", "other")
    )


def looking(backend: FakeBackend, **more: Any) -> Reader:
    """Return how to look."""
    asked: dict[str, Any] = {"subscriptions": (SUBSCRIPTION,), "ours": lambda tag: tag == OWNER, **more}
    return Reader(backend, FakeClock(), search=Search(**asked))


def test_a_resource_group_that_nobody_names_is_listed_where_ours_are() -> None:
    """Those without a group of ours are not, and the groups are read in full before anything is said of them."""
    backend = world()
    made = propose([group("web")], [], policy(prune=True, max_deletes=9), looking(backend))

    assert [("delete", "rg2/old"), ("no-op", "rg-shop/web")] == sorted(
        (each.action.value, each.address) for each in made.changes
    )
    assert [("list", "rg-shop"), ("list", "rg2"), ("list_tagged", SUBSCRIPTION)] == sorted(backend.calls)
    assert made.searched_all


REFUSED = (ForbiddenError("no", status=403), NotFoundError("no", status=404), AzureError("what", status=400))


@pytest.mark.parametrize("refusal", REFUSED)
def test_where_that_is_refused_the_named_resource_groups_are_listed(refusal: AzureError) -> None:
    """Nothing is concluded from it; what was not looked at is told to who wants to know."""
    backend, said = world(), list[str]()
    backend.faults["list_tagged"] = [refusal]
    look = Reader(
        backend,
        FakeClock(),
        search=Search((SUBSCRIPTION,), (ELSEWHERE, Scope(SUBSCRIPTION, "gone")), needed=True, report=said.append),
    )
    made = propose([group("web")], [], policy(), look)

    assert ["rg2/old"] == [each.address for each in made.notices if each.code == "orphan"]
    assert (False, ()) == (made.searched_all, made.unreadable)
    rest = f"The rest of subscription {SUBSCRIPTION} was not searched for groups of this project"
    assert [f"{rest}, except rg2, gone: {refusal.message}"] == said


def test_a_named_resource_group_that_may_not_be_listed_either_is_left_out() -> None:
    """It is not one of those that the run is about."""
    backend, said = world(), list[str]()
    backend.faults["list_tagged"] = [ForbiddenError("no", status=403)]
    backend.faults["list"] = [None, ForbiddenError("neither", status=403)]
    search = Search((SUBSCRIPTION,), (ELSEWHERE,), report=said.append)
    made = propose([group("web")], [], policy(), Reader(backend, FakeClock(), search=search))

    assert () == made.unreadable
    assert "Resource group rg2 was not searched: neither" == said[-1]


@pytest.mark.parametrize("needed", [True, False])
def test_no_answer_is_told_where_something_hangs_on_it(needed: bool) -> None:
    """A run that deletes what is left over must know; one that only writes what is declared goes on."""
    backend = world()
    backend.faults["list_tagged"] = [NoAnswerError("silence")]
    made = propose([group("web")], [], policy(), looking(backend, needed=needed))

    assert ([f"subscription {SUBSCRIPTION}"] if needed else []) == [each.address for each in made.unreadable]


def test_a_foreign_subscription_does_no_harm() -> None:
    """Not even one that takes no token of ours."""
    backend = world()
    backend.faults["list_tagged"] = [None, AuthenticationError("another tenant", status=401)]
    seen = observe([group("web")], [], policy(), looking(backend, subscriptions=(SUBSCRIPTION, FOREIGN), needed=True))

    assert (True, ()) == (seen.searched_all, seen.unreadable)
    assert "rg2/old" in [each.address for each in seen.resources]


def test_the_subscription_of_the_run_needs_a_credential() -> None:
    """That is an error, as it is of every other read."""
    backend = world()
    backend.faults["list_tagged"] = [AuthenticationError("no token", status=401)]

    with pytest.raises(AuthenticationError):
        observe([group("web")], [], policy(), looking(backend))


def test_a_deletion_knows_all_owners_that_were_seen() -> None:
    """Those in the resource groups that were listed, and those of the search; each group once."""
    seen = observe_lists([group("web")], [], looking(world(), needed=True))

    assert [OWNER, OWNER, "other", ""] == sorted(seen.owners, key=["shop/prod", "other", ""].index)
