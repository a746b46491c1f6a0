"""Laws of pacing: what goes when, whatever quota Azure has and whatever its answers say of it."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.core.backend import Room
from aci_reconcile.core.errors import ThrottledError
from aci_reconcile.reconcile.regional_quota import RegionalQuota
from aci_reconcile.reconcile.token_bucket import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = 1_700_000_000.0
_GROWTH = 30.0
"""Seconds after which the rate is twice the documented one."""


@given(documented=st.floats(1, 100), before=st.integers(0, 50), more=st.integers(1, 200), wait=st.floats(0.1, 400))
def test_after_a_refusal_the_rate_is_kept(documented: float, before: int, more: int, wait: float) -> None:
    """None before Retry-After ends; between any two no more than the rate allows, and what went at once at first."""
    bucket = TokenBucket(documented)
    for _ in range(before):
        bucket.take(NOW)
        bucket.accept(NOW)
    bucket.take(NOW)
    bucket.refuse(ThrottledError("no", retry_after=wait), NOW, NOW, 1)
    size, sent, now = bucket.size, list[float](), NOW
    while len(sent) < more:
        later = bucket.get_wait(now)
        if later > 0:
            now += max(later, 0.001)
            continue
        bucket.take(now)
        bucket.accept(now)
        sent.append(now)

    assert NOW + wait <= sent[0] + 1e-3
    for first, began in enumerate(sent):
        rate = documented * (1 + (sent[-1] - NOW) / _GROWTH)
        assert len(sent) - first <= rate * (sent[-1] - began) + max(size, rate) + 2


def _run(quota: RegionalQuota, taken: list[float], most: int, seconds: float, count: int, *, reports: bool) -> int:
    """Send requests one after the other to a provider with a sliding window; return how many it refused."""
    now, refused, done = NOW, 0, 0
    while done < count:
        wait = quota.get_wait(now)
        if wait > 0:
            now += max(wait, 0.001)
            continue
        quota.take(now)
        used = len(taken) - bisect_right(taken, now - seconds)
        if used < most:
            taken.append(now)
            quota.accept(now, now, [Room(seconds, most - used - 1)] if reports else [])
            done += 1
            continue
        refused += 1
        error = ThrottledError("no", code="ResourceRequestsThrottled")
        error.retry_after = float(int(taken[len(taken) - most] + seconds - now) + 1)
        error.most, error.interval = most, seconds
        quota.refuse(error, now, 1)
    return refused


def _compute_best(count: int, most: int, seconds: float) -> float:
    return (count - 1) // most * seconds


@given(most=st.integers(1, 40), seconds=st.floats(10, 3600), count=st.integers(1, 200), reports=st.booleans())
def test_a_quota_of_any_size_is_used_up_and_hardly_ever_exceeded(
    most: int, seconds: float, count: int, reports: bool
) -> None:
    """With one refusal, all go as early as the window allows; without what answers report, too."""
    taken: list[float] = []
    refused = _run(RegionalQuota(), taken, most, seconds, count, reports=reports)

    assert refused <= 1
    assert taken[-1] - NOW <= _compute_best(count, most, seconds) + 2 * (count // most + 1)


@given(most=st.integers(2, 40), others=st.integers(1, 39), count=st.integers(1, 100))
def test_a_quota_that_somebody_else_has_used_is_waited_for(most: int, others: int, count: int) -> None:
    """A run that was killed, say: the next one knows nothing of its requests, and ends all the same."""
    earlier: Sequence[float] = sorted(NOW - number for number in range(min(others, most)))
    taken = [*earlier]
    refused = _run(RegionalQuota(), taken, most, 300.0, count, reports=True)

    assert len(earlier) + count == len(taken)
    assert refused <= min(others, most) + 1
    assert taken[-1] - NOW <= _compute_best(count + most, most, 300.0) + 5 * most + 8 * (count // most + 2)
