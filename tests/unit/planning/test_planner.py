"""What a plan is made of: which groups are decided about, which are deleted, and what is told beside that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from factories import OWNER, SUBSCRIPTION, container, group, live, make_plan, owned, policy, rid
from plans import SECRET, codes, only, stamped, with_secret

from aci_reconcile.core import tags
from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import Resource, ResourceId, Scope
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.references import Deferred, GroupReference
from aci_reconcile.core.secret import Secret, fingerprint
from aci_reconcile.planning import (
    UNLIMITED,
    Action,
    Change,
    Impact,
    Notice,
    Plan,
    ResourceGroupChange,
    Unreadable,
    decide,
    plan_destruction,
)
from aci_reconcile.planning.decision import make_verdict_key


def test_nothing_declared_is_an_error() -> None:
    """An empty set never deletes; whoever runs it in the wrong folder is told so first."""
    with pytest.raises(UsageError, match="no manifest declares") as raised:
        make_plan([], [owned(group())], policy(prune=True))

    assert raised.value.hint.startswith("run it where the manifests are, or give their path; ")


def test_orphans_are_noticed_and_deleted_only_with_prune() -> None:
    """A group with our tag that stands in no manifest."""
    noticed = make_plan([group("a")], [owned(group("a")), owned(group("b"))], policy())
    pruned = make_plan([group("a")], [owned(group("a")), owned(group("b"))], policy(prune=True))

    assert ["orphan"] == [notice.code for notice in noticed.notices]
    assert not noticed
    assert [Action.NO_OP, Action.DELETE] == [change.action for change in pruned.changes]
    assert ("IP",) != pruned.changes[1].loses


@pytest.mark.parametrize(
    ("rules", "hint"),
    [
        ({}, "delete it with --prune"),
        ({"selected": frozenset()}, "a run for some groups never prunes: run it for all groups, with --prune"),
        ({"selected": frozenset(), "prune": True}, "a run for some groups never prunes: run it for all groups"),
    ],
)
def test_what_could_be_done_about_an_orphan(rules: dict[str, Any], hint: str) -> None:
    """What was given already is not advised."""
    there = [owned(group("a")), owned(group("b"))]
    notices = make_plan([group("a")], there, policy(**rules)).notices

    assert [("orphan", "rg-shop/b", hint)] == [(each.code, each.address, each.hint) for each in notices]


def test_a_selection_never_enlarges_what_is_orphaned() -> None:
    """Paths and --only narrow what is written; nothing is pruned then."""
    there = [owned(group("a")), owned(group("b")), owned(group("c"))]
    rules = policy(prune=True, selected=frozenset({rid("a").key}))
    proposal = make_plan([group("a", container(image="x")), group("b", container(image="x"))], there, rules)

    assert [("rg-shop/a", Action.UPDATE)] == [(change.address, change.action) for change in proposal.changes]


def test_foreign_groups_are_nobodys_orphans() -> None:
    """Another project's group and an unowned one are left alone."""
    there = [owned(group("a")), live(group("b")), live(group("c"), tags={tags.OWNER: "shop/test"})]
    proposal = make_plan([group("a")], there, policy(prune=True))

    assert (1, ()) == (len(proposal.changes), proposal.notices)


def test_a_missing_resource_group_is_created_only_when_the_project_says_so() -> None:
    """Else it holds the plan."""
    desired = group()
    held = make_plan([desired], [], policy(), missing=(desired.id.scope,))
    made = make_plan([desired], [], policy(create_resource_groups=True), missing=(desired.id.scope,))

    assert ["resource-group"] == codes(held)
    assert (ResourceGroupChange(desired.id.scope, "westeurope"),) == made.resource_groups


def test_what_could_not_be_read_is_not_decided() -> None:
    """Nothing is created over a group that we could not see."""
    proposal = make_plan([group()], [], policy(), unreadable=(Unreadable("rg-shop/web", "403"),))

    assert () == proposal.changes
    assert not proposal.complete
    assert not proposal.applyable


def test_unknown_fields_are_noticed_once_and_again_on_a_write() -> None:
    """A PUT may reset them."""
    there = [owned(group(name, strange=1)) for name in "abc"]
    quiet = make_plan([group("a"), group("b"), group("c")], there, policy())
    loud = make_plan([group("a", container(image="x")), group("b"), group("c")], there, policy())

    assert ["rg-shop/a"] == [notice.address for notice in quiet.notices]
    assert ["rg-shop/a", "rg-shop/b"] == [notice.address for notice in loud.notices]


