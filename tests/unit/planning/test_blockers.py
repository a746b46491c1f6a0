"""What holds a plan back, and what releases it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from factories import OWNER, container, group, live, make_plan, owned, policy, rid
from plans import codes

from aci_reconcile.core import tags
from aci_reconcile.core.model import Lifecycle, Resource, Scope
from aci_reconcile.planning import UNLIMITED, Action, Change, Impact
from aci_reconcile.planning.blockers import find_blockers
from aci_reconcile.planning.permission import is_protected

if TYPE_CHECKING:
    from collections.abc import Callable

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
    proposal = make_plan([desired], [there] if there else [], policy(**rules))

    assert held == codes(proposal)
    assert (not held) is proposal.applyable
    assert all(blocker.release for blocker in proposal.blockers)


def test_two_replacements_are_more_than_one() -> None:
    """The number given is the number allowed."""
    desired = [group("a", osType="Windows"), group("b", osType="Windows")]
    there = [owned(group("a")), owned(group("b"))]

    assert "--allow-replace=2" == make_plan(desired, there, policy(allow_replace=1)).blockers[0].release
    assert [] == codes(make_plan(desired, there, policy(allow_replace=2)))


def test_more_deletions_than_allowed_are_held() -> None:
    """Small estates are protected, too."""
    there = [owned(group(name)) for name in "abc"]

    assert ["delete"] == codes(make_plan([group("a")], there, policy(prune=True)))
    assert [] == codes(make_plan([group("a")], there, policy(prune=True, max_deletes=2, deletes_named=True)))


def test_most_of_an_estate_is_not_deleted_by_the_word_of_a_file() -> None:
    """The project's own limit was written before anybody knew of this plan; the number on the command line was not."""
    there = [owned(group(name)) for name in "abcd"]
    held = make_plan([group("a")], there, policy(prune=True, max_deletes=100))

    assert [("share", "--max-deletes 3")] == [(each.code, each.release) for each in held.blockers]
    assert [] == codes(make_plan([group("a")], there, policy(prune=True, max_deletes=3, deletes_named=True)))
    assert ["delete"] == codes(make_plan([group("a")], there, policy(prune=True, max_deletes=2, deletes_named=True)))
    assert [] == codes(make_plan([group("a")], there, policy(prune=True, max_deletes=100, max_share=1.0)))
    assert [] == codes(make_plan([group("a"), group("b")], there, policy(prune=True, max_deletes=100)))


def test_each_kind_that_takes_groups_away_is_named() -> None:
    """A number for one of them says nothing of the other."""
    there = [owned(group(name)) for name in "abcd"]
    desired = [group("a", osType="Windows"), group("b", osType="Windows"), group("c")]
    rules: dict[str, Any] = {"prune": True, "max_deletes": 1}
    blanket = make_plan(desired, there, policy(allow_replace=UNLIMITED, **rules))
    half = make_plan(desired, there, policy(allow_replace=2, **rules))

    assert [("share", "--allow-replace=2 --max-deletes 1")] == [(each.code, each.release) for each in blanket.blockers]
    assert [("share", "--max-deletes 1")] == [(each.code, each.release) for each in half.blockers]
    assert [] == codes(make_plan(desired, there, policy(allow_replace=2, deletes_named=True, **rules)))


def test_the_release_of_many_replacements_is_their_number() -> None:
    """A blanket word would not be enough for most of the groups, so that none is advised."""
    there = [owned(group(name)) for name in "abc"]
    grown = [group(name, osType="Windows") for name in "abc"]

    assert ["--allow-replace=3"] == [each.release for each in make_plan(grown, there, policy()).blockers]
    assert ["--allow-replace"] == [each.release for each in make_plan([grown[0], *there[1:]], there, policy()).blockers]


@pytest.mark.parametrize(("live_names", "left"), [("ab", "a"), ("abc", "ab")])
def test_one_group_is_never_most_of_an_estate(live_names: str, left: str) -> None:
    """Two at least: one alone is held by the other brakes."""
    there = [owned(group(name)) for name in live_names]

    assert [] == codes(make_plan([group(name) for name in left], there, policy(prune=True)))
    assert [] == codes(make_plan([group("a", osType="Windows")], there[:1], policy(allow_replace=UNLIMITED)))


