"""Whether a group is up, from what its instance view says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from factories import body, container

from aci_reconcile.core.health import (
    ContainerEvent,
    ContainerHealth,
    Health,
    State,
    assess,
    describe_condition,
    has_ended,
    read_power,
)
from aci_reconcile.core.model import Power

NOW = 1_600_000_000.0


def seen(
    *views: dict[str, Any],
    state: str = "Running",
    provisioning: str = "Succeeded",
    policy: str = "Always",
    init: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a live body whose containers have these views."""
    containers = [container(f"c{n}", instanceView=view) for n, view in enumerate(views)]
    first = [{"name": "i", "properties": {"instanceView": init}}] if init else []
    return body(
        *containers,
        initContainers=first,
        provisioningState=provisioning,
        restartPolicy=policy,
        instanceView={"state": state, "events": []},
    )


def running(since: str = "2020-01-01T00:00:00Z", restarts: int = 0) -> dict[str, Any]:
    """Return the view of a running container."""
    return {"restartCount": restarts, "currentState": {"state": "Running", "startTime": since}}


def ago(seconds: float) -> str:
    """Return a moment so many seconds ago, as Azure writes it."""
    return datetime.fromtimestamp(NOW - seconds, UTC).isoformat()


def ended(code: int, restarts: int = 0, detail: str = "Completed") -> dict[str, Any]:
    """Return the view of a container that ended."""
    return {"restartCount": restarts, "currentState": {"state": "Terminated", "exitCode": code, "detailStatus": detail}}


def backing_off(restarts: int = 1) -> dict[str, Any]:
    """Return the view of a container in a crash loop, as recorded."""
    detail = "CrashLoopBackOff: Back-off restarting failed"
    return {"restartCount": restarts, "currentState": {"state": "Waiting", "detailStatus": detail}}


VERDICTS = {
    "running": (seen(running()), State.HEALTHY),
    "running since just now": (seen(running("2020-09-13T12:26:39Z")), State.PENDING),
    "running for long enough": (seen(running("2020-09-13T12:26:30Z")), State.HEALTHY),
    "running after restarts": (seen(running(restarts=9)), State.HEALTHY),
    "one of two waiting": (seen(running(), {"currentState": {"state": "Waiting"}}), State.PENDING),
    "crash loop": (seen(running(), backing_off()), State.UNHEALTHY),
    "image cannot be pulled": (
        seen({"currentState": {"state": "Waiting", "detailStatus": "ImagePullBackOff"}}),
        State.UNHEALTHY,
    ),
    "task done": (seen(ended(0), state="Succeeded", policy="Never"), State.FINISHED),
    "task done beside a server": (seen(ended(0), running(), policy="OnFailure"), State.HEALTHY),
    "task failed": (seen(ended(2), state="Failed", policy="Never"), State.UNHEALTHY),
    "task to be retried": (seen(ended(2), policy="OnFailure"), State.PENDING),
    "task that keeps failing": (seen(ended(2, restarts=3), policy="OnFailure"), State.UNHEALTHY),
    "server that ended": (seen(ended(0), policy="Always"), State.PENDING),
    "stopped": (seen(ended(0, detail="Container stopped per client request"), state="Stopped"), State.STOPPED),
    "provisioning failed": (seen({}, state="", provisioning="Failed"), State.UNHEALTHY),
    "still creating": (seen({}, state="", provisioning="Creating"), State.PENDING),
    "nothing told": (body(provisioningState="Succeeded"), State.UNKNOWN),
    "Azure calls it unhealthy": (seen(running(), provisioning="Unhealthy"), State.UNHEALTHY),
    "provisioning was canceled": (seen(running(), provisioning="Canceled"), State.UNHEALTHY),
    "being repaired": (seen(running(), provisioning="Repairing"), State.PENDING),
    "being updated while it runs": (seen(running(), provisioning="Updating"), State.PENDING),
    "a state that nobody knows": (seen(running(), provisioning="NotAccessible"), State.PENDING),
    "init container crashing in Creating": (
        seen({}, init=backing_off(3), provisioning="Creating", state="Pending"),
        State.UNHEALTHY,
    ),
    "init container failed": (seen({}, init=ended(1), policy="Never", state="Pending"), State.UNHEALTHY),
    "init container done": (seen(running(), init=ended(0)), State.HEALTHY),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_the_verdict(case: str) -> None:
    """Ten seconds of running are asked for."""
    told, verdict = VERDICTS[case]
    health = assess(told, now=NOW, stable_for=10)

    assert verdict is health.state
    assert bool(health.reasons) is (verdict not in {State.HEALTHY, State.FINISHED, State.PENDING}) or (
        verdict is State.PENDING
    )


def test_reasons_are_azures_words() -> None:
    """Container, state, exit code, detail, restarts."""
    assert ("container c0: Waiting, CrashLoopBackOff: Back-off restarting failed, 1 restart",) == (
        assess(seen(backing_off())).reasons
    )


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (seen(ended(0), state="Succeeded", policy="Never"), "Succeeded"),
        (seen(ended(1), state="Failed", policy="Never"), "Failed"),
        (seen(ended(0), running(), state="Running"), ""),
        (seen(ended(0, detail="Container stopped per client request"), state="Stopped"), ""),
        (seen(backing_off(), state="Failed"), ""),
    ],
)
def test_when_a_group_has_ended_for_good(told: dict[str, Any], state: str) -> None:
    """Azure updates no such group."""
    assert state == has_ended(told)


