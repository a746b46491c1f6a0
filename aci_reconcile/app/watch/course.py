"""What a watch carries from round to round."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.app.watch.ledger import HOUR, Ledger, begin_unknown
from aci_reconcile.app.watch.memory import Decisions
from aci_reconcile.reconcile.limits import Limits
from aci_reconcile.reconcile.rounds import Heal
from aci_reconcile.render.words import format_time

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.app.watch.attempts import Attempt
    from aci_reconcile.app.watch.ledger import Entry
    from aci_reconcile.app.watch.link import Link
    from aci_reconcile.app.watch.manifests import Manifests
    from aci_reconcile.app.watch.run_states import RunStates
    from aci_reconcile.app.watch.settings import Settings, Surroundings
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.reconcile.rounds import Concern


@dataclass(slots=True)
class Course:
    """Everything that a round needs of its watch, and what it leaves for the next one."""

    settings: Settings
    target: Target
    run: Run
    surroundings: Surroundings
    manifests: Manifests
    link: Link
    states: RunStates
    chance: Callable[[], float]
    """Returns a number from 0 to 1."""
    attempts: dict[str, Attempt] = field(default_factory=dict[str, "Attempt"])
    """The groups whose last change failed, by address in lower case."""
    decisions: Decisions = field(default_factory=Decisions)
    limits: Limits = field(default_factory=Limits)
    """What was learned of Azure's rate limits."""
    orphans: tuple[Concern, ...] = ()
    searched: float = 0
    """When the whole subscription was last searched for orphans, in seconds since the epoch."""
    in_flight: Mapping[str, str] = field(default_factory=dict[str, str])
    """The groups whose write was sent and has not ended, for a run that is broken off."""
    remembered: Loaded | None = None
    """The manifests whose secrets the connection redacts already."""
    owner: str = ""
    ledger: Ledger | None = None

    def open_ledger(self, owner: str) -> None:
        """Read the ledger of the project, once; warn if it tells nothing.

        Raises:
            UsageError: its file is another project's.
        """
        if self.ledger is not None and owner == self.owner:
            return
        now, state = self.run.clock.now(), self.settings.state
        ledger, why = state.read(owner, now) if state is not None else (begin_unknown(now), "there is no --state")
        self.owner, self.ledger = owner, ledger
        if why and self.settings.heal in {Heal.CONFIG, Heal.ALL}:
            until = format_time(ledger.unknown_until)
            self.run.console.warn(
                f"What the last 24 hours took of the safety limits is not known ({why}): "
                f"nothing is deleted or recreated before {until}."
            )

    def note_owned(self, number: int) -> None:
        """Note how many groups are owned now.

        Raises:
            AciReconcileError: it cannot be kept.
        """
        ledger, now = self.get_ledger(), self.run.clock.now()
        self._keep(ledger.note_owned(number, now).forget(now))

    def expect(self, entries: Iterable[Entry]) -> None:
        """Count what is about to be done.

        Raises:
            AciReconcileError: it cannot be kept; then nothing may be done.
        """
        expected = tuple(entries)
        if expected:
            self._keep(self.get_ledger().expect(expected))

    def settle(self, undone: Collection[str]) -> None:
        """Count what was done.

        Raises:
            AciReconcileError: it cannot be kept; then what was expected stays counted.
        """
        if any(not each.settled for each in self.get_ledger().entries):
            self._keep(self.get_ledger().settle(undone, self.run.clock.now()))

    def find_rest(self, address: str) -> float:
        """Return until when a group was restarted often enough; 0 if it was not."""
        now, most = self.run.clock.now(), self.settings.restarts_per_hour
        if not most:
            return now + HOUR
        done = self.get_ledger().list_restarts(address, now)
        return done[-most] + HOUR if len(done) >= most else 0

    def get_ledger(self) -> Ledger:
        """Return the ledger; what nobody has read yet counts as used up."""
        return self.ledger or begin_unknown(self.run.clock.now())

    def _keep(self, ledger: Ledger) -> None:
        if ledger is not self.ledger and self.settings.state is not None:
            self.settings.state.write(ledger, self.owner)
        self.ledger = ledger