def test_an_emptied_manifest_holds_every_deletion() -> None:
    """What it declared is not gone on purpose, as far as anybody knows; updates go on, and so does a plan as such."""
    there = [owned(group("a")), owned(group("b"))]
    emptied: dict[str, Any] = {"emptied": ("manifests/b.yaml",)}
    held = make_plan([group("a")], there, policy(prune=True, max_deletes=9, deletes_named=True, **emptied))

    assert [("emptied", ("rg-shop/b",), "remove it, or fill it again")] == [
        (each.code, each.addresses, each.release) for each in held.blockers
    ]
    assert ["manifests/b.yaml declares nothing, and 1 group would be deleted"] == [
        each.reason for each in held.blockers
    ]
    assert [] == codes(make_plan([group("a", container(image="x"))], there, policy(**emptied)))
    assert [] == codes(make_plan([group("a", osType="Windows")], there, policy(allow_replace=1, **emptied)))


@pytest.mark.parametrize("key", ["rg-shop/b", "/b"])
def test_what_a_project_below_declares_is_not_deleted(key: str) -> None:
    """It was handed over; what no manifest declares anywhere is deleted as ever."""
    tag = tags.make_owner_tag(OWNER, "0123456789abcdef")
    there = [owned(group("a")), live(group("b"), tags={tags.OWNER: tag}), owned(group("c"))]
    rules: dict[str, Any] = {"project_id": "0123456789abcdef", "max_deletes": 9, "deletes_named": True}
    rules |= {"elsewhere": {key: "new/aci-reconcile.yaml"}}
    (held,) = make_plan([group("a")], there, policy(prune=True, **rules)).blockers

    assert ("elsewhere", ("rg-shop/b",)) == (held.code, held.addresses)
    assert "rg-shop/b would be deleted, but the project of new/aci-reconcile.yaml declares it" == held.reason
    assert f"--take-over {tag} there, or remove its manifest there" == held.release
    assert [] == codes(make_plan([group("a"), group("b")], there, policy(prune=True, **rules)))


@pytest.mark.parametrize(
    ("there", "rules", "reason"),
    [
        (["a", "b"], {"prune": True, "max_deletes": 0}, "1 group would be deleted; the limit is 0"),
        (["a", "b", "c"], {"prune": True}, "2 groups would be deleted; the limit is 1"),
        (["a"], {"max_restarts": 0}, "1 group would restart; the limit is 0"),
    ],
)
def test_numbers_in_words(there: list[str], rules: dict[str, Any], reason: str) -> None:
    """One is one group, and a limit of none is called that."""
    held = make_plan([group("a", container(image="x"))], [owned(group(name)) for name in there], policy(**rules))

    assert [reason] == [each.reason for each in held.blockers]


def test_most_of_an_estate_is_not_recreated_on_a_blanket_word() -> None:
    """``--allow-replace`` alone lets a few go; for most of them their number is to be named."""
    there = [owned(group(name)) for name in "abcd"]
    few = [group("a", osType="Windows"), group("b", osType="Windows"), group("c"), group("d")]
    most = [*(group(name, osType="Windows") for name in "abc"), group("d")]

    assert [] == codes(make_plan(few, there, policy(allow_replace=UNLIMITED)))
    assert ["share"] == codes(make_plan(most, there, policy(allow_replace=UNLIMITED)))
    assert [] == codes(make_plan(most, there, policy(allow_replace=3)))


def test_deletions_count_with_replacements() -> None:
    """Both take a group away."""
    there = [owned(group(name)) for name in "abcd"]
    desired = [group("a", osType="Windows"), group("b")]
    rules = policy(allow_replace=UNLIMITED, prune=True, max_deletes=2)

    assert ["share"] == codes(make_plan(desired, there, rules))


def test_restarts_have_a_limit_of_their_own() -> None:
    """None unless one is set."""
    there = [owned(group(name)) for name in "ab"]
    desired = [group(name, container(image="x")) for name in "ab"]
    held = make_plan(desired, there, policy(max_restarts=1))

    assert [] == codes(make_plan(desired, there, policy()))
    assert [("restart", "--max-restarts 2")] == [(each.code, each.release) for each in held.blockers]


