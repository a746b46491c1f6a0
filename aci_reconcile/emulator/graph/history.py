"""What groups were before they were written, for as long as Resource Graph lags behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator.evidence import rests_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.emulator.arm.call import Call
    from aci_reconcile.emulator.model import Json


def remember(call: Call, key: str) -> None:
    """Keep a group as it is before a write, if Resource Graph is to show it for a while."""
    if call.knobs.graph_lag_seconds > 0:
        # Keys sort by time; the number keeps two writes of one request apart.
        place = f"{call.now:020.6f}|{call.session.next_serial():012d}"
        call.session.put("history", place, {"key": key, "before": call.session.get("group", key)})


@rests_on("graph-lag")
def read_as_it_was(call: Call, prefix: str, after: str) -> Iterable[tuple[str, Json]]:
    """Return the groups below a key as Resource Graph knows them, in the order of their keys, beginning after one."""
    if call.knobs.graph_lag_seconds <= 0:
        return call.session.scan("group", prefix, after)
    return sorted((key, body) for key, body in _undo_writes(call, prefix).items() if key > after)


def _undo_writes(call: Call, prefix: str) -> Mapping[str, Json]:
    """Return the groups below a key as they were, and forget what is older."""
    found = dict(call.session.scan("group", prefix))
    since = f"{call.now - call.knobs.graph_lag_seconds:020.6f}|~"
    entries = list(call.session.scan("history", ""))
    for place, entry in reversed(entries):
        if place <= since:
            call.session.delete("history", place)
        elif entry["key"].startswith(prefix):
            found.pop(entry["key"], None)
            if entry["before"] is not None:
                found[entry["key"]] = entry["before"]
    return found
