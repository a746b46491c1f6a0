"""One container whose log is followed: what is known of it, and how the service's answers are joined to that.

An answer is joined only if it is certain which run of the container it is of. It is where it has a line whose time is
known; else the group is read before and after it, and both times it must show the same run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import AzureError, NoAnswerError, NotFoundError, RetryableError
from aci_reconcile.operate.container_runs import ContainerRun, read_run
from aci_reconcile.operate.log_events import LogPolled, choose_first, make_events
from aci_reconcile.operate.log_lines import parse_snapshot
from aci_reconcile.operate.log_marks import Doubt
from aci_reconcile.reconcile.log_context import report
from aci_reconcile.reconcile.retries import Backoff
from aci_reconcile.reconcile.steps import InterruptedRunError, call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.core.backend import Stream
    from aci_reconcile.operate.log_events import LogSource
    from aci_reconcile.operate.log_joiner import LogJoiner
    from aci_reconcile.operate.log_lines import Snapshot
    from aci_reconcile.operate.log_marks import Joined
    from aci_reconcile.reconcile.log_context import LogContext
    from aci_reconcile.reconcile.steps import Process

_REFUSALS: Final = 3
"""How often Azure may refuse to attach to a container that runs, or to show its log."""
_SHORT: Final = 5.0
"""Seconds that a stream must have lasted to be opened again at once."""
_LEAST_LINES: Final = 200
_PROOFS: Final = (1.0, 2.0, 30.0)
"""Seconds between two proofs of a stream's place: at first, their growth, and at last. Each reads the whole log."""


