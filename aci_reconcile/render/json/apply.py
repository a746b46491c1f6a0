"""The events of an apply as JSON, one document a line."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import AzureError
from aci_reconcile.reconcile.events import (
    Failed,
    Finished,
    FreezeOverridden,
    Moved,
    Paced,
    ResourceGroupCreated,
    ResourceGroupDeleted,
    ResourceGroupFailed,
    Settling,
    Skipped,
    Started,
    Succeeded,
    Unhealthy,
    Waiting,
    make_reached,
)
from aci_reconcile.render.escape import dump
from aci_reconcile.render.header import FORMAT_VERSION
from aci_reconcile.render.json.status import emit_health
from aci_reconcile.render.text.apply import render_event_text
from aci_reconcile.render.text.style import PLAIN
from aci_reconcile.render.words import format_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.errors import AciReconcileError
    from aci_reconcile.core.health import Health
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.events import Event, Reached, Trace

TYPES: Mapping[type[Event], str] = {
    ResourceGroupCreated: "resource_group_created",
    ResourceGroupDeleted: "resource_group_deleted",
    ResourceGroupFailed: "resource_group_failed",
    FreezeOverridden: "freeze_overridden",
    Paced: "paced",
    Settling: "settling",
    Started: "started",
    Waiting: "waiting",
    Succeeded: "succeeded",
    Unhealthy: "unhealthy",
    Failed: "failed",
    Moved: "moved",
    Skipped: "skipped",
    Finished: "finished",
}
"""The stable name of each event in JSON."""


def render_event_json(event: Event, *, timestamp: float) -> str:
    """Return the event as one line of JSON.

    Args:
        event: what happened.
        timestamp: when, in seconds since the epoch.
    """
    # The first line of the text, so that readers of the JSON stream and of a log see the same words.
    message = render_event_text(event, PLAIN).partition("\n")[0]
    document = {
        "format_version": FORMAT_VERSION,
        "timestamp": format_time(timestamp),
        "type": TYPES[type(event)],
        "message": " ".join(message.split()),
    }
    return dump(document | _emit_members(event), indent=None)


def _emit_members(event: Event) -> dict[str, object]:
    match event:
        case ResourceGroupCreated(scope) | ResourceGroupDeleted(scope) | ResourceGroupFailed(scope):
            whose: dict[str, object] = {"resource_group": scope.resource_group, "subscription": scope.subscription}
        case Finished():
            return _emit_totals(event)
        case FreezeOverridden():
            return {"freeze": event.freeze, "reason": event.reason}
        case Paced():
            return {"what": event.what, "seconds": event.seconds, "location": event.location, "rate": event.rate}
        case Settling():
            return {"address": event.address, "state": event.state, "seconds": event.seconds}
        case _:
            whose = _emit_change(event.change) | _emit_trace(event.trace)
    return whose | _emit_details(event)


def _emit_details(event: Event) -> dict[str, object]:
    members: dict[str, object] = {}
    match event:
        case Waiting(_, detail):
            members["detail"] = detail
        case Skipped(_, because):
            members |= {"because": because, "unfinished": event.unfinished}
        case Succeeded(_, _, seconds, health) | Unhealthy(_, health, seconds):
            there = make_reached(event)
            members = {"seconds": seconds, "health": _emit_health(health), **(_emit_addresses(there) if there else {})}
        case Failed(_, error, seconds, gone, health):
            members = {"seconds": seconds, "gone": gone, "error": emit_error(error), "health": _emit_health(health)}
            members |= {"restored": event.restored, "unrestored": event.unrestored, "bring_back": event.former}
        case ResourceGroupFailed(_, error):
            members["error"] = emit_error(error)
        case Moved(_, seconds, written):
            members |= {"seconds": seconds, "written": written}
        case _:
            pass
    if isinstance(event, (Failed, Unhealthy)):
        members["logs"] = {name: list(lines) for name, lines in event.logs}
    return members


def _emit_health(health: Health | None) -> dict[str, object] | None:
    return emit_health(health) if health is not None else None


def emit_error(error: AciReconcileError) -> dict[str, object]:
    """Return an error as JSON, with Azure's code, status and request id for an error of Azure's."""
    members: dict[str, object] = {"kind": type(error).__name__, "message": error.message, "hint": error.hint}
    if isinstance(error, AzureError):
        members |= {"code": error.code, "status": error.status, "request_id": error.request_id}
    return members


def _emit_change(change: Change) -> dict[str, object]:
    return {
        "address": change.address,
        "id": str(change.id),
        "action": change.action.value,
        "impact": change.impact.value,
    }


def _emit_trace(trace: Trace) -> dict[str, object]:
    return {"attempt": trace.attempt, "azure_request_id": trace.request_id, "elapsed": round(trace.seconds, 3)}


def _emit_totals(event: Finished) -> dict[str, object]:
    return {
        "added": event.added,
        "changed": event.changed,
        "destroyed": event.destroyed,
        "unchanged": event.unchanged,
        "failed": event.failed,
        "skipped": event.skipped,
        "unfinished": event.unfinished,
        "planned": event.planned,
        "interrupted": event.interrupted,
        "seconds": event.seconds,
        "in_flight": list(event.in_flight),
        "unhealthy": event.unhealthy,
        "not_seen_running": list(event.unseen),
        "unread": event.unread,
        "freeze_override": event.override,
        "outdated": [asdict(each) for each in event.outdated],
        "addresses": [{"address": each.address} | _emit_addresses(each) for each in event.reached],
    }


def _emit_addresses(reached: Reached) -> dict[str, object]:
    return {"ip": reached.ip, "fqdn": reached.fqdn or None}
