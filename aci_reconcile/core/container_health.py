"""The state of a group's containers, in Azure's words and with our verdict."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.exit_codes import describe_exit
from aci_reconcile.core.model import as_list, as_number, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Body, Json


_PERIOD, _FAILURES = 10.0, 3.0
CRASHES: Final = 3
"""Restarts after which a container that keeps ending counts as crashing."""


class State(StrEnum):
    """The verdict over a group, or a container."""

    HEALTHY = "healthy"
    FINISHED = "finished"
    PENDING = "pending"
    STOPPED = "stopped"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ContainerEvent:
    """An event as Azure reports it: name (Pulling, Started, BackOff …), type (Normal, Warning), times in ISO 8601."""

    name: str
    type: str
    message: str
    count: int
    first: str
    last: str

    @property
    def failed_probe(self) -> bool:
        """Whether a probe failed."""
        return self.type == "Warning" and self.name == "Unhealthy"

    @property
    def failure(self) -> bool:
        """Whether it reports a failure. By name, too: ``FailedMount`` is of type Normal in Microsoft's own example."""
        return self.type == "Warning" or self.name.startswith("Failed")

    @property
    def text(self) -> str:
        """The event on one line: name, count and message."""
        return f"{self.name}{f' (x{self.count})' if self.count > 1 else ''}: {self.message}"


@dataclass(frozen=True, slots=True)
class EndedRun:
    """A run of a container that has ended, as Azure reports it; what Azure leaves out is empty, or None."""

    detail: str = ""
    exit_code: int | None = None
    started: str = ""
    finished: str = ""


@dataclass(frozen=True, slots=True)
class ContainerHealth:
    """One container: Azure's words, and our verdict."""

    name: str
    verdict: State
    state: str = ""
    detail: str = ""
    restarts: int = 0
    exit_code: int | None = None
    started: str = ""
    image: str = ""
    events: tuple[ContainerEvent, ...] = ()
    init: bool = False
    ended: EndedRun | None = None
    """The run that ended last: the present one if it has ended, else the one before it, as far as Azure shows one."""

    @property
    def last_exit_code(self) -> int | None:
        """The exit code of a container that does not run: its own, or while it waits that of the run before."""
        if self.exit_code is not None or self.state == "Running":
            return self.exit_code
        return self.ended.exit_code if self.ended is not None else None

    @property
    def waits(self) -> bool:
        """Whether it should run and does not yet."""
        return self.verdict is State.PENDING and self.state != "Running"


def list_containers(
    properties: Mapping[str, Json], policy: str, now: float, stable_for: float
) -> Iterator[ContainerHealth]:
    """Yield the health of each container of a group, its init containers first.

    Args:
        properties: of the group.
        policy: when its containers are restarted.
        now: seconds since the epoch.
        stable_for: for how many seconds a container must have been running.
    """
    for name, init in (("initContainers", True), ("containers", False)):
        for each in map(as_object, as_list(properties.get(name))):
            probe = as_object(as_object(each.get("properties")).get("livenessProbe"))
            proven = max(stable_for, _estimate_probe_seconds(probe))
            yield _read_container(each, policy, now - proven if stable_for else None, init=init)


def _estimate_probe_seconds(probe: Mapping[str, Json]) -> float:
    """Return the seconds after which a liveness probe that never succeeds kills its container.

    The defaults are Kubernetes's; the documentation of container groups does not repeat them.
    """
    if not probe:
        return 0
    delay, period = as_number(probe.get("initialDelaySeconds")) or 0, as_number(probe.get("periodSeconds")) or _PERIOD
    timeout = as_number(probe.get("timeoutSeconds")) or 1
    return delay + period * (as_number(probe.get("failureThreshold")) or _FAILURES) + timeout


def _read_container(raw: Mapping[str, Json], policy: str, since: float | None, *, init: bool) -> ContainerHealth:
    view = view_of(raw)
    current = as_object(view.get("currentState"))
    state, detail = as_text(current.get("state")), as_text(current.get("detailStatus"))
    code, restarts = current.get("exitCode"), view.get("restartCount")
    count = restarts if isinstance(restarts, int) else 0
    exit_code = code if isinstance(code, int) else None
    started = as_text(current.get("startTime"))
    events = tuple(list_events(view))
    return ContainerHealth(
        name=as_text(raw.get("name")),
        verdict=_judge_ended(state, detail, exit_code, "OnFailure" if init and policy == "Always" else policy, count)
        if state != "Running"
        else _judge_running(started, since, events),
        state=state,
        detail=detail,
        restarts=count,
        exit_code=exit_code,
        started=started,
        image=as_text(as_object(raw.get("properties")).get("image")),
        events=events,
        init=init,
        ended=_read_ended(current) or _read_ended(as_object(view.get("previousState"))),
    )


