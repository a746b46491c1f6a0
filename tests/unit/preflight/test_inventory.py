"""Roles: what they allow, by the wildcards that Azure's role definitions are written in."""

from __future__ import annotations

import pytest

from aci_reconcile.preflight.inventory import Permission, allowed

WRITE = "Microsoft.ContainerInstance/containerGroups/write"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", True),
        ("*/write", True),
        ("*/read", False),
        (WRITE, True),
        (WRITE.upper(), True),
        ("Microsoft.ContainerInstance/*", True),
        ("Microsoft.ContainerInstance/containerGroups", False),
        ("Microsoft.ContainerInstance/containerGroups/*/write", False),
        ("Microsoft.*/containerGroups/*", True),
        ("*Groups*ite", True),
        ("*write*write", False),
        ("**", True),
        ("", False),
        ("Microsoft.ContainerInstance/containerGroups/write*write", False),
        ("Microsoft?ContainerInstance/containerGroups/[w]rite", False),
    ],
)
def test_a_star_stands_for_any_text(pattern: str, expected: bool) -> None:
    """Slashes included, none included; nothing else is special, and case does not count."""
    assert expected is Permission((pattern,)).allows(WRITE)


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("a*b", "ab", True),
        ("a*b*c", "abc", True),
        ("a*b*c*d", "abcbd", True),
        ("ab*b*c", "abxc", False),
        ("a*x*c", "abc", False),
        ("ab*bc", "abc", False),
    ],
)
def test_pieces_follow_one_another(pattern: str, action: str, expected: bool) -> None:
    """Each as early as it can, and none twice."""
    assert expected is Permission((pattern,)).allows(action)


def test_hostile_patterns_take_no_time() -> None:
    """A pattern comes from outside; matching it is linear."""
    assert not Permission(("*a" * 2000 + "b",)).allows("a" * 4000)


def test_not_actions_take_away_within_one_role() -> None:
    """And what one role takes away another one may grant: they are no denial."""
    contributor = Permission(("*",), ("Microsoft.Authorization/*/write", "*/delete"))

    assert contributor.allows(WRITE)
    assert not contributor.allows("Microsoft.ContainerInstance/containerGroups/delete")
    assert allowed((contributor, Permission(("*/delete",))), "Microsoft.ContainerInstance/containerGroups/delete")
    assert not allowed((), WRITE)
