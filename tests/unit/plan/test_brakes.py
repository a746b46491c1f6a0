"""What holds a plan back, and what releases it."""

from __future__ import annotations

from typing import Any

import pytest
from factories import OWNER, container, group, live, owned, policy
from plans import codes

from aci_reconcile import tags
from aci_reconcile.model import Lifecycle, Resource
from aci_reconcile.plan import (
    UNLIMITED,
    plan,
)

HELD: dict[str, tuple[Resource, Resource | None, dict[str, Any], list[str]]] = {
    "replace": (group(osType="Windows"), owned(group()), {}, ["replace"]),
    "replace allowed": (group(osType="Windows"), owned(group()), {"allow_replace": UNLIMITED}, []),
    "replace allowed once": (group(osType="Windows"), owned(group()), {"allow_replace": 1}, []),
    "replace allowed by the manifest": (
        group(osType="Windows", lifecycle=Lifecycle(replace=True)),
        owned(group()),
        {},
        [],
    ),
    "unowned": (group(), live(group()), {}, ["unowned"]),
    "unowned, adopted": (group(), live(group()), {"adopt": True}, []),
    "unowned, adopted by the manifest": (group(lifecycle=Lifecycle(adopt=True)), live(group()), {}, []),
    "foreign": (group(), live(group(), tags={tags.OWNER: "other/prod"}), {"adopt": True}, ["owner"]),
    "foreign, taken over": (
        group(),
        live(group(), tags={tags.OWNER: "other"}),
        {"take_over": frozenset({"other"})},
        [],
    ),
    "foreign, another one taken over": (
        group(),
        live(group(), tags={tags.OWNER: "other/prod"}),
        {"take_over": frozenset({"other"})},
        ["owner"],
    ),
    "unowned, another one's taken over": (group(), live(group()), {"take_over": frozenset({"other"})}, ["unowned"]),
    "protected by the manifest": (
        group(osType="Windows", lifecycle=Lifecycle(protect=True)),
        owned(group()),
        {"allow_replace": UNLIMITED},
        ["protected"],
    ),
    "protected by the tag": (
        group(osType="Windows"),
        live(group(), tags={tags.OWNER: OWNER, tags.PROTECTED: "true"}),
        {"allow_replace": UNLIMITED},
        ["protected"],
    ),
    "protection lifted": (
        group(osType="Windows", lifecycle=Lifecycle(protect=False)),
        live(group(), tags={tags.OWNER: OWNER, tags.PROTECTED: "true"}),
        {"allow_replace": UNLIMITED},
        [],
    ),
}


@pytest.mark.parametrize("case", HELD)
def test_what_holds_a_plan(case: str) -> None:
    """Fails closed, and says which flag releases it."""
    desired, there, rules, held = HELD[case]
    proposal = plan([desired], [there] if there else [], policy(**rules))

    assert held == codes(proposal)
    assert (not held) is proposal.applyable
    assert all(blocker.release for blocker in proposal.blockers)


def test_two_replacements_are_more_than_one() -> None:
    """The number given is the number allowed."""
    desired = [group("a", osType="Windows"), group("b", osType="Windows")]
    there = [owned(group("a")), owned(group("b"))]

    assert "--allow-replace=2" == plan(desired, there, policy(allow_replace=1)).blockers[0].release
    assert [] == codes(plan(desired, there, policy(allow_replace=2)))


def test_more_deletions_than_allowed_are_held() -> None:
    """Small estates are protected, too."""
    there = [owned(group(name)) for name in "abc"]

    assert ["delete"] == codes(plan([group("a")], there, policy(prune=True)))
    assert [] == codes(plan([group("a")], there, policy(prune=True, max_deletes=2, deletes_named=True)))


def test_most_of_an_estate_is_not_deleted_by_the_word_of_a_file() -> None:
    """The project's own limit was written before anybody knew of this plan; the number on the command line was not."""
    there = [owned(group(name)) for name in "abcd"]
    held = plan([group("a")], there, policy(prune=True, max_deletes=100))

    assert [("share", "--max-deletes 3")] == [(each.code, each.release) for each in held.blockers]
    assert [] == codes(plan([group("a")], there, policy(prune=True, max_deletes=3, deletes_named=True)))
    assert ["delete"] == codes(plan([group("a")], there, policy(prune=True, max_deletes=2, deletes_named=True)))
    assert [] == codes(plan([group("a")], there, policy(prune=True, max_deletes=100, max_share=1.0)))
    assert [] == codes(plan([group("a"), group("b")], there, policy(prune=True, max_deletes=100)))


def test_each_kind_that_takes_groups_away_is_named() -> None:
    """A number for one of them says nothing of the other."""
    there = [owned(group(name)) for name in "abcd"]
    desired = [group("a", osType="Windows"), group("b", osType="Windows"), group("c")]
    rules: dict[str, Any] = {"prune": True, "max_deletes": 1}
    blanket = plan(desired, there, policy(allow_replace=UNLIMITED, **rules))
    half = plan(desired, there, policy(allow_replace=2, **rules))

    assert [("share", "--allow-replace=2 --max-deletes 1")] == [(each.code, each.release) for each in blanket.blockers]
    assert [("share", "--max-deletes 1")] == [(each.code, each.release) for each in half.blockers]
    assert [] == codes(plan(desired, there, policy(allow_replace=2, deletes_named=True, **rules)))


