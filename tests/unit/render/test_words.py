"""Numbers, times and tables."""

from __future__ import annotations

import pytest

from aci_reconcile.render.text.table import align
from aci_reconcile.render.words import (
    count,
    format_age,
    format_duration,
    format_estimate,
    format_time,
    shorten_digests,
)


@pytest.mark.parametrize(
    ("number", "words", "expected"),
    [
        (0, ("group",), "0 groups"),
        (1, ("group",), "1 group"),
        (2, ("is recreated", "are recreated"), "2 are recreated"),
    ],
)
def test_count(number: int, words: tuple[str, ...], expected: str) -> None:
    """A number agrees with its noun."""
    assert expected == count(number, *words)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0.0s"),
        (0.42, "0.4s"),
        (1, "1s"),
        (59.4, "59s"),
        (59.6, "1m00s"),
        (125, "2m05s"),
        (3599.7, "1h00m"),
        (7500, "2h05m"),
    ],
)
def test_took(seconds: float, expected: str) -> None:
    """Lengths of time are short, and round without a 60."""
    assert expected == format_duration(seconds)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0 min"), (61, "2 min"), (300, "5 min"), (3600, "1 h"), (3541, "1 h"), (3900, "1 h 5 min"), (90000, "25 h")],
)
def test_about(seconds: float, expected: str) -> None:
    """Forecasts are in whole minutes, rounded up."""
    assert expected == format_estimate(seconds)


def test_iso() -> None:
    """Times are UTC with milliseconds."""
    assert "2025-06-15T15:06:40.500Z" == format_time(1_750_000_000.5)


def test_aligned() -> None:
    """Columns are as wide as their widest cell; the last cell of a row is not padded."""
    assert [["a  ", "b"], ["ccc", "dd", "e"], ["f"]] == list(align([["a", "b"], ["ccc", "dd", "e"], ["f"]]))


def test_aligned_nothing() -> None:
    """No rows are no table."""
    assert [] == list(align([]))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0s"),
        (0.2, "0s"),
        (12.4, "12s"),
        (125, "2m05s"),
        (3600, "1h00m"),
        (172_799, "47h59m"),
        (172_800, "2d"),
        (1e6, "11d"),
    ],
)
def test_ages(seconds: float, words: str) -> None:
    """In whole seconds, and in days from two on; a clock that is behind makes nothing younger than it is."""
    assert words == format_age(seconds)


def test_digests_are_shortened() -> None:
    """And ids of containers; what only looks like a part of one stays."""
    digest = "0123456789ab" + "c" * 52

    assert "web@sha256:0123456789ab" == shorten_digests(f"web@sha256:{digest}")
    assert f"x {digest}f" == shorten_digests(f"x {digest}f")
    assert "0123456789abcdef" == shorten_digests("0123456789abcdef")