def _read_ended(state: Mapping[str, Json]) -> EndedRun | None:
    """Return the run that a state describes; None unless it has ended."""
    if as_text(state.get("state")) != "Terminated":
        return None
    code = state.get("exitCode")
    return EndedRun(
        as_text(state.get("detailStatus")),
        code if isinstance(code, int) else None,
        as_text(state.get("startTime")),
        as_text(state.get("finishTime")),
    )


def _judge_ended(state: str, detail: str, exit_code: int | None, policy: str, restarts: int) -> State:
    """Judge a container that is not running. Terminated is final only if the restart policy says so."""
    # Recorded by Azure PowerShell's tests: a stop leaves no exit code, only this text.
    if detail == "Container stopped per client request":
        return State.STOPPED
    if state == "Terminated" and exit_code == 0 and policy != "Always":
        return State.FINISHED
    if state == "Terminated" and policy == "Never":
        return State.UNHEALTHY
    # Recorded: between two attempts of a crash loop the state is Waiting, with the reason in the detail. Without a
    # reason, three restarts decide: a container may fail once or twice until what it depends on is up.
    crashing = "CrashLoopBackOff" in detail or "ImagePullBackOff" in detail or "ErrImagePull" in detail
    return State.UNHEALTHY if crashing or (state and restarts >= CRASHES) else State.PENDING


def _judge_running(started: str, since: float | None, events: Iterable[ContainerEvent]) -> State:
    """Judge a running container: healthy once it has run long enough without a failed probe."""
    began = to_epoch(started)
    if since is None:
        return State.HEALTHY
    # A failed probe restarts the wait: a container may fail its readiness probe without being restarted.
    failed = [to_epoch(each.last) for each in events if each.failed_probe]
    latest = max((each for each in (began, *failed) if each is not None), default=None)
    return State.PENDING if began is None or latest is None or latest > since else State.HEALTHY


def to_epoch(text: str) -> float | None:
    """Return a time of Azure's in seconds since the epoch; None if it is not a time."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def list_events(view: Mapping[str, Json]) -> Iterator[ContainerEvent]:
    """Yield the events of an instance view: of a container, or of the group itself."""
    for each in map(as_object, as_list(view.get("events"))):
        count = each.get("count")
        yield ContainerEvent(
            as_text(each.get("name")),
            as_text(each.get("type")),
            as_text(each.get("message")),
            count if isinstance(count, int) else 1,
            as_text(each.get("firstTimestamp")),
            as_text(each.get("lastTimestamp")),
        )


def describe_container(container: ContainerHealth) -> str:
    """Return one line about a container that does not run as it should."""
    parts = [container.state or "not started"]
    code = container.last_exit_code
    parts += [describe_exit(code)] if code is not None else []
    parts += [container.detail] if container.detail else []
    parts += [f"{container.restarts} restart{'s' * (container.restarts != 1)}"] if container.restarts else []
    parts += [each.message for each in container.events if each.failed_probe][-1:]
    return f"{'init container' if container.init else 'container'} {container.name}: {', '.join(parts)}"


def view_of(container: Json) -> Mapping[str, Json]:
    """Return the instance view of a container; empty if Azure leaves it out."""
    return as_object(as_object(as_object(container).get("properties")).get("instanceView"))


_IMAGE_DIGEST = re.compile(r"@(sha256:[0-9a-f]{64})(?![0-9a-f])")
_PULLED, _PULLING = "pulled", "pulling"


def find_pulled_digest(container: ContainerHealth) -> str:
    """Return the digest of the image that was pulled last; empty if no event names one.

    A tag says which image was requested, the digest which one was pulled. Since 2021 the messages of pull events have
    it (recorded); older groups have events without one, and events are not kept forever. A ``Pulled`` event takes
    precedence over a ``Pulling`` one, after which the pull may have failed.
    """
    found = [
        (event.name.lower() == _PULLED, event.last or event.first, match[1])
        for event in container.events
        if event.name.lower() in {_PULLED, _PULLING} and (match := _IMAGE_DIGEST.search(event.message))
    ]
    return max(found, default=(False, "", ""))[2]


def find_created(body: Body, containers: Iterable[ContainerHealth]) -> float | None:
    """Return when a group was created, in seconds since the epoch; None if Azure shows nothing that tells.

    ``systemData`` says it from api-version 2025-09-01 on. Older groups have none: then it is the earliest time that
    their containers and their events show, so that they are at least as old.
    """
    created = to_epoch(as_text(as_object(body.get("systemData")).get("createdAt")))
    if created is not None:
        return created
    times = [to_epoch(time) for each in containers for time in _list_times(each)]
    return min((each for each in times if each is not None), default=None)


def _list_times(container: ContainerHealth) -> Iterator[str]:
    yield container.started
    if container.ended is not None:
        yield container.ended.started
    yield from (each.first for each in container.events)
