"""What a drift check says of run states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from factories import FakeClock, group, owned, policy

from aci_reconcile.app.plan_checks import find_drift
from aci_reconcile.findings import Kind
from aci_reconcile.planning import plan
from aci_reconcile.planning.observation import Observation

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource

STARTED = "2023-11-14T22:13:20Z"
"""When the clock begins."""


def running(restarts: int) -> Resource:
    """Return a group whose container has just begun to run, after so many restarts."""
    live = owned(group("web"), startTime=STARTED)
    (container,) = cast("list[dict[str, Any]]", live.properties["containers"])
    container["properties"]["instanceView"]["restartCount"] = restarts
    return live


@pytest.mark.parametrize(("restarts", "age", "kinds"), [
    (0, 2, []),
    (1, 2, [Kind.UNHEALTHY]),
    (50, 2, [Kind.RESTARTING]),
    (50, 60, []),
])  # fmt: skip
def test_a_container_that_crashes_is_not_well_in_the_moments_in_between(
    restarts: int, age: float, kinds: list[Kind]
) -> None:
    """One that has only just begun is no finding."""
    clock = FakeClock()
    clock.sleep(age)
    found = find_drift(plan([group("web")], Observation((running(restarts),)), policy()), clock)

    assert kinds == [each.kind for each in found.findings if each.kind in {Kind.UNHEALTHY, Kind.RESTARTING}]
