"""What a watch carries from round to round."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aci_reconcile.app.watch.ledger import HOUR, Ledger, begin_unknown
from aci_reconcile.app.watch.memory import Decisions
from aci_reconcile.core.errors import UsageError
from aci_reconcile.manifest import declare_power, list_switches
from aci_reconcile.reconcile.limits import Limits
from aci_reconcile.reconcile.rounds import Heal, NextSwitch
from aci_reconcile.render.text.switches import describe_switch
from aci_reconcile.render.words import count, format_time

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.app.watch.attempts import Attempt
    from aci_reconcile.app.watch.ledger import Entry
    from aci_reconcile.app.watch.ledger_json import State
    from aci_reconcile.app.watch.link import Link
    from aci_reconcile.app.watch.manifests import Manifests
    from aci_reconcile.app.watch.run_states import RunStates
    from aci_reconcile.app.watch.settings import Settings, Surroundings
    from aci_reconcile.azure.lock.lease import Blob, HeldLock
    from aci_reconcile.core.backend import Backend
    from aci_reconcile.core.model import Key, ResourceId
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
    attempts: dict[str, Attempt] = field(default_factory=dict[str, "Attempt"])
    """The groups whose last change failed, by address in lower case."""
    refused: dict[tuple[str, ...], str] = field(default_factory=dict["tuple[str, ...]", str])
    """The groups that Azure refused to update in place, each with the digest of that manifest."""
    stuck: tuple[ResourceId, ...] = ()
    """The groups that Azure left different after the last write: writing them again may restart them in vain."""
    decisions: Decisions = field(default_factory=Decisions)
    limits: Limits = field(default_factory=Limits)
    """What was learned of Azure's rate limits."""
    orphans: tuple[Concern, ...] = ()
    searched: float = 0
    """When the whole subscription was last searched for orphans, in seconds since the epoch."""
    in_flight: Mapping[str, str] = field(default_factory=dict[str, str])
    """The groups whose write was sent and has not ended, for a run that is broken off."""
    remembered: Loaded | None = None
    knows: Backend | None = None
    """The connection that redacts their secrets already."""
    untimed: Loaded | None = None
    """The manifests of the last round, as they were read."""
    timed: Loaded | None = None
    """The same with what their schedules said."""
    owner: str = ""
    ledger: Ledger | None = None
    blob: Blob | None = None
    """The lock that the ledger is kept beside; None if the project has no lock."""
    state: State | None = None
    """Where it is kept: beside the lock only while that is held."""

    def open_ledger(self, owner: str, blob: Blob | None) -> None:
        """Read the ledger of the project once; if it is beside a lock, only who holds that can read it.

        Raises:
            UsageError: what is kept is another project's, or something else.
            AciReconcileError: it could not be read.
        """
        if blob is not None and self.settings.state is not None:
            raise UsageError("--state and a lock cannot be combined", hint="the count is kept beside the lock")
        if owner != self.owner or blob is not self.blob:
            self.owner, self.blob, self.ledger = owner, blob, None
            if blob is None and self.settings.heal is not Heal.NONE:
                self.run.console.info("There is no --lock, so nothing keeps a second watch of this project away.")
        if self.ledger is None and blob is None:
            self._read(self.settings.state)

    def read_ledger(self, lock: HeldLock) -> None:
        """Read the ledger beside a lock that was just taken: whoever held it before may have added to it.

        Raises:
            UsageError: what is kept is another project's, or something else.
            AciReconcileError: it could not be read.
        """
        from aci_reconcile.app.watch.ledger_lock import LedgerBesideLock

        self._read(LedgerBesideLock(lock))

    def _read(self, state: State | None) -> None:
        """Read the ledger; warn if it tells nothing."""
        now = self.run.clock.now()
        ledger, why = state.read(self.owner, now) if state is not None else (begin_unknown(now), "there is no --state")
        self.state, self.ledger = state, ledger
        if why and self.settings.heal in {Heal.CONFIG, Heal.ALL}:
            until = format_time(ledger.unknown_until)
            self.run.console.warn(
                f"What the last 24 hours took of the safety limits is not known ({why}): "
                f"nothing is deleted or recreated before {until}."
            )

    def declare_power(self, loaded: Loaded, now: float) -> Loaded:
        """Return the manifests with what their schedules say now; the same objects while that is the same.

        A group that is to be switched is looked at in this round.
        """
        known = self.timed if self.timed is not None and self.untimed is loaded else loaded
        resources = declare_power(known.resources, now)
        pairs = zip(known.resources, resources, strict=True)
        switched = {new.id.key for old, new in pairs if new is not old}
        self.states.soon |= switched
        self.untimed, self.timed = loaded, replace(loaded, resources=resources) if switched else known
        return self.timed

    def find_next_switch(self, now: float) -> NextSwitch | None:
        """Return when schedules start or stop groups next; None if none ever does."""
        resources = self.timed.resources if self.timed is not None else ()
        switches = list_switches(resources, now)
        if not switches:
            return None
        at = min(each.at for each in switches.values())
        first, *others = [each for each in resources if each.id.key in switches and switches[each.id.key].at == at]
        more = f" and {count(len(others), 'more group')}" if others else ""
        return NextSwitch(at, f"{first.address} {describe_switch(switches[first.id.key])}{more}")

    def note_round(self, owned: int) -> None:
        """Note how many groups are owned now, and which commit the manifests are of.

        Raises:
            AciReconcileError: it cannot be kept.
        """
        self._keep(self._note(owned).forget(self.run.clock.now()))

    def has_news(self, owned: int) -> bool:
        """Whether ``note_round`` would note anything, or nobody has read yet what was noted before."""
        return self.ledger is None or self._note(owned) is not self.ledger

    def _note(self, owned: int) -> Ledger:
        noted = self.get_ledger().note_owned(owned, self.run.clock.now())
        commit = "" if self.manifests.pause else self.manifests.revision
        return replace(noted, commit=commit) if commit and commit != noted.commit else noted

    def expect(self, entries: Iterable[Entry]) -> None:
        """Count what is about to be done.

        Raises:
            AciReconcileError: it cannot be kept; then nothing may be done.
        """
        self._close_open()
        expected = tuple(entries)
        if expected:
            self._keep(self.get_ledger().expect(expected))

    def _close_open(self) -> None:
        """Count as done what an earlier change has left open: it is not undone because the next one is not sent.

        Raises:
            AciReconcileError: it cannot be kept.
        """
        if any(not each.settled for each in self.get_ledger().entries):
            self._keep(self.get_ledger().settle((), self.run.clock.now()))

    def settle(self, undone: Collection[str]) -> None:
        """Count what was done.

        Raises:
            AciReconcileError: it cannot be kept; then what was expected stays counted.
        """
        if any(not each.settled for each in self.get_ledger().entries):
            self._keep(self.get_ledger().settle(undone, self.run.clock.now()))

    def choose_pushes(self, now: float) -> frozenset[Key]:
        """Return the groups to write once more although Azure did not take the last write.

        Somebody else's write in the same moment looks the same, and is over when it is tried again. What fails twice
        is left alone, as by an apply.
        """
        found: set[Key] = set()
        for each in self.stuck:
            attempt = self.attempts.get(each.address.lower())
            if attempt is not None and attempt.failures == 1 and now >= attempt.again:
                found.add(each.key)
        return frozenset(found)

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
        if ledger is not self.ledger and self.state is not None:
            self.ledger = None  # if this fails, the next round reads again what is kept: somebody else may write it
            self.state.write(ledger, self.owner)
        self.ledger = ledger
