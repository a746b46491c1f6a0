"""Which state a group can be waited for, whether it is there, and whether it ever can be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeClock, container, group, live

from aci_reconcile.operate.goals import Goal, judge_progress

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource

NOW = FakeClock().time


def seen(policy: str = "Always", *, stopped: bool = False, provisioning: str = "Succeeded", **current: Any) -> Resource:
    """Return a live group whose container is in a state."""
    there = live(group("web", container(), restartPolicy=policy), **current)
    view = {"state": "Stopped", "events": []} if stopped else there.properties["instanceView"]
    properties = {**there.properties, "instanceView": view, "provisioningState": provisioning}
    return replace(there, body={**there.body, "properties": properties})


RUNS, GONE = seen(), None
ENDED: dict[str, Any] = {"state": "Terminated", "exitCode": 0, "detailStatus": "Completed"}
FAILS: dict[str, Any] = {"state": "Terminated", "exitCode": 1, "detailStatus": "Error"}
DONE, BROKEN = seen("Never", **ENDED), seen("Never", **FAILS)
ASLEEP, COMING = seen(stopped=True), seen(state="Waiting", provisioning="Creating")
FAILED, TASK = seen(provisioning="Failed"), seen("OnFailure")
LOOPS = seen(state="Waiting", detailStatus="CrashLoopBackOff: Back-off")


@pytest.mark.parametrize(("goal", "there", "reached", "hopeless"), [
    ("healthy", RUNS, True, False),
    ("healthy", DONE, True, False),
    ("healthy", COMING, False, False),
    ("healthy", LOOPS, False, False),
    ("healthy", ASLEEP, False, True),
    ("healthy", BROKEN, False, True),
    ("healthy", FAILED, False, True),
    ("healthy", GONE, False, True),
    ("running", RUNS, True, False),
    ("running", COMING, False, False),
    ("running", LOOPS, False, False),
    ("running", DONE, False, True),
    ("running", ASLEEP, False, True),
    ("running", GONE, False, True),
    ("succeeded", DONE, True, False),
    ("succeeded", TASK, False, False),
    ("succeeded", RUNS, False, True),
    ("succeeded", BROKEN, False, True),
    ("succeeded", ASLEEP, False, True),
    ("stopped", ASLEEP, True, False),
    ("stopped", RUNS, False, False),
    ("stopped", DONE, False, True),
    ("stopped", BROKEN, False, True),
    ("stopped", GONE, False, True),
    ("deleted", GONE, True, False),
    ("deleted", RUNS, False, False),
    ("deleted", DONE, False, False),
])  # fmt: skip
def test_each_state_of_each_group(goal: str, there: Resource | None, reached: bool, hopeless: bool) -> None:
    """It is there, may come, or never comes by itself."""
    found = judge_progress(Goal(goal), there, now=NOW)

    assert (reached, hopeless) == (found.reached, found.hopeless)
    assert found.text


def test_running_for_a_moment_is_not_healthy_yet() -> None:
    """But it is running."""
    just = seen(startTime="2023-11-14T22:13:15Z")  # five seconds before
    healthy, running = (judge_progress(goal, just, now=NOW, stable_for=10) for goal in (Goal.HEALTHY, Goal.RUNNING))

    assert (False, "is running, and not for long enough yet") == (healthy.reached, healthy.text)
    assert running.reached
    assert judge_progress(Goal.HEALTHY, just, now=NOW + 6, stable_for=10).reached


@pytest.mark.parametrize(("goal", "there", "text", "hint"), [
    ("healthy", ASLEEP, "is stopped, and does not start by itself", "`aci-reconcile start rg-shop/web` starts it"),
    ("running", DONE, "has ended (Succeeded)", "`aci-reconcile start rg-shop/web` runs it again"),
    ("succeeded", RUNS, "never ends: its restart policy is Always", "declare restartPolicy: OnFailure or Never"),
    ("stopped", BROKEN, "has ended (Failed), so nothing stops it", ""),
    ("healthy", GONE, "does not exist", ""),
])  # fmt: skip
def test_what_never_comes_says_why(goal: str, there: Resource | None, text: str, hint: str) -> None:
    """And what helps."""
    found = judge_progress(Goal(goal), there, now=NOW)

    assert (text, hint) == (found.text, found.hint)
