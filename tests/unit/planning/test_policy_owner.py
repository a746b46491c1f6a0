"""Whose the groups of a run are, and by what they are known."""

from __future__ import annotations

import pytest

from aci_reconcile.planning.policy import Owner

OURS, TOLD, THEIRS = "aaaaaa111111", "cccccc333333", "bbbbbb222222"
KNOWN = Owner("shop/prod", OURS, frozenset({TOLD}), take_over=frozenset({"old", f"other@{THEIRS}"}))
UNSURE = Owner("shop/prod", "", frozenset({TOLD, THEIRS}))


@pytest.mark.parametrize(("owner", "mark"), [(KNOWN, f"shop/prod@{OURS}"), (UNSURE, "shop/prod")])
def test_what_stands_in_the_tag(owner: Owner, mark: str) -> None:
    """The id that was written down, or that one thing alone tells; none where several are as likely."""
    assert mark == owner.mark


@pytest.mark.parametrize(
    ("tag", "known", "unsure"),
    [
        ("shop/prod", True, True),
        (f"shop/prod@{OURS}", True, False),
        (f"shop/prod@{TOLD}", True, True),
        (f"shop/prod@{THEIRS}", False, True),
        ("shop/prod@", False, False),
        ("shop/prod@A!", False, False),
        (f"shop/test@{OURS}", False, False),
        ("shop", False, False),
        ("", False, False),
    ],
)
def test_which_groups_are_ours(tag: str, known: bool, unsure: bool) -> None:
    """Those with the name alone, and those with an id of ours; what could never have been written is nobody's."""
    assert (known, unsure) == (KNOWN.owns(tag), UNSURE.owns(tag))


@pytest.mark.parametrize(
    ("tag", "taken"),
    [
        ("old", True),
        (f"old@{OURS}", True),
        (f"old@{TOLD}", True),
        (f"old@{THEIRS}", False),
        (f"other@{THEIRS}", True),
        ("other", False),
        ("", False),
    ],
)
def test_which_groups_may_be_taken_over(tag: str, taken: bool) -> None:
    """By the whole tag, or by the name where the id is ours: a project that was renamed."""
    assert taken is KNOWN.takes(tag)


@pytest.mark.parametrize(
    ("owner", "tag", "next_one"),
    [
        (KNOWN, "shop/prod", f"shop/prod@{OURS}"),
        (KNOWN, f"shop/prod@{TOLD}", f"shop/prod@{OURS}"),
        (UNSURE, "shop/prod", "shop/prod"),
        (UNSURE, f"shop/prod@{TOLD}", f"shop/prod@{TOLD}"),
    ],
)
def test_which_tag_the_next_write_leaves(owner: Owner, tag: str, next_one: str) -> None:
    """The project's own id; where it has none, an id that is there is kept."""
    assert next_one == owner.choose_mark(tag)