@pytest.mark.parametrize(("rules", "code"), [({"observe": True}, "observe"), ({"frozen": "christmas"}, "freeze")])
def test_what_holds_every_write(rules: dict[str, Any], code: str) -> None:
    """An environment that is only observed, and a freeze; without a write there is nothing to hold."""
    assert [code] == codes(make_plan([group("web", container(image="x"))], [owned(group())], policy(**rules)))
    assert [] == codes(make_plan([group()], [owned(group())], policy(**rules)))


def test_a_renamed_project_is_held_and_deletes_nothing() -> None:
    """Its groups belong to the old name until they are let go and adopted."""
    there = [owned(group(name)) for name in "ab"]
    renamed = make_plan([group("a"), group("b", container(image="x"))], there, policy(owner="store/prod", prune=True))

    assert ["owner", "owner"] == codes(renamed)
    assert not renamed


@pytest.mark.parametrize(
    ("owner", "release"),
    [
        ("shop/test", "--take-over shop/test, or remove its manifest here"),
        ("my shop; rm -rf ~", "--take-over 'my shop; rm -rf ~', or remove its manifest here"),
        ("--local", "remove its manifest here, or its tag aci-reconcile-project in Azure"),
        ("a\nb", "remove its manifest here, or its tag aci-reconcile-project in Azure"),
    ],
)
def test_what_releases_a_foreign_group_can_be_typed(owner: str, release: str) -> None:
    """Quoted for a shell; a name from Azure that could be no argument is in no command."""
    (blocker,) = make_plan([group()], [live(group(), tags={tags.OWNER: owner})], policy()).blockers

    assert release == blocker.release


def change(name: str, action: Action, impact: Impact = Impact.NONE, **more: Any) -> Change:
    """Return a change of a group of ours, with the sides that such a change has."""
    before = None if action is Action.CREATE else owned(group(name))
    after = None if action is Action.DELETE else group(name)
    settings: dict[str, Any] = {"before": before, "after": after, **more}
    return Change(rid(name), action, impact, **settings)


def held(*changes: Change, ours: int = 99, missing: tuple[Scope, ...] = (), **rules: Any) -> list[tuple[Any, ...]]:
    """Return what holds these changes: code, reason, addresses and release."""
    found = find_blockers(changes, missing, policy(**rules), ours)
    return [(each.code, each.reason, each.addresses, each.release) for each in found]


def replaced(*names: str, **more: Any) -> tuple[Change, ...]:
    """Return recreations."""
    return tuple(change(name, Action.REPLACE, Impact.RECREATE, **more) for name in names)


def deleted(*names: str) -> tuple[Change, ...]:
    """Return deletions."""
    return tuple(change(name, Action.DELETE) for name in names)