def probed(seconds: int, *events: dict[str, Any], **probe: int) -> State:
    """Judge a container with a liveness probe that has been running for so many seconds."""
    told = seen({**running(), "currentState": {"state": "Running", "startTime": ago(seconds)}, "events": list(events)})
    told["properties"]["containers"][0]["properties"]["livenessProbe"] = {"exec": {"command": ["check"]}, **probe}
    return assess(told, now=NOW, stable_for=10).state


@pytest.mark.parametrize(
    ("seconds", "probe", "state"),
    [
        (30, {}, State.PENDING),
        (32, {}, State.HEALTHY),
        (32, {"initialDelaySeconds": 5}, State.PENDING),
        (12, {"periodSeconds": 1}, State.HEALTHY),
        (9, {"periodSeconds": 1, "failureThreshold": 1}, State.PENDING),
    ],
)
def test_a_liveness_probe_is_given_the_time_to_fail(seconds: int, probe: dict[str, int], state: State) -> None:
    """Before that nobody knows; and never less than what was asked for."""
    assert state is probed(seconds, **probe)


@pytest.mark.parametrize(("seconds", "state"), [(5, State.PENDING), (40, State.HEALTHY)])
def test_a_probe_that_failed_a_moment_ago_is_no_good_sign(seconds: int, state: State) -> None:
    """The container runs, and is not well; once the probe has been silent for long enough it is."""
    event = {"name": "Unhealthy", "type": "Warning", "message": "Liveness probe failed", "lastTimestamp": ago(seconds)}

    assert state is probed(100, event)


def test_a_failed_probe_is_told() -> None:
    """In Azure's words."""
    event = {"name": "Unhealthy", "type": "Warning", "message": "Readiness probe failed", "lastTimestamp": ago(1)}
    told = seen({**running(), "events": [event]})

    assert ("container c0: Running, Readiness probe failed",) == assess(told, now=NOW, stable_for=10).reasons


def mounting(*events: dict[str, Any], view: dict[str, Any] | None = None, provisioning: str = "Creating") -> Any:
    """Return a live body of a group with these events of its own."""
    told = seen(view or {"currentState": {"state": "Waiting"}}, state="Pending", provisioning=provisioning)
    told["properties"]["instanceView"]["events"] = list(events)
    return told


def failure(seconds: float, count: int = 1, kind: str = "Warning") -> dict[str, Any]:
    """Return the event of a share that could not be mounted, so many seconds ago."""
    return {
        "name": "FailedMountAzureFileVolume",
        "type": kind,
        "message": "Failed to mount Azure File Volume.",
        "count": count,
        "firstTimestamp": ago(seconds),
        "lastTimestamp": ago(seconds),
    }


def begun(seconds: float) -> dict[str, Any]:
    """Return the view of a container whose image is being pulled since then."""
    event = {"name": "Pulling", "type": "Normal", "message": "pulling", "lastTimestamp": ago(seconds)}
    return {"currentState": {"state": "Waiting"}, "events": [event]}


