"""How one container is, from Azure's words about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from factories import container

from aci_reconcile.core.container_health import (
    ContainerEvent,
    ContainerHealth,
    EndedRun,
    State,
    describe_container,
    find_pulled_digest,
    list_containers,
    list_events,
    to_epoch,
    view_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


NOW = 1_600_000_000.0
STOPPED = "Container stopped per client request"


def ago(seconds: float) -> str:
    """Return a moment so many seconds ago, as Azure writes it."""
    return datetime.fromtimestamp(NOW - seconds, UTC).isoformat()


def only(view: Any, *, init: bool = False, policy: str = "Always", stable_for: float = 10, **more: Any) -> Any:
    """Return how a container with this view is."""
    properties = {"initContainers" if init else "containers": [container("web", instanceView=view, **more)]}
    (found,) = list_containers(properties, policy, NOW, stable_for)
    return found


def current(state: str, **more: Any) -> dict[str, Any]:
    """Return a view with this state."""
    return {"currentState": {"state": state, **more}}


def test_everything_that_azure_tells_is_kept() -> None:
    """Its words beside our verdict."""
    event = {
        "name": "Pulled",
        "type": "Normal",
        "message": "done",
        "count": 2,
        "firstTimestamp": "2020-01-01T00:00:00Z",
        "lastTimestamp": "2020-01-02T00:00:00Z",
    }
    ended = {"state": "Terminated", "exitCode": 3, "detailStatus": "Error", "startTime": "2020-01-03T00:00:00Z"}
    view = {"restartCount": 4, "currentState": ended, "events": [event]}
    kept = ContainerEvent("Pulled", "Normal", "done", 2, "2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z")
    expected = ContainerHealth(
        "web",
        State.UNHEALTHY,
        state="Terminated",
        detail="Error",
        restarts=4,
        exit_code=3,
        started="2020-01-03T00:00:00Z",
        image="nginx:1.27",
        events=(kept,),
        init=False,
        ended=EndedRun("Error", 3, "2020-01-03T00:00:00Z", ""),
    )

    assert expected == only(view)


def test_the_last_end_is_that_of_the_run_before_while_a_container_waits_or_runs() -> None:
    """Between two attempts, Azure shows the exit code at the previous state only."""
    before = {
        "state": "Terminated",
        "exitCode": 137,
        "detailStatus": "OOMKilled",
        "startTime": "2020-01-03T00:00:00Z",
        "finishTime": "2020-01-03T00:00:05Z",
    }
    ended = EndedRun("OOMKilled", 137, "2020-01-03T00:00:00Z", "2020-01-03T00:00:05Z")
    waits = only({**current("Waiting", detailStatus="CrashLoopBackOff"), "previousState": before})
    runs = only({**current("Running", startTime=ago(100)), "previousState": before})
    never = only({**current("Running", startTime=ago(100)), "previousState": {"state": "Running"}})

    assert [ended, ended, None] == [waits.ended, runs.ended, never.ended]
    assert [137, None, None] == [waits.last_exit_code, runs.last_exit_code, never.last_exit_code]
    assert "exit code 137 (killed by SIGKILL, often for its memory)" in describe_container(waits)
    assert "exit code" not in describe_container(runs)


def test_what_azure_does_not_tell_is_empty() -> None:
    """Neither a count nor a code is guessed, and what is of another kind is no word of Azure's."""
    strange = {"restartCount": "4", "currentState": {"state": "Waiting", "exitCode": "3"}}

    assert ContainerHealth("web", State.PENDING, image="nginx:1.27") == only({})
    assert ContainerHealth("web", State.PENDING, state="Waiting", image="nginx:1.27") == only(strange)


def test_an_event_without_its_words() -> None:
    """It happened once."""
    assert [ContainerEvent("", "", "", 1, "", "")] == list(list_events({"events": [{"count": "many"}]}))
    assert [] == list(list_events({}))


def test_init_containers_come_first() -> None:
    """And are known as such."""
    properties = {"containers": [container("web")], "initContainers": [container("first")]}

    assert [("first", True), ("web", False)] == [
        (each.name, each.init) for each in list_containers(properties, "Always", NOW, 10)
    ]


