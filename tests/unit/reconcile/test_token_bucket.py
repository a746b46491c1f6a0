"""What is learned of Azure Resource Manager's limit of one kind of request."""

from __future__ import annotations

import pytest

from aci_reconcile.core.errors import ThrottledError
from aci_reconcile.reconcile.limits import READ, REFILL, Limits, Request, Verb
from aci_reconcile.reconcile.token_bucket import TokenBucket

NOW = 1_700_000_000.0
DOCUMENTED = 10.0


def refuse(bucket: TokenBucket, at: float, seconds: float = 1, sent: float | None = None) -> bool:
    """Let Azure refuse a request."""
    bucket.take(at)
    return bucket.refuse(ThrottledError("slowly", retry_after=seconds), at if sent is None else sent, at, 1)


def send(bucket: TokenBucket, now: float, until: float) -> list[float]:
    """Return when requests go, one after the other, all of which Azure takes at once."""
    found = list[float]()
    while now < until:
        wait = bucket.get_wait(now)
        if wait > 0:
            now += max(wait, 0.001)
            continue
        bucket.take(now)
        bucket.accept(now)
        found.append(now)
    return found


def test_nothing_is_held_back_before_a_refusal() -> None:
    """However many requests there are."""
    bucket = TokenBucket(DOCUMENTED)
    for _ in range(1000):
        assert bucket.get_wait(NOW) <= 0
        bucket.take(NOW)

    assert not bucket.is_over


@pytest.mark.parametrize("kind", Verb)
def test_a_refusal_closes_its_kind_alone(kind: Verb) -> None:
    """For the seconds that Azure asks for; the others go on."""
    limits = Limits()
    limits.get_bucket(kind).take(NOW)
    limits.refuse(Request(kind), ThrottledError("slowly", retry_after=17), NOW, NOW, 1)

    assert {each: 17 if each is kind else 0 for each in Verb} == {
        each: max(limits.get_bucket(each).get_wait(NOW), 0) for each in Verb
    }
    assert {each: each is kind for each in Verb} == {each: limits.is_closed(Request(each), NOW) for each in Verb}


def test_azure_says_nothing_about_the_time() -> None:
    """Then the caller's own wait counts."""
    bucket = TokenBucket(DOCUMENTED)
    bucket.take(NOW)
    bucket.refuse(ThrottledError("slowly"), NOW, NOW, 4)

    assert 4 == bucket.get_wait(NOW)


def test_a_shorter_wait_does_not_shorten_a_longer_one() -> None:
    """Of several refusals the longest counts, and only the first one is news."""
    bucket = TokenBucket(DOCUMENTED)

    assert [True, False] == [refuse(bucket, NOW, seconds) for seconds in (30, 5)]
    assert 30 == bucket.get_wait(NOW)
    assert refuse(bucket, NOW + 31)


def test_after_a_refusal_requests_go_one_by_one() -> None:
    """None before the wait is over, then about as many as ARM documents."""
    bucket = TokenBucket(DOCUMENTED)
    refuse(bucket, NOW, 60)
    sent = send(bucket, NOW, NOW + 70)

    assert NOW + 60 <= min(sent)
    assert 100 <= len(sent) <= 120


def test_what_was_let_go_before_a_refusal_is_not_sent_after_it() -> None:
    """A hundred requests wait for a thread: the bucket is over until they are given back."""
    bucket = TokenBucket(DOCUMENTED)
    for _ in range(100):
        bucket.take(NOW)
    refuse(bucket, NOW)
    over = bucket.is_over
    for _ in range(100):
        bucket.give_back(NOW + 2)

    assert (True, False) == (over, bucket.is_over)


def test_the_rate_becomes_what_azure_took_between_two_refusals() -> None:
    """But at most half of it is lost at once, and a burst of refusals counts once."""
    bucket = TokenBucket(DOCUMENTED)
    refuse(bucket, NOW)
    send(bucket, NOW, NOW + 10)
    refuse(bucket, NOW + 10)
    for late in (0.1, 0.2):
        refuse(bucket, NOW + 10 + late, sent=NOW + 10 - late)
    measured = bucket.rate
    refuse(bucket, NOW + 11.3)

    assert 9 < measured < 12
    assert measured / 2 == pytest.approx(bucket.rate, rel=0.1)


def test_an_idle_time_does_not_count_as_a_slow_one() -> None:
    """After ten idle minutes a burst and a refusal say nothing of a lower rate than the one that is known."""
    bucket = TokenBucket(DOCUMENTED)
    for _ in range(200):
        bucket.take(NOW)
        bucket.accept(NOW)
    refuse(bucket, NOW)
    sent = send(bucket, NOW + 600, NOW + 610)
    before = bucket.rate
    refuse(bucket, NOW + 610)

    assert len(sent) > 280
    assert bucket.rate > 0.9 * before


def test_the_rate_has_a_floor() -> None:
    """One request in five seconds."""
    bucket = TokenBucket(DOCUMENTED)
    for number in range(50):
        refuse(bucket, NOW + 1.05 * number)

    assert 0.2 <= bucket.rate < 1


def test_the_rate_grows_while_nothing_is_refused_and_requests_wait() -> None:
    """Twice the documented rate after half a minute; an idle minute adds little, for nothing was tried."""
    busy, idle = TokenBucket(DOCUMENTED), TokenBucket(DOCUMENTED)
    refuse(busy, NOW)
    refuse(idle, NOW)
    send(busy, NOW, NOW + 31)
    send(idle, NOW + 300, NOW + 300.1)

    assert 2 * DOCUMENTED == pytest.approx(busy.rate, rel=0.05)
    assert idle.rate < 1.1 * DOCUMENTED


def test_a_full_bucket_gives_at_once_what_it_gave_at_first() -> None:
    """Two hundred went before the first refusal: after a while, two hundred may go again."""
    bucket = TokenBucket(DOCUMENTED)
    for _ in range(200):
        bucket.take(NOW)
        bucket.accept(NOW)
    refuse(bucket, NOW)

    assert 200 == len(send(bucket, NOW + 60, NOW + 60.0005))


def test_a_low_remainder_begins_the_pace_and_keeps_it() -> None:
    """So many requests still go at once; while next to nothing is left, the rate is no higher than documented."""
    bucket = TokenBucket(REFILL[Verb.READ])
    bucket.note(3, NOW)
    at_once = send(bucket, NOW, NOW + 0.0005)
    send(bucket, NOW, NOW + 60)
    low = bucket.rate
    bucket.note(200, NOW + 60)
    send(bucket, NOW + 60, NOW + 70)

    assert 3 == len(at_once)
    assert (REFILL[Verb.READ], True) == (low, bucket.rate > low)


@pytest.mark.parametrize("left", [None, 6, 11999, 10**9])
def test_other_numbers_of_headers_hold_nothing_back(left: int | None) -> None:
    """They fit no documented bucket."""
    bucket = TokenBucket(DOCUMENTED)
    bucket.note(left, NOW)

    assert bucket.get_wait(NOW) <= 0
    assert 0 == bucket.rate


def test_a_list_takes_as_many_tokens_as_it_has_pages() -> None:
    """It waits until there are so many."""
    bucket = TokenBucket(REFILL[Verb.READ])
    refuse(bucket, NOW)

    assert bucket.get_wait(NOW + 1, 30) == pytest.approx(30 / REFILL[Verb.READ])
    assert 30 == Request(weight=30).weight
    assert READ.weight == 1
