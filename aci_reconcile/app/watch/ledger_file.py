"""The file of ``--state``: what the last 24 hours have taken of the safety limits, for the next process to know.

A file that is missing or torn tells nothing, and then everything counts as used up for a day. One that is something
else, or another project's, is not overwritten.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from aci_reconcile.app.files import check_target, write_whole
from aci_reconcile.app.watch.ledger import DAY, Entry, Kind, Ledger, begin_unknown
from aci_reconcile.core.errors import AciReconcileError, UsageError
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION: Final = 1
_BEGINNING: Final = b'{"format_version"'
_LARGEST: Final = 4 * 1024 * 1024
_MOST: Final = 20_000
_SKEW: Final = 300.0
"""Seconds by which the clock of another machine may be ahead."""


class _UnusableError(Exception):
    """The file tells nothing; the message says why. ``ours``: it may be written anew."""

    def __init__(self, why: str, *, ours: bool = True) -> None:
        super().__init__(why)
        self.ours = ours


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """Where the ledger of a project is kept."""

    file: Path

    def check(self) -> None:
        """Check that the file may be written, before anything else is done.

        Raises:
            UsageError: it may not.
        """
        check_target(f"--state {self.file}", self.file)

    def read(self, owner: str, now: float) -> tuple[Ledger, str]:
        """Return the ledger of a project, and why it tells nothing, if it does not.

        Raises:
            UsageError: the file is something else, or another project's.
        """
        try:
            return parse_ledger(_read_document(self.file), owner, now), ""
        except _UnusableError as error:
            if not error.ours:
                hint = "nothing was overwritten; name another file"
                raise UsageError(f"--state {self.file}: {error}", hint=hint) from error
            return begin_unknown(now), str(error)

    def write(self, ledger: Ledger, owner: str) -> None:
        """Keep the ledger; the file is whole at any moment.

        Raises:
            AciReconcileError: it cannot be written.
        """
        try:
            write_whole(self.file, f"{json.dumps(render_ledger(ledger, owner))}\n", private=True)
        except OSError as error:
            why = error.strerror or str(error)
            hint = "nothing is deleted, recreated or restarted while it cannot be counted"
            raise AciReconcileError(f"--state {self.file} cannot be written: {why}", hint=hint) from error


def render_ledger(ledger: Ledger, owner: str) -> dict[str, object]:
    """Return the ledger as JSON."""
    return {
        "format_version": VERSION,
        "project": owner,
        "unknown_until": ledger.unknown_until,
        "done": [
            {"at": each.at, "kind": each.kind.value, "address": each.address, "settled": each.settled}
            for each in ledger.entries
        ],
        "owned": [{"hour": hour, "most": most} for hour, most in ledger.owned],
    }


def parse_ledger(document: object, owner: str, now: float) -> Ledger:
    """Return the ledger that a document holds. What had not ended may have been done at any time until now.

    Raises:
        _UnusableError: it is none, or that of another project.
    """
    top = _take_object(document)
    if top.get("format_version") != VERSION:
        raise _UnusableError("it has the format of another version", ours=False)
    project = top.get("project")
    if not isinstance(project, str):
        raise _UnusableError("it is damaged")
    if project != owner:
        raise _UnusableError(f"it is that of {sanitize(project)}, not of {owner}", ours=False)
    entries = tuple(_parse_entry(_take_object(each), now) for each in _take_list(top.get("done")))
    owned = tuple(
        (_take_time(each.get("hour"), now), _take_count(each.get("most")))
        for each in map(_take_object, _take_list(top.get("owned")))
    )
    # A clock that was set back must not hold everything for longer than a day.
    unknown = min(_take_time(top.get("unknown_until"), now + DAY), now + DAY)
    return Ledger(entries, tuple(sorted(owned)), unknown).forget(now)


def _parse_entry(entry: dict[str, object], now: float) -> Entry:
    kind, address, settled = entry.get("kind"), entry.get("address"), entry.get("settled")
    if not isinstance(address, str) or not isinstance(settled, bool):
        raise _UnusableError("it is damaged")
    try:
        known = Kind(cast("str", kind))
    except ValueError as error:
        raise _UnusableError("it is damaged") from error
    at = _take_time(entry.get("at"), now)
    return Entry(min(at, now) if settled else now, known, address)


def _read_document(file: Path) -> object:
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except FileNotFoundError as error:
        raise _UnusableError("it does not exist yet") from error
    except OSError as error:
        raise _UnusableError(f"it cannot be read: {error.strerror or error}") from error
    # Whatever a crash has left of the file, its beginning is ours.
    if not content.startswith(_BEGINNING) and not _BEGINNING.startswith(content.strip()):
        raise _UnusableError("it is no state of a watch", ours=False)
    if len(content) > _LARGEST:
        raise _UnusableError("it is too large")
    try:
        return cast("object", json.loads(content))
    except (ValueError, RecursionError) as error:
        raise _UnusableError("it is damaged") from error


def _take_object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _UnusableError("it is damaged")
    return cast("dict[str, object]", value)


def _take_list(value: object) -> Iterator[object]:
    found = cast("list[object]", value) if isinstance(value, list) else None
    if found is None or len(found) > _MOST:
        raise _UnusableError("it is damaged")
    return iter(found)


def _take_time(value: object, latest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise _UnusableError("it is damaged")
    if not 0 <= value <= latest + _SKEW:
        raise _UnusableError("it has times in the future")
    return float(value)


def _take_count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _UnusableError("it is damaged")
    return value