JUDGED: dict[str, tuple[Mapping[str, Any], dict[str, Any], State]] = {
    "stopped by somebody": (
        current("Terminated", exitCode=0, detailStatus=STOPPED),
        {"policy": "Never"},
        State.STOPPED,
    ),
    "ended well, once": (current("Terminated", exitCode=0), {"policy": "Never"}, State.FINISHED),
    "ended well, on failure": (current("Terminated", exitCode=0), {"policy": "OnFailure"}, State.FINISHED),
    "ended well, and is to start again": (current("Terminated", exitCode=0), {}, State.PENDING),
    "ended badly, once": (current("Terminated", exitCode=1), {"policy": "Never"}, State.UNHEALTHY),
    "ended badly, on failure": (current("Terminated", exitCode=1), {"policy": "OnFailure"}, State.PENDING),
    "ended nobody knows how": (current("Terminated"), {"policy": "OnFailure"}, State.PENDING),
    "waits, and never ends": (current("Waiting", exitCode=0), {"policy": "Never"}, State.PENDING),
    "an init container that ended": (current("Terminated", exitCode=0), {"init": True}, State.FINISHED),
    "an init container that failed": (current("Terminated", exitCode=1), {"init": True}, State.PENDING),
    "an init container that failed for good": (
        current("Terminated", exitCode=1),
        {"init": True, "policy": "Never"},
        State.UNHEALTHY,
    ),
    "crash loop": (current("Waiting", detailStatus="CrashLoopBackOff: x"), {}, State.UNHEALTHY),
    "no image": (current("Waiting", detailStatus="ErrImagePull"), {}, State.UNHEALTHY),
    "still no image": (current("Waiting", detailStatus="ImagePullBackOff"), {}, State.UNHEALTHY),
    "two restarts": ({**current("Waiting"), "restartCount": 2}, {}, State.PENDING),
    "three restarts": ({**current("Waiting"), "restartCount": 3}, {}, State.UNHEALTHY),
    "three restarts of nobody knows what": ({"restartCount": 3}, {}, State.PENDING),
}


@pytest.mark.parametrize("case", JUDGED)
def test_a_container_that_does_not_run(case: str) -> None:
    """That it ended is final only where the restart policy lets it be."""
    view, more, verdict = JUDGED[case]

    assert verdict is only(view, **more).verdict


FAILED = {"name": "Unhealthy", "type": "Warning", "message": "Liveness probe failed"}
RUNNING: dict[str, tuple[Mapping[str, Any], dict[str, Any], State]] = {
    "nothing is asked": (current("Running", startTime=ago(-5)), {"stable_for": 0}, State.HEALTHY),
    "nothing is asked, nothing told": (current("Running"), {"stable_for": 0}, State.HEALTHY),
    "for too short": (current("Running", startTime=ago(9)), {}, State.PENDING),
    "for exactly long enough": (current("Running", startTime=ago(10)), {}, State.HEALTHY),
    "less than a second is asked": (current("Running", startTime=ago(0.7)), {"stable_for": 0.5}, State.HEALTHY),
    "since nobody knows when": (current("Running"), {}, State.PENDING),
    "since nobody knows when, and a probe failed long ago": (
        {**current("Running"), "events": [{**FAILED, "lastTimestamp": ago(99)}]},
        {},
        State.PENDING,
    ),
    "a probe failed just now": (
        {**current("Running", startTime=ago(99)), "events": [{**FAILED, "lastTimestamp": ago(3)}]},
        {},
        State.PENDING,
    ),
    "a probe failed at no time": (
        {**current("Running", startTime=ago(99)), "events": [FAILED]},
        {},
        State.HEALTHY,
    ),
    "something else was told just now": (
        {**current("Running", startTime=ago(99)), "events": [{**FAILED, "name": "x", "lastTimestamp": ago(3)}]},
        {},
        State.HEALTHY,
    ),
}


@pytest.mark.parametrize("case", RUNNING)
def test_a_container_that_runs(case: str) -> None:
    """Healthy once it has run for long enough, without a probe that failed meanwhile."""
    view, more, verdict = RUNNING[case]

    assert verdict is only(view, **more).verdict


PROBES: dict[str, tuple[dict[str, int], float]] = {
    "as Kubernetes has it": ({}, 31),
    "a later start": ({"initialDelaySeconds": 7}, 38),
    "more often": ({"periodSeconds": 4}, 13),
    "less patience": ({"failureThreshold": 1}, 11),
    "slower answers": ({"timeoutSeconds": 5}, 35),
}


@pytest.mark.parametrize("case", PROBES)
def test_a_liveness_probe_is_given_the_time_to_fail(case: str) -> None:
    """A container that never answers would have been killed by then, and not a second earlier."""
    settings, seconds = PROBES[case]
    probe = {"exec": {"command": ["check"]}, **settings}
    verdicts = [
        only(current("Running", startTime=ago(age)), livenessProbe=probe).verdict for age in (seconds - 0.5, seconds)
    ]

    assert [State.PENDING, State.HEALTHY] == verdicts


DESCRIBED: dict[str, tuple[ContainerHealth, str]] = {
    "nothing told": (ContainerHealth("web", State.PENDING), "container web: not started"),
    "ended": (
        ContainerHealth("web", State.UNHEALTHY, state="Terminated", detail="Error", restarts=1, exit_code=0),
        "container web: Terminated, exit code 0, Error, 1 restart",
    ),
    "often": (
        ContainerHealth("first", State.UNHEALTHY, state="Waiting", restarts=2, init=True),
        "init container first: Waiting, 2 restarts",
    ),
    "probes that failed": (
        ContainerHealth(
            "web",
            State.PENDING,
            state="Running",
            events=(
                ContainerEvent("Unhealthy", "Warning", "first", 1, "", ""),
                ContainerEvent("Unhealthy", "Warning", "last", 1, "", ""),
                ContainerEvent("Pulled", "Normal", "pulled", 1, "", ""),
            ),
        ),
        "container web: Running, last",
    ),
}


