"""Groups that ``run`` made: unknown to plans until they expire, deleted after that, and never in the way."""

from __future__ import annotations

from typing import Any

import pytest
from factories import OWNER, SUBSCRIPTION, group, live, make_plan, owned, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.model import Resource, ResourceId
from aci_reconcile.core.run_tag import RunTag
from aci_reconcile.planning import Action, Plan, plan_destruction
from aci_reconcile.planning.runs import is_leftover

NOW = 1_700_000_000.0
WEB = group()
LEFT = "was made by `run`, which was to delete it by 2023-11-14 22:13 UTC"


def task(until: float, name: str = "job", owner: str = OWNER, group_name: str = "rg-shop", **more: str) -> Resource:
    """Return a live group of a run, with further tags."""
    identity = ResourceId(SUBSCRIPTION, group_name, name)
    mark = RunTag("0123abcd", int(until)).render(identity)
    found = live(group(name), tags={tags.OWNER: owner, tags.RUN: mark, **more})
    return Resource(identity, found.body)


OLD, NEW = task(NOW - 1), task(NOW + 1)


def planned(*there: Resource, desired: tuple[Resource, ...] = (WEB,), **rules: Any) -> Plan:
    """Return the plan of a project with one group that is as declared."""
    return make_plan(desired, (owned(WEB), *there), policy(now=NOW, **rules))


def test_a_run_that_goes_on_is_in_no_plan() -> None:
    """No orphan, no deletion, no part of what shares are counted against."""
    alone, beside = planned(prune=True), planned(NEW, prune=True)

    assert alone == beside
    assert beside.live == 1


def test_what_a_killed_run_left_is_deleted_and_counts_nowhere() -> None:
    """Whatever the limits: it is no deletion that a person has to allow."""
    beside = planned(OLD, task(NOW - 1, "other"), prune=True, max_deletes=0, emptied=("a.yaml",))

    assert [("rg-shop/job", (LEFT,))] == [(each.address, each.reasons) for each in beside.changes[:1]]
    assert [each.action for each in beside.changes] == [Action.DELETE, Action.DELETE, Action.NO_OP]
    assert beside.blockers == ()
    assert beside.live == 1


def test_without_prune_it_is_an_orphan_with_a_reason() -> None:
    """The notice says where it comes from, and what deletes it."""
    beside = planned(OLD)

    assert [(LEFT, "delete it with --prune")] == [(each.message, each.hint) for each in beside.notices]
    assert not beside


@pytest.mark.parametrize("rules", [{"observe": True}, {"frozen": "holidays"}])
def test_it_is_no_reason_to_hold_a_plan_back(rules: dict[str, Any]) -> None:
    """Where nothing may be written, it stays."""
    beside = planned(OLD, prune=True, **rules)

    assert beside.blockers == ()
    assert not beside
    assert [LEFT] == [each.message for each in beside.notices]
    assert planned(OLD, prune=True, frozen="holidays", override="urgent")


STRANGE: dict[str, tuple[Resource, dict[str, Any]]] = {
    "a stranger tagged a protected group": (task(NOW - 1, **{tags.PROTECTED: "true"}), {}),
    "somebody copied the tag": (
        live(group("job"), tags={tags.OWNER: OWNER, tags.RUN: RunTag("0123abcd", 1).render(rid("else"))}),
        {},
    ),
    "it may be another project's": (
        task(NOW - 1, group_name="rg-far"),
        {"places": frozenset({rid().scope.key}), "project_id": "abc123", "deletes_named": True},
    ),
    "a project below declares it": (task(NOW - 1), {"elsewhere": {"rg-shop/job": "sub/aci-reconcile.yaml"}}),
    "a project below declares one of its name": (task(NOW - 1), {"elsewhere": {"/job": "sub/aci-reconcile.yaml"}}),
}


@pytest.mark.parametrize("case", STRANGE.values(), ids=STRANGE)
def test_a_tag_alone_makes_no_leftover(case: tuple[Resource, dict[str, Any]]) -> None:
    """Such a group is an orphan like any other: its deletion counts, and what protects it holds."""
    there, rules = case
    beside = planned(there, prune=True, max_deletes=0, **rules)

    assert not is_leftover(there, policy(now=NOW, **rules))
    assert [False] == [each.leftover for each in beside.of(Action.DELETE)]
    assert "delete" in {each.code for each in beside.blockers}
    assert beside.live == 2


def test_the_tag_of_another_owner_deletes_nothing() -> None:
    """Neither before nor after its expiry."""
    assert not planned(task(NOW - 1, owner="other"), prune=True)
    assert not is_leftover(task(NOW - 1, owner="other"), policy(now=NOW))


def test_a_declared_group_is_no_run() -> None:
    """Whatever its tags say: it is compared, and counted."""
    declared = group("job")
    for each in (OLD, NEW):
        beside = planned(each, desired=(WEB, declared), prune=True)

        assert [Action.NO_OP, Action.NO_OP] == [change.action for change in beside.changes]
        assert beside.live == 2


def test_a_protected_group_cannot_be_hidden() -> None:
    """It is reported as the orphan that it is."""
    hidden = task(NOW + 60, **{tags.PROTECTED: "true"})

    assert ["rg-shop/job"] == [each.address for each in planned(hidden).notices]


def test_a_run_of_some_groups_prunes_nothing() -> None:
    """Neither what a run left."""
    beside = planned(OLD, prune=True, selected=frozenset({WEB.id.key}))

    assert beside.of(Action.DELETE) == ()
    assert ["a run for some groups never prunes: run it for all groups"] == [each.hint for each in beside.notices]


def test_without_the_time_nothing_expires() -> None:
    """A caller that does not know the time leaves the groups of runs alone."""
    beside = make_plan((WEB,), (owned(WEB), OLD), policy(prune=True))

    assert beside.of(Action.DELETE) == ()
    assert beside.notices == ()


def test_another_subscription_is_out_of_reach() -> None:
    """As it is for every orphan."""
    there = Resource(ResourceId("else", "rg-shop", "job"), OLD.body)

    assert not is_leftover(there, policy(now=NOW, subscription=SUBSCRIPTION))


def test_a_destroy_ends_runs_and_says_so() -> None:
    """Nothing of the project is left."""
    found = plan_destruction((owned(WEB), NEW), policy(now=NOW))
    reasons = {each.address: each.reasons for each in found.changes}

    assert reasons == {
        "rg-shop/job": ("was made by `run`, which was to delete it by 2023-11-14 22:13 UTC",),
        "rg-shop/web": (),
    }
