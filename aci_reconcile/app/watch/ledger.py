"""What the last 24 hours have taken of the safety limits: one deletion allowed is one a day, not one a round. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aci_reconcile.planning.policy import Spent
from aci_reconcile.planning.values import Action, Impact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from aci_reconcile.planning.values import Change

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR


class Kind(StrEnum):
    """What is counted."""

    DELETION = "deletion"
    RECREATION = "recreation"
    RESTART = "restart"
    """A change that restarts or stops containers: what ``policy.maxRestarts`` is about."""
    REVIVAL = "revival"
    """A group that was stopped or has crashed was started or restarted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was done at a time, or is about to be. Times are seconds since the epoch."""

    at: float
    kind: Kind
    address: str
    settled: bool = True
    """Whether its end was seen; without it nobody knows when it was done, or whether."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was done in the last 24 hours, and how many groups were owned in each of those hours."""

    entries: tuple[Entry, ...] = ()
    owned: tuple[tuple[float, int], ...] = ()
    """The beginning of an hour, and the most groups that were owned in it."""
    unknown_until: float = 0
    """Until then nobody knows what was done in the 24 hours before: everything counts as used up."""
    commit: str = ""
    """The commit that was followed last, where the manifests come from Git: the ref must not go back behind it."""

    def count_spent(self, now: float) -> Spent:
        """Return what is gone of the limits at a time."""
        recent = [each for each in self.entries if each.at > now - DAY]
        return Spent(
            deletions=sum(each.kind is Kind.DELETION for each in recent),
            recreations=sum(each.kind is Kind.RECREATION for each in recent),
            restarts=sum(each.kind is Kind.RESTART for each in recent),
            owned=max((most for hour, most in self.owned if hour > now - DAY - HOUR), default=0),
            unknown=now < self.unknown_until,
        )

    def list_restarts(self, address: str, now: float) -> tuple[float, ...]:
        """Return when a group that did not run was started or restarted in the last hour, the first one first."""
        wanted = address.lower()
        recent = (each for each in self.entries if each.kind is Kind.REVIVAL and each.at > now - HOUR)
        return tuple(sorted(each.at for each in recent if each.address.lower() == wanted))

    def expect(self, entries: Iterable[Entry]) -> Ledger:
        """Return it with what is about to be done: whatever happens next, that is counted."""
        return replace(self, entries=(*self.entries, *(replace(each, settled=False) for each in entries)))

    def settle(self, undone: Collection[str], now: float) -> Ledger:
        """Return it after the end of what was expected, without what was not even sent.

        Args:
            undone: the addresses of the changes that were not sent, in lower case.
            now: when the last of them may have been done, in seconds since the epoch.
        """
        known = (
            each if each.settled else replace(each, at=now, settled=True)
            for each in self.entries
            if each.settled or each.address.lower() not in undone
        )
        return replace(self, entries=tuple(known))

    def note_owned(self, number: int, now: float) -> Ledger:
        """Return it with the number of groups that are owned now; the same ledger if that is no news."""
        hour = now - now % HOUR
        most = dict(self.owned)
        if most.get(hour, -1) >= number:
            return self
        most[hour] = number
        return replace(self, owned=tuple(sorted(most.items())))

    def forget(self, now: float) -> Ledger:
        """Return it without what is older than a day; the same ledger if nothing is."""
        entries = tuple(each for each in self.entries if each.at > now - DAY)
        owned = tuple(each for each in self.owned if each[0] > now - DAY - HOUR)
        if len(entries) == len(self.entries) and len(owned) == len(self.owned):
            return self
        return replace(self, entries=entries, owned=owned)


def begin_unknown(now: float) -> Ledger:
    """Return the ledger of a process that does not know what was done before it."""
    return Ledger(unknown_until=now + DAY)


def list_entries(changes: Iterable[Change], now: float) -> tuple[Entry, ...]:
    """Return what is to be counted of changes that are about to be made."""
    found = ((change, _choose_kind(change)) for change in changes)
    return tuple(Entry(now, kind, change.address) for change, kind in found if kind is not None)


def _choose_kind(change: Change) -> Kind | None:
    if change.action is Action.DELETE:
        return None if change.leftover else Kind.DELETION
    if change.action is Action.REPLACE:
        return Kind.RECREATION
    if change.impact in {Impact.RESTART, Impact.STOP}:
        return Kind.RESTART
    return Kind.REVIVAL if change.impact in {Impact.START, Impact.REBOOT} else None
