"""Groups that run once: create or start each, follow it to its end, take its exit code, delete what was made.

Every end of a run goes through the same last steps: an interruption, a time limit, a refusal, a failure.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from aci_reconcile.core.run_tag import RunTag
from aci_reconcile.reconcile.apply_group import apply_change
from aci_reconcile.reconcile.context import Wait
from aci_reconcile.reconcile.events import Failed, Moved, Skipped, Unhealthy
from aci_reconcile.reconcile.execution import find_subnet_locks, run_tasks
from aci_reconcile.reconcile.log_context import LogContext
from aci_reconcile.reconcile.resource_groups import make_creation_task, make_task_name
from aci_reconcile.reconcile.retries import retry
from aci_reconcile.reconcile.steps import Await, Notify, Pause, Task, never, unlock
from aci_reconcile.reconcile.task_cleanup import clean_up
from aci_reconcile.reconcile.task_end import OURS, Ending
from aci_reconcile.reconcile.task_follower import Follower
from aci_reconcile.reconcile.task_steps import go_through

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aci_reconcile.core.errors import AciReconcileError
    from aci_reconcile.operate.log_events import LogEvent
    from aci_reconcile.planning.values import Change, Plan
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.reconcile.steps import Process, Step

_SLOT: Final = "a place among the runs"


@dataclass(frozen=True, slots=True)
class Run:
    """A group to run once."""

    name: str
    """What was asked for, in a person's words."""
    change: Change
    """Its creation, or the start of one that is there."""
    id: str = ""
    """The id in the tag of the group; empty where the group is a declared one, which stays."""
    container: str = ""
    """The container whose end is the run's; empty for all of them."""
    keep: bool = False
    timeout: float = 1800.0

    @property
    def address(self) -> str:
        """The address of the group that runs."""
        return self.change.address


@dataclass(frozen=True, slots=True)
class RunReport:
    """How a run ended, and whether its group is still there."""

    run: Run
    ending: Ending
    seconds: float
    remains: str = ""
    """Why the group that was made is still there; empty if it is not."""


class Listener(Protocol):
    """Takes what runs tell, as it comes. It must not raise: groups would stay behind."""

    def print_log(self, run: Run, event: LogEvent) -> None:
        """Take what a container has printed, or what is to be said of its log."""
        ...

    def end(self, report: RunReport) -> None:
        """Take the end of a run."""
        ...


@dataclass(slots=True)
class Slots:
    """How many runs may go on at once."""

    free: int

    def take(self, ctx: Context) -> Process[None]:
        """Wait for a place; not once the run is interrupted."""
        while self.free <= 0 and not ctx.stopped():
            yield Await(_SLOT, idle=True)
        self.free -= 1

    def give_back(self) -> Process[None]:
        """Let the next one begin."""
        self.free += 1
        yield Notify(_SLOT)


def run_once(  # noqa: PLR0913  each is a choice of the command
    runs: tuple[Run, ...],
    plan: Plan,
    ctx: Context,
    listener: Listener,
    *,
    parallel: int,
    concurrency: int = 8,
    stopped: Callable[[], bool] = never,
) -> Iterator[Event]:
    """Carry out the runs side by side, and delete what earlier ones left; the last event is ``Finished``.

    Args:
        runs: the groups.
        plan: the deletions of leftovers, and the resource groups that are missing.
        ctx: how.
        listener: takes log lines and ends.
        parallel: how many run at once.
        concurrency: how many requests may be in flight at once.
        stopped: whether a signal came: each run ends, and its group is deleted.
    """
    ctx = replace(ctx, stopped=stopped, wait=Wait.PROVISIONED)
    groups = [make_creation_task(each, ctx) for each in plan.resource_groups if each.create]
    slots = Slots(parallel)
    works = [_Work(run, ctx, listener, slots) for run in runs]
    leftovers = [
        Task(each.address.lower(), partial(apply_change, each, ctx), partial(Skipped, each))
        for each in plan.changes
        if each.leftover
    ]
    after = frozenset(each.name for each in groups)
    logs = LogContext(ctx.backend, ctx.clock, ctx.jitter, limits=ctx.limits)
    tasks = [task for work in works for task in work.make_tasks(after, logs)]
    yield from run_tasks([*groups, *leftovers, *tasks], ctx, concurrency, ())