@pytest.mark.parametrize("case", DESCRIBED)
def test_what_is_said_of_a_container(case: str) -> None:
    """In one line, with the last word of a probe."""
    told, line = DESCRIBED[case]

    assert line == describe_container(told)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2020-09-13T12:26:40Z", NOW), ("2020-09-13T14:26:40+02:00", NOW), ("soon", None), ("", None)],
)
def test_times(text: str, seconds: float | None) -> None:
    """What is no time is none."""
    assert seconds == to_epoch(text)


EVENTS: dict[str, tuple[ContainerEvent, bool, bool, str]] = {
    "a failed probe": (ContainerEvent("Unhealthy", "Warning", "m", 1, "", ""), True, True, "Unhealthy: m"),
    "a warning": (ContainerEvent("BackOff", "Warning", "m", 2, "", ""), False, True, "BackOff (x2): m"),
    "a failure by name": (ContainerEvent("FailedMount", "Normal", "m", 1, "", ""), False, True, "FailedMount: m"),
    "the name of a probe alone": (ContainerEvent("Unhealthy", "Normal", "m", 1, "", ""), False, False, "Unhealthy: m"),
    "nothing bad": (ContainerEvent("Started", "Normal", "m", 1, "", ""), False, False, "Started: m"),
}


@pytest.mark.parametrize("case", EVENTS)
def test_what_an_event_tells(case: str) -> None:
    """Whether a probe failed, whether anything did, and the line for a person."""
    event, probe, failure, text = EVENTS[case]

    assert (probe, failure, text) == (event.failed_probe, event.failure, event.text)


@pytest.mark.parametrize(
    ("verdict", "state", "waits"),
    [(State.PENDING, "Waiting", True), (State.PENDING, "Running", False), (State.UNHEALTHY, "Waiting", False)],
)
def test_which_containers_wait(verdict: State, state: str, waits: bool) -> None:
    """They are to run, and do not yet."""
    assert waits is ContainerHealth("web", verdict, state=state).waits


@pytest.mark.parametrize("raw", [None, {}, {"properties": None}, {"properties": {"instanceView": 3}}])
def test_a_read_without_views_tells_nothing(raw: Any) -> None:
    """A list, for one."""
    assert {} == view_of(raw)


ONE, OTHER = f"sha256:{'1' * 64}", f"sha256:{'a' * 64}"


def pull_event(name: str, image: str, last: str = "2026-01-01T00:00:00Z") -> ContainerEvent:
    """Return an event as Azure writes it."""
    words = {"Pulling": "pulling image", "Pulled": "Successfully pulled image"}.get(name, "Started container")
    return ContainerEvent(name, "Normal", f'{words} "{image}"', 1, last, last)


@pytest.mark.parametrize(
    ("events", "digest"),
    [
        ((), ""),
        ((pull_event("Pulled", "nginx:latest"),), ""),
        ((pull_event("Pulling", f"nginx@{ONE}"),), ONE),
        ((pull_event("Pulled", f"reg.example/shop/web@{ONE}"), pull_event("Started", f"x@{OTHER}")), ONE),
        ((pull_event("Pulled", f"a@{ONE}", "2026-01-02"), pull_event("Pulled", f"a@{OTHER}", "2026-01-01")), ONE),
        ((pull_event("Pulled", f"a@{ONE}", "2026-01-01"), pull_event("Pulling", f"a@{OTHER}", "2026-01-02")), ONE),
        ((pull_event("Pulled", f"a@{ONE}0"),), ""),
    ],
)
def test_the_last_image_that_was_pulled(events: tuple[ContainerEvent, ...], digest: str) -> None:
    """A pull that ended goes before one that only began; what is no digest is none."""
    assert digest == find_pulled_digest(ContainerHealth("web", State.HEALTHY, events=events))


def test_an_event_that_does_not_end_is_as_old_as_its_beginning() -> None:
    """Some have a first time and no last one."""
    early = ContainerEvent("Pulled", "Normal", f"pulled image a@{ONE}", 1, "2026-01-02", "")
    late = ContainerEvent("Pulled", "Normal", f"pulled image a@{OTHER}", 1, "2026-01-01", "2026-01-03")
    later = ContainerEvent("Pulled", "Normal", f"pulled image a@{OTHER}", 1, "2026-01-01", "2026-01-01")

    assert OTHER == find_pulled_digest(ContainerHealth("web", State.HEALTHY, events=(early, late)))
    assert ONE == find_pulled_digest(ContainerHealth("web", State.HEALTHY, events=(later, early)))
