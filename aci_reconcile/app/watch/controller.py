"""The loop of ``watch``: one round after the other, until it is told to end.

An expected error fails a round, never the loop; a defect ends both.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.run import ScriptRun
from aci_reconcile.app.watch.alive import AliveClock
from aci_reconcile.app.watch.course import Course
from aci_reconcile.app.watch.link import Link
from aci_reconcile.app.watch.manifests import Manifests
from aci_reconcile.app.watch.messages import ChangedMessages
from aci_reconcile.app.watch.one_round import make_round
from aci_reconcile.app.watch.run_states import RunStates
from aci_reconcile.reconcile.rounds import Fault, Totals, Watched

if TYPE_CHECKING:
    from aci_reconcile.app.git_source import GitSource
    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.app.watch.settings import Settings, Surroundings
    from aci_reconcile.reconcile.rounds import Round

_GLANCE: Final = 0.5
"""Seconds between two looks at whether somebody asked for a round, or for the end."""
_JITTER: Final = 0.1
"""The part of the time between two rounds that is left to chance: never later, so that a change is seen in time."""
_LONGEST: Final = 900.0
"""Seconds between two rounds while Azure cannot be asked."""
_LEAST: Final = 1.0
"""Seconds of rest after a round that took longer than the time between two."""


@dataclass(slots=True)
class Controller:
    """Makes rounds, and knows how it stands."""

    course: Course
    clock: AliveClock
    messages: ChangedMessages
    watched: Watched = field(init=False)
    failures: int = 0
    """Rounds in a row that could not read Azure."""
    asked: bool = False
    """Whether a round is wanted now."""

    def __post_init__(self) -> None:
        """Begin."""
        now, settings = self.clock.now(), self.course.settings
        self.watched = Watched("", settings.heal, now, settings.every, now)

    def look(self) -> Watched:
        """Return how it stands, for health checks and metrics; another thread may ask."""
        return replace(self.watched, alive=self.clock.seen)

    def hurry(self) -> None:
        """Ask for a round at once that reads everything again and tries everything again; a signal handler may."""
        self.asked = True

    def run(self) -> None:
        """Make rounds until it is told to end.

        Raises:
            UsageError: the first round shows that the options or the project file make no sense.
        """
        while not self.course.surroundings.stopped():
            self.step()
            with self.course.surroundings.may_end():
                self.wait()

    def step(self) -> None:
        """Make one round, and tell of it.

        Raises:
            UsageError: as ``run``.
        """
        self._begin()
        last = self.watched.last
        done = self._schedule(make_round(self.course, last.number + 1 if last else 1).keep(last))
        self._note(done)
        self.course.surroundings.tell(last, done)

    def _begin(self) -> None:
        if self.asked:
            self.asked, self.failures = False, 0
            self.course.manifests.forget(self.watched.last.paused if self.watched.last is not None else "")
            self.course.attempts.clear()
        self.messages.turn()

    def _schedule(self, done: Round) -> Round:
        """Return the round with the time of the next one."""
        every, now = self.course.settings.every, self.clock.now()
        blind = done.fault is Fault.AZURE and not done.planned
        self.failures = self.failures + 1 if blind else 0
        wait = every if not self.failures else min(every * 2 ** min(self.failures - 1, 16), max(every, _LONGEST))
        due = done.began + wait * (1 - _JITTER * self.course.surroundings.chance())
        switch = self.course.find_next_switch(now)
        if switch is not None and not self.failures:
            due = min(due, switch.at)
        return replace(done, due=max(due, now + min(every, _LEAST)), switch=switch)

    def _note(self, done: Round) -> None:
        now, totals = self.clock.now(), self.watched.totals
        self.watched = replace(
            self.watched,
            project=self.course.owner,
            environment=self.course.owner.partition("/")[2],
            last=done,
            good_at=now if done.good else self.watched.good_at,
            totals=add_round(totals, done),
        )

    def wait(self) -> None:
        """Wait until the next round is due, or asked for."""
        until = self.watched.last.due if self.watched.last is not None else 0
        while not self.asked and not self.course.surroundings.stopped():
            left = until - self.clock.now()
            if left <= 0:
                return
            self.clock.sleep(min(left, _GLANCE))


def make_controller(
    sources: Sources,
    target: Target,
    settings: Settings,
    run: Run,
    surroundings: Surroundings,
    git: GitSource | None = None,
) -> Controller:
    """Make a watch; nothing is read yet.

    Args:
        sources: which manifests.
        target: where to connect to.
        settings: what to do.
        run: the environment, time and messages.
        surroundings: how it ends, and who is told of it.
        git: where the manifests are fetched from; None if they are in a folder.
    """
    clock, messages = AliveClock(run.clock), ChangedMessages(run.console)
    own = ScriptRun(run.environ, run.cwd, clock, messages)
    manifests, link = Manifests(sources, target, own, git=git), Link(target, own)
    course = Course(settings, target, own, surroundings, manifests, link, RunStates(settings.health_every))
    return Controller(course, clock, messages)


def add_round(totals: Totals, done: Round) -> Totals:
    """Return the totals with those of another round."""
    actions = [each.action for each in done.healed]
    impacts = [each.impact for each in done.healed]
    return Totals(
        rounds=totals.rounds + 1,
        failed_rounds=totals.failed_rounds + (not done.good),
        changes=totals.changes + len(done.healed),
        failed_changes=totals.failed_changes + done.failed_changes,
        deletions=totals.deletions + sum(each in {"delete", "replace"} for each in actions),
        restarts=totals.restarts + sum(each in {"start", "restart"} for each in impacts),
        given_up=totals.given_up + done.given_up,
        cpu_seconds=totals.cpu_seconds + done.cpu_seconds,
        seconds=totals.seconds + done.seconds,
    )
