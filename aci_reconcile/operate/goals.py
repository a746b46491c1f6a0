"""The states that a group can be waited for: whether one is reached, and whether it ever can be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aci_reconcile.core.health import State, has_ended
from aci_reconcile.core.model import as_text
from aci_reconcile.core.resource_types import assess_health
from aci_reconcile.operate.commands import quote

if TYPE_CHECKING:
    from aci_reconcile.core.health import Health
    from aci_reconcile.core.model import Resource


class Goal(StrEnum):
    """What is waited for."""

    HEALTHY = "healthy"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    STOPPED = "stopped"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a group is from a goal."""

    text: str
    """What it is now, as it follows its name: ``is stopped``."""
    reached: bool = False
    hopeless: bool = False
    """Whether it stays so unless somebody does something."""
    hint: str = ""
    health: Health | None = None


def judge_progress(goal: Goal, live: Resource | None, *, now: float, stable_for: float = 0) -> Progress:
    """Say how far a group is from a goal.

    Args:
        goal: what is waited for.
        live: the group, read with its instance view; None if there is none.
        now: seconds since the epoch.
        stable_for: for how many seconds a container must have been running to count as healthy.
    """
    if live is None:
        return Progress("does not exist", goal is Goal.DELETED, goal is not Goal.DELETED)
    health = assess_health(live, now=now, stable_for=stable_for)
    text = describe_state(health)
    if goal is Goal.DELETED:
        return Progress(text, health=health)
    if _is_reached(goal, live, health):
        return Progress(text, reached=True, health=health)
    why, hint = _explain_hopeless(goal, live, health)
    return Progress(why or text, hopeless=bool(why), hint=hint, health=health)


def describe_state(health: Health) -> str:
    """Return the state of a group in a few words, with the first reason where something is wrong."""
    if health.ready_at is not None:
        return "is running, and not for long enough yet"
    reason = f": {health.reasons[0]}" if health.reasons and health.state in {State.UNHEALTHY, State.PENDING} else ""
    return f"is {health.state.value}{reason}"


def _is_reached(goal: Goal, live: Resource, health: Health) -> bool:
    if goal is Goal.HEALTHY:
        return health.good
    if goal is Goal.STOPPED:
        return health.state is State.STOPPED
    if goal is Goal.SUCCEEDED:
        return has_ended(live.body) == "Succeeded"
    main = [each for each in health.containers if not each.init]
    done = all(each.state == "Running" or each.verdict is State.FINISHED for each in main)
    up = health.provisioned and health.state is not State.STOPPED
    return up and done and any(each.state == "Running" for each in main)


def _explain_hopeless(goal: Goal, live: Resource, health: Health) -> tuple[str, str]:
    """Return why Azure never brings a group to a goal by itself, and what does; empty if it may."""
    ended = has_ended(live.body)
    start = f"`aci-reconcile start {quote(live.address)}`"
    if goal is Goal.STOPPED:
        return (f"has ended ({ended}), so nothing stops it", "") if ended else ("", "")
    if health.state is State.STOPPED:
        return "is stopped, and does not start by itself", f"{start} starts it"
    if ended:
        return f"has ended ({ended})", f"{start} runs it again"
    policy = as_text(live.properties.get("restartPolicy")) or "Always"
    if goal is Goal.SUCCEEDED and policy.lower() == "always":
        return "never ends: its restart policy is Always", "declare restartPolicy: OnFailure or Never"
    if health.settled and not health.provisioned:
        return f"could not be provisioned: {'; '.join(health.reasons)}", "run apply again to write it anew"
    return "", ""
