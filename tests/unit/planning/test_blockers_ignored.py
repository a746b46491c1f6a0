"""What is left to others and is no longer where it was."""

from __future__ import annotations

from typing import Any

import pytest
from factories import container, group, make_plan, owned, policy, rid

from aci_reconcile.core.errors import Where
from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.planning import Action, Blocker, Change, Impact, Notice, Plan
from aci_reconcile.planning.blockers import block_ignored
from aci_reconcile.planning.notices import note_ignored

OLD, NEW = container("old", image="cd:7"), container("new", image="git:1")
PLACE = Where("web.yaml", 9, 5)
LOST = "containers[old].image"


def desired(*containers: dict[str, Any], ignore: str = LOST, **more: Any) -> Resource:
    """Return a manifest that leaves a path to others."""
    return group("web", *containers, lifecycle=Lifecycle(ignore=(ignore,), ignored_at=(PLACE,)), **more)


def held(proposal: Plan) -> list[tuple[str, str, str]]:
    """Return what holds the plan."""
    return [(each.code, each.reason, each.release) for each in proposal.blockers]


def told(proposal: Plan) -> list[str]:
    """Return what is said of paths that lead into nothing."""
    return [each.message for each in proposal.notices if each.code == "ignored"]


@pytest.mark.parametrize("more", [{}, {"osType": "Windows"}], ids=["update", "recreation"])
def test_a_renamed_container_is_not_written_over_what_others_set_in_it(more: dict[str, Any]) -> None:
    """The write is held, in place or anew, and it is said how it is released."""
    proposal = make_plan([desired(NEW, **more)], [owned(group("web", OLD))], policy(allow_replace=-1))

    assert [
        (
            "ignored",
            "rg-shop/web ignores containers[old].image, but this write removes containers[old]",
            "remove containers[old].image from lifecycle.ignore, or correct it",
        )
    ] == held(proposal)
    assert not proposal.applyable


def test_a_corrected_path_releases_it() -> None:
    """So does one that is taken out."""
    live = owned(group("web", OLD))

    assert [] == held(make_plan([desired(NEW, ignore="containers[new].image")], [live], policy()))
    assert [] == held(make_plan([group("web", NEW)], [live], policy()))


def test_nothing_is_held_where_others_set_nothing() -> None:
    """An entry without the field, an entry that neither side has, and a group that is new."""
    ignoring = desired(NEW, ignore="containers[old].livenessProbe")

    assert [] == held(make_plan([ignoring], [owned(group("web", OLD))], policy()))
    assert [] == held(make_plan([desired(NEW)], [owned(group("web", container("other")))], policy()))
    assert [] == held(make_plan([desired(NEW)], [], policy()))


def test_tags_alone_are_not_held() -> None:
    """Nothing is removed by them."""
    live = owned(group("web", OLD))

    assert [] == held(make_plan([desired(OLD, tags={"a": "1"})], [live], policy()))


def test_a_variable_that_others_set_is_not_lost_with_its_entry() -> None:
    """The path leads into an entry that the manifest has no more."""
    live = owned(group("web", container(environmentVariables=[{"name": "A", "value": "cd"}])))
    ignoring = desired(container(image="x"), ignore="containers[web].environmentVariables[A].value")

    assert ["ignored"] == [code for code, _, _ in held(make_plan([ignoring], [live], policy()))]


def test_an_entry_that_is_ignored_as_a_whole_is_carried_over() -> None:
    """And holds nothing."""
    live = owned(group("web", container(), OLD))
    proposal = make_plan([desired(container(image="x"), ignore="containers[old]")], [live], policy())

    assert [] == held(proposal)
    assert [] == told(proposal)


@pytest.mark.parametrize("path", ["tags.costCentre", "containers[sidecar]", "dnsConfig.options"])
def test_a_path_that_names_nothing_is_told_with_its_place(path: str) -> None:
    """Neither the manifest nor Azure has anything there."""
    proposal = make_plan([desired(ignore=path)], [owned(group())], policy())

    assert [f"lifecycle.ignore names {path} (web.yaml:9:5), which neither the manifest nor Azure has"] == told(proposal)


@pytest.mark.parametrize(
    ("ignoring", "there"),
    [
        (desired(ignore="tags.TEAM"), group(tags={"team": "a"})),
        (desired(ignore="tags.TEAM", tags={"team": "a"}), group()),
        (desired(ignore="containers[webb].image"), group()),
    ],
    ids=["Azure has it", "Git has it", "said of the manifest already"],
)
def test_one_that_names_something_is_not(ignoring: Resource, there: Resource) -> None:
    """In any spelling of a tag; and nothing is said twice."""
    assert [] == told(make_plan([ignoring], [owned(there)], policy()))


def update(after: Resource, before: Resource, impact: Impact = Impact.RESTART) -> Change:
    """Return a change of a group that is there."""
    return Change(after.id, Action.UPDATE, impact, before=before, after=after)


def test_a_write_is_held_with_its_reason_and_its_release() -> None:
    """And others beside it hide it from nobody."""
    created = Change(rid("a"), Action.CREATE, after=group("a"))
    found = list(block_ignored([created, update(desired(NEW), group("web", OLD))]))

    assert [
        Blocker(
            "ignored",
            "rg-shop/web ignores containers[old].image, but this write removes containers[old]",
            ("rg-shop/web",),
            "remove containers[old].image from lifecycle.ignore, or correct it",
        )
    ] == found


def test_only_a_write_of_the_body_removes_an_entry() -> None:
    """One of tags does not; nor does one of a body that holds the entry."""
    nothing: list[Blocker] = []

    assert nothing == list(block_ignored([update(desired(NEW), group("web", OLD), Impact.TAGS_ONLY)]))
    assert nothing == list(block_ignored([update(desired(OLD, NEW), group("web", OLD))]))


def test_a_path_into_an_entry_that_is_there_is_told_with_its_group() -> None:
    """Other changes beside it hide it from nobody."""
    ignoring = desired(OLD, ignore="containers[old].livenessProbe")
    created = Change(rid("a"), Action.CREATE, after=group("a"))
    message = "lifecycle.ignore names containers[old].livenessProbe (web.yaml:9:5), which neither the manifest nor "

    assert [Notice("ignored", "rg-shop/web", f"{message}Azure has")] == list(
        note_ignored([created, update(ignoring, group("web", OLD))], {ignoring.id.key: ignoring})
    )
