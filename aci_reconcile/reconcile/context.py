"""What the process of every group needs: the backend, time, randomness, and how long to wait."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from aci_reconcile.reconcile.events import Trace
from aci_reconcile.reconcile.hash_cost import HashCost
from aci_reconcile.reconcile.limit_waits import Deadline
from aci_reconcile.reconcile.limits import Limits
from aci_reconcile.reconcile.steps import HeldRunError, InterruptedRunError, never

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from aci_reconcile.core.backend import Backend, Clock
    from aci_reconcile.planning.dns_labels import Label
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change
    from aci_reconcile.preflight import Check
    from aci_reconcile.preflight.inventory import Preflight
    from aci_reconcile.reconcile.limits import Request
    from aci_reconcile.reconcile.watch import Listing, Watch


class Wait(StrEnum):
    """What an apply waits for: that Azure accepted, that provisioning ended, or that the containers are up."""

    NONE = "none"
    PROVISIONED = "provisioned"
    HEALTHY = "healthy"


class MovedError(Exception):
    """The group is no longer what the plan was made from; caught where the group's process ends."""


def make_no_span(_name: str, _address: str, /) -> AbstractContextManager[object]:
    """Make no span."""
    return nullcontext()


def hold_for_ever() -> str:
    """Say that no lock was lost."""
    return ""


@dataclass(slots=True)
class RecreationChecks:
    """The checks of all planned replacements of a run, asked once for all of them. Without a probe nothing is asked."""

    probe: Preflight | None = None
    planned: tuple[Change, ...] = ()
    asking: bool = False
    checks: tuple[Check, ...] | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """How to carry out a plan. Times are in seconds."""

    backend: Backend
    clock: Clock
    policy: Policy
    entropy: Callable[[int], bytes]
    jitter: Callable[[], float]
    """Returns a number from 0 to 1, so that many clients do not retry at the same moment."""
    wait: Wait = Wait.HEALTHY
    stable_for: float = 10
    timeout: float = 1800
    stopped: Callable[[], bool] = never
    """Whether the run was interrupted: what has begun is finished, and nothing else begins."""
    ends_at: float | None = None
    """When the time box ends, if there is one: what has begun is finished, and no write begins any more."""
    find_lock_loss: Callable[[], str] = hold_for_ever
    """Why the run no longer holds its lock, so that no write begins any more; empty while it does, or needs none."""
    limits: Limits = field(default_factory=Limits)
    admitted: dict[str, Request] = field(default_factory=dict["str", "Request"])
    """Requests that the limits have let go and that are not sent yet, by the address of the group."""
    watches: dict[tuple[str, str], Watch] = field(default_factory=dict["tuple[str, str]", "Watch"])
    """How the progress of the groups of each resource group is watched."""
    listings: Mapping[tuple[str, str], Listing] = field(default_factory=dict["tuple[str, str]", "Listing"])
    """The lists that the plan was made from; as long as they are fresh, they need not be read again."""
    recreation_checks: RecreationChecks = field(default_factory=RecreationChecks)
    """Asks, before a group is deleted, whether it could be created again."""
    regions_to_free: Collection[tuple[str, str]] = frozenset()
    """The regions, each with its subscription, in which this run deletes groups: quota that will be free."""
    freed_regions: set[tuple[str, str]] = field(default_factory=set["tuple[str, str]"])
    """The regions, each with its subscription, in which a group was deleted: quota that Azure may not count yet."""
    label_takers: Mapping[str, tuple[Change, ...]] = field(default_factory=dict[str, "tuple[Change, ...]"])
    """The groups that take a DNS label from a group which is deleted, by the address of that group in lower case."""
    freed_labels: Collection[Label] = frozenset()
    """The DNS labels that groups of this run give up."""
    in_flight: dict[str, str] = field(default_factory=dict[str, str])
    """Addresses of groups whose write was sent and has not ended; an interrupted run names them."""
    traces: dict[str, Trace] = field(default_factory=dict[str, Trace])
    """What is known of the last write of each group, by address."""
    hash_cost: HashCost = field(default_factory=HashCost)
    """Counts what the fingerprints of secrets cost."""
    span: Callable[[str, str], AbstractContextManager[object]] = make_no_span
    """Makes the span of all requests for a group, from what is done and to which address."""

    def make_deadline(self) -> Deadline:
        """Return the deadline for a group that is begun now."""
        return Deadline(self.clock.now() + self.timeout, self.timeout)

    def check_not_stopped(self) -> None:
        """Check that the run is not interrupted, before something new begins.

        Raises:
            InterruptedRunError: it is.
        """
        if self.stopped():
            raise InterruptedRunError

    def find_freeze(self, change: Change | None = None) -> str:
        """Return the freeze that is in force for this run now; empty if there is none, or if it is overridden.

        A freeze does not hold a group that takes the DNS label of one that this run has already written: stopping
        halfway would leave nobody with the name.
        """
        if self.policy.override or (change is not None and self._is_half_done(change)):
            return ""
        return self.policy.frozen_at(self.clock.now())

    def _is_half_done(self, change: Change) -> bool:
        # A stop follows others, too; it takes no name.
        takes = change.after is not None and change.sends_body
        givers = {each.lower() for each in change.follows} if takes else set[str]()
        return bool(givers) and any(
            trace.attempt and address.lower() in givers for address, trace in self.traces.items()
        )

    def check_may_write(self, change: Change) -> None:
        """Check that a new write may begin: the run is not interrupted, no freeze has begun, and there is time.

        A write that is under way is finished: a group that was deleted to be created again is created.

        Raises:
            InterruptedRunError: it is.
            HeldRunError: one has, or the time box has ended, or the lock is lost.
        """
        self.check_not_stopped()
        if why := self.find_lock_loss():
            raise HeldRunError(why, unfinished=True)
        self.check_time_box()
        if why := self.find_freeze(change):
            raise HeldRunError(f"a freeze began: {why}")

    def check_time_box(self, seconds: float = 0) -> None:
        """Check that the time box does not end within so many seconds.

        Raises:
            HeldRunError: it does.
        """
        if self.ends_at is not None and self.clock.now() + seconds >= self.ends_at:
            raise HeldRunError("the time box ended", unfinished=True)

    def finish_what_began(self, change: Change) -> Context:
        """Return a context without a time box for a group that takes the DNS label of one that this run has written."""
        return replace(self, ends_at=None) if self.ends_at is not None and self._is_half_done(change) else self

    def stop_when_held(self, change: Change) -> Context:
        """Return a context for a first write: a freeze that begins while it waits stops it, as a signal does."""
        return replace(self, stopped=lambda: self.stopped() or self._is_held(change))

    def _is_held(self, change: Change) -> bool:
        over = self.ends_at is not None and self.clock.now() >= self.ends_at
        return over or bool(self.find_lock_loss() or self.find_freeze(change))

    def use_admission(self, change: Change, request: Request) -> bool:
        """Return whether the limits have let this request go already, which counts for its first attempt."""
        if self.admitted.get(change.address) == request:
            del self.admitted[change.address]
            return True
        self.give_up_admission(change)
        return False

    def give_up_admission(self, change: Change) -> None:
        """Tell the limits that what they have let go for a group is not sent, if there is anything."""
        asked = self.admitted.pop(change.address, None)
        if asked is not None:
            self.limits.give_back(asked, self.clock.now())

    def get_trace(self, address: str) -> Trace:
        """Return the trace of a group's last write."""
        return self.traces.get(address, Trace())