def test_destruction_takes_what_is_ours_and_nothing_protected() -> None:
    """Destroy is a plan, too."""
    there = [owned(group("a")), live(group("b")), live(group("c"), tags={tags.OWNER: OWNER, tags.PROTECTED: "true"})]
    proposal = plan_destruction(there, policy(max_deletes=UNLIMITED))

    assert ["rg-shop/a", "rg-shop/c"] == [change.address for change in proposal.changes]
    assert ["protected"] == codes(proposal)


def test_destruction_spares_what_may_be_anothers() -> None:
    """A bare tag where the project names no resource group: it is named and stays, but where a run says which."""
    here = frozenset({Scope(SUBSCRIPTION, "rg-shop").key})
    far = replace(owned(group("b")), id=ResourceId(SUBSCRIPTION, "rg-far", "b"))
    there, rules = [owned(group("a")), far], policy(max_deletes=UNLIMITED, places=here)
    proposal = plan_destruction(there, replace(rules, project_id="0123456789abcdef"))
    chosen = replace(rules, project_id="0123456789abcdef", selected=frozenset({far.id.key}))

    assert ["rg-shop/a"] == [change.address for change in proposal.changes]
    assert [("rg-far/b", True)] == [(each.address, each.message.startswith("is kept")) for each in proposal.notices]
    assert 2 == len(plan_destruction(there, rules).changes)
    assert ["rg-far/b"] == [change.address for change in plan_destruction(there, chosen).changes]


def test_members_of_an_ngroup_are_left_alone() -> None:
    """Declared ones hold the plan, others are nobody's orphans and never deleted."""
    member = owned(group("web", orchestratorId="/ngroup"))
    declared = make_plan([group("web", container(image="x"))], [member], policy())
    orphaned = make_plan([group("a")], [member, owned(group("a"))], policy(prune=True))

    assert ["member"] == codes(declared)
    assert not declared
    assert not orphaned
    assert () == plan_destruction([member], policy()).changes


def test_two_environments_in_one_resource_group_do_not_touch_each_other() -> None:
    """Each sees its own groups as its own, and the other's as nobody's orphans."""
    there = [owned(group("a")), live(group("b"), tags={tags.OWNER: "shop/test"})]
    prod = make_plan([group("a")], there, policy(prune=True))
    test = make_plan([group("b")], there, policy(owner="shop/test", prune=True))

    assert not prod
    assert not test
    assert () == prod.blockers + prod.notices + test.blockers + test.notices


def test_nothing_of_another_owner_is_pruned() -> None:
    """Only what is declared here is taken over; the rest stays whose it is."""
    there = [owned(group("a")), owned(group("b"))]
    proposal = make_plan([group("a")], there, policy(owner="store", prune=True, take_over=frozenset({OWNER})))

    assert ["a"] == [each.id.name for each in proposal.changes]
    assert () == proposal.blockers + proposal.notices


def test_a_plan_holds_what_it_was_made_of() -> None:
    """Every part of it, in the order of the groups' keys."""
    rules = policy(prune=True, create_resource_groups=True)
    first, last = Unreadable("rg-shop/b", "403"), Unreadable("rg-shop/x", "404")
    gone = owned(group("c", ipAddress={"type": "Public"}))
    made = group("a")
    last_of_all = "deleted last, if all else goes well; earlier if a creation lacks quota"
    proposal = make_plan([made], [gone], rules, missing=(made.id.scope,), unreadable=(last, first))
    expected = Plan(
        owner=OWNER,
        changes=(
            decide(made, None, rules),
            Change(gone.id, Action.DELETE, Impact.NONE, before=gone, reasons=(last_of_all,), loses=("IP",)),
        ),
        resource_groups=(ResourceGroupChange(made.id.scope, "westeurope"),),
        unreadable=(first, last),
        live=1,
        policy=rules,
    )

    assert expected == proposal


def test_an_empty_project_is_told_what_to_do() -> None:
    """The whole of it, and how to delete everything on purpose."""
    with pytest.raises(UsageError) as raised:
        make_plan([], [], policy())

    assert ("no manifest declares a group", HINT) == (str(raised.value), raised.value.hint)


HINT = (
    "run it where the manifests are, or give their path; to delete everything this project owns, use "
    "`aci-reconcile destroy`"
)


def test_orphans_are_told_in_the_order_of_their_keys() -> None:
    """Each with what it is, and what could be done."""
    there = [owned(group(name)) for name in ("c", "b")]
    said = "has this project's tag but no manifest"

    assert tuple(Notice("orphan", f"rg-shop/{name}", said, "delete it with --prune") for name in "bc") == (
        make_plan([group("a")], there, policy()).notices
    )


