"""When a group that failed is tried again."""

from __future__ import annotations

import pytest

from aci_reconcile.app.watch.attempts import FIRST, LEFT_ALONE, MOST, Attempt, find_wait, note_failure

NOW = 1_800_000_000.0


def fail(times: int, *, jitter: float = 0) -> Attempt:
    """Return what is known after some failures in a row."""
    known: Attempt | None = None
    for _ in range(times):
        known = note_failure(known, "digest", "no", NOW, jitter)
    assert known is not None
    return known


@pytest.mark.parametrize(("times", "wait"), [(1, FIRST), (2, 60), (3, 120), (4, 240), (5, LEFT_ALONE), (9, LEFT_ALONE)])
def test_each_failure_doubles_the_wait_until_the_group_is_given_up(times: int, wait: float) -> None:
    """Then it is left alone for a while, and tried once."""
    known = fail(times)

    assert (NOW + wait, times >= MOST) == (known.again, known.given_up)
    assert find_wait(known, "digest", NOW + wait - 1) is known
    assert find_wait(known, "digest", NOW + wait) is None


def test_another_manifest_is_tried_at_once() -> None:
    """And begins anew."""
    known = fail(7)

    assert find_wait(known, "other", NOW) is None
    assert note_failure(known, "other", "no", NOW, 0).failures == 1


def test_groups_that_failed_together_are_not_tried_together() -> None:
    """Chance makes a wait up to a tenth longer."""
    assert fail(1, jitter=1).again == pytest.approx(NOW + 1.1 * FIRST)
