"""Stopping, starting and restarting a group."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.facts.probes.lab import make, make_public, read, settle
from aci_reconcile.facts.probes.probe import Probe
from aci_reconcile.facts.probes.steps import (
    NO_OPERATION,
    Reply,
    Seen,
    UnansweredError,
    Unclear,
    list_links,
    send,
    show_flag,
    wait,
)

if TYPE_CHECKING:
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Steps, Verdicts

_BREATH: Final = 10.0
"""Seconds between two operations, as Azure's support article advises."""


_LINKS: Final = {
    "group-stopped": NO_OPERATION,
    "start-of-running": NO_OPERATION,
    "group-restarted": "azure-asyncoperation",
}


def _ask(lab: Lab) -> Steps[Verdicts]:
    """Stop a public group, start it, start it again, and restart it."""
    name = lab.name("power")
    first = yield from make(lab, name, make_public(lab))
    stopped = yield from _act(lab, name, "stop")
    asleep = yield from read(lab, name)
    sleeping = yield from send("POST", lab.path(name, "restart"))
    if sleeping.accepted:
        yield from settle(lab, name)
        yield from _act(lab, name, "stop")
    started = yield from _act(lab, name, "start")
    second = yield from settle(lab, name)
    yield from wait(_BREATH)
    again = yield from _act(lab, name, "start")
    restarted = yield from _act(lab, name, "restart")
    during = yield from _poll(restarted)
    third = yield from settle(lab, name)
    return [
        _judge("group-stopped", stopped, f"then the group was {asleep.state or 'in no state'}"),
        Seen("restart-of-stopped", "accept" if sleeping.accepted else "refuse", f"it answered {sleeping.verdict}"),
        Seen("start-status", str(started.status), f"the start of a stopped group, with {list_links(started)}"),
        _judge("start-of-running", again, f"with {list_links(again)}"),
        _judge("group-restarted", restarted, f"with {list_links(restarted)}"),
        *during,
        decide_address(first, second, third),
        decide_events(first, third),
    ]


def _act(lab: Lab, name: str, action: str) -> Steps[Reply]:
    """Ask for an action, and let the group come to rest."""
    answer = yield from send("POST", lab.path(name, action))
    if not answer.accepted:
        raise UnansweredError(f"a {action} was refused: {answer.verdict}")
    if action == "stop":
        yield from wait(_BREATH)
    return answer


def _poll(restarted: Reply) -> Steps[Verdicts]:
    """Look at the operation of a restart at once."""
    url = restarted.headers.get("azure-asyncoperation", "")
    if not url:
        return [Unclear("operation-updating", "the restart named no operation")]
    status = (yield from send("GET", url)).body.get("status")
    how = f"right after a restart, its operation was {status}"
    return [Seen("operation-updating", show_flag(status == "Updating"), how)]


def _judge(fact: str, answer: Reply, more: str) -> Seen:
    """Decide whether an action answered as it was recorded: 204, and only a restart with an operation."""
    right = answer.status == HTTPStatus.NO_CONTENT and list_links(answer) == _LINKS[fact]
    return Seen(fact, show_flag(right), f"it answered {answer.verdict}, {more}")


def decide_address(first: Reply, second: Reply, third: Reply) -> Seen | Unclear:
    """Decide from the addresses of a running, a started and a restarted group."""
    start, restart = first.ip != second.ip, second.ip != third.ip
    words = {True: "another", False: "the same"}
    how = f"{words[start]} after stop and start, {words[restart]} after a restart"
    if start != restart:
        return Unclear("ip-after-start", how)
    return Seen("ip-after-start", "another" if start else "same", how)


def decide_events(first: Reply, third: Reply) -> Seen | Unclear:
    """Decide whether events of the first run are still listed after the others."""
    old, new = (_list_times(each) for each in (first, third))
    if not old:
        return Unclear("events-stay", "the first run had no events")
    kept = len(old & new)
    return Seen("events-stay", show_flag(kept), f"{kept} of {len(old)} times of the first run are still listed")


def _list_times(group: Reply) -> set[str]:
    events = as_list(as_object(group.container().get("instanceView")).get("events"))
    return {as_text(as_object(each).get("firstTimestamp")) for each in events}


PROBES = (
    Probe(
        "power",
        "What do stop, start and restart answer, and does the address stay?",
        (
            "group-stopped",
            "restart-of-stopped",
            "start-status",
            "start-of-running",
            "group-restarted",
            "operation-updating",
            "ip-after-start",
            "events-stay",
        ),
        _ask,
        seconds=180,
    ),
)
