"""Following a run: how its group is, and what its containers print, until it has ended."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.core.errors import AciReconcileError
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.core.resource_types import assess_health
from aci_reconcile.operate.log_events import (
    LogEnd,
    LogFailed,
    LogGap,
    LogLines,
    LogPolled,
    LogRestart,
    LogSource,
    LogWaiting,
)
from aci_reconcile.reconcile.follow_container import follow_container
from aci_reconcile.reconcile.limit_waits import Deadline
from aci_reconcile.reconcile.retries import Backoff, retry
from aci_reconcile.reconcile.steps import Await, Notify, pause
from aci_reconcile.reconcile.task_end import OURS, Ending, judge_end, list_beginnings
from aci_reconcile.reconcile.task_steps import go_through
from aci_reconcile.reconcile.writes import ACCEPTED, PROVISIONED

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.health import ContainerHealth
    from aci_reconcile.operate.log_events import LogEvent
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.log_context import LogContext
    from aci_reconcile.reconcile.steps import Process, Step

_SOON, _LATER = 0.5, 2.0
_REST: Final = 60.0
"""Seconds that reading the rest of the logs may take once a run has ended."""
_LAST: Final = 10.0
"""Seconds that reading what there is may take once logs are followed no longer."""
_LISTS: Final = ("initContainers", "containers")
_LOG_EVENTS: Final = (LogLines, LogGap, LogRestart, LogWaiting, LogPolled, LogEnd, LogFailed)
_GLANCE: Final = 0.25
"""Seconds between two looks at whether Azure has accepted the write."""


@dataclass(slots=True)
class Follower:
    """The process that follows one group. ``ending`` is set once the run has ended, by whatever."""

    change: Change
    ctx: Context
    container: str
    timeout: float
    print_log: Callable[[LogEvent], None]
    ending: Ending | None = None
    begun: bool = False
    accepted: bool = False
    """Whether Azure has taken the write: before that there is nothing to look at."""
    done: bool = False
    _seen: bool = False
    _over: bool = False
    """Whether logs are followed no longer, whatever their containers do."""
    _begun: set[str] = field(default_factory=set[str])
    """The containers that have begun."""
    _ended: set[str] = field(default_factory=set[str])
    """The containers that have ended for good."""
    _read: set[str] = field(default_factory=set[str])
    """The containers whose log is printed to its end."""

    def dismiss(self) -> None:
        """Let it end without having begun."""
        self.done = True

    def end_early(self, ending: Ending) -> None:
        """Let it end after a last look: the group does not come up. What its container itself says counts more."""
        self.ending = self.ending or ending

    def wait(self) -> Process[Ending]:
        """Wait for the end from within another process."""
        while not self.done:
            yield Await(("end", self.change.id.key))
        return self.ending or Ending(OURS, "interrupted", interrupted=True)

    def follow(self) -> Process[bool]:
        """Follow the group until it has ended."""
        # A pause and no wait for a notification: a run that never begins has no process that could send one.
        while not (self.begun or self.done or self.ctx.stopped()):
            yield from pause(_GLANCE, idle=True)
        if self.begun:
            try:
                yield from self._follow()
            except AciReconcileError as error:
                self.ending = self.ending or Ending(OURS, f"the group could not be read: {error.message}")
            yield from self._finish_logs()
        self._over = self.done = True
        yield Notify(("end", self.change.id.key))
        return True

    def _follow(self) -> Process[None]:
        deadline = Deadline(self.ctx.clock.now() + self.timeout, self.timeout)
        backoff = Backoff(_SOON, ceiling=_LATER)
        earlier = list_beginnings(assess_health(self.change.before)) if self.change.before is not None else {}
        while True:
            self.ending = self.ending or self._find_reason(deadline)
            self.accepted = self.accepted or self.ctx.in_flight.get(self.change.address) in {ACCEPTED, PROVISIONED}
            if self.accepted:
                yield from self._look(earlier, deadline)
            if self.ending is not None:
                return
            yield from pause(backoff.next() if self.accepted else _GLANCE, idle=True)

    def _find_reason(self, deadline: Deadline) -> Ending | None:
        """Return why the run ends now, whatever its containers do; None if it goes on."""
        if self.ctx.stopped():
            return Ending(OURS, "interrupted", interrupted=True)
        if self.ctx.clock.now() > deadline.at:
            return Ending(OURS, f"not ended after {self.timeout:.0f} s (--timeout)")
        return None

    def _look(self, earlier: dict[str, str], deadline: Deadline) -> Process[None]:
        """Read the group and its logs, and decide whether the run has ended."""
        live = yield from retry(self.ctx, partial(self.ctx.backend.get, self.change.id), deadline)
        if live is None:
            if self._seen and self.ending is None:
                self.ending = Ending(OURS, "somebody deleted the group")
            return
        self._seen = True
        health = assess_health(live, now=self.ctx.clock.now())
        found = judge_end(live, health, self.container, earlier)
        for each in health.containers:
            if _has_begun(each) and not (earlier and earlier.get(each.name) == each.started):
                self._begun.add(each.name)
                self._ended |= {each.name} if each.state == "Terminated" else set()
        if self.ending is None or (found is not None and found.exit_code is not None and not self.ending.interrupted):
            self.ending = found

    def _finish_logs(self) -> Process[None]:
        """Wait until the logs of the containers that have ended are read, and what there is of those of the others."""
        if not self.ctx.stopped():
            yield from self._wait_for_logs(self._ended, _REST)
        self._over = True
        yield from self._wait_for_logs(self._begun, _LAST)

    def _wait_for_logs(self, containers: set[str], seconds: float) -> Process[None]:
        until = self.ctx.clock.now() + seconds
        while self._begun & containers - self._read and self.ctx.clock.now() < until:
            yield from pause(_GLANCE)

    def list_containers(self) -> tuple[str, ...]:
        """Return the names of the containers whose logs are printed."""
        after = self.change.after
        lists = (as_list(after.properties.get(name)) for name in _LISTS) if after is not None else ()
        return tuple(as_text(as_object(each).get("name")) for found in lists for each in found)

    def follow_log(self, container: str, ctx: LogContext) -> Process[bool]:
        """Print what a container prints, from when it begins."""
        # After a signal the group is looked at once more, and what has begun by then has printed something.
        while container not in self._begun and not self._over:
            yield from pause(_GLANCE, idle=not self.ctx.stopped())
        if container in self._begun:
            source = LogSource(self.change.id, container)
            # A signal ends it, too: the engine lets nobody wait any more.
            ending = replace(ctx, stopped=lambda: self._over or self.ctx.stopped(), reads_last=True)
            yield from go_through(follow_container(source, ending), self._take)
        self._read.add(container)
        return True

    def _take(self, step: Any) -> Step | None:
        """Take what a log tells, which is no event of the run; everything else is for the engine."""
        if isinstance(step, _LOG_EVENTS):
            self.print_log(step)
            return None
        found: Step = step
        return found


def _has_begun(container: ContainerHealth) -> bool:
    return container.state in {"Running", "Terminated"} or container.restarts > 0
