"""What is learned of the provider's limits in a region."""

from __future__ import annotations

import pytest

from aci_reconcile.core.backend import Room
from aci_reconcile.core.errors import ThrottledError
from aci_reconcile.reconcile.limits import READ, Limits, Request, Verb
from aci_reconcile.reconcile.regional_quota import RegionalQuota

NOW = 1_700_000_000.0
WRITE = Request(Verb.WRITE, "westeurope")
NORTH = Request(Verb.WRITE, "northeurope")


def make_refusal(seconds: float, most: int = 0, interval: float = 0) -> ThrottledError:
    """Return a refusal by the provider."""
    error = ThrottledError("slowly", code="ResourceRequestsThrottled", retry_after=seconds)
    error.most, error.interval = most, interval
    return error


def accept(quota: RegionalQuota, at: float, *left: tuple[float, int]) -> None:
    """Let the provider take a request, with so much room left in windows of so many seconds."""
    quota.take(at)
    quota.accept(at, at, [Room(seconds, requests) for seconds, requests in left])


def test_the_provider_closes_one_region_and_one_kind() -> None:
    """Its limits count by region; ARM's own is not touched by them."""
    limits = Limits()
    for each in limits.list_limits(WRITE):
        each.take(NOW)
    limits.refuse(WRITE, make_refusal(90), NOW, NOW, 1)

    assert 90 == limits.list_limits(WRITE)[0].get_wait(NOW)
    for other in (NORTH, READ, Request(Verb.DELETE, WRITE.location), Request(Verb.WRITE)):
        assert not limits.is_closed(other, NOW)
        assert all(each.get_wait(NOW) <= 0 for each in limits.list_limits(other))
    assert [0] * 2 == [each.on_their_way for each in limits.list_limits(WRITE)]


def test_no_more_go_than_an_answer_leaves_room_for() -> None:
    """The tightest window counts, and what is on its way takes room."""
    quota = RegionalQuota()
    accept(quota, NOW, (300, 20), (3600, 3))
    went = 0
    while quota.get_wait(NOW) <= 0:
        quota.take(NOW)
        went += 1

    assert 3 == went


def test_where_an_answer_leaves_nothing_one_is_tried_all_the_same() -> None:
    """Numbers in headers have been wrong: only a refusal proves them, and costs one request."""
    quota = RegionalQuota()
    accept(quota, NOW, (300, 0))
    first = quota.get_wait(NOW)
    quota.take(NOW)

    assert first <= 0 < quota.get_wait(NOW)
    assert not quota.is_over


def test_room_comes_back_when_a_request_is_as_old_as_the_window() -> None:
    """One after the other, as they went: nobody is refused in vain."""
    quota = RegionalQuota()
    for number in range(3):
        accept(quota, NOW + number, (300, 2 - number))
    quota.take(NOW + 3)
    quota.refuse(make_refusal(298, 3, 300), NOW + 3, 1)

    assert 298 - 1 == quota.get_wait(NOW + 4)
    assert quota.get_wait(NOW + 301) <= 0
    accept(quota, NOW + 301, (300, 1))
    accept(quota, NOW + 301, (300, 0))
    assert 302 - 301.5 == pytest.approx(quota.get_wait(NOW + 301.5))


def test_after_a_refusal_a_single_request_goes_first() -> None:
    """Then more and more: whether there is room for all is not known without an answer that says so."""
    quota = RegionalQuota()
    quota.take(NOW)
    quota.refuse(make_refusal(60), NOW, 1)
    went = []
    for _ in range(3):
        batch = 0
        while quota.get_wait(NOW + 60) <= 0:
            quota.take(NOW + 60)
            batch += 1
        for _ in range(batch):
            quota.accept(NOW + 60, NOW + 60)
        went.append(batch)

    assert [1, 2, 4] == went


def test_a_quota_that_was_raised_is_used() -> None:
    """An answer to a later request that leaves more room than was known counts."""
    quota = RegionalQuota()
    accept(quota, NOW, (300, 0))
    accept(quota, NOW + 1, (300, 899))

    assert quota.get_wait(NOW + 1) <= 0
    assert 900 <= quota.windows[300].most


def test_answers_that_overtake_each_other_do_not_count_twice() -> None:
    """Two requests side by side, of which the later one is answered first."""
    quota = RegionalQuota()
    for _ in range(2):
        quota.take(NOW)
    quota.accept(NOW, NOW + 1, [Room(300, 7)])
    quota.accept(NOW, NOW + 2, [Room(300, 8)])

    assert 7 == quota.windows[300].left


def test_where_others_share_a_quota_somebody_asks_now_and_then() -> None:
    """Their requests come free at times that this run cannot know: one is tried as often as the quota allows some."""
    quota = RegionalQuota()
    quota.take(NOW)
    quota.refuse(make_refusal(10, 100, 300), NOW, 1)
    accept(quota, NOW + 10, (300, 0))

    assert 300 / 100 == pytest.approx(quota.get_wait(NOW + 10))
