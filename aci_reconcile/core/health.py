"""Whether the containers of a group are up, judged from its instance view. ``provisioningState`` alone means nothing.

Of 367 recorded reads with ``Succeeded``, 57 were of groups whose containers had failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.container_health import (
    CRASHES,
    ContainerEvent,
    ContainerHealth,
    State,
    describe_container,
    list_containers,
    list_events,
    to_epoch,
    view_of,
)
from aci_reconcile.core.model import Power, as_list, as_object, as_text
from aci_reconcile.core.provisioning import failure_in, is_passing, is_quiet, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.model import Body

__all__ = [
    "CRASHES",
    "STABLE_FOR",
    "ContainerEvent",
    "ContainerHealth",
    "Health",
    "State",
    "assess",
    "describe_condition",
    "describe_container",
    "has_ended",
    "read_power",
]

_BEGINNINGS = frozenset({"Pulling", "Started"})
STABLE_FOR: Final = 10.0
"""For how many seconds a container must have been running to count as healthy, unless somebody says otherwise."""
_A_WHILE = 60.0
"""Seconds after which a failure of the group, without any later event, counts as permanent."""


@dataclass(frozen=True, slots=True)
class Health:
    """The verdict over a group, with the reasons in words."""

    state: State
    provisioning_state: str = ""
    instance_state: str = ""
    containers: tuple[ContainerHealth, ...] = ()
    reasons: tuple[str, ...] = ()
    events: tuple[ContainerEvent, ...] = ()
    """Events of the group itself: a share that could not be mounted is reported here, and at no container."""
    of_group: tuple[str, ...] = ()
    """The reasons that are about the group itself, not about a container."""

    @property
    def settled(self) -> bool:
        """Whether Azure has finished provisioning, with or without success."""
        return not is_passing(self.provisioning_state)

    @property
    def provisioned(self) -> bool:
        """Whether provisioning succeeded, whatever the state of the containers."""
        return self.settled and not failure_in(self.provisioning_state)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong, and nothing is pending."""
        return self.state in {State.HEALTHY, State.FINISHED}

    @property
    def ready_at(self) -> float | None:
        """When the last container began to run, in seconds since the epoch; None if more than time is missing."""
        left = [each for each in self.containers if not each.init and each.verdict is State.PENDING]
        if self.state is not State.PENDING or not left or any(each.state != "Running" for each in left):
            return None
        began = [to_epoch(each.started) for each in left]
        return max((each for each in began if each is not None), default=None)


def has_ended(body: Body) -> str:
    """Return the state (Succeeded, Failed) of a group whose containers have all ended; else empty.

    Azure updates no such group (documented at container-instances-update): it is to be created again.
    """
    properties = as_object(body.get("properties"))
    state = as_text(as_object(properties.get("instanceView")).get("state"))
    views = [view_of(each) for each in as_list(properties.get("containers"))]
    current = [as_text(as_object(view.get("currentState")).get("state")) for view in views]
    return state if state in {"Succeeded", "Failed"} and all(each == "Terminated" for each in current) else ""


def read_power(body: Body) -> Power | None:
    """Return whether a group runs or is stopped; None if it has ended by itself, or if the read has no run state.

    A stop changes nothing of a group that has ended (documented at container-instances-stop-start). The provisioning
    state of a stopped group is still Succeeded (recorded), and lists have no run state: only a read of the group tells.
    """
    state = as_text(as_object(as_object(body.get("properties")).get("instanceView")).get("state")).lower()
    if not state:
        return Power.RUNNING if is_passing(state_of(body)) else None  # it is coming up
    if state in {"succeeded", "failed"}:
        return None
    return Power.STOPPED if state == "stopped" else Power.RUNNING


def describe_condition(body: Body) -> str:
    """Return the condition of a group in one word: ``stopped``, or the provisioning state.

    Empty if it was provisioned and is not stopped, or if the read has no run state.
    """
    if not is_quiet(body):
        return state_of(body)
    view = as_object(as_object(body.get("properties")).get("instanceView"))
    return "stopped" if as_text(view.get("state")) == "Stopped" else ""


