"""Live groups that stand in no manifest: which are pruned, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest
from factories import OWNER, SUBSCRIPTION, group, live, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.model import Resource, ResourceId
from aci_reconcile.planning import Notice
from aci_reconcile.planning.unmanaged import (
    find_abandoned_environment,
    is_in_other_subscription,
    is_pruned,
    note_kept,
    note_unmanaged,
)

ID, OTHER_ID = "abc123", "def456"
ELSEWHERE = "00000000-0000-0000-0000-000000000002"
HERE = {"subscription": SUBSCRIPTION}
PLACES = {"places": frozenset({rid().scope.key}), "project_id": ID}
FAR = "rg-far"


def tagged(tag: str, name: str = "old", group_name: str = "rg-shop", subscription: str = SUBSCRIPTION) -> Resource:
    """Return a live group with an owner tag."""
    there = live(group(name), tags={tags.OWNER: tag} if tag else {})
    return Resource(ResourceId(subscription, group_name, name), there.body)


PRUNED: dict[str, tuple[Resource, dict[str, Any], bool]] = {
    "nobody asked": (tagged(OWNER), {}, False),
    "asked for": (tagged(OWNER), {"prune": True}, True),
    "a run of some groups": (tagged(OWNER), {"prune": True, "selected": frozenset()}, False),
    "in this subscription, however it is spelled": (
        tagged(OWNER, subscription="ABC"),
        {"prune": True, "subscription": "abc"},
        True,
    ),
    "in another subscription": (tagged(OWNER, subscription=ELSEWHERE), {"prune": True, **HERE}, False),
    "in another subscription, named": (
        tagged(OWNER, subscription=ELSEWHERE),
        {"prune": True, "deletes_named": True, **HERE},
        False,
    ),
    "in one of our places": (tagged(OWNER), {"prune": True, **PLACES}, True),
    "elsewhere, without an id": (tagged(OWNER, group_name=FAR), {"prune": True, **PLACES}, False),
    "elsewhere, without an id, named": (
        tagged(OWNER, group_name=FAR),
        {"prune": True, "deletes_named": True, **PLACES},
        True,
    ),
    "elsewhere, with our id": (tagged(f"{OWNER}@{ID}", group_name=FAR), {"prune": True, **PLACES}, True),
    "elsewhere, of a project without an id": (
        tagged(OWNER, group_name=FAR),
        {"prune": True, "places": PLACES["places"]},
        True,
    ),
    "elsewhere, as far as nobody knows": (tagged(OWNER, group_name=FAR), {"prune": True, "project_id": ID}, True),
}


@pytest.mark.parametrize("case", PRUNED)
def test_what_is_pruned(case: str) -> None:
    """What could be another project's is named first, and another subscription is none of this run's business."""
    orphan, rules, pruned = PRUNED[case]

    assert pruned is is_pruned(orphan, policy(**rules))


ABANDONED: dict[str, tuple[str, dict[str, Any], str]] = {
    "nobody knows the environments": ("shop/test", {}, ""),
    "an environment that is left": ("shop/test", {"environments": frozenset({"prod"})}, "test"),
    "an environment that is there": ("shop/test", {"environments": frozenset({"prod", "test"})}, ""),
    "another project's": ("blog/test", {"environments": frozenset({"prod"})}, ""),
    "ours": (OWNER, {"environments": frozenset({"test"})}, ""),
    "of a project that had none chosen": ("shop/test", {"owner": "shop", "environments": frozenset({"prod"})}, "test"),
    "no environment": ("shop", {"environments": frozenset({"prod"})}, ""),
    "what is no name": ("shop/a b", {"environments": frozenset({"prod"})}, ""),
    "with our id": (f"shop/test@{ID}", {"environments": frozenset({"prod"}), "project_id": ID}, "test"),
    "with another id": (f"shop/test@{OTHER_ID}", {"environments": frozenset({"prod"}), "project_id": ID}, ""),
}


@pytest.mark.parametrize("case", ABANDONED)
def test_an_environment_that_the_project_has_no_more(case: str) -> None:
    """Named by the tag, of this very project."""
    tag, rules, environment = ABANDONED[case]

    assert environment == find_abandoned_environment(tag, policy(**rules))


@pytest.mark.parametrize(
    ("subscription", "abroad"), [("", False), (SUBSCRIPTION, False), ("x" * 9, True)], ids=["any", "this", "another"]
)
def test_another_subscription(subscription: str, abroad: bool) -> None:
    """A run that acts in any is nowhere abroad."""
    assert abroad is is_in_other_subscription(tagged(OWNER), policy(subscription=subscription))


LEFT = "has this project's tag but no manifest"
NARROW = "a run for some groups never prunes: run it for all groups"
DOUBT = (
    "its tag has no id, so it may belong to another project of this name: to delete it, use --prune with "
    "--max-deletes N"
)
SAID: dict[str, tuple[Resource, dict[str, Any], list[tuple[str, str, str]]]] = {
    "an orphan": (tagged(OWNER), {}, [("orphan", LEFT, "delete it with --prune")]),
    "an orphan that is pruned": (tagged(OWNER), {"prune": True}, []),
    "an orphan beside some groups": (
        tagged(OWNER),
        {"selected": frozenset()},
        [("orphan", LEFT, f"{NARROW}, with --prune")],
    ),
    "an orphan beside some groups that would be pruned": (
        tagged(OWNER),
        {"selected": frozenset(), "prune": True},
        [("orphan", LEFT, NARROW)],
    ),
    "an orphan in another subscription": (
        tagged(OWNER, subscription=ELSEWHERE),
        {"prune": True, **HERE},
        [
            (
                "orphan",
                f"{LEFT} (in subscription {ELSEWHERE})",
                f"delete it with `aci-reconcile destroy --subscription {ELSEWHERE} --environment prod`",
            )
        ],
    ),
    "an orphan of a project without environments in another subscription": (
        tagged("shop", subscription=ELSEWHERE),
        {"owner": "shop", **HERE},
        [
            (
                "orphan",
                f"{LEFT} (in subscription {ELSEWHERE})",
                f"delete it with `aci-reconcile destroy --subscription {ELSEWHERE}`",
            )
        ],
    ),
    "one that may be another project's": (
        tagged(OWNER, group_name=FAR),
        {"prune": True, **PLACES},
        [("orphan", LEFT, DOUBT)],
    ),
    "of an environment that is gone": (
        tagged("shop/test"),
        {"environments": frozenset({"prod"})},
        [
            (
                "abandoned",
                "belongs to shop/test, an environment that the project no longer has",
                "delete it with `aci-reconcile destroy --former-environment test`",
            )
        ],
    ),
    "of an environment that is gone, in another subscription": (
        tagged(f"shop/test@{ID}", subscription=ELSEWHERE),
        {"environments": frozenset({"prod"}), "project_id": ID, **HERE},
        [
            (
                "abandoned",
                (f"belongs to shop/test, an environment that the project no longer has (in subscription {ELSEWHERE})"),
                f"delete it with `aci-reconcile destroy --former-environment test --subscription {ELSEWHERE}`",
            )
        ],
    ),
    "of a namesake": (
        tagged(f"{OWNER}@{OTHER_ID}"),
        {},
        [
            (
                "namesake",
                f"has this project's name with the id {OTHER_ID}, but no manifest",
                f"if it belongs to this project, write `id: {OTHER_ID}` into the project file",
            )
        ],
    ),
    "of a namesake, where the id was concluded": (
        tagged(f"{OWNER}@{OTHER_ID}"),
        {"project_id": ID, "id_derived": True},
        [
            (
                "namesake",
                f"has this project's name with the id {OTHER_ID}, but no manifest",
                f"if it belongs to this project, write `id: {OTHER_ID}` into the project file",
            )
        ],
    ),
    "of a namesake, where the id is written down": (tagged(f"{OWNER}@{OTHER_ID}"), {"project_id": ID}, []),
    "of another project": (tagged("blog/prod"), {}, []),
    "nobody's": (tagged(""), {}, []),
    "a member of an NGroup": (
        Resource(rid("old"), live(group("old", orchestratorId="/x"), tags={tags.OWNER: OWNER}).body),
        {},
        [],
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_what_is_said(case: str) -> None:
    """What it is, where, and what could be done about it."""
    there, rules, said = SAID[case]

    assert [Notice(code, there.address, message, hint) for code, message, hint in said] == list(
        note_unmanaged([there], policy(**rules))
    )


def test_they_are_told_in_the_order_of_their_keys() -> None:
    """Whatever order Azure lists them in."""
    there = [tagged(OWNER, name) for name in ("c", "a", "b")]

    assert ["rg-shop/a", "rg-shop/b", "rg-shop/c"] == [each.address for each in note_unmanaged(there, policy())]


def test_what_is_passed_over_hides_nothing_behind_it() -> None:
    """A member of an NGroup, and what has no owner, come first here."""
    member = Resource(rid("a"), live(group("a", orchestratorId="/x"), tags={tags.OWNER: OWNER}).body)
    there = [member, tagged("", "b"), tagged(OWNER, "c")]

    assert ["rg-shop/c"] == [each.address for each in note_unmanaged(there, policy())]


def test_what_a_destruction_spares_is_told_with_what_deletes_it() -> None:
    """Each by itself."""
    why = "is kept: its tag has no id, so it may belong to another project of this name"
    hint = "name its resource group in the project file, or use `apply --prune --max-deletes N`"
    there = [tagged(OWNER, name, FAR) for name in ("b", "a")]

    assert [Notice("orphan", f"{FAR}/{name}", why, hint) for name in ("b", "a")] == list(note_kept(there))
