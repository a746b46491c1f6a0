"""How requests wait for Azure's limits, and what is told of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from factories import FakeBackend, FakeClock, context, group, make_plan, policy

from aci_reconcile.core.backend import Remaining
from aci_reconcile.core.errors import NoAnswerError, ThrottledError
from aci_reconcile.reconcile import Wait, apply
from aci_reconcile.reconcile.engine import run
from aci_reconcile.reconcile.events import Event, Paced, Started, Succeeded
from aci_reconcile.reconcile.limit_waits import Deadline
from aci_reconcile.reconcile.limits import READ, Request, Verb
from aci_reconcile.reconcile.retries import retry
from aci_reconcile.reconcile.steps import Task

if TYPE_CHECKING:
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.steps import Process

NOW = 1_700_000_000.0
WRITE = Request(Verb.WRITE, "westeurope")


def refusal(seconds: float = 0, code: str = "SubscriptionRequestsThrottled") -> ThrottledError:
    """Return a refusal that asks for patience."""
    return ThrottledError("slow down", code=code, retry_after=seconds)


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
    """Who waits in line when the next refusal comes goes at the lower rate."""
    clock, sent = FakeClock(), list[float]()
    ctx = context(FakeBackend(), clock)

    def ask() -> str:
        sent.append(clock.now())
        if len(sent) in {1, 42}:
            raise refusal(3)
        return "done"

    waiting = (retry(ctx, ask, Deadline(clock.now() + 5, 5), request=Request(Verb.WRITE)) for _ in range(200))
    told = through(ctx, *waiting, at_once=1)  # which of two requests is refused would be chance
    slower = [each for each in told if isinstance(each, Paced) and each.rate]

    assert [Paced("writes", 3)] * 2 == [each for each in told if each not in slower]
    assert "writes" == slower[0].what
    assert 10 <= slower[0].rate < 11
    again = sent[41] + 3
    assert not [each for each in sent[42:] if each < again]
    assert 10 * 13 > sum(each < again + 10 for each in sent[42:]) > 40


def test_a_server_that_always_refuses_is_an_error_in_the_end() -> None:
    """After the time for one group, counted from the end that the first refusal named; it says what is known."""
    ctx = context(FakeBackend())
    began = ctx.clock.now()

    def ask() -> None:
        error = refusal(90, "ResourceRequestsThrottled")
        error.most, error.interval = 100, 300.0
        raise error

    with pytest.raises(ThrottledError) as caught:
        through(ctx, retry(ctx, ask, Deadline(began + 600, 600), request=WRITE))

    assert 690 < ctx.clock.now() - began < 800
    assert caught.value.message.startswith("Azure's limit of 100 in 300 s of writes in westeurope lets nothing through")
    assert "it asks to wait until 2023-11-14T22:" in caught.value.message


def test_a_request_that_is_refused_again_and_again_is_not_given_up() -> None:
    """Others are let in before it, a hundred times: as long as the quota moves, its turn will come."""
    ctx, asked = context(FakeBackend()), list[float]()

    def ask() -> str:
        asked.append(ctx.clock.now())
        if len(asked) < 100:
            ctx.limits.list_limits(WRITE)[0].stalled_since = 0  # somebody else of this run was let in
            raise refusal(60, "ResourceRequestsThrottled")
        return "done"

    told = through(ctx, retry(ctx, ask, Deadline(ctx.clock.now() + 600, 600), request=WRITE))

    assert 100 == len(asked)
    assert 99 == len(told)


def test_whoever_waits_leaves_the_line_when_it_may_not_wait_longer() -> None:
    """The next one's turn comes: nobody waits for a place that was given up."""
    ctx, went = context(FakeBackend()), list[str]()
    began = ctx.clock.now()
    ctx.limits.refuse(READ, refusal(30), began, began, 1)
    patient = retry(ctx, lambda: went.append("patient"), Deadline(began, 0))
    hasty = retry(ctx, lambda: went.append("hasty"), Deadline(began, 0, began + 10))

    def give_up() -> Process[None]:
        with pytest.raises(ThrottledError):
            yield from hasty

    through(ctx, give_up(), patient)

    assert ["patient"] == went
    assert not ctx.limits.get_bucket(Verb.READ).line


def test_what_was_let_go_and_is_not_sent_is_given_back() -> None:
    """A group that has moved is not written, and takes no room from the others."""
    backend, clock = FakeBackend.holding(), FakeClock()
    ctx = context(backend, clock, wait=Wait.PROVISIONED)
    planned = make_plan([group()], [], policy())
    backend.keep(group())
    list(apply(planned, ctx))

    assert [] == backend.writes
    assert not any(each.on_their_way for each in ctx.limits.quotas.values())
    assert not any(each.on_their_way for each in ctx.limits.buckets.values())


def test_a_refusal_stops_the_threads_at_once() -> None:
    """However much they have to send: the next one is not sent before anybody has looked at the first."""
    ctx, asked = context(FakeBackend()), list[float]()
    opens = ctx.clock.now() + 60

    def ask() -> str:
        asked.append(ctx.clock.now())
        if ctx.clock.now() < opens:
            raise refusal(60)
        return "done"

    waiting = (retry(ctx, ask, Deadline(opens, 5), request=Request(Verb.WRITE)) for _ in range(50))
    through(ctx, *waiting, at_once=1)

    assert 1 == sum(each < opens for each in asked)


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
