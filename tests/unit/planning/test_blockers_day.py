"""Safety limits of a day: what the last 24 hours have taken of them counts, and no number on a command line helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from factories import group, make_plan, owned, policy
from plans import codes

from aci_reconcile.planning import UNLIMITED
from aci_reconcile.planning.policy import Spent

if TYPE_CHECKING:
    from aci_reconcile.planning import Plan

NAMES = "abcdefgh"


def plan_deletions(number: int, **rules: Any) -> Plan:
    """Return a plan that prunes so many of eight groups."""
    return make_plan(
        [group(each) for each in NAMES[number:]], [owned(group(each)) for each in NAMES], policy(prune=True, **rules)
    )


def plan_replacements(number: int, **rules: Any) -> Plan:
    """Return a plan that replaces so many of eight groups."""
    desired = [group(each, osType="Windows" if place < number else "Linux") for place, each in enumerate(NAMES)]
    return make_plan(desired, [owned(group(each)) for each in NAMES], policy(**rules))


@pytest.mark.parametrize(("spent", "held"), [(0, []), (1, []), (2, ["delete"]), (9, ["delete", "share"])])
def test_what_was_deleted_counts(spent: int, held: list[str]) -> None:
    """One more of two a day is too many after two."""
    proposal = plan_deletions(1, max_deletes=2, spent=Spent(deletions=spent))

    assert held == codes(proposal)
    if held:
        assert f"the last 24 hours had {spent} deletion" in proposal.blockers[0].reason
        assert f"--max-deletes {spent + 1}" == proposal.blockers[0].release


def test_without_a_deletion_nothing_is_held() -> None:
    """However much was deleted."""
    spent = Spent(deletions=99, recreations=99, restarts=99, owned=8, unknown=True)

    assert [] == codes(plan_deletions(0, max_restarts=1, spent=spent))


@pytest.mark.parametrize(("spent", "held"), [(0, []), (1, ["replace"])])
def test_what_was_recreated_counts(spent: int, held: list[str]) -> None:
    """One of one a day."""
    assert held == codes(plan_replacements(1, allow_replace=1, spent=Spent(recreations=spent)))


def test_shares_are_of_the_most_groups_of_the_day() -> None:
    """And of everything that was deleted or recreated in it."""
    assert [] == codes(plan_deletions(1, max_deletes=9, spent=Spent(deletions=2, recreations=1)))
    assert ["share"] == codes(plan_deletions(1, max_deletes=9, spent=Spent(deletions=2, recreations=2)))
    assert [] == codes(plan_deletions(1, max_deletes=9, spent=Spent(deletions=2, recreations=2, owned=10)))


def test_numbers_that_were_given_to_a_watch_lift_no_share() -> None:
    """Nobody has seen the plan that they are for."""
    rules = {"max_deletes": 8, "deletes_named": True}

    assert [] == codes(plan_deletions(7, **rules))
    assert ["share"] == codes(plan_deletions(7, **rules, spent=Spent()))


@pytest.mark.parametrize("make", [plan_deletions, plan_replacements])
def test_an_unknown_day_is_used_up(make: Any) -> None:
    """Nothing is deleted or recreated, whatever the limits are."""
    proposal = make(1, max_deletes=UNLIMITED, allow_replace=UNLIMITED, spent=Spent(unknown=True))

    assert ["uncounted"] == codes(proposal)
    assert "--state" in proposal.blockers[0].release


def test_restarts_of_an_unknown_day_are_held_where_there_is_a_limit() -> None:
    """Without one, nobody counts them."""
    desired = [group("a", {"name": "a", "properties": {"image": "nginx:2", "resources": {"requests": {"cpu": 1}}}})]
    there = [
        owned(group("a", {"name": "a", "properties": {"image": "nginx:1", "resources": {"requests": {"cpu": 1}}}}))
    ]

    assert [] == codes(make_plan(desired, there, policy(spent=Spent(unknown=True))))
    assert ["uncounted"] == codes(make_plan(desired, there, policy(max_restarts=5, spent=Spent(unknown=True))))
    assert ["restart"] == codes(make_plan(desired, there, policy(max_restarts=5, spent=Spent(restarts=5))))
