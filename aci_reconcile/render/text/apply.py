"""The events of an apply, line by line, and the summary at its end."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import AzureError
from aci_reconcile.core.health import State
from aci_reconcile.operate.diagnosis import list_insights
from aci_reconcile.planning.values import Action, Impact
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
)
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.status import describe_container, render_events
from aci_reconcile.render.text.table import align
from aci_reconcile.render.words import count, format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.core.errors import AciReconcileError
    from aci_reconcile.core.health import Health
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.events import Event, Logs
    from aci_reconcile.render.text.style import Style

_ADDRESS = 28
_DOING: Mapping[Action, tuple[str, str]] = {
    Action.CREATE: ("creating", "created"),
    Action.UPDATE: ("updating, containers restart", "updated"),
    Action.REPLACE: ("deleting and creating again", "created again"),
    Action.DELETE: ("deleting", "deleted"),
    Action.ADOPT: ("taking over, containers restart", "adopted"),
    Action.NO_OP: ("checking", "unchanged"),
}
_DOING_WITHOUT_BODY: Mapping[Impact, tuple[str, str]] = {
    Impact.TAGS_ONLY: ("updating its tags", ""),
    Impact.START: ("starting", "started"),
    Impact.STOP: ("stopping", "stopped"),
    Impact.REBOOT: ("restarting", "restarted"),
}
_DONE: Mapping[str, str] = {"Restart": "restarted", "Stop": "stopped", "Start": "started", "Wait": "as wanted"}
"""What is counted where no resource is added or destroyed."""
_FINE = frozenset({State.HEALTHY, State.FINISHED, State.STOPPED})


def render_event_text(event: Event, style: Style) -> str:  # noqa: C901, PLR0912  one case per event
    """Return the event as one line, or as several for a failure with reasons, without a final line break."""
    match event:
        case ResourceGroupCreated(scope):
            return _render_line("+", style.create, scope.resource_group, "resource group created", style)
        case ResourceGroupDeleted(scope):
            return _render_line("-", style.delete, scope.resource_group, "resource group deleted", style)
        case ResourceGroupFailed(scope, error):
            head = _render_line(
                "!", style.error, scope.resource_group, f"resource group failed: {summarize_error(error)}", style
            )
            return "\n".join((head, *_render_error_details(error)))
        case FreezeOverridden(freeze, reason):
            return _render_line("!", style.warn, "freeze", f"overridden: {reason} ({freeze})", style)
        case Paced():
            return _render_line("·", style.dim, "limits", _describe_pace(event), style)
        case Settling(address, state, seconds):
            return _render_line(
                "·", style.dim, address, f"is {state}; waiting for up to {format_duration(seconds)}", style
            )
        case Started(change):
            return _render_change(change, describe_start(change), style)
        case Waiting(change, detail):
            return _render_change(change, f"waiting: {detail}", style)
        case Succeeded(change):
            return _render_change(change, describe_success(event), style)
        case Unhealthy(change):
            return "\n".join(_render_unhealthy(event, style))
        case Failed(change):
            return "\n".join(_render_failure(event, style))
        case Moved(change, seconds):
            moved = f"{describe_move(event)} ({format_duration(seconds)})"
            return _render_line("!", style.error, change.address, moved, style)
        case Skipped(change, because):
            return _render_line("!", style.warn, change.address, f"skipped: {because}", style)
        case Finished():
            return render_summary_text(event, style)


def render_summary_text(finished: Finished, style: Style, *, verb: str = "Apply") -> str:
    """Return the summary of a run: Terraform's line, and what is left to do if the run did not complete.

    Args:
        finished: the last event.
        style: the colours.
        verb: what was run (``Apply``, ``Destroy``, ``Restart``).
    """
    bad = finished.failed or finished.skipped or finished.interrupted
    title = _choose_title(finished, verb)
    numbers = f"Resources: {finished.added} added, {finished.changed} changed, {finished.destroyed} destroyed."
    if verb in _DONE:
        numbers = f"Groups: {finished.unchanged if verb == 'Wait' else finished.changed} {_DONE[verb]}."
    lines = [f"{style.paint(style.error if bad else style.good, title)} {numbers}"]
    rest = [
        text
        for number, text in (
            (finished.failed - finished.unhealthy, f"{finished.failed - finished.unhealthy} failed"),
            (finished.unhealthy, f"{finished.unhealthy} not healthy"),
            (finished.skipped - finished.unfinished, f"{finished.skipped - finished.unfinished} skipped"),
            (0 if verb == "Wait" else finished.unchanged, f"{finished.unchanged} unchanged"),
        )
        if number
    ]
    if rest:
        lines.append(f"      {', '.join(rest)}.")
    if finished.unfinished:
        because = f"{finished.unfinished_because[:1].upper()}{finished.unfinished_because[1:]}. "
        numbers = f"Unfinished: {finished.unfinished} of {count(finished.planned, 'change')}."
        lines.append(sanitize(f"{because if finished.unfinished_because else ''}{numbers}"))
    if finished.override:
        lines.append(f"The freeze was overridden: {sanitize(finished.override)}")
    if finished.unseen:
        lines.append(f"Not seen running: {sanitize(', '.join(finished.unseen))}.")
    lines += render_outdated(finished)
    if finished.in_flight:
        lines.append(f"Started but not finished: {sanitize(', '.join(finished.in_flight))}.")
    # An unhealthy group is written already: another run would change nothing about it.
    left = finished.failed > finished.unhealthy or finished.skipped or finished.in_flight
    if left and verb != "Wait":
        lines.append(f"Run {verb.lower()} again to continue.")
    return "\n".join(lines)


def _choose_title(finished: Finished, verb: str) -> str:
    if finished.interrupted:
        return f"{verb} interrupted."
    if finished.failed or finished.skipped > finished.unfinished:
        return f"{verb} incomplete!"
    return f"{verb} unfinished." if finished.unfinished else f"{verb} complete!"


def render_outdated(finished: Finished) -> Iterator[str]:
    """Yield the groups that hold a former address of a group of this run, and the command that updates them."""
    for each in finished.outdated:
        former = f"{each.address} holds {each.before}, the former {each.path} of {each.target}"
        yield sanitize(f"{former}, which is now {each.after}." if each.after else f"{former}, which now has none.")
    if finished.outdated:
        addresses = dict.fromkeys(each.address for each in finished.outdated)
        only = " ".join(f"--only {shlex.quote(each)}" for each in addresses)
        yield sanitize(f"To pass it on, run `aci-reconcile apply {only}`.")


def render_addresses(finished: Finished) -> str:
    """Return the addresses of the groups that were written; empty if none has one."""
    rows = [[sanitize(cell) for cell in (each.address, each.ip, each.fqdn)] for each in finished.reached]
    return "\n".join(("Addresses:", *(f"  {'  '.join(row)}".rstrip() for row in align(rows)))) if rows else ""


def _describe_pace(event: Paced) -> str:
    if event.rate:
        return f"slowing down to {event.rate:.2g} {event.what} a second, because of Azure's limits"
    where = f" in {event.location}" if event.location else ""
    return f"Azure accepts no more {event.what}{where} for {format_duration(event.seconds)}; waiting"


def describe_move(event: Moved) -> str:
    """Return what a write by someone else means for ours."""
    if event.written:
        return "changed in Azure by someone else after this write; run apply again"
    return "changed in Azure since the plan; nothing was written"


def describe_start(change: Change) -> str:
    """Return what begins, in a few words: ``creating``."""
    known = _DOING_WITHOUT_BODY.get(change.impact)
    return known[0] if known else _DOING[change.action][0]


def _describe_action(change: Change) -> str:
    if change.former_owner and change.action is Action.ADOPT:
        return f"taken over from {change.former_owner}"
    known = _DOING_WITHOUT_BODY.get(change.impact, ("", ""))[1]
    if not known:
        return _DOING[change.action][1]
    return f"{_DOING[change.action][1]} and {known}" if change.action is Action.ADOPT else known


def describe_success(event: Succeeded) -> str:
    """Return what was done, how long it took, and the state of the group."""
    text = f"{_describe_action(event.change)} after {format_duration(event.seconds)}"
    if event.change.action is Action.NO_OP:
        text = "; ".join(event.change.reasons) if is_explained(event.change) else _DOING[Action.NO_OP][1]
    if event.health is None or (event.change.impact is Impact.STOP and event.health.state is State.STOPPED):
        return text
    return f"{text}, not seen running" if event.unseen else f"{text}, {event.health.state}"


def is_explained(change: Change) -> bool:
    """Whether the reasons say how a group is to which nothing is done, because somebody asked about this group."""
    asked = change.power is not None or change.after is None
    return asked and bool(change.reasons) and not change.fields and not change.writes


def summarize_error(error: AciReconcileError) -> str:
    """Return an error on one line: Azure's code, if the message does not begin with it, and the message."""
    code = error.code if isinstance(error, AzureError) else ""
    return sanitize(f"{code}: {error.message}" if code and not error.message.startswith(code) else error.message)