def assess(body: Body, *, now: float = 0, stable_for: float = 0) -> Health:
    """Judge a live group by a read with instance view.

    Args:
        body: the live body.
        now: seconds since the epoch; what ``stable_for`` is measured against.
        stable_for: for how many seconds a container must have been running to count as healthy; longer where its
            liveness probe needs longer to tell.
    """
    properties = as_object(body.get("properties"))
    view = as_object(properties.get("instanceView"))
    policy = as_text(properties.get("restartPolicy")) or "Always"
    containers = tuple(list_containers(properties, policy, now, stable_for))
    instance_state, state = as_text(view.get("state")), state_of(body)
    events = tuple(list_events(view))
    failing = any(each.waits for each in containers) and _keeps_failing(events, containers, now)
    verdict = _judge_group(instance_state, state, containers, failing=failing)
    of_group = tuple(_list_group_reasons(verdict, state, events))
    of_containers = tuple(_list_container_reasons(verdict, containers))
    return Health(verdict, state, instance_state, containers, (*of_group, *of_containers), events, of_group)


def _judge_group(
    instance_state: str, provisioning: str, containers: tuple[ContainerHealth, ...], *, failing: bool
) -> State:
    """Judge the group; ``failing``: something of the group itself fails again and again."""
    # Init containers end by design, so their success decides nothing; their failure is found below.
    verdicts = {each.verdict for each in containers if not each.init}
    if any(each.verdict is State.UNHEALTHY for each in containers) or _has_failed(provisioning):
        return State.UNHEALTHY
    if is_passing(provisioning):
        return State.UNHEALTHY if failing else State.PENDING
    if instance_state == "Stopped":  # recorded: the provisioning state of a stopped group is still Succeeded
        return State.STOPPED
    if failing:
        return State.UNHEALTHY
    # A read without instance views, as every list is (recorded, 27 of 27), shows nothing about containers.
    if not instance_state and not any(each.state for each in containers):
        return State.UNKNOWN
    if verdicts <= {State.FINISHED}:
        return State.FINISHED
    return State.HEALTHY if verdicts <= {State.HEALTHY, State.FINISHED} else State.PENDING


def _has_failed(provisioning: str) -> bool:
    return bool(failure_in(provisioning)) or provisioning.lower() == "unhealthy"


def _keeps_failing(events: Iterable[ContainerEvent], containers: Iterable[ContainerHealth], now: float) -> bool:
    """Whether events of the group itself report failures, often or for a while, and nothing has started since.

    A share that cannot be mounted leaves the group in ``Creating`` for good (microsoft/AzureTRE's documentation). The
    events of earlier runs stay listed (recorded): a container that started later shows that they are over.
    """
    failures = [each for each in events if each.failure]
    last = max((to_epoch(each.last) or 0 for each in failures), default=0)
    begun = (each for container in containers for each in container.events if each.name in _BEGINNINGS)
    if not failures or any((to_epoch(each.last) or 0) > last for each in begun):
        return False
    return sum(each.count for each in failures) >= CRASHES or 0 < last < now - _A_WHILE


def _list_group_reasons(verdict: State, provisioning: str, events: Iterable[ContainerEvent]) -> Iterator[str]:
    if verdict in {State.HEALTHY, State.FINISHED}:
        return
    if failure_in(provisioning):
        yield f"provisioning {failure_in(provisioning)}"
    elif is_passing(provisioning) or provisioning.lower() == "unhealthy":
        yield f"Azure calls it {provisioning}"
    if verdict is State.STOPPED:
        yield "the group is stopped"
    if verdict is State.UNKNOWN:
        yield "Azure tells no state of its containers"
    yield from (each.text for each in events if each.failure)


def _list_container_reasons(verdict: State, containers: Iterable[ContainerHealth]) -> Iterator[str]:
    if verdict in {State.UNHEALTHY, State.PENDING}:
        yield from (describe_container(each) for each in containers if each.verdict is verdict)