RESTART = change("a", Action.UPDATE, Impact.RESTART)
FOREIGN = live(group("a"), tags={tags.OWNER: "other"})
WHOLE: dict[str, tuple[Callable[[], list[tuple[Any, ...]]], list[tuple[Any, ...]]]] = {
    "nothing": (lambda: held(change("a", Action.NO_OP), observe=True, frozen="x"), []),
    "observed": (
        lambda: held(RESTART, change("b", Action.NO_OP), observe=True),
        [("observe", "shop/prod is in observe mode", ("rg-shop/a",), "set mode: apply in the project file")],
    ),
    "frozen": (
        lambda: held(RESTART, frozen="christmas"),
        [("freeze", "writes are frozen: christmas", ("rg-shop/a",), "--override-freeze REASON")],
    ),
    "frozen, overridden": (lambda: held(RESTART, frozen="christmas", override="fire"), []),
    "overridden without a freeze": (lambda: held(RESTART, override="fire"), []),
    "foreign": (
        lambda: held(change("a", Action.NO_OP, before=FOREIGN)),
        [
            (
                "owner",
                "rg-shop/a belongs to other, not to shop/prod",
                ("rg-shop/a",),
                "--take-over other, or remove its manifest here",
            )
        ],
    ),
    "foreign, and declared nowhere": (
        lambda: held(change("a", Action.DELETE, before=FOREIGN)),
        [
            (
                "owner",
                "rg-shop/a belongs to other, not to shop/prod",
                ("rg-shop/a",),
                "remove its manifest here, or its tag aci-reconcile-project in Azure",
            ),
        ],
    ),
    "unowned": (
        lambda: held(change("a", Action.ADOPT, Impact.TAGS_ONLY, before=live(group("a")))),
        [("unowned", "rg-shop/a exists and has no owner", ("rg-shop/a",), "--adopt")],
    ),
    "two unowned": (
        lambda: held(*(change(name, Action.ADOPT, Impact.TAGS_ONLY, before=live(group(name))) for name in "ab")),
        [("unowned", "rg-shop/a, rg-shop/b exist and have no owner", ("rg-shop/a", "rg-shop/b"), "--adopt")],
    ),
    "four unowned": (
        lambda: held(*(change(name, Action.ADOPT, Impact.TAGS_ONLY, before=live(group(name))) for name in "abcd")),
        [
            (
                "unowned",
                "rg-shop/a, rg-shop/b and 2 more exist and have no owner",
                ("rg-shop/a", "rg-shop/b", "rg-shop/c", "rg-shop/d"),
                "--adopt",
            )
        ],
    ),
    "protected, deleted": (
        lambda: held(
            change("a", Action.DELETE, before=live(group("a"), tags={tags.OWNER: OWNER, tags.PROTECTED: "true"}))
        ),
        [
            (
                "protected",
                "rg-shop/a is protected and would be deleted",
                ("rg-shop/a",),
                "remove its tag aci-reconcile-protected in Azure",
            )
        ],
    ),
    "protected, recreated": (
        lambda: held(*replaced("a", after=group("a", lifecycle=Lifecycle(protect=True))), allow_replace=1),
        [
            (
                "protected",
                "rg-shop/a is protected and would be deleted and created again",
                ("rg-shop/a",),
                "set lifecycle.protect: false in its manifest",
            )
        ],
    ),
    "protected, restarted": (
        lambda: held(change("a", Action.UPDATE, Impact.RESTART, after=group("a", lifecycle=Lifecycle(protect=True)))),
        [],
    ),
    "a member": (
        lambda: held(change("a", Action.NO_OP, before=owned(group("a", orchestratorId="/x")))),
        [
            (
                "member",
                "rg-shop/a is a member of an NGroup, which manages it",
                ("rg-shop/a",),
                "remove its manifest here",
            )
        ],
    ),
    "a member that nobody declares": (
        lambda: held(change("a", Action.NO_OP, before=owned(group("a", orchestratorId="/x")), after=None)),
        [],
    ),
    "recreated": (
        lambda: held(*replaced("a")),
        [("replace", "rg-shop/a must be deleted and created again", ("rg-shop/a",), "--allow-replace")],
    ),
    "three recreated": (
        lambda: held(*replaced("a", "b", "c")),
        [
            (
                "replace",
                "rg-shop/a, rg-shop/b, rg-shop/c must be deleted and created again",
                ("rg-shop/a", "rg-shop/b", "rg-shop/c"),
                "--allow-replace",
            )
        ],
    ),
    "recreated, one more than allowed": (
        lambda: held(*replaced("a", "b"), allow_replace=1),
        [
            (
                "replace",
                "rg-shop/a, rg-shop/b must be deleted and created again",
                ("rg-shop/a", "rg-shop/b"),
                "--allow-replace=2",
            )
        ],
    ),
    "recreated by the manifest's word, and one beside it": (
        lambda: held(
            *replaced("a", after=group("a", lifecycle=Lifecycle(replace=True))), *replaced("b", "c"), allow_replace=1
        ),
        [
            (
                "replace",
                "rg-shop/b, rg-shop/c must be deleted and created again",
                ("rg-shop/b", "rg-shop/c"),
                "--allow-replace=2",
            )
        ],
    ),
    "recreated, most of all": (
        lambda: held(*replaced("a", after=group("a", lifecycle=Lifecycle(replace=True))), *replaced("b", "c"), ours=4),
        [
            (
                "replace",
                "rg-shop/b, rg-shop/c must be deleted and created again",
                ("rg-shop/b", "rg-shop/c"),
                "--allow-replace=3",
            )
        ],
    ),
    "recreated, most of all with what is deleted": (
        lambda: held(*replaced("a"), *deleted("b"), ours=3),
        [
            ("replace", "rg-shop/a must be deleted and created again", ("rg-shop/a",), "--allow-replace=1"),
            (
                "share",
                "2 of 3 groups would be deleted or recreated at once",
                ("rg-shop/a", "rg-shop/b"),
                "--max-deletes 1",
            ),
        ],
    ),
    "emptied": (
        lambda: held(*deleted("a", "b"), max_deletes=2, emptied=("a.yaml",)),
        [
            (
                "emptied",
                "a.yaml declares nothing, and 2 groups would be deleted",
                ("rg-shop/a", "rg-shop/b"),
                "remove it, or fill it again",
            )
        ],
    ),
    "several emptied": (
        lambda: held(*deleted("a"), emptied=("a.yaml", "b.yaml")),
        [
            (
                "emptied",
                "a.yaml, b.yaml declare nothing, and 1 group would be deleted",
                ("rg-shop/a",),
                "remove them, or fill them again",
            )
        ],
    ),
    "deleted": (
        lambda: held(*deleted("a", "b")),
        [("delete", "2 groups would be deleted; the limit is 1", ("rg-shop/a", "rg-shop/b"), "--max-deletes 2")],
    ),
    "deleted without leave": (
        lambda: held(*deleted("a"), max_deletes=0),
        [("delete", "1 group would be deleted; the limit is 0", ("rg-shop/a",), "--max-deletes 1")],
    ),
    "deleted by name": (lambda: held(*deleted("a", "b"), ours=2, max_deletes=UNLIMITED), []),
    "exactly half": (lambda: held(*deleted("a", "b"), ours=4, max_deletes=9), []),
    "more than half": (
        lambda: held(*deleted("a", "b"), ours=3, max_deletes=9),
        [
            (
                "share",
                "2 of 3 groups would be deleted or recreated at once",
                ("rg-shop/a", "rg-shop/b"),
                "--max-deletes 2",
            )
        ],
    ),
    "more than half, both kinds": (
        lambda: held(*replaced("a"), *deleted("b"), ours=3, allow_replace=UNLIMITED),
        [
            (
                "share",
                "2 of 3 groups would be deleted or recreated at once",
                ("rg-shop/a", "rg-shop/b"),
                "--allow-replace=1 --max-deletes 1",
            )
        ],
    ),
    "more than half, by the manifest's word": (
        lambda: held(*replaced("a", "b", after=group("a", lifecycle=Lifecycle(replace=True))), ours=3),
        [
            (
                "share",
                "2 of 3 groups would be deleted or recreated at once",
                ("rg-shop/a", "rg-shop/b"),
                "--allow-replace=2",
            )
        ],
    ),
    "more than half, named": (lambda: held(*replaced("a", "b"), ours=2, allow_replace=2), []),
    "one of one": (lambda: held(*deleted("a"), ours=1), []),
    "restarted": (
        lambda: held(RESTART, change("b", Action.UPDATE, Impact.RESTART), max_restarts=1),
        [("restart", "2 groups would restart; the limit is 1", ("rg-shop/a", "rg-shop/b"), "--max-restarts 2")],
    ),
    "restarted without leave": (
        lambda: held(RESTART, max_restarts=0),
        [("restart", "1 group would restart; the limit is 0", ("rg-shop/a",), "--max-restarts 1")],
    ),
    "restarted as often as allowed": (lambda: held(RESTART, max_restarts=1), []),
    "a resource group that is not there": (
        lambda: held(missing=(Scope("sub", "rg-new"),)),
        [
            (
                "resource-group",
                "resource group rg-new does not exist",
                ("rg-new",),
                "--create-resource-groups, or createResourceGroups: true in the project file",
            )
        ],
    ),
    "a resource group that will be created": (
        lambda: held(missing=(Scope("s", "rg-new"),), create_resource_groups=True),
        [],
    ),
}


