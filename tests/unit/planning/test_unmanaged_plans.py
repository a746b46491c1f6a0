"""Live groups that stand in no manifest, and whose they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from factories import OWNER, SUBSCRIPTION, group, live, make_plan, owned, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.model import Resource, ResourceId
from aci_reconcile.planning import Action
from aci_reconcile.planning.blockers import find_unchanged
from aci_reconcile.planning.unmanaged import find_abandoned_environment

HERE = frozenset({(SUBSCRIPTION, "rg-shop")})
OURS, THEIRS = "aaaaaa111111", "bbbbbb222222"
UNSETTLED = (
    f"write `id: {THEIRS}` into the project file if it is the same project; otherwise --take-over {OWNER}@{THEIRS}, or "
    "remove its manifest here"
)


def there(name: str, owner: str, place: str = "rg-shop") -> Resource:
    """Return a live group with an owner tag."""
    return live(Resource(rid(name, place), group(name).body), tags={tags.OWNER: owner})


def told(left: Resource, **more: Any) -> tuple[list[str], list[tuple[str, str]]]:
    """Return what a plan of another group deletes, and what it says of what is left over."""
    made = make_plan([group("web")], [owned(group("web")), left], policy(places=HERE, **more))
    notices = [(each.code, each.hint) for each in made.notices]
    return [each.address for each in made.of(Action.DELETE)], notices


@pytest.mark.parametrize("owner", [OWNER, f"{OWNER}@{OURS}", f"{OWNER}@{THEIRS}"])
def test_what_is_ours_by_any_known_id_is_pruned(owner: str) -> None:
    """By the name alone, by the id, and by one that the repository tells besides."""
    deleted, notices = told(there("old", owner), prune=True, project_id=OURS, known_ids=frozenset({THEIRS}))

    assert (["rg-shop/old"], []) == (deleted, notices)


@pytest.mark.parametrize("more", [{"project_id": OURS}, {"project_id": OURS, "id_derived": True}, {}])
def test_another_id_is_another_owner(more: dict[str, Any]) -> None:
    """Nothing of it is deleted; where nobody wrote our id down, it is said how that is settled."""
    deleted, notices = told(there("old", f"{OWNER}@{THEIRS}"), prune=True, **more)
    settled = "project_id" in more and "id_derived" not in more
    hint = f"if it belongs to this project, write `id: {THEIRS}` into the project file"

    assert ([], [] if settled else [("namesake", hint)]) == (deleted, notices)


def test_a_bare_tag_elsewhere_is_doubtful_once_we_have_an_id() -> None:
    """It may be another project's of this name: the number of deletions is named first, and the plan says so."""
    old = there("old", OWNER, "rg2")
    deleted, notices = told(old, prune=True, project_id=OURS)

    assert [] == deleted
    assert "orphan" == notices[0][0]
    assert "--max-deletes" in notices[0][1]
    assert ["rg2/old"] == told(old, prune=True, project_id=OURS, deletes_named=True)[0]
    assert ["rg2/old"] == told(old, prune=True)[0]
    assert ["rg-shop/old"] == told(there("old", OWNER), prune=True, project_id=OURS)[0]
    assert ["rg2/old"] == told(there("old", f"{OWNER}@{OURS}", "rg2"), prune=True, project_id=OURS)[0]


def test_what_is_in_another_subscription_is_told_and_stays() -> None:
    """Its address may be that of a group that is declared here; a run acts in one subscription."""
    abroad = "00000000-0000-0000-0000-000000000002"
    ours = replace(there("web", OWNER), id=ResourceId(abroad, "rg-shop", "web"))
    rules = policy(prune=True, deletes_named=True, subscription=SUBSCRIPTION, places=HERE)
    made = make_plan([group("web")], [owned(group("web")), ours], rules)

    assert (False, 1) == (bool(made), made.live)
    assert [
        ("rg-shop/web", f"delete it with `aci-reconcile destroy --subscription {abroad} --environment prod`"),
    ] == [(each.address, each.hint) for each in made.notices]
    assert made.notices[0].message.endswith(f"(in subscription {abroad})")