def _render_unhealthy(event: Unhealthy, style: Style) -> Iterator[str]:
    reasons = f": {'; '.join(event.health.reasons)}" if event.health.reasons else ""
    words = f"is not healthy after {format_duration(event.seconds)}{reasons}"
    yield _render_line("!", style.error, event.change.address, words, style)
    yield from _render_containers(event.health, event.logs, style)


def _render_containers(health: Health, log_ends: Logs, style: Style) -> Iterator[str]:
    """Yield the events of the group, then each unhealthy container with its events and the end of its log."""
    logs = dict(log_ends)
    yield from (f"      {line}" for line in render_events(health.events, style))
    for container in health.containers:
        lines = logs.get(container.name, ())
        if container.verdict in _FINE and not lines:
            continue
        yield f"      {describe_container(container)}"
        yield from (f"        {line}" for line in render_events(container.events, style))
        yield from (f"        {style.paint(style.dim, '|')} {sanitize(line, keep=chr(9))}" for line in lines)
    yield from (f"      {sanitize(each)}" for each in list_insights(health, logs))


def _render_failure(event: Failed, style: Style) -> Iterator[str]:
    words = f"failed after {format_duration(event.seconds)}: {summarize_error(event.error)}"
    yield _render_line("!", style.error, event.change.address, words, style)
    yield from _render_error_details(event.error)
    yield from (sanitize(f"      {line}") for line in describe_recovery(event))
    if event.health is not None:
        yield from _render_containers(event.health, event.logs, style)