@pytest.mark.parametrize("case", WHOLE)
def test_every_brake_in_its_words(case: str) -> None:
    """What it is, which groups it holds, and what releases it."""
    found, expected = WHOLE[case]

    assert expected == found()


def test_brakes_come_in_one_order() -> None:
    """What holds everything first, then whose the groups are, then what is taken away, then the rest."""
    changes = (
        change("a", Action.NO_OP, before=FOREIGN),
        change("b", Action.ADOPT, Impact.TAGS_ONLY, before=live(group("b"))),
        *replaced("c", after=group("c", lifecycle=Lifecycle(protect=True))),
        change("d", Action.NO_OP, before=owned(group("d", orchestratorId="/x"))),
        *deleted("e", "f"),
        change("g", Action.UPDATE, Impact.RESTART),
    )
    rules: dict[str, Any] = {"observe": True, "frozen": "x", "emptied": ("a.yaml",), "max_restarts": 0}
    found = held(*changes, missing=(Scope("s", "rg-new"),), ours=99, **rules)
    order = "observe freeze owner unowned protected member replace emptied delete restart resource-group"

    assert order.split() == [code for code, *_ in found]


PROTECTED = live(group(), tags={tags.OWNER: OWNER, tags.PROTECTED: "true"})


@pytest.mark.parametrize(
    ("before", "said", "protects"),
    [
        (None, None, False),
        (None, True, True),
        (PROTECTED, None, True),
        (PROTECTED, False, False),
        (owned(group()), True, True),
        (owned(group()), None, False),
    ],
)
def test_what_is_protected(before: Resource | None, said: bool | None, protects: bool) -> None:
    """The manifest's word, else the tag."""
    after = group(lifecycle=Lifecycle(protect=said))

    assert protects is is_protected(Change(rid(), Action.REPLACE, before=before, after=after))