@dataclass(slots=True)
class LogFollower:
    """The state of one container that is followed."""

    source: LogSource
    ctx: LogContext
    joiner: LogJoiner
    run: ContainerRun = field(default_factory=ContainerRun)
    """The run whose lines are joined."""
    stream: Stream | None = None
    answered: float = -math.inf
    """When the service has last answered."""
    prove: float = -math.inf
    """When to ask for the whole log again to prove the place of a stream."""
    growth: int = 0
    """How many lines came last."""
    _opened: float = 0.0
    _refusals: int = 0
    _again: float = 0.0
    """When to attach again."""
    _proof: Backoff = field(default_factory=lambda: Backoff(*_PROOFS))
    _begun: bool = False
    _closed: bool = False

    @property
    def may_attach(self) -> bool:
        """Whether it is worth trying to attach now."""
        return self.stream is None and self._refusals < _REFUSALS and self.ctx.clock.now() >= self._again

    def close(self) -> None:
        """Close the stream, even one that is just being opened."""
        self._closed, stream = True, self.stream
        if stream is not None:
            self.ctx.close(stream)

    def drop_stream(self, *, at_once: bool = True) -> Process[None]:
        """Close the stream, beside other requests: that may take a while.

        Args:
            at_once: whether another one may be opened at once, even if this one did not last.
        """
        stream, self.stream = self.stream, None
        if stream is None:
            return
        if not at_once and self.ctx.clock.now() - self._opened < _SHORT:
            self._again = self.ctx.clock.now() + _SHORT
        self.joiner.break_off()
        yield from call(stream.close)

    def attach(self, run: ContainerRun) -> Process[None]:
        """Attach to the output of the container's run, unless that was refused too often."""
        if not self.may_attach:
            return
        try:
            yield from call(self._open)
        except AzureError as error:
            temporary = isinstance(error, (NoAnswerError, RetryableError))
            self._refusals += not temporary
            self._again = self.ctx.clock.now() + (_SHORT if temporary else 1.0)
            if self._refusals == _REFUSALS:
                yield from report(LogPolled(self.source, error.message))
        else:
            self._refusals, self._opened, self.prove = 0, self.ctx.clock.now(), -math.inf
            self._proof = Backoff(*_PROOFS)
            self.joiner.begin_stream(ahead=run.begun != self.run.begun)

    def _open(self) -> None:
        """Open a stream, in a thread of the pool; nobody may wait for it any more."""
        self.stream = self.ctx.backend.attach(self.source.id, self.source.container)
        if self._closed:
            self.stream.close()
            raise InterruptedRunError

    def end_stream(self) -> Process[ContainerRun | None]:
        """Find out whether a stream has ended because its run has; return the run that there is now."""
        run = yield from self.look()
        if run is not None and not run.over and run.begun == self.run.begun:
            yield from self.drop_stream(at_once=False)
            return run
        restarted = run is not None and run.begun != self.run.begun
        yield from self.emit(self.joiner.end_stream(restarted=restarted))
        stream, self.stream = self.stream, None
        if stream is not None:
            yield from call(stream.close)
        return run

    def join_answer(self, run: ContainerRun, *, whole: bool = True) -> Process[ContainerRun | None]:
        """Ask for the log and join it; return the run that there is then, None if the container is gone.

        Args:
            run: the run that the group has just shown.
            whole: whether to ask for all that the service has.
        """
        other = run.begun != self.run.begun
        whole = whole or other or self.joiner.fresh
        answer = yield from self._ask(whole=whole)
        if answer is None:
            return None
        if not other:
            joined, doubt = self.joiner.join(answer, whole=whole, ended=run.over)
            if not doubt:
                yield from self.emit(joined)
                return run
            if not whole and doubt is not Doubt.RUN:
                return (yield from self.join_answer(run))
        after = yield from self.look()
        # If the group is deleted meanwhile, nothing better will come.
        if after is None or after.begun == run.begun:
            yield from self._join_surely(answer, run, whole=whole, over=after is None or after.over)
            return after
        return (yield from self.join_answer(after, whole=whole))

    def _join_surely(self, answer: Snapshot, run: ContainerRun, *, whole: bool, over: bool) -> Process[None]:
        """Join an answer that is known to be of a run."""
        if run.begun == self.run.begun:
            joined, _ = self.joiner.join(answer, whole=whole, ended=run.over, over=over, force=True)
            yield from self.emit(joined)
            return
        joined = self.joiner.begin_run(answer, ended=run.over, over=over, missed=run.skips(self.run))
        self.run = run
        yield from self.emit(joined)

    def join_shortly(self, *, whole: bool) -> Process[ContainerRun | None]:
        """Join an answer without reading the group, if it is certain that it continues what is known."""
        answer = yield from self._ask(whole=whole)
        if answer is None:
            return None
        joined, doubt = self.joiner.join(answer, whole=whole)
        if whole and not self.joiner.proven:
            self.prove = self.ctx.clock.now() + self._proof.next()
        if not doubt:
            yield from self.emit(joined)
            return self.run
        run = yield from self.look()
        return None if run is None else (yield from self.join_answer(run, whole=whole or doubt is not Doubt.RUN))

    def _ask(self, *, whole: bool) -> Process[Snapshot | None]:
        """Ask for the log; None if the container is gone."""
        tail = None if whole else _LEAST_LINES + 2 * self.growth + self.joiner.unanswered + self.joiner.waiting
        ask = partial(
            self.ctx.backend.logs, self.source.id, self.source.container, tail=tail, timestamps=True, raw=True
        )
        backoff = Backoff(1, factor=2)
        for attempt in range(_REFUSALS + 1):
            try:
                answer = yield from self.ctx.ask(lambda: parse_snapshot(ask()))
            except NotFoundError:
                if (yield from self.look()) is None:
                    return None
                if attempt == _REFUSALS:
                    raise
                yield from self.ctx.rest(backoff.next())
            else:
                self.answered = self.ctx.clock.now()
                return answer
        return None

    def look(self) -> Process[ContainerRun | None]:
        """Return the container's run; None if the container is gone."""
        live = yield from self.ctx.ask(partial(self.ctx.backend.get, self.source.id))
        return None if live is None else read_run(live, self.source.container)

    def emit(self, joined: Sequence[Joined]) -> Process[None]:
        """Report what was joined; of the very first answer only what is asked for."""
        self.growth = len(joined)
        if not self._begun:
            self._begun = True
            joined = choose_first(joined, tail=self.ctx.tail, after=self.ctx.since)
        for event in make_events(self.source, joined, self.run):
            yield from report(event)
