"""What a plan is made of: which groups are decided about, which are deleted, and what is told beside that."""

from __future__ import annotations

from typing import Any

import pytest
from factories import OWNER, container, group, live, owned, policy, rid
from plans import codes

from aci_reconcile import tags
from aci_reconcile.errors import UsageError
from aci_reconcile.plan import (
    UNLIMITED,
    Action,
    ResourceGroupChange,
    Unreadable,
    destruction,
    plan,
)


def test_nothing_declared_is_an_error() -> None:
    """An empty set never deletes; whoever runs it in the wrong folder is told so first."""
    with pytest.raises(UsageError, match="no manifest declares") as raised:
        plan([], [owned(group())], policy(prune=True))

    assert raised.value.hint.startswith("run it where the manifests are, or name them; ")


def test_orphans_are_noticed_and_deleted_only_with_prune() -> None:
    """A group with our tag that stands in no manifest."""
    noticed = plan([group("a")], [owned(group("a")), owned(group("b"))], policy())
    pruned = plan([group("a")], [owned(group("a")), owned(group("b"))], policy(prune=True))

    assert ["orphan"] == [notice.code for notice in noticed.notices]
    assert not noticed
    assert [Action.NO_OP, Action.DELETE] == [change.action for change in pruned.changes]
    assert ("IP",) != pruned.changes[1].loses


@pytest.mark.parametrize(
    ("rules", "hint"),
    [
        ({}, "delete it with --prune"),
        ({"selected": frozenset()}, "a run of some groups never prunes: leave out what narrows it, and give --prune"),
        ({"selected": frozenset(), "prune": True}, "a run of some groups never prunes: leave out what narrows it"),
    ],
)
def test_what_could_be_done_about_an_orphan(rules: dict[str, Any], hint: str) -> None:
    """What was given already is not advised."""
    there = [owned(group("a")), owned(group("b"))]
    notices = plan([group("a")], there, policy(**rules)).notices

    assert [("orphan", "rg-shop/b", hint)] == [(each.code, each.address, each.hint) for each in notices]


def test_a_selection_never_enlarges_what_is_orphaned() -> None:
    """Paths and --only narrow what is written; nothing is pruned then."""
    there = [owned(group("a")), owned(group("b")), owned(group("c"))]
    rules = policy(prune=True, selected=frozenset({rid("a").key}))
    proposal = plan([group("a", container(image="x")), group("b", container(image="x"))], there, rules)

    assert [("rg-shop/a", Action.UPDATE)] == [(change.address, change.action) for change in proposal.changes]


def test_foreign_groups_are_nobodys_orphans() -> None:
    """Another project's group and an unowned one are left alone."""
    there = [owned(group("a")), live(group("b")), live(group("c"), tags={tags.OWNER: "shop/test"})]
    proposal = plan([group("a")], there, policy(prune=True))

    assert (1, ()) == (len(proposal.changes), proposal.notices)


def test_a_missing_resource_group_is_created_only_when_the_project_says_so() -> None:
    """Else it holds the plan."""
    desired = group()
    held = plan([desired], [], policy(), missing=[desired.id.scope])
    made = plan([desired], [], policy(create_resource_groups=True), missing=[desired.id.scope])

    assert ["resource-group"] == codes(held)
    assert (ResourceGroupChange(desired.id.scope, "westeurope"),) == made.resource_groups


def test_what_could_not_be_read_is_not_decided() -> None:
    """Nothing is created over a group that we could not see."""
    proposal = plan([group()], [], policy(), unreadable=[Unreadable("rg-shop/web", "403")])

    assert () == proposal.changes
    assert not proposal.complete
    assert not proposal.applyable


def test_unknown_fields_are_noticed_once_and_again_on_a_write() -> None:
    """A PUT may reset them."""
    there = [owned(group(name, strange=1)) for name in "abc"]
    quiet = plan([group("a"), group("b"), group("c")], there, policy())
    loud = plan([group("a", container(image="x")), group("b"), group("c")], there, policy())

    assert ["rg-shop/a"] == [notice.address for notice in quiet.notices]
    assert ["rg-shop/a", "rg-shop/b"] == [notice.address for notice in loud.notices]


def test_destruction_takes_what_is_ours_and_nothing_protected() -> None:
    """Destroy is a plan, too."""
    there = [owned(group("a")), live(group("b")), live(group("c"), tags={tags.OWNER: OWNER, tags.PROTECTED: "true"})]
    proposal = destruction(there, policy(max_deletes=UNLIMITED))

    assert ["rg-shop/a", "rg-shop/c"] == [change.address for change in proposal.changes]
    assert ["protected"] == codes(proposal)


def test_members_of_an_ngroup_are_left_alone() -> None:
    """Declared ones hold the plan, others are nobody's orphans and never deleted."""
    member = owned(group("web", orchestratorId="/ngroup"))
    declared = plan([group("web", container(image="x"))], [member], policy())
    orphaned = plan([group("a")], [member, owned(group("a"))], policy(prune=True))

    assert ["member"] == codes(declared)
    assert not declared
    assert not orphaned
    assert () == destruction([member], policy()).changes


def test_two_environments_in_one_resource_group_do_not_touch_each_other() -> None:
    """Each sees its own groups as its own, and the other's as nobody's orphans."""
    there = [owned(group("a")), live(group("b"), tags={tags.OWNER: "shop/test"})]
    prod = plan([group("a")], there, policy(prune=True))
    test = plan([group("b")], there, policy(owner="shop/test", prune=True))

    assert not prod
    assert not test
    assert () == prod.blockers + prod.notices + test.blockers + test.notices


def test_nothing_of_another_owner_is_pruned() -> None:
    """Only what is declared here is taken over; the rest stays whose it is."""
    there = [owned(group("a")), owned(group("b"))]
    proposal = plan([group("a")], there, policy(owner="store", prune=True, take_over=frozenset({OWNER})))

    assert ["a"] == [each.id.name for each in proposal.changes]
    assert () == proposal.blockers + proposal.notices