def test_the_release_of_many_replacements_is_their_number() -> None:
    """A blanket word would not be enough for most of the groups, so that none is advised."""
    there = [owned(group(name)) for name in "abc"]
    grown = [group(name, osType="Windows") for name in "abc"]

    assert ["--allow-replace=3"] == [each.release for each in plan(grown, there, policy()).blockers]
    assert ["--allow-replace"] == [each.release for each in plan([grown[0], *there[1:]], there, policy()).blockers]


@pytest.mark.parametrize(("live_names", "left"), [("ab", "a"), ("abc", "ab")])
def test_one_group_is_never_most_of_an_estate(live_names: str, left: str) -> None:
    """Two at least: one alone is held by the other brakes."""
    there = [owned(group(name)) for name in live_names]

    assert [] == codes(plan([group(name) for name in left], there, policy(prune=True)))
    assert [] == codes(plan([group("a", osType="Windows")], there[:1], policy(allow_replace=UNLIMITED)))


def test_an_emptied_manifest_holds_every_deletion() -> None:
    """What it declared is not gone on purpose, as far as anybody knows; updates go on, and so does a plan as such."""
    there = [owned(group("a")), owned(group("b"))]
    emptied: dict[str, Any] = {"emptied": ("manifests/b.yaml",)}
    held = plan([group("a")], there, policy(prune=True, max_deletes=9, deletes_named=True, **emptied))

    assert [("emptied", ("rg-shop/b",), "removing it, or filling it again")] == [
        (each.code, each.addresses, each.release) for each in held.blockers
    ]
    assert ["manifests/b.yaml declares nothing, and 1 group would be deleted"] == [
        each.reason for each in held.blockers
    ]
    assert [] == codes(plan([group("a", container(image="x"))], there, policy(**emptied)))
    assert [] == codes(plan([group("a", osType="Windows")], there, policy(allow_replace=1, **emptied)))


@pytest.mark.parametrize(
    ("there", "rules", "reason"),
    [
        (["a", "b"], {"prune": True, "max_deletes": 0}, "1 group would be deleted, and none may be"),
        (["a", "b", "c"], {"prune": True}, "2 groups would be deleted, and 1 may be"),
        (["a"], {"max_restarts": 0}, "1 group would restart, and none may"),
    ],
)
def test_numbers_in_words(there: list[str], rules: dict[str, Any], reason: str) -> None:
    """One is one group, and a limit of none is called that."""
    held = plan([group("a", container(image="x"))], [owned(group(name)) for name in there], policy(**rules))

    assert [reason] == [each.reason for each in held.blockers]


def test_most_of_an_estate_is_not_recreated_on_a_blanket_word() -> None:
    """``--allow-replace`` alone lets a few go; for most of them their number is to be named."""
    there = [owned(group(name)) for name in "abcd"]
    few = [group("a", osType="Windows"), group("b", osType="Windows"), group("c"), group("d")]
    most = [*(group(name, osType="Windows") for name in "abc"), group("d")]

    assert [] == codes(plan(few, there, policy(allow_replace=UNLIMITED)))
    assert ["share"] == codes(plan(most, there, policy(allow_replace=UNLIMITED)))
    assert [] == codes(plan(most, there, policy(allow_replace=3)))


def test_deletions_count_with_replacements() -> None:
    """Both take a group away."""
    there = [owned(group(name)) for name in "abcd"]
    desired = [group("a", osType="Windows"), group("b")]
    rules = policy(allow_replace=UNLIMITED, prune=True, max_deletes=2)

    assert ["share"] == codes(plan(desired, there, rules))


def test_restarts_have_a_limit_of_their_own() -> None:
    """None unless one is set."""
    there = [owned(group(name)) for name in "ab"]
    desired = [group(name, container(image="x")) for name in "ab"]
    held = plan(desired, there, policy(max_restarts=1))

    assert [] == codes(plan(desired, there, policy()))
    assert [("restart", "--max-restarts 2")] == [(each.code, each.release) for each in held.blockers]


@pytest.mark.parametrize(("rules", "code"), [({"observe": True}, "observe"), ({"frozen": "christmas"}, "freeze")])
def test_what_holds_every_write(rules: dict[str, Any], code: str) -> None:
    """An environment that is only observed, and a freeze; without a write there is nothing to hold."""
    assert [code] == codes(plan([group("web", container(image="x"))], [owned(group())], policy(**rules)))
    assert [] == codes(plan([group()], [owned(group())], policy(**rules)))


def test_a_renamed_project_is_held_and_deletes_nothing() -> None:
    """Its groups belong to the old name until they are let go and adopted."""
    there = [owned(group(name)) for name in "ab"]
    renamed = plan([group("a"), group("b", container(image="x"))], there, policy(owner="store/prod", prune=True))

    assert ["owner", "owner"] == codes(renamed)
    assert not renamed


@pytest.mark.parametrize(
    ("owner", "release"),
    [
        ("shop/test", "--take-over shop/test, or removing it here"),
        ("my shop; rm -rf ~", "--take-over 'my shop; rm -rf ~', or removing it here"),
        ("--local", "removing it here, or its tag aci-reconcile-project in Azure"),
        ("a\nb", "removing it here, or its tag aci-reconcile-project in Azure"),
    ],
)
def test_what_releases_a_foreign_group_can_be_typed(owner: str, release: str) -> None:
    """Quoted for a shell; a name from Azure that could be no argument is in no command."""
    (blocker,) = plan([group()], [live(group(), tags={tags.OWNER: owner})], policy()).blockers

    assert release == blocker.release
