"""What is learned of Azure's rate limits, and how long requests wait for them."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from factories import FakeBackend, FakeClock, context, group, make_plan, policy

from aci_reconcile.core.backend import Remaining
from aci_reconcile.core.errors import NoAnswerError, ThrottledError
from aci_reconcile.reconcile import Wait, apply
from aci_reconcile.reconcile.engine import run
from aci_reconcile.reconcile.events import Event, Paced, Started, Succeeded
from aci_reconcile.reconcile.limits import READ, REFILL, Limits, Request, Verb
from aci_reconcile.reconcile.retries import Deadline, retry
from aci_reconcile.reconcile.steps import Task

if TYPE_CHECKING:
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.steps import Process

NOW = 1_700_000_000.0
WRITE = Request(Verb.WRITE, "westeurope")
NORTH = Request(Verb.WRITE, "northeurope")


def refusal(seconds: float = 0, code: str = "SubscriptionRequestsThrottled") -> ThrottledError:
    """Return a refusal that asks for patience."""
    return ThrottledError("slow down", code=code, retry_after=seconds)


def refused(*sent: float, limits: Limits | None = None, seconds: float = 1, ask: Request = WRITE) -> Limits:
    """Return limits after requests, sent at these seconds, were each refused at once."""
    limits = limits or Limits()
    for each in sent:
        limits.refuse(ask, refusal(seconds), NOW + each, NOW + each, 1)
    return limits


def rate(limits: Limits, since: float, ask: Request = WRITE) -> float:
    """Return how many of many requests that are there at a time go each second."""
    waits = [limits.reserve(ask, NOW + since) for _ in range(200)]
    return 100 / (waits[-1] - waits[-101])


def test_nothing_is_held_back_before_a_refusal() -> None:
    """However many requests there are."""
    limits = Limits()

    assert {0.0} == {limits.reserve(ask, NOW) for ask in (READ, WRITE, NORTH) for _ in range(1000)}


@pytest.mark.parametrize("kind", Verb)
def test_a_refusal_closes_its_kind_alone(kind: Verb) -> None:
    """For the seconds that Azure asks for; the others go on."""
    limits = refused(0, seconds=17, ask=Request(kind))

    assert {each: 17 if each is kind else 0 for each in Verb} == {
        each: limits.get_wait(Request(each), NOW) if each is kind else limits.reserve(Request(each), NOW)
        for each in Verb
    }


def test_azure_says_nothing_about_the_time() -> None:
    """Then the caller's own wait counts."""
    limits = Limits()
    limits.refuse(WRITE, refusal(), NOW, NOW, 4)

    assert 4 == limits.get_wait(WRITE, NOW)


def test_a_shorter_wait_does_not_shorten_a_longer_one() -> None:
    """Of several refusals the longest counts, and only the first one is news."""
    limits = Limits()
    news = [limits.refuse(WRITE, refusal(each), NOW, NOW, 1) for each in (30, 5)]

    assert [True, False] == news
    assert 30 == limits.get_wait(WRITE, NOW)
    assert limits.refuse(WRITE, refusal(5), NOW + 31, NOW + 31, 1)


def test_after_a_refusal_requests_go_one_by_one() -> None:
    """None before the wait is over, then at ARM's documented rate, though all of them ask at once."""
    limits = refused(0, seconds=60)
    waits = [limits.reserve(WRITE, NOW) for _ in range(100)]

    assert 60 <= min(waits)
    assert 60 + 100 / REFILL[Verb.WRITE] == pytest.approx(max(waits))
    assert {True} == {later - sooner == pytest.approx(0.1) for sooner, later in pairwise(waits)}


def test_each_refusal_of_a_later_request_halves_the_rate() -> None:
    """It grows a little between them, and has a floor."""
    rates = [rate(refused(*range(0, 2 * number, 2)), 2 * number) for number in (1, 2, 3)]

    assert rates[0] > 1.8 * rates[1] > 3 * rates[2]
    assert 0.2 <= rate(refused(*range(0, 200, 2)), 200) < 1


