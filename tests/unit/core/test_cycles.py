"""Circles of dependencies."""

from __future__ import annotations

import pytest

from aci_reconcile.core.cycles import find_cycles


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        ({"a": ("b",), "b": ("c",)}, []),
        ({"a": ("b",), "b": ("a",)}, [("a", "b")]),
        ({"a": ("a",)}, [("a",)]),
        ({"c": ("a",), "a": ("b",), "b": ("c",), "d": ("a",)}, [("a", "b", "c")]),
        ({"a": ("b",), "b": ("a",), "x": ("y",), "y": ("x", "a")}, [("a", "b"), ("x", "y")]),
        ({"a": ("b", "c"), "b": ("d",), "c": ("a",), "d": ("a",)}, [("a", "c")]),
        ({"a": ("x", "k"), "x": ("a",), "k": ("a", "m"), "m": ("a",)}, [("a", "x")]),
    ],
)
def test_circles(below: dict[str, tuple[str, ...]], expected: list[tuple[str, ...]]) -> None:
    """One for each set of groups that lead to each other: the shortest, from its first name on."""
    assert expected == list(find_cycles(below))


def test_what_leads_into_a_circle_or_out_of_it_is_no_part_of_it() -> None:
    """However it is named, and although nobody says what comes after it."""
    below = {"z": ("b",), "b": ("c", "out"), "c": ("b", "gone"), "out": ("far",), "a": ("z", "c")}

    assert [("b", "c")] == list(find_cycles(below))


def test_the_shortest_way_round_is_told() -> None:
    """There may be many; among those of one length the first that is named."""
    below = {"a": ("b", "c"), "b": ("e",), "c": ("d",), "d": ("a",), "e": ("f",), "f": ("a",)}
    equal = {"a": ("y", "x"), "x": ("a",), "y": ("a",)}

    assert [("a", "c", "d")] == list(find_cycles(below))
    assert [("a", "y")] == list(find_cycles(equal))


def test_a_name_that_leads_to_itself_inside_a_larger_circle() -> None:
    """The shortest circle of the first name is its own."""
    assert [("a",)] == list(find_cycles({"a": ("a", "b"), "b": ("a",)}))
    assert [("a", "b")] == list(find_cycles({"a": ("b",), "b": ("b", "a")}))


def test_circles_that_do_not_hang_together_are_told_each() -> None:
    """In the order of their first names, however they were found."""
    below = {"y": ("x",), "x": ("y",), "m": ("m",), "b": ("a",), "a": ("b", "x")}

    assert [("a", "b"), ("m",), ("x", "y")] == list(find_cycles(below))
    assert [] == list(find_cycles({}))


def test_a_name_that_several_lead_to_hides_none_of_them() -> None:
    """It is met again before the others are."""
    assert [("a", "b")] == list(find_cycles({"b": ("a",), "a": ("b", "d"), "d": ("a", "c"), "c": ("a",)}))