@dataclass(slots=True)
class _Work:
    """One run on its way: one process writes, another one follows."""

    run: Run
    ctx: Context
    listener: Listener
    slots: Slots
    moved: bool = False
    """Whether a group was there that the creation did not expect."""
    refusal: str = ""
    """Why the group did not come up, in the words of the event that said so."""
    follower: Follower = field(init=False)

    def __post_init__(self) -> None:
        self.ctx = replace(self.ctx, timeout=self.run.timeout)
        self.follower = Follower(
            self.run.change,
            self.ctx,
            self.run.container,
            self.run.timeout,
            partial(self.listener.print_log, self.run),
        )

    def make_tasks(self, after: frozenset[str], logs: LogContext) -> tuple[Task, ...]:
        """Return the tasks of the run: what writes the group, what follows it, and what reads each log."""
        change, scopes = self.run.change, {make_task_name(self.run.change.id.scope)}
        name = change.address.lower()
        follow = Task(f"{name} follower", self.follower.follow, partial(Skipped, change))
        readers = tuple(
            Task(f"{name} log {each}", partial(self.follower.follow_log, each, logs), partial(Skipped, change))
            for each in self.follower.list_containers()
        )
        return Task(name, self._carry_out, self._skip, after & scopes, find_subnet_locks(change)), follow, *readers

    def _skip(self, because: str) -> Event:
        """Report a run that never begins: its resource group could not be created, or a signal came first."""
        self.follower.dismiss()
        self._report(Ending(OURS, f"not begun: {because}", interrupted=self.ctx.stopped()), 0)
        return Skipped(self.run.change, because)

    def _carry_out(self) -> Process[bool]:
        yield from self.slots.take(self.ctx)
        began, ending, remains = self.ctx.clock.now(), Ending(OURS, "not begun: interrupted", interrupted=True), ""
        if self.ctx.stopped():
            self.follower.dismiss()
        else:
            self.follower.begun = True
            good = yield from go_through(apply_change(self.run.change, self.ctx), self._note, self._is_decided)
            yield from unlock()
            if good or (self.moved and (yield from self._is_there())):
                self.follower.accepted = True
            else:
                self.follower.end_early(self._explain_failure())
            ending = yield from self.follower.wait()
        seconds = self.ctx.clock.now() - began
        if self.run.id and self.follower.begun:
            made = self.follower.accepted
            remains = yield from clean_up(self.run.change, self.run.id, self.ctx, made=made, keep=self.run.keep)
        self._report(ending, seconds, remains)
        yield from self.slots.give_back()
        return True

    def _is_there(self) -> Process[bool]:
        """Whether the group is there with the tag of this run: Azure made it although its answer was an error."""
        live = yield from retry(self.ctx, partial(self.ctx.backend.get, self.run.change.id), self.ctx.make_deadline())
        tag = RunTag.of(live, None) if live is not None else None
        return tag is not None and tag.id == self.run.id

    def _is_decided(self) -> bool:
        """Whether nothing more need be done to bring the group up."""
        return self.follower.ending is not None or self.ctx.stopped()

    def _explain_failure(self) -> Ending:
        if self.ctx.stopped():
            return Ending(OURS, "interrupted", interrupted=True)
        return Ending(OURS, self.refusal or "the group could not be started")

    def _note(self, step: Step) -> Step:
        """Note an event that says why the group does not come up. A signal ends a wait at once: it will be deleted."""
        if isinstance(step, Failed):
            self.refusal = _describe(step.error)
        elif isinstance(step, Unhealthy):
            self.refusal = "; ".join(step.health.reasons) or "it is not healthy"
        elif isinstance(step, Moved):
            self.refusal, self.moved = "somebody else wrote the group meanwhile", True
        elif isinstance(step, Skipped):
            self.refusal = step.because
        return replace(step, idle=True) if isinstance(step, Pause) else step

    def _report(self, ending: Ending, seconds: float, remains: str = "") -> None:
        self.listener.end(RunReport(self.run, ending, seconds, remains))


def _describe(error: AciReconcileError) -> str:
    code = str(getattr(error, "code", ""))
    return f"{code}: {error.message}" if code and not error.message.startswith(code) else error.message