MOUNTS = {
    "once, just now": (mounting(failure(5)), State.PENDING),
    "once, a while ago": (mounting(failure(70)), State.UNHEALTHY),
    "again and again": (mounting(failure(5, count=3)), State.UNHEALTHY),
    "several, once each": (mounting(failure(9), failure(7), failure(5)), State.UNHEALTHY),
    "of type Normal, as in the example": (mounting(failure(5, count=3, kind="Normal")), State.UNHEALTHY),
    "in an earlier run": (mounting(failure(70, count=9), view=begun(20)), State.PENDING),
    "before it ran at last": (mounting(failure(70, count=9), view=running(), provisioning="Succeeded"), State.HEALTHY),
    "after provisioning was called done": (mounting(failure(70), provisioning="Succeeded"), State.UNHEALTHY),
    "something else": (mounting({**failure(70), "name": "Sandbox", "type": "Normal"}), State.PENDING),
}


@pytest.mark.parametrize("case", MOUNTS)
def test_a_share_that_cannot_be_mounted(case: str) -> None:
    """It may be there a moment later; where it fails on, the containers wait for ever and say nothing of it."""
    told, verdict = MOUNTS[case]

    assert verdict is assess(told, now=NOW, stable_for=10).state


def test_events_of_the_group_are_told_with_its_state() -> None:
    """In Azure's words, the group's own reasons first."""
    health = assess(mounting(failure(5, count=4)), now=NOW)

    assert ("Azure calls it Creating", "FailedMountAzureFileVolume (x4): Failed to mount Azure File Volume.") == (
        health.reasons
    )
    assert [("FailedMountAzureFileVolume", 4)] == [(each.name, each.count) for each in health.events]


def test_an_init_container_is_called_one() -> None:
    """Its name may be a container's as well."""
    health = assess(seen({}, init=backing_off(3), provisioning="Creating", state="Pending"))

    assert "init container i: Waiting, CrashLoopBackOff: Back-off restarting failed, 3 restarts" == health.reasons[1]


CONDITIONS: dict[str, tuple[dict[str, Any], str]] = {
    "running": (seen(running()), ""),
    "stopped": (seen(ended(0), state="Stopped"), "stopped"),
    "stopped while it is updated": (seen(ended(0), state="Stopped", provisioning="Updating"), "Updating"),
    "in transition": (seen({}, provisioning="Creating"), "Creating"),
    "unhealthy": (seen(running(), provisioning="Unhealthy"), "Unhealthy"),
    "from a list": (body(provisioningState="Succeeded"), ""),
}


@pytest.mark.parametrize("case", CONDITIONS)
def test_what_is_said_of_a_group_that_is_as_declared(case: str) -> None:
    """Nothing where it is provisioned and was not stopped."""
    told, word = CONDITIONS[case]

    assert word == describe_condition(told)


POWERS = {
    "runs": (seen(running(), state="Running"), Power.RUNNING),
    "not up yet": (seen({}, state="Pending"), Power.RUNNING),
    "stopped": (seen(ended(0), state="Stopped"), Power.STOPPED),
    "in another spelling": (seen(ended(0), state="stopped"), Power.STOPPED),
    "ended well": (seen(ended(0), state="Succeeded"), None),
    "ended badly": (seen(ended(1), state="Failed"), None),
    "coming up": (body(provisioningState="Creating"), Power.RUNNING),
    "from a list": (body(provisioningState="Succeeded"), None),
}


@pytest.mark.parametrize("case", POWERS)
def test_whether_a_group_runs_or_is_stopped(case: str) -> None:
    """Neither, where it has ended by itself."""
    told, power = POWERS[case]

    assert power is read_power(told)


def test_everything_that_was_judged_is_kept() -> None:
    """The verdict, Azure's words about the group and its containers, and which reasons are whose."""
    told = mounting(failure(5, count=4))
    health = assess(told, now=NOW)
    event = ContainerEvent(
        "FailedMountAzureFileVolume", "Warning", "Failed to mount Azure File Volume.", 4, ago(5), ago(5)
    )
    waiting = ContainerHealth("c0", State.PENDING, state="Waiting", image="nginx:1.27")
    of_group = ("Azure calls it Creating", "FailedMountAzureFileVolume (x4): Failed to mount Azure File Volume.")

    assert Health(State.UNHEALTHY, "Creating", "Pending", (waiting,), of_group, (event,), of_group) == health