def describe_recovery(event: Failed) -> Iterator[str]:
    """Yield what became of a group that was deleted in order to be created again, and how to restore it."""
    if event.restored:
        yield "Azure refused the new group, and the former group was restored."
        if event.unrestored:
            yield f"It differs from before: {event.unrestored}"
    if event.former and not event.gone:
        yield f"{', '.join(event.change.follows)} was deleted for its DNS label. To restore it: {event.former}"
    if not event.gone:
        return
    yield "The group was deleted and not created again. The next apply tries to create it."
    if event.unrestored:
        yield f"The former group was not restored: {event.unrestored}"
    if event.former:
        yield f"To restore the former group: {event.former}"


def _render_error_details(error: AciReconcileError) -> Iterator[str]:
    if isinstance(error, AzureError) and error.request_id:
        yield sanitize(f"      request id {error.request_id}")
    if error.hint:
        yield sanitize(f"      {error.hint}")


def _render_change(change: Change, words: str, style: Style) -> str:
    # A group that is only waited for gets no mark: a mark means a write.
    mark = style.mark(change.action) if change.writes else "   "
    return f"{mark} {sanitize(change.address):<{_ADDRESS}}  {sanitize(words)}"


def _render_line(mark: str, tone: str, name: str, words: str, style: Style) -> str:
    return f"  {style.paint(tone, mark)} {sanitize(name):<{_ADDRESS}}  {sanitize(words)}"
