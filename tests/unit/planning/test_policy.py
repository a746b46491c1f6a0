"""What a plan may do, and whose groups it is about."""

from __future__ import annotations

import pytest
from factories import OWNER, policy

from aci_reconcile.core import tags
from aci_reconcile.planning.policy import never_frozen

ID, OTHER = "0123456789abcdef", "fedcba9876543210"
MINE, THEIRS = tags.make_owner_tag(OWNER, ID), tags.make_owner_tag(OWNER, OTHER)


def test_what_is_not_said_is_not_allowed() -> None:
    """The careful choice is the default."""
    said = policy()

    assert [] == [
        each for each in ("prune", "adopt", "allow_replace", "touch_secrets", "restore") if getattr(said, each)
    ]
    assert "" == said.frozen_at(0) == never_frozen(0)


@pytest.mark.parametrize(
    ("tag", "known", "ours"),
    [(OWNER, "", True), (MINE, "", True), (THEIRS, "", False), (THEIRS, OTHER, True), ("else", "", False)],
)
def test_a_group_is_ours_by_name_and_id(tag: str, known: str, ours: bool) -> None:
    """A tag without an id is enough, and so is an id that the project was known by."""
    assert ours is policy(project_id=ID, known_ids=frozenset({known} - {""})).owns(tag)


def test_the_tag_that_is_written_has_the_id() -> None:
    """Where no id is known, a group keeps the one that it has."""
    assert (MINE, MINE) == (policy(project_id=ID).mark, policy(project_id=ID).choose_mark(OWNER))
    assert (OWNER, MINE) == (policy().choose_mark(OWNER), policy().choose_mark(MINE))


def test_a_renamed_project_takes_its_groups_along() -> None:
    """By the former name where the id is ours or that of a folder above, by the whole tag of anybody's."""
    above = "00112233445566ff"
    said = policy(project_id=ID, ids_above=frozenset({above}), take_over=frozenset({"former", THEIRS}))
    taken = [
        tags.make_owner_tag("former", ID),
        tags.make_owner_tag("former", above),
        THEIRS,
        tags.make_owner_tag("former", OTHER),
    ]

    assert [True, True, True, False] == [said.takes(each) for each in taken]
    assert not said.owns(tags.make_owner_tag(OWNER, above))
