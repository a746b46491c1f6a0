"""The ledger as JSON, to be kept for the next process. What is read back may come from anybody, and be torn. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, cast

from aci_reconcile.app.watch.ledger import DAY, Entry, Kind, Ledger
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.model import Json

VERSION: Final = 1
_MOST: Final = 20_000
_MOST_GROUPS: Final = 1_000_000
_LONGEST: Final = 64
_SKEW: Final = 300.0
"""Seconds by which the clock of another machine may be ahead."""


class State(Protocol):
    """Where a ledger is kept."""

    def read(self, owner: str, now: float) -> tuple[Ledger, str]:
        """Return the ledger of a project, and why it tells nothing, if it does not."""
        ...

    def write(self, ledger: Ledger, owner: str) -> None:
        """Keep the ledger."""
        ...


class UnusableError(Exception):
    """The file tells nothing; the message says why. ``ours``: it may be written anew."""

    def __init__(self, why: str, *, ours: bool = True) -> None:
        super().__init__(why)
        self.ours = ours


def render_ledger(ledger: Ledger, owner: str) -> Json:
    """Return the ledger as JSON."""
    return {
        "format_version": VERSION,
        "project": owner,
        "unknown_until": ledger.unknown_until,
        "commit": ledger.commit,
        "done": [
            {"at": each.at, "kind": each.kind.value, "address": each.address, "settled": each.settled}
            for each in ledger.entries
        ],
        "owned": [{"hour": hour, "most": most} for hour, most in ledger.owned],
    }


def parse_ledger(document: object, owner: str, now: float) -> Ledger:
    """Return the ledger that a document holds. What had not ended may have been done at any time until now.

    Raises:
        UnusableError: it is none, or that of another project.
    """
    top = _take_object(document)
    if top.get("format_version") != VERSION:
        raise UnusableError("it has the format of another version", ours=False)
    project = top.get("project")
    if not isinstance(project, str):
        raise UnusableError("it is damaged")
    if project != owner:
        raise UnusableError(f"it is that of {sanitize(project)}, not of {owner}", ours=False)
    entries = tuple(_parse_entry(_take_object(each), now) for each in _take_list(top.get("done")))
    owned = tuple(
        (_take_time(each.get("hour"), now), _take_count(each.get("most")))
        for each in map(_take_object, _take_list(top.get("owned")))
    )
    # A clock that was set back must not hold everything for longer than a day.
    unknown = min(_take_time(top.get("unknown_until"), now + DAY), now + DAY)
    commit = top.get("commit")
    if not isinstance(commit, str) or len(commit) > _LONGEST:
        raise UnusableError("it is damaged")
    return Ledger(entries, tuple(sorted(owned)), unknown, commit).forget(now)


def _parse_entry(entry: dict[str, object], now: float) -> Entry:
    kind, address, settled = entry.get("kind"), entry.get("address"), entry.get("settled")
    if not isinstance(address, str) or not isinstance(settled, bool):
        raise UnusableError("it is damaged")
    try:
        known = Kind(cast("str", kind))
    except ValueError as error:
        raise UnusableError("it is damaged") from error
    at = _take_time(entry.get("at"), now)
    return Entry(min(at, now) if settled else now, known, address)


def _take_object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise UnusableError("it is damaged")
    return cast("dict[str, object]", value)


def _take_list(value: object) -> Iterator[object]:
    found = cast("list[object]", value) if isinstance(value, list) else None
    if found is None or len(found) > _MOST:
        raise UnusableError("it is damaged")
    return iter(found)


def _take_time(value: object, latest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UnusableError("it is damaged")
    # NaN is in no range, and a whole number of 400 digits in this one could be no float.
    if not 0 <= value <= latest + _SKEW:
        raise UnusableError("it has times in the future")
    return float(value)


def _take_count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_GROUPS:
        raise UnusableError("it is damaged")
    return value