REASONS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "healthy": (seen(running()), ()),
    "stopped": (
        seen(ended(0, detail="Container stopped per client request"), state="Stopped"),
        ("the group is stopped",),
    ),
    "nothing told": (body(provisioningState="Succeeded"), ("Azure tells no state of its containers",)),
    "only the group's state is told": (
        body(provisioningState="Succeeded", instanceView={"state": "Stopped"}),
        ("the group is stopped",),
    ),
    "provisioning failed": (
        seen(running(), provisioning="Failed"),
        ("provisioning failed",),
    ),
    "unhealthy by Azure's word": (seen(running(), provisioning="Unhealthy"), ("Azure calls it Unhealthy",)),
    "ended, and is to start again": (
        seen(ended(0)),
        ("container c0: Terminated, exit code 0, Completed",),
    ),
    "only those that are as bad as the whole": (
        seen({"currentState": {"state": "Waiting"}}, backing_off(3)),
        ("container c1: Waiting, CrashLoopBackOff: Back-off restarting failed, 3 restarts",),
    ),
}


@pytest.mark.parametrize("case", REASONS)
def test_why(case: str) -> None:
    """Whole sentences, in the order in which they help."""
    told, reasons = REASONS[case]

    assert reasons == assess(told, now=NOW, stable_for=10).reasons


def test_a_state_of_the_group_alone_says_that_it_has_begun() -> None:
    """Its containers are not known to be anything, and are waited for."""
    assert State.PENDING is assess(seen({}, state="Pending")).state
    assert State.UNKNOWN is assess(seen({}, state="")).state


def test_without_a_restart_policy_a_server_is_meant() -> None:
    """As Azure takes it: a container that ended starts again, and an init container does not."""
    told = seen(ended(0), init=ended(0))
    del told["properties"]["restartPolicy"]

    assert [State.FINISHED, State.PENDING] == [each.verdict for each in assess(told).containers]


def test_nothing_is_asked_of_the_time_unless_somebody_asks() -> None:
    """A container that has only just begun is running."""
    assert State.HEALTHY is assess(seen(running("1970-01-01T00:00:00Z")), now=0).state
    assert State.HEALTHY is assess(seen(running("2970-01-01T00:00:00Z"))).state
    assert State.PENDING is assess(seen(running("1969-12-31T23:59:50.500000Z")), stable_for=10).state


AGES: dict[str, tuple[Any, State]] = {
    "exactly a while ago": (mounting(failure(60)), State.PENDING),
    "a moment longer": (mounting(failure(60.5)), State.UNHEALTHY),
    "at the beginning of time": (mounting({**failure(5), "lastTimestamp": "1970-01-01T00:00:01Z"}), State.UNHEALTHY),
    "at no time": (mounting({**failure(5), "lastTimestamp": "soon"}), State.PENDING),
    "at no time, often": (mounting({**failure(5, count=3), "lastTimestamp": "soon"}), State.UNHEALTHY),
    "when something began, too": (mounting(failure(70), view=begun(70)), State.UNHEALTHY),
    "and something began at no time": (
        mounting(
            {**failure(5, count=3), "lastTimestamp": "soon"},
            view={"currentState": {"state": "Waiting"}, "events": [{"name": "Pulling", "lastTimestamp": "later"}]},
        ),
        State.UNHEALTHY,
    ),
}


@pytest.mark.parametrize("case", AGES)
def test_how_old_a_failure_of_the_group_is(case: str) -> None:
    """More than a minute, with nothing begun since; a time that is none proves nothing."""
    told, verdict = AGES[case]

    assert verdict is assess(told, now=NOW).state


@pytest.mark.parametrize(
    ("state", "settled", "provisioned"),
    [("Succeeded", True, True), ("Failed", True, False), ("Creating", False, False), ("", True, True)],
)
def test_what_a_verdict_says_of_provisioning(state: str, settled: bool, provisioned: bool) -> None:
    """Whether Azure has done with the group, and whether it became what was asked for."""
    health = Health(State.PENDING, state)

    assert (settled, provisioned) == (health.settled, health.provisioned)


@pytest.mark.parametrize("state", State)
def test_what_is_good(state: State) -> None:
    """Nothing is wrong, and nothing is to be waited for."""
    assert Health(state).good is (state in {State.HEALTHY, State.FINISHED})
