"""What a plan says of itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from factories import OWNER, container, group, live, make_plan, owned, policy, rid
from plans import MISSING, with_secret

from aci_reconcile.core import tags
from aci_reconcile.core.diff import FieldChange
from aci_reconcile.core.errors import Where
from aci_reconcile.core.model import Scope
from aci_reconcile.core.secret import Secret
from aci_reconcile.planning import (
    Action,
    Blocker,
    Cause,
    Change,
    Impact,
    Notice,
    Plan,
    ResourceGroupChange,
    Unreadable,
)
from aci_reconcile.planning.values import find_missing_secrets


def test_a_plan_counts_as_terraform_does() -> None:
    """A replacement is one to add and one to destroy."""
    desired = [group("a"), group("b", container(image="x")), group("c", osType="Windows")]
    proposal = make_plan(desired, [owned(group("b")), owned(group("c")), owned(group("d"))], policy(prune=True))

    assert (2, 1, 2) == (proposal.to_add, proposal.to_change, proposal.to_destroy)
    assert proposal
    assert 1 == proposal.count_with_impact(Impact.RECREATE)


def web(action: Action, impact: Impact = Impact.NONE, **more: Any) -> Change:
    """Return a change of one group, with the sides that such a change has."""
    before = None if action is Action.CREATE else owned(group())
    after = None if action is Action.DELETE else group(tags={tags.OWNER: OWNER})
    settings: dict[str, Any] = {"before": before, "after": after, **more}
    return Change(rid(), action, impact, **settings)


WRITES: dict[str, tuple[Change, bool, bool]] = {
    "create": (web(Action.CREATE), True, True),
    "update": (web(Action.UPDATE, Impact.RESTART), True, True),
    "tags": (web(Action.UPDATE, Impact.TAGS_ONLY), True, False),
    "adopt": (web(Action.ADOPT, Impact.TAGS_ONLY), True, False),
    "adopt and change": (web(Action.ADOPT, Impact.RESTART), True, True),
    "replace": (web(Action.REPLACE, Impact.RECREATE), True, True),
    "delete": (web(Action.DELETE), True, False),
    "no-op": (web(Action.NO_OP), False, False),
}


@pytest.mark.parametrize("case", WRITES)
def test_what_a_change_sends(case: str) -> None:
    """Nothing, tags or the whole body."""
    change, writes, sends_body = WRITES[case]

    assert (writes, sends_body) == (change.writes, change.sends_body)


def test_a_change_goes_by_its_address_and_its_place() -> None:
    """What is deleted stands nowhere."""
    where = Where("web.yaml", 3, 1)
    declared = web(Action.UPDATE, after=replace(group(), where=where))

    assert ("rg-shop/web", where, None) == (declared.address, declared.where, web(Action.DELETE).where)


FORMER: dict[str, tuple[Change, str]] = {
    "taken over": (web(Action.ADOPT, before=live(group(), tags={tags.OWNER: "other"})), "other"),
    "ours": (web(Action.UPDATE), ""),
    "nobody's": (web(Action.ADOPT, before=live(group())), ""),
    "released": (web(Action.UPDATE, after=group()), ""),
    "left alone": (web(Action.NO_OP, before=live(group(), tags={tags.OWNER: "other"})), ""),
    "created": (web(Action.CREATE), ""),
    "deleted": (web(Action.DELETE), ""),
}


@pytest.mark.parametrize("case", FORMER)
def test_who_owned_a_group_before(case: str) -> None:
    """Only where it comes from somebody else to us."""
    change, owner = FORMER[case]

    assert owner == change.former_owner


IMAGE, SECRET = FieldChange("image", "a", "b"), FieldChange("secret", None, None, secret=True)


@pytest.mark.parametrize(
    ("cause", "in_azure", "image", "secret"),
    [
        (Cause.GIT, (), Cause.GIT, Cause.GIT),
        (Cause.AZURE, ("image",), Cause.AZURE, Cause.UNKNOWN),
        (Cause.AZURE, (), Cause.AZURE, Cause.UNKNOWN),
        (Cause.UNKNOWN, ("image",), Cause.AZURE, Cause.UNKNOWN),
        (Cause.UNKNOWN, (), Cause.UNKNOWN, Cause.UNKNOWN),
    ],
)
def test_where_a_difference_comes_from(cause: Cause, in_azure: tuple[str, ...], image: Cause, secret: Cause) -> None:
    """That a secret changed in Azure is never known."""
    change = web(Action.UPDATE, Impact.RESTART, cause=cause, in_azure=in_azure)

    assert (image, secret) == (change.find_cause(IMAGE), change.find_cause(SECRET))


def test_a_notice_says_what_could_be_done() -> None:
    """Where something could."""
    assert ["is there; remove it", "is there"] == [
        Notice("x", "rg/web", "is there", hint).text for hint in ("remove it", "")
    ]


def test_a_plan_counts_its_changes() -> None:
    """By what is done, what it costs, and whom the groups belonged to."""
    taken = web(Action.ADOPT, Impact.TAGS_ONLY, before=live(group(), tags={tags.OWNER: "other"}))
    adopted = web(Action.ADOPT, Impact.RESTART, before=live(group()), not_compared=("a", "b"))
    deleted, quiet = web(Action.DELETE), web(Action.NO_OP, not_compared=("c",))
    found = Plan(OWNER, (taken, adopted, deleted, quiet, web(Action.CREATE)))

    assert ((taken, adopted), (deleted, quiet)) == (found.of(Action.ADOPT), found.of(Action.DELETE, Action.NO_OP))
    assert (1, 2, 1) == (found.to_add, found.to_change, found.to_destroy)
    assert ((taken,), (adopted,)) == (found.taken_over, found.adopted)
    assert (1, 1, 3) == (
        found.count_with_impact(Impact.RESTART),
        found.count_with_impact(Impact.TAGS_ONLY),
        found.not_compared,
    )


def test_a_plan_is_true_where_something_would_be_written() -> None:
    """A group, or a resource group."""
    made = ResourceGroupChange(Scope("sub", "rg"), "westeurope")

    assert [False, False, True, True] == [
        bool(each)
        for each in (
            Plan(OWNER),
            Plan(OWNER, (web(Action.NO_OP),)),
            Plan(OWNER, (web(Action.NO_OP), web(Action.CREATE))),
            Plan(OWNER, resource_groups=(made,)),
        )
    ]


HELD = Blocker("freeze", "nothing is written now", ("rg-shop/web",), "--override-freeze REASON")
UNREAD, UNLISTED = Unreadable("rg-shop/web", "403", rid()), Unreadable("rg-shop", "403")
WAITS = web(Action.CREATE, after=with_secret(MISSING))


def test_what_stands_in_the_way_of_an_apply() -> None:
    """What holds it, what could not be read, and secrets that are not at hand."""
    plans = [
        Plan(OWNER),
        Plan(OWNER, blockers=(HELD,)),
        Plan(OWNER, unreadable=(UNREAD,)),
        Plan(OWNER, (WAITS,)),
    ]

    assert [(True, True), (True, False), (False, False), (True, False)] == [
        (each.complete, each.applyable) for each in plans
    ]


def test_only_a_list_that_failed_makes_a_plan_blind() -> None:
    """Nobody knows what else is there; one group that could not be read is one group."""
    assert [None, None, UNLISTED] == [
        Plan(OWNER, unreadable=each).blind for each in ((), (UNREAD,), (UNREAD, UNLISTED, Unreadable("rg-b", "403")))
    ]


@pytest.mark.parametrize(
    ("action", "impact", "missing"),
    [
        (Action.CREATE, Impact.NONE, True),
        (Action.REPLACE, Impact.RECREATE, True),
        (Action.UPDATE, Impact.TAGS_ONLY, False),
        (Action.NO_OP, Impact.NONE, False),
    ],
)
def test_a_secret_is_missing_only_where_it_would_be_sent(action: Action, impact: Impact, missing: bool) -> None:
    """Each is named with its group; those that are at hand are not."""
    both = group("web", container(environmentVariables=[MISSING, {"name": "OK", "secureValue": Secret("x")}]))
    change = web(action, impact, after=both)
    expected = (("rg-shop/web", MISSING["secureValue"]),) if missing else ()

    assert expected == find_missing_secrets([change, web(Action.DELETE)]) == Plan(OWNER, (change,)).missing_secrets


@pytest.mark.parametrize(
    ("release", "advice"),
    [
        ("--allow-replace", "Release with --allow-replace"),
        ("remove its manifest here", "To release, remove its manifest here"),
        ("", ""),
    ],
)
def test_what_releases_a_blocker_is_an_option_or_a_step(release: str, advice: str) -> None:
    """An option is given, anything else is done first; either is a sentence."""
    assert advice == Blocker("replace", "why", (), release).advice