def test_a_burst_of_refusals_halves_the_rate_once() -> None:
    """What was sent before the last refusal, or in the same moment, tells nothing new."""
    one, burst = refused(0), refused(0, 0, 0)
    for late in (0.1, 0.2, 0.3):
        burst.refuse(WRITE, refusal(0.5), NOW - 5, NOW + late, 1)

    assert rate(one, 10) == pytest.approx(rate(burst, 10))


def test_the_rate_grows_while_nothing_is_refused() -> None:
    """Twice as high after half a minute."""
    assert 2 * REFILL[Verb.WRITE] == pytest.approx(rate(refused(0), 30))
    assert 3 * REFILL[Verb.WRITE] == pytest.approx(rate(refused(0), 60))


def test_the_provider_closes_one_region_and_one_kind() -> None:
    """Its limits count by region; ARM's rate is not touched by them."""
    limits = Limits()
    limits.refuse(WRITE, refusal(90, "ResourceRequestsThrottled"), NOW, NOW, 1)

    assert 90 == limits.reserve(WRITE, NOW)
    assert {0.0} == {limits.reserve(each, NOW) for each in (NORTH, READ, Request(Verb.DELETE, WRITE.location))}
    assert {0.0} == {limits.reserve(WRITE, NOW + 90) for _ in range(1000)}


def test_a_low_remainder_slows_down_what_is_left() -> None:
    """So many requests still go at once, the others at the rate."""
    limits = Limits()
    limits.note(Verb.READ, 3, NOW)
    waits = [limits.reserve(READ, NOW) for _ in range(53)]

    assert [0, 0, 0] == waits[:3]
    assert 50 / REFILL[Verb.READ] == pytest.approx(waits[-1])


@pytest.mark.parametrize("left", [None, 6, 11999, 10**9])
def test_other_numbers_of_headers_change_nothing(left: int | None) -> None:
    """They fit no documented bucket; a known rate stays as it is, too."""
    limits, known = Limits(), refused(0)
    limits.note(Verb.WRITE, left, NOW)
    known.note(Verb.WRITE, left, NOW + 5)

    assert {0.0} == {limits.reserve(WRITE, NOW) for _ in range(1000)}
    assert rate(refused(0), 5) == pytest.approx(rate(known, 5))


def through(ctx: Context, *processes: Process[object], at_once: int = 2) -> list[Event]:
    """Run the processes side by side; returns what they told."""

    def ended(process: Process[object]) -> Process[bool]:
        yield from process
        return True

    tasks = [Task(str(n), partial(ended, each), lambda _: Paced("", 0)) for n, each in enumerate(processes)]
    return list(run(tasks, concurrency=at_once, clock=ctx.clock, stopped=lambda: False))


def test_waiting_is_told_once_and_moves_the_deadline() -> None:
    """Twenty requests are refused together; none of them fails, although the wait is longer than their patience."""
    clock = FakeClock()
    ctx = context(FakeBackend(), clock)
    deadlines = [Deadline(clock.now() + 5, 5) for _ in range(20)]
    opens, began = clock.now() + 60, clock.now()

    def ask() -> str:
        if clock.now() < opens:
            raise refusal(opens - clock.now())
        return "done"

    told = through(ctx, *(retry(ctx, ask, each, request=WRITE) for each in deadlines))

    assert [Paced("writes", 60)] == told
    assert 60 <= clock.now() - began < 70
    assert all(each.at - began >= 65 for each in deadlines)


def test_going_more_slowly_is_told_once_for_each_rate() -> None:
    """Who waits in line when the next refusal comes gets a new place, at the lower rate."""
    clock, sent = FakeClock(), list[float]()
    ctx = context(FakeBackend(), clock)
    refusals = iter([refusal(3), *[None] * 40, refusal(3)])

    def ask() -> str:
        sent.append(clock.now())
        while len(sent) == 2 and not ctx.limits.get_last_refusal(
            Verb.WRITE
        ):  # or the thread runs ahead of what it was told
            time.sleep(0.001)
        error = next(refusals, None)
        if error is not None:
            raise error
        return "done"

    waiting = (retry(ctx, ask, Deadline(clock.now() + 5, 5), request=WRITE) for _ in range(200))
    told = through(ctx, *waiting, at_once=1)  # which of two requests is refused would be chance
    slower = [each for each in told if isinstance(each, Paced) and each.rate]

    assert [Paced("writes", 3)] * 2 == [each for each in told if each not in slower]
    assert ["writes", "writes"] == [each.what for each in slower]
    assert 10 <= slower[0].rate < 11
    assert 5 < slower[1].rate < 10
    assert all(5 < each.seconds < 40 for each in slower)
    again = sent[41] + 3
    assert not [each for each in sent[42:] if each < again]
    assert 10 * 10 > sum(each < again + 10 for each in sent[42:]) > 40