def test_a_group_that_nobody_declares_is_protected_by_its_tag() -> None:
    """The tag outlives the manifest."""
    assert is_protected(Change(rid(), Action.DELETE, before=PROTECTED))


OURS_ID, KNOWN_ID, THEIR_ID = "aaaaaa111111", "cccccc333333", "bbbbbb222222"
NAMESAKE = live(group("a"), tags={tags.OWNER: f"{OWNER}@{THEIR_ID}"})
TAKE_OVER = f"--take-over {OWNER}@{THEIR_ID}, or remove its manifest here"
SAME = f"write `id: {THEIR_ID}` into the project file if it is the same project; otherwise {TAKE_OVER}"
NAMED: dict[str, tuple[dict[str, Any], str, str]] = {
    "of a project with another name": (
        {"owner": "other", "project_id": OURS_ID},
        f"belongs to {OWNER}@{THEIR_ID}, not to other",
        TAKE_OVER,
    ),
    "of a project whose id was written down": (
        {"project_id": OURS_ID},
        f"belongs to another project {OWNER} with the id {THEIR_ID}, not {OURS_ID}",
        TAKE_OVER,
    ),
    "of a project whose id was concluded": (
        {"project_id": OURS_ID, "id_derived": True},
        f"belongs to {OWNER} with the id {THEIR_ID}, but this project's id is {OURS_ID}",
        SAME,
    ),
    "of a project that may have several ids": (
        {"known_ids": frozenset({OURS_ID, KNOWN_ID})},
        f"belongs to {OWNER} with the id {THEIR_ID}, but this project's id is {OURS_ID}, {KNOWN_ID}",
        SAME,
    ),
    "of a project without an id": (
        {},
        f"belongs to {OWNER} with the id {THEIR_ID}, but this project has no id",
        SAME,
    ),
}


@pytest.mark.parametrize("case", NAMED)
def test_whose_a_group_with_an_id_is(case: str) -> None:
    """One of our name may be ours where nobody has written our id down."""
    rules, reason, release = NAMED[case]
    found = held(change("a", Action.NO_OP, before=NAMESAKE), **rules)

    assert [("owner", f"rg-shop/a {reason}", ("rg-shop/a",), release)] == found


def test_a_group_that_has_our_name_without_an_id_is_ours() -> None:
    """As it was before projects had ids."""
    assert [] == held(change("a", Action.NO_OP), project_id=OURS_ID)