def test_an_overridden_freeze_is_told_where_something_is_written() -> None:
    """With the reason that was given; where nothing is written there is nothing to say."""
    rules = policy(frozen="christmas", override="fire")
    said = Notice("freeze", OWNER, "the freeze christmas is overridden: fire")

    assert ((said,), ()) == (
        make_plan([group()], [], rules).notices,
        make_plan([group()], [owned(group())], rules).notices,
    )
    assert () == make_plan([group()], [], policy(override="fire")).notices


ENDED = "it has ended (Succeeded), and its work would run twice"
RESTORED: dict[str, tuple[Resource, Resource, bool, list[str]]] = {
    "comes back": (
        group(osType="Windows"),
        owned(group()),
        True,
        ["is restored if Azure refuses the new group"],
    ),
    "does not come back": (
        group("web", container(image="x"), restartPolicy="Never"),
        owned(group("web", restartPolicy="Never"), state="Terminated", exitCode=0),
        True,
        ["is not restored if Azure refuses the new group: it has ended (Succeeded), and its work would run twice"],
    ),
    "was not asked for": (group(osType="Windows"), owned(group()), False, []),
    "is not recreated": (group("web", container(image="x")), owned(group()), True, []),
}


@pytest.mark.parametrize("case", RESTORED)
def test_whether_a_group_comes_back_is_told(case: str) -> None:
    """Of each that is deleted and created again."""
    desired, there, restore, said = RESTORED[case]

    assert [Notice("restore", "rg-shop/web", each) for each in said] == list(
        make_plan([desired], [there], policy(restore=restore)).notices
    )


def test_whether_a_group_comes_back_is_judged_with_the_key() -> None:
    """Its fingerprint is understood by no other."""
    key = Secret("a key that is long enough to be one")
    mark = fingerprint(secrets_of(with_secret().body), entropy=lambda size: b"s" * size, key=key)
    there = live(with_secret(), tags={tags.OWNER: OWNER, tags.SECRETS: mark})
    desired = group("web", container(environmentVariables=[SECRET]), osType="Windows")

    assert ["is restored if Azure refuses the new group"] == [
        each.message for each in make_plan([desired], [there], policy(restore=True, fingerprint_key=key)).notices
    ]


def test_unknown_fields_are_told_once_for_the_whole_plan_and_again_on_a_write() -> None:
    """What a write may reset, then what was not compared."""
    there = [owned(group("a", strange=1)), owned(group("b", strange=1, odd=2)), owned(group("c", odd=2))]
    desired = [group("a", container(image="x")), group("b"), group("c")]

    assert (
        Notice("unknown-field", "rg-shop/a", "strange is unknown to this version; this write may reset it"),
        Notice("unknown-field", "rg-shop/b", "strange is unknown to this version and was not compared"),
        Notice("unknown-field", "rg-shop/b", "odd is unknown to this version and was not compared"),
    ) == make_plan(desired, there, policy()).notices


def test_notices_come_in_one_order() -> None:
    """What was overridden, what comes back, what is nobody's, what is not known, how groups are."""
    there = [
        owned(group("a", strange=1)),
        owned(group("b")),
        owned(group("c", provisioningState="Updating")),
    ]
    rules = policy(frozen="x", override="y", restore=True, allow_replace=1)
    proposal = make_plan([group("a", osType="Windows"), group("c")], there, rules)

    assert ["freeze", "restore", "orphan", "unknown-field", "condition"] == [each.code for each in proposal.notices]


WEST, EAST = ({**group().body, "location": place} for place in ("westeurope", "eastus"))


@pytest.mark.parametrize(
    ("rules", "location"),
    [
        ({}, "eastus"),
        ({"resource_group_location": "northeurope"}, "northeurope"),
    ],
)
def test_where_a_resource_group_is_created(rules: dict[str, Any], location: str) -> None:
    """Where the project says; else where the first of its groups is. One that no group needs is not created."""
    desired = [Resource(rid("b"), WEST), Resource(rid("a"), EAST), Resource(rid("a", "rg-other"), WEST)]
    missing = [rid().scope, Scope(rid().subscription, "rg-idle")]
    proposal = make_plan(desired, [], policy(create_resource_groups=True, **rules), missing=missing)

    assert (ResourceGroupChange(rid().scope, location),) == proposal.resource_groups


def test_a_resource_group_is_not_created_for_what_is_deleted() -> None:
    """Nothing will stand in it."""
    gone = owned(group("b"))
    rules = policy(create_resource_groups=True, prune=True)
    proposal = make_plan([Resource(rid("a", "rg-other"), WEST)], [gone], rules, missing=(rid().scope,))

    assert () == proposal.resource_groups


