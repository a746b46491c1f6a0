"""Why a group does not run: its containers one by one, each with what happened, what it means and what to try."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.health import State
from aci_reconcile.core.model import as_text
from aci_reconcile.core.provisioning import failure_in, is_passing
from aci_reconcile.operate.causes import Cause, Explanation, Known
from aci_reconcile.operate.container_causes import explain_container, is_later, sort_newest_first
from aci_reconcile.operate.patterns import find_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aci_reconcile.core.health import Health
    from aci_reconcile.core.model import Resource
    from aci_reconcile.operate.patterns import About
    from aci_reconcile.operate.since_write import SinceWrite

NO_LOGS: Final[Mapping[str, Sequence[str]]] = {}
_EVENTS: Final = "aci-reconcile events {address}"
_STATES: Final = "Microsoft's documentation: container-state"
_WAITING: Final = "SupportArticles: container-group-deployment-waiting-state"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One group: how it is, why, and what has changed since it was written."""

    resource: Resource
    health: Health
    now: float
    """When it was looked at, in seconds since the epoch."""
    since: SinceWrite
    explanations: tuple[Explanation, ...] = ()
    """What is wrong; empty if nothing is."""
    logs: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    """The last lines of containers that do not run as they should, by their names."""
    unread: Mapping[str, str] = field(default_factory=dict[str, str])
    """Why the logs of some could not be read."""
    intended: bool = False
    """Whether it is stopped, and its manifest says that it should be."""
    plan: str = ""
    """The command that shows what an apply would change; empty if there is no manifest."""

    @property
    def good(self) -> bool:
        """Whether nothing is wrong: it is healthy, or has ended or is stopped as its manifest says."""
        return self.health.good or self.intended


_NOTHING: Final = Known()


def explain_health(health: Health, known: Known = _NOTHING) -> tuple[Explanation, ...]:
    """Return what is wrong with a group, the group itself first; empty if nothing is."""
    if health.good:
        return ()
    if health.state is State.STOPPED:
        return (Explanation((_explain_stop(known),)),)
    group = tuple(_explain_group(health, known))
    sick = [each for each in health.containers if each.verdict is health.state]
    found = [Explanation(tuple(explain_container(each, known)), each) for each in sick]
    # What waits without a reason of its own waits for the group, or for an init container.
    told = [each for each in found if each.causes]
    if group or told:
        return (*((Explanation(group),) if group else ()), *told)
    return (Explanation((_explain_waiting(health, known),)),)


def _explain_stop(known: Known) -> Cause:
    return Cause(
        "stopped",
        "somebody stopped it",
        "it stays stopped until it is started",
        known.make_command("aci-reconcile start {address}"),
        f"{_STATES}; recorded by azure-powershell: Container stopped per client request",
    )


def _explain_group(health: Health, known: Known) -> Iterator[Cause]:
    kinds: set[About | None] = set()
    for event in sort_newest_first(each for each in health.events if each.failure):
        begun = (other for each in health.containers for other in each.events if other.name == "Started")
        if any(is_later(each, event) for each in begun):
            continue
        pattern = find_pattern(event.text)
        kind = pattern.about if pattern else None
        if kind in kinds:
            continue
        kinds.add(kind)
        yield (
            known.make_cause(pattern, event.text)
            if pattern
            else Cause(
                "event",
                "Azure reports a failure",
                "the event says more",
                known.make_command(_EVENTS),
                _STATES,
                event.text,
            )
        )
    if kinds:
        return
    if failure_in(health.provisioning_state):
        yield Cause(
            "provisioning-failed",
            f"its provisioning {failure_in(health.provisioning_state)}; Azure gives up after 30 minutes",
            "its events may say more; the activity log has the error of the operation",
            known.make_command("az monitor activity-log list --resource-id {id} --status Failed --offset 7d"),
            f"{_STATES}; SupportArticles: container-group-deployment-waiting-state",
        )
    elif health.provisioning_state.lower() in {"unhealthy", "repairing"}:
        yield Cause(
            "moving",
            f"Azure calls it {health.provisioning_state}: its machine failed, and Azure moves it to another one",
            "wait; if it stays like this, apply it again with --redeploy",
            known.make_command(f"{_EVENTS} -w"),
            _STATES,
        )


def _explain_waiting(health: Health, known: Known) -> Cause:
    """Return the cause for a group of which nothing is known but that it does not run yet."""
    if health.state is State.UNKNOWN:
        return Cause("unknown", "Azure shows no state of its containers", "look again in a minute", "", _STATES)
    if as_text(known.properties.get("priority")) == "Spot":
        meaning, advice = "it waits for a Spot machine", "wait until there is room, or use priority: Regular"
        return Cause("spot", meaning, advice, "", "SupportArticles: spot-containers-remain-waiting-state")
    running = [each for each in health.containers if each.state == "Running"]
    if running and not is_passing(health.provisioning_state):
        meaning = "it has just started, and has not run for long enough to be called healthy"
        return Cause("young", meaning, "look again in a minute", known.make_command("aci-reconcile why {address}"))
    return Cause(
        "starting",
        "Azure has not started it yet; pulling a large image takes minutes",
        "if that lasts: volumes that cannot be mounted, reserved ports, a full subnet and a full region look like this",
        known.make_command(f"{_EVENTS} -w"),
        f"{_WAITING}, long-image-pulls",
    )


_PLAIN: Final = frozenset({"stopped", "event", "provisioning-failed", "moving", "unknown", "spot", "young", "starting"})
"""Causes that say no more than the state and the events themselves."""


def list_insights(health: Health, logs: Mapping[str, Sequence[str]] = NO_LOGS) -> Iterator[str]:
    """Yield a line for each cause that says more than the state of a sick group, for reports that show that already."""
    for each in explain_health(health, Known(logs=logs)):
        subject = f"{each.container.name}: " if each.container is not None else ""
        for cause in each.causes:
            if cause.id not in _PLAIN and not cause.id.startswith("exit-"):
                yield f"Cause: {subject}{cause.meaning}; {cause.advice}"