def test_a_former_environment_is_never_pruned_by_another_one() -> None:
    """It is told, with the command that deletes it."""
    left = there("web", "shop/old", "rg-old")
    deleted, notices = told(left, prune=True, deletes_named=True, environments=frozenset({"prod", "test"}))

    assert [] == deleted
    assert [("abandoned", "delete it with `aci-reconcile destroy --former-environment old`")] == notices


@pytest.mark.parametrize(
    ("tag", "wanted"),
    [
        ("shop/old", "old"),
        (f"shop/old@{OURS}", "old"),
        (f"shop/old@{THEIRS}", ""),
        ("shop/test", ""),
        (OWNER, ""),
        ("shop", ""),
        ("other/old", ""),
        ("shop/old; rm -rf /", ""),
        ("shop/", ""),
    ],
)
def test_which_environment_is_a_former_one(tag: str, wanted: str) -> None:
    """One of this project, by its id where it has one; never what could not stand in a command."""
    known = policy(project_id=OURS, environments=frozenset({"prod", "test"}))

    assert wanted == find_abandoned_environment(tag, known)


@pytest.mark.parametrize(
    ("more", "reason", "release"),
    [
        (
            {"project_id": OURS},
            f"rg-shop/web belongs to another project {OWNER} with the id {THEIRS}, not {OURS}",
            f"--take-over {OWNER}@{THEIRS}, or remove its manifest here",
        ),
        (
            {"project_id": OURS, "id_derived": True},
            f"rg-shop/web belongs to {OWNER} with the id {THEIRS}, but this project's id is {OURS}",
            UNSETTLED,
        ),
        (
            {},
            f"rg-shop/web belongs to {OWNER} with the id {THEIRS}, but this project has no id",
            UNSETTLED,
        ),
    ],
)
def test_a_declared_group_with_another_id_is_held(more: dict[str, Any], reason: str, release: str) -> None:
    """Nobody loses it: a repository that was renamed is told how that is settled."""
    made = make_plan([group("web")], [there("web", f"{OWNER}@{THEIRS}")], policy(**more))

    assert [(reason, release)] == [(each.reason, each.release) for each in made.blockers]
    assert not made


def test_what_belongs_to_somebody_else_is_not_unchanged() -> None:
    """It was not compared at all."""
    made = make_plan([group("web"), group("api")], [owned(group("web")), there("api", "other")], policy())

    assert ["rg-shop/web"] == [each.address for each in find_unchanged(made)]


def test_an_id_is_no_difference() -> None:
    """Of a group that is ours without it: it comes with the next write."""
    assert not make_plan([group("web")], [owned(group("web"))], policy(project_id=OURS))


def test_taking_over_gives_the_id_at_once() -> None:
    """The tag is what is written then."""
    rules = policy(project_id=OURS, take_over=frozenset({f"{OWNER}@{THEIRS}"}))
    (change,) = make_plan([group("web")], [there("web", f"{OWNER}@{THEIRS}")], rules).changes

    assert change.after is not None
    assert f"{OWNER}@{OURS}" == tags.owner(change.after)
    assert f"{OWNER}@{THEIRS}" == change.former_owner


@pytest.mark.parametrize(
    ("tag", "given", "held"),
    [
        (f"old@{OURS}", "old", False),
        (f"old@{OURS}", f"old@{OURS}", False),
        (f"old@{THEIRS}", "old", True),
        (f"old@{THEIRS}", f"old@{THEIRS}", False),
        ("old", "old", False),
    ],
)
def test_a_project_that_was_renamed_takes_its_groups_by_the_name(tag: str, given: str, held: bool) -> None:
    """Its id is the same; the groups of another project of that name are named with their id."""
    made = make_plan([group("web")], [there("web", tag)], policy(project_id=OURS, take_over=frozenset({given})))

    assert held is bool(made.blockers)


def test_a_protected_orphan_is_released_where_its_protection_stands() -> None:
    """Its manifest is gone, and nobody can edit it."""
    old = live(group("old"), tags={tags.OWNER: OWNER, tags.PROTECTED: "true"})
    made = make_plan([group("web")], [owned(group("web")), old], policy(prune=True))

    assert ["remove its tag aci-reconcile-protected in Azure"] == [each.release for each in made.blockers]