def test_only_our_own_groups_count_as_live() -> None:
    """Neither those of others nor members of an NGroup."""
    there = [
        owned(group("a")),
        live(group("b")),
        live(group("c"), tags={tags.OWNER: "other"}),
        owned(group("d", orchestratorId="/x")),
        owned(group("e")),
    ]

    assert (2, 2) == (make_plan([group("a")], there, policy()).live, plan_destruction(there, policy()).live)


def test_a_destruction_is_a_plan_of_deletions() -> None:
    """Of what is ours and selected, each with what it loses."""
    there = [owned(group("b")), owned(group("a", ipAddress={"type": "Public"})), live(group("c"))]
    rules = policy(max_deletes=UNLIMITED)
    some = policy(max_deletes=UNLIMITED, selected=frozenset({rid("b").key}))
    first = Change(rid("a"), Action.DELETE, before=there[1], loses=("IP",))
    last = Change(rid("b"), Action.DELETE, before=there[0])

    assert Plan(OWNER, (first, last), live=2, policy=rules) == plan_destruction(there, rules)
    assert Plan(OWNER, (last,), live=1, policy=some) == plan_destruction(there, some)


def test_a_decision_that_is_known_is_kept() -> None:
    """As long as it is about the very read that is there now."""
    desired, there = group(), owned(group())
    known = Change(rid(), Action.NO_OP, before=there, after=desired, reasons=("decided before",))
    key = rid().key

    assert [("decided before",), ()] == [
        only(make_plan([desired], [each], policy(), decisions={key: known})).reasons for each in (there, owned(group()))
    ]


def test_verdicts_about_secrets_reach_the_decision() -> None:
    """None is looked for twice."""
    there = stamped(with_secret(), "DB=s3cret")

    assert (
        Action.UPDATE
        is only(make_plan([with_secret()], [there], policy(), verdicts={make_verdict_key(there): False})).action
    )


def waits_for(name: str) -> Resource:
    """Return a group that wants to know another one's address."""
    return group("web", tags={"peer": Deferred(GroupReference(name, "ipAddress.ip"))})


ADDRESS: dict[str, Any] = {"type": "Private", "ports": [{"port": 80}]}
HERE = owned(group("db", ipAddress={**ADDRESS, "ip": "10.0.0.4"}))


def test_a_group_that_waits_keeps_its_manifest_for_later() -> None:
    """One that changes nothing needs no manifest, and one that is let go of its own accord neither."""
    db = group("db", container(image="x"), ipAddress=ADDRESS)
    proposal = make_plan([waits_for("db"), db], [HERE], policy())

    assert [None, waits_for("db")] == [each.deferred for each in proposal.changes]


def test_values_of_groups_elsewhere_are_known() -> None:
    """They are read, and are no orphans; what is read in the project's own resource groups is newer."""
    elsewhere = Resource(rid("db", "rg-data"), HERE.body)
    stale = Resource(rid("db"), {**HERE.body, "properties": {}})
    told = make_plan([waits_for("rg-data/db")], [], policy(prune=True), referenced=(elsewhere,))
    mine = make_plan([waits_for("db"), group("db", ipAddress=ADDRESS)], [HERE], policy(), referenced=(stale,))

    assert ["10.0.0.4"] == [each.after.tags["peer"] for each in told.changes if each.after]
    assert ["10.0.0.4"] == [each.after.tags["peer"] for each in mine.changes if each.after and each.id.name == "web"]


def test_a_value_of_a_group_that_could_not_be_read_holds_nothing() -> None:
    """Nobody knows whether it is there, and the plan is not complete anyway."""
    proposal = make_plan([waits_for("db")], [], policy(), unreadable=(Unreadable("RG-shop/DB", "403", rid("db")),))

    assert ((), [Action.CREATE]) == (proposal.blockers, [each.action for each in proposal.changes])


def test_a_value_of_a_group_that_goes_holds_the_plan() -> None:
    """After what else holds it."""
    proposal = make_plan([waits_for("db")], [HERE], policy(prune=True, max_deletes=0))

    assert ["delete", "reference"] == codes(proposal)


def test_a_declared_group_that_could_not_be_read_is_left_out_however_it_is_spelled() -> None:
    """Others are decided about."""
    proposal = make_plan([group("Web"), group("db")], [], policy(), unreadable=(Unreadable("RG-SHOP/wEB", "403"),))

    assert ["rg-shop/db"] == [each.address for each in proposal.changes]


@pytest.mark.parametrize("whole", [True, False])
def test_a_plan_tells_whether_all_of_the_subscription_was_looked_through(whole: bool) -> None:
    """Whoever shows it says of what it knows nothing."""
    assert whole is make_plan([group()], [], policy(), searched_all=whole).searched_all