def test_a_server_that_always_refuses_is_an_error_in_the_end() -> None:
    """After 25 refusals of one request."""
    ctx, asked = context(FakeBackend()), list[float]()

    def ask() -> str:
        asked.append(ctx.clock.now())
        raise refusal(1)

    with pytest.raises(ThrottledError):
        through(ctx, retry(ctx, ask, Deadline(0, 0)))
    assert 26 == len(asked)


def test_an_answer_that_says_that_little_is_left_is_heeded() -> None:
    """The next ones go at the documented rate."""
    backend = FakeBackend()
    backend.get_remaining = lambda: Remaining(reads=0)  # type: ignore[method-assign]
    ctx = context(backend)
    began = ctx.clock.now()
    through(ctx, retry(ctx, lambda: "done", Deadline(began, 0)))
    backend.get_remaining = Remaining  # type: ignore[method-assign]
    through(ctx, *(retry(ctx, lambda: "done", Deadline(began, 0)) for _ in range(50)))

    assert 2 == pytest.approx(ctx.clock.now() - began, abs=0.1)


def test_while_a_region_is_closed_nothing_of_it_is_begun() -> None:
    """Groups of other regions are; and nothing has failed when it opens again, five minutes later."""
    clock, begun = FakeClock(), dict[str, float]()
    ctx = context(FakeBackend.holding(), clock, timeout=30, wait=Wait.PROVISIONED)
    ctx.limits.refuse(WRITE, refusal(300, "ResourceRequestsThrottled"), clock.now(), clock.now(), 1)
    north = group("north")
    north = replace(north, body={**north.body, "location": "northeurope"})
    opened, events = clock.now(), list[Event]()
    for event in apply(make_plan([group("west"), north], [], policy()), ctx):
        events.append(event)
        if isinstance(event, Started):
            begun[event.change.id.name] = clock.now() - opened

    assert {"north": 0, "west": 300} == begun
    assert 2 == sum(isinstance(each, Succeeded) for each in events)


def test_reading_does_not_wait_longer_than_it_may() -> None:
    """A refusal that asks for a day is told, and is an error at once; so is every read that waits behind it."""
    ctx, asked = context(FakeBackend()), list[float]()
    began = ctx.clock.now()

    def ask() -> str:
        asked.append(ctx.clock.now())
        raise refusal(100_000)

    def read() -> Process[str]:
        return retry(ctx, ask, Deadline(began, 0, began + 60))

    told: list[Event] = []
    with pytest.raises(ThrottledError) as first:
        told += through(ctx, read())
    with pytest.raises(ThrottledError) as second:
        through(ctx, read())

    assert ([began], began) == (asked, ctx.clock.now())
    assert ["use --timeout to allow more time for reading"] * 2 == [first.value.hint, second.value.hint]
    assert "asks to wait for 100000 s" in second.value.message


def test_a_group_is_not_waited_for_longer_than_it_may_be() -> None:
    """Refused reads move its deadline, but by no more than its own length; writes may take as long as Azure wants."""
    ctx = context(FakeBackend())
    began = ctx.clock.now()
    deadline = Deadline(began + 60, 60)

    assert deadline.allows(Verb.READ, 60, began)
    deadline.extend(40, Verb.READ)
    assert not deadline.allows(Verb.READ, 30, began)
    assert deadline.allows(Verb.WRITE, 3600, began)


def test_reading_ends_when_it_is_time() -> None:
    """What is still queued then is not asked."""
    ctx, asked = context(FakeBackend()), list[str]()

    with pytest.raises(NoAnswerError, match="reading took too long"):
        through(ctx, retry(ctx, lambda: asked.append("x"), Deadline(0, 0, ctx.clock.now() - 1)))

    assert [] == asked
