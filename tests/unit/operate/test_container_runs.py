"""Which run of a container Azure shows."""

from __future__ import annotations

from typing import Any

import pytest
from factories import rid

from aci_reconcile.core.model import Resource
from aci_reconcile.operate.container_runs import ContainerRun, read_run

EARLY, LATE = "2026-11-29T10:00:00Z", "2026-11-29T11:00:00Z"
ENDED = {"state": "Terminated", "startTime": EARLY, "exitCode": 3, "finishTime": EARLY, "detailStatus": "Error"}


def make_group(
    current: Any, previous: Any = None, *, policy: str = "", group: str = "", init: bool = False
) -> Resource:
    """Return a live group with one container in this state."""
    view = {"restartCount": 2, "currentState": current} | ({"previousState": previous} if previous else {})
    name = "initContainers" if init else "containers"
    properties: dict[str, Any] = {name: [{"name": "App", "properties": {"instanceView": view}}]}
    properties |= {"restartPolicy": policy} if policy else {}
    properties |= {"instanceView": {"state": group}} if group else {}
    return Resource(rid("web"), {"properties": properties})


def test_a_container_that_runs_after_a_crash() -> None:
    """The run is the present one; how the one before ended is known, too."""
    run = read_run(make_group({"state": "Running", "startTime": LATE}, ENDED), "app")

    assert ContainerRun(LATE, restarts=2, last_exit_code=3, last_detail="Error") == run


def test_between_two_runs() -> None:
    """The log is that of the run that has ended, and another one follows."""
    run = read_run(make_group({"state": "Waiting", "detailStatus": "CrashLoopBackOff"}, ENDED), "app")

    assert run is not None
    assert (EARLY, True, False, 3) == (run.begun, run.over, run.final, run.exit_code)


@pytest.mark.parametrize(
    ("policy", "code", "init", "final"),
    [
        ("", 0, False, False),
        ("Always", 0, False, False),
        ("Always", 0, True, True),
        ("Always", 1, True, False),
        ("OnFailure", 0, False, True),
        ("OnFailure", 1, False, False),
        ("Never", 0, False, True),
        ("Never", 1, False, True),
        ("Never", 1, True, True),
    ],
)
def test_whether_another_run_follows(policy: str, code: int, init: bool, final: bool) -> None:
    """The restart policy says so; init containers end once."""
    run = read_run(make_group({**ENDED, "exitCode": code}, policy=policy, init=init), "app")

    assert run is not None
    assert (True, final, code) == (run.over, run.final, run.exit_code)


def test_a_stopped_group() -> None:
    """Recorded: no start time and no exit code; the run that was stopped is the one before."""
    stopped = {"state": "Terminated", "detailStatus": "Container stopped per client request", "finishTime": LATE}
    run = read_run(make_group(stopped, {"state": "Running", "startTime": EARLY}), "app")

    assert run is not None
    assert (EARLY, True, True, True, None) == (run.begun, run.over, run.final, run.stopped, run.exit_code)


def test_a_container_that_has_not_begun() -> None:
    """Nothing is known; once the group has failed, it never will."""
    assert ContainerRun(restarts=2) == read_run(make_group({"state": "Waiting"}), "app")
    assert ContainerRun(restarts=2, final=True) == read_run(make_group({"state": "Waiting"}, group="Failed"), "app")


def test_what_is_not_there() -> None:
    """No such container; and a server that shows no states at all."""
    bare = Resource(
        rid("web"), {"properties": {"provisioningState": "Succeeded", "containers": [{"name": "a", "properties": {}}]}}
    )

    assert None is read_run(bare, "b")
    assert ContainerRun("unknown") == read_run(bare, "a")


@pytest.mark.parametrize(
    ("before", "after", "skips"),
    [(0, 1, False), (0, 2, True), (3, 4, False), (3, 0, False), (3, 1, True), (0, 0, False)],
)
def test_runs_in_between(before: int, after: int, skips: bool) -> None:
    """Restarts are counted, from 0 again after a restart of the group."""
    assert skips is ContainerRun(LATE, restarts=after).skips(ContainerRun(EARLY, restarts=before))
