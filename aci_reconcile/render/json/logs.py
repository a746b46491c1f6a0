"""Logs as JSON: one object for each line, and for each mark between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.operate.log_events import LogEnd, LogFailed, LogGap, LogLines, LogPolled, LogRestart, LogWaiting
from aci_reconcile.render.json.apply import emit_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.operate.log_events import LogEvent


def emit_log(event: LogEvent) -> Iterator[dict[str, object]]:
    """Yield the objects of an event."""
    source = {"address": event.source.address, "container": event.source.container}
    match event:
        case LogLines(_, lines):
            for each in lines:
                yield {"type": "line", **source, "time": each.time or None, "text": each.text}
        case LogGap(_, why):
            yield {"type": "gap", **source, "why": why.value.replace(" ", "_")}
        case LogRestart(_, run):
            yield {
                "type": "restart",
                **source,
                "begun": run.begun,
                "restarts": run.restarts,
                "exit_code": run.last_exit_code,
                "detail": run.last_detail or None,
            }
        case LogWaiting(_, state):
            yield {"type": "waiting", **source, "state": state or None}
        case LogPolled(_, why):
            yield {"type": "polled", **source, "why": why}
        case LogEnd(_, run):
            yield {
                "type": "end",
                **source,
                "exit_code": None if run is None else run.exit_code,
                "detail": (run.detail or None) if run is not None else None,
                "stopped": run is not None and run.stopped,
                "deleted": run is None,
            }
        case LogFailed(_, error):
            yield {"type": "error", **source, "error": emit_error(error)}
