"""Following a run: how its group is, and what its containers print, until it has ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import AciReconcileError, AzureError
from aci_reconcile.core.resource_types import assess_health
from aci_reconcile.reconcile.retries import Backoff, Deadline, retry
from aci_reconcile.reconcile.steps import Await, Notify, call, pause
from aci_reconcile.reconcile.task_end import OURS, Ending, judge_end, list_beginnings
from aci_reconcile.reconcile.writes import ACCEPTED, PROVISIONED

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.health import ContainerHealth
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.steps import Process

_SOON, _LATER = 0.5, 2.0
_GLANCE: Final = 0.25
"""Seconds between two looks at whether Azure has accepted the write."""


@dataclass(slots=True)
class Log:
    """What was printed of a container's log."""

    seen: str = ""

    def add(self, text: str, *, whole: bool) -> tuple[str, ...]:
        """Take what the service has now, and return the new lines; an unfinished last line only if it is ``whole``."""
        known, start = self.seen, 0
        if text.startswith(known):
            start = len(known)
        elif known:
            # The service has dropped the beginning: go on after the longest end of what is known.
            start = next((size for size in range(min(len(known), len(text)), 0, -1) if known.endswith(text[:size])), 0)
        end = len(text) if whole else text.rfind("\n") + 1
        if end <= start:
            return ()
        self.seen = text[:end]
        return tuple(text[start:end].removesuffix("\n").split("\n"))


@dataclass(slots=True)
class Follower:
    """The process that follows one group. ``ending`` is set once the run has ended, by whatever."""

    change: Change
    ctx: Context
    container: str
    timeout: float
    print_lines: Callable[[str, tuple[str, ...]], None]
    ending: Ending | None = None
    begun: bool = False
    accepted: bool = False
    """Whether Azure has taken the write: before that there is nothing to look at."""
    done: bool = False
    _seen: bool = False
    _logs: dict[str, Log] = field(default_factory=dict[str, Log])

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
        self.done = True
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
        whole = found is not None or self.ending is not None
        for each in health.containers:
            if _has_begun(each) and not (earlier and earlier.get(each.name) == each.started):
                yield from self._read_log(each, whole=whole)
        if self.ending is None or (found is not None and found.exit_code is not None and not self.ending.interrupted):
            self.ending = found

    def _read_log(self, container: ContainerHealth, *, whole: bool) -> Process[None]:
        try:
            text = yield from call(partial(self.ctx.backend.logs, self.change.id, container.name))
        except AzureError:
            return  # there is none yet, or the next look finds it
        lines = self._logs.setdefault(container.name, Log()).add(text, whole=whole)
        if lines:
            self.print_lines(container.name, lines)


def _has_begun(container: ContainerHealth) -> bool:
    return container.state in {"Running", "Terminated"} or container.restarts > 0
