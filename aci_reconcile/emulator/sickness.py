"""What a person may do to the health of a whole group: a state that does not end, and events of its own."""

from __future__ import annotations

from aci_reconcile.emulator import times
from aci_reconcile.emulator.model import Json, as_list, is_object

# All that the documents and other people's clients know.
_STATES = (
    *("", "Accepted", "Pending", "Creating", "Updating", "Repairing", "Deleting"),
    *("Unhealthy", "Failed", "Canceled", "Succeeded"),
)
_NORMAL, _WARNING = "Normal", "Warning"


def read_sickness(body: Json, now: float) -> tuple[str, list[Json]]:
    """Return the state and the events that a request asks for. Raises ValueError where it asks for something else."""
    unknown = sorted(body.keys() - {"id", "state", "events"})
    if unknown:
        raise ValueError(f"the body has no property '{unknown[0]}'")
    state = body.get("state", "")
    if state not in _STATES:
        raise ValueError(f"the state must be one of {', '.join(_STATES[1:])}, or empty for the group's own state")
    return state, [_make_event(item, now) for item in as_list(body.get("events"))]


def _make_event(item: object, now: float) -> Json:
    if not is_object(item) or item.keys() - {"name", "message", "type", "count"}:
        raise ValueError("an event has the properties name, message, type and count")
    name, message, kind, count = (
        item.get(key, default) for key, default in (("name", ""), ("message", ""), ("type", _WARNING), ("count", 1))
    )
    if not name or not isinstance(name, str) or not isinstance(message, str) or kind not in {_NORMAL, _WARNING}:
        raise ValueError("name and message of an event must be texts, and its type Normal or Warning")
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ValueError("the count of an event must be a whole number from 1")
    stamp = times.seconds(now)
    return {
        "count": count,
        "firstTimestamp": stamp,
        "lastTimestamp": stamp,
        "name": name,
        "message": message,
        "type": kind,
    }
