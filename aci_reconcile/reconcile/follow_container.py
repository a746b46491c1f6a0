"""Following the log of one container: its stream for what comes, the service's answers for the rest, run after run."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import AzureError, NoAnswerError
from aci_reconcile.operate.log_events import LogEnd, LogFailed, LogWaiting
from aci_reconcile.operate.log_joiner import LogJoiner
from aci_reconcile.reconcile.log_context import report
from aci_reconcile.reconcile.log_follower import LogFollower
from aci_reconcile.reconcile.retries import Backoff
from aci_reconcile.reconcile.steps import InterruptedRunError, never, pause

if TYPE_CHECKING:
    from aci_reconcile.operate.container_runs import ContainerRun
    from aci_reconcile.operate.log_events import LogSource
    from aci_reconcile.reconcile.log_context import LogContext
    from aci_reconcile.reconcile.steps import Process

_SILENCE: Final = 1.0
"""Seconds without output after which the next lines may be of the next run: a crash loop pauses at least as long."""
_BETWEEN: Final = 1.0
"""Seconds between two answers that lines wait for."""
_CHECK: Final = 30.0
"""Seconds after which a silent stream is checked: its connection may be dead."""
_BUSY_SECONDS, _BUSY_LINES = 10.0, 2000
"""After so much from a busy stream its place is proven again."""
_POLLS: Final = (2.0, 1.5, 10.0)
"""Seconds between two answers where there is no stream: after new lines, their growth, and at last."""
_GLANCES: Final = (0.05, 1.1, 0.25)
"""Seconds between two looks at a stream: after output, their growth, and at last."""
_WAITS: Final = (1.0, 1.5, 5.0)
"""Seconds between two looks at a container that does not run."""
_LAST: Final = 5.0
"""Seconds that the last requests of an interrupted run may take."""
_CHUNKS: Final = 32
"""Chunks after which other containers get their turn."""


def follow_container(source: LogSource, ctx: LogContext) -> Process[bool]:
    """Yield what a container prints until it ends for good; return whether it has."""
    follower = LogFollower(source, ctx, LogJoiner(direct=not ctx.timed))
    try:
        yield from _follow(follower)
    except InterruptedRunError:
        yield from follower.drop_stream()
        if ctx.reads_last:
            yield from _read_last(follower)
        return False
    except AzureError as error:
        yield from follower.drop_stream()
        yield from report(LogFailed(source, error))
        return False
    finally:
        follower.close()
    return True


def _follow(follower: LogFollower) -> Process[None]:
    """Follow run after run."""
    run = yield from _await_begin(follower)
    follower.run = run or follower.run
    while run is not None and run.begun:
        if not run.over:
            yield from follower.attach(run)
        run = yield from follower.join_answer(run)
        if run is None or run.begun != follower.run.begun:
            continue
        # It may have ended since the answer, and printed more before that: only the next answer is the last.
        if run.over and not follower.joiner.complete:
            continue
        if run.final:
            break
        if run.over:
            run = yield from _await_next(follower, run)
        else:
            run = yield from (_read_stream(follower) if follower.stream else _poll(follower))
    yield from follower.drop_stream()
    yield from follower.emit(follower.joiner.finish())
    yield from report(LogEnd(follower.source, run))


def _read_last(follower: LogFollower) -> Process[None]:
    """Print what there is by now, though the run is interrupted; if it cannot be read, that is too late to matter."""
    follower.ctx = replace(follower.ctx, stopped=never, timeout=_LAST)
    try:
        run = yield from follower.look()
        if run is not None and run.begun:
            yield from follower.join_answer(run)
            yield from follower.emit(follower.joiner.finish())
    except AzureError:
        return


def _await_begin(follower: LogFollower) -> Process[ContainerRun | None]:
    """Wait until the container has begun, or never will; return its run, or None if it is gone."""
    waits, told = Backoff(*_WAITS), False
    while True:
        run = yield from follower.look()
        if run is None or run.begun or run.final:
            return run
        if not told:
            told = True
            yield from report(LogWaiting(follower.source, run.provisioning))
        yield from follower.ctx.rest(waits.next())


def _await_next(follower: LogFollower, ended: ContainerRun) -> Process[ContainerRun | None]:
    """Wait until a container that has ended begins again, or will not."""
    yield from follower.drop_stream()
    waits = Backoff(*_WAITS)
    run: ContainerRun | None = ended
    while run is not None and run.begun == ended.begun and run.over and not run.final:
        yield from follower.ctx.rest(waits.next())
        run = yield from follower.look()
    return run


def _poll(follower: LogFollower) -> Process[ContainerRun | None]:
    """Ask for the log again and again; return the run once there is something else to do."""
    waits = Backoff(*_POLLS)
    while True:
        yield from follower.ctx.rest(waits.next())
        run = yield from follower.look()
        if run is not None:
            run = yield from follower.join_answer(run, whole=False)
        if run is None or run.over or run.begun != follower.run.begun or follower.may_attach:
            return run
        waits = Backoff(*_POLLS) if follower.growth else waits


def _read_stream(follower: LogFollower) -> Process[ContainerRun | None]:
    """Print what the stream brings; return the run once it is over, or the stream is."""
    ctx, came, chunks, glances = follower.ctx, -math.inf, 0, Backoff(*_GLANCES)
    while follower.stream is not None:
        ctx.check_not_stopped()
        try:
            data = follower.stream.receive(0)
        except NoAnswerError:
            yield from follower.drop_stream(at_once=False)
            return (yield from follower.look())
        if data == b"":
            return (yield from follower.end_stream())
        now = ctx.clock.now()
        if data:
            chunks, glances = chunks + 1, Backoff(*_GLANCES)
            if now - came > _SILENCE:
                follower.joiner.hold()
            came = now
            yield from follower.emit(follower.joiner.take(data))
        run = yield from _join_if_due(follower, now, came)
        if run is None or run.begun != follower.run.begun or run.over:
            return run
        if ctx.clock.now() - now > _SILENCE:
            came = -math.inf  # whether it was silent meanwhile is not known
        if not data or chunks % _CHUNKS == 0:
            yield from pause(0 if data else glances.next(), idle=True)
    return follower.run


def _join_if_due(follower: LogFollower, now: float, came: float) -> Process[ContainerRun | None]:
    """Ask the service where lines wait for it, where a stream is to be proven again, or where it is silent."""
    joiner, passed = follower.joiner, now - follower.answered
    if joiner.waiting and passed >= _BETWEEN:
        return (yield from follower.join_shortly(whole=not joiner.proven and now >= follower.prove))
    if joiner.unanswered >= _BUSY_LINES or (joiner.unanswered and passed >= _BUSY_SECONDS):
        return (yield from follower.join_shortly(whole=False))
    if passed < _CHECK or now - came < _CHECK:
        return follower.run
    run = yield from follower.look()
    if run is not None:
        run = yield from follower.join_answer(run, whole=False)
    if joiner.behind:  # it has not brought what the service has: its connection is dead
        yield from follower.drop_stream()
    return run
