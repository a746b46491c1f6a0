"""What is said of groups beside what differs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from factories import container, group, owned, rid

from aci_reconcile.core.model import Lifecycle, Resource, Schedule
from aci_reconcile.planning import Action, Change, Impact, Notice
from aci_reconcile.planning.notices import note_conditions

STOPPED = {"instanceView": {"state": "Stopped", "events": []}}
WAITING = container("late", instanceView={"currentState": {"state": "Waiting", "detailStatus": "slow"}})
MOUNT = {"name": "FailedMount", "type": "Warning", "message": "no share", "count": 2}


def change(action: Action, impact: Impact, **properties: Any) -> Change:
    """Return a change of a live group with these properties."""
    there = owned(group())
    seen = Resource(rid(), {**there.body, "properties": {**there.properties, **properties}})
    return Change(rid(), action, impact, seen, group())


TOLD: dict[str, tuple[Change, str]] = {
    "stopped": (change(Action.NO_OP, Impact.NONE, **STOPPED), "is stopped; an apply does not start it"),
    "stopped, and only its tags are written": (
        change(Action.UPDATE, Impact.TAGS_ONLY, **STOPPED),
        "is stopped; an apply does not start it",
    ),
    "stopped, and written": (change(Action.UPDATE, Impact.RESTART, **STOPPED), "is stopped; this write starts it"),
    "in transition": (change(Action.NO_OP, Impact.NONE, provisioningState="Updating"), "is Updating in Azure"),
    "in transition, with something to say": (
        change(
            Action.NO_OP,
            Impact.NONE,
            provisioningState="Creating",
            containers=[WAITING],
            instanceView={"state": "Pending", "events": [MOUNT]},
        ),
        "is Creating in Azure: FailedMount (x2): no share; container late: Waiting, slow",
    ),
}


@pytest.mark.parametrize("case", TOLD)
def test_a_group_that_is_not_quite_there_is_told(case: str) -> None:
    """Whether the write helps, and what Azure says of it."""
    seen, message = TOLD[case]

    assert [Notice("condition", "rg-shop/web", message)] == list(note_conditions([seen]))


@pytest.mark.parametrize("impact", [Impact.TAGS_ONLY, Impact.RESTART])
def test_a_group_with_a_schedule_is_stopped_at_times(impact: Impact) -> None:
    """Only a write that starts it is worth a word: nobody here knows what time it is."""
    scheduled = group(lifecycle=Lifecycle(schedule=Schedule("0 7 * * *", "0 19 * * *", "UTC")))
    seen = replace(change(Action.UPDATE, impact, **STOPPED), after=scheduled)

    assert ["is stopped; this write starts it"] * (impact is Impact.RESTART) == [
        each.message for each in note_conditions([seen])
    ]


def test_a_list_tells_nothing_of_containers() -> None:
    """What is not seen is not said."""
    listed = change(Action.NO_OP, Impact.NONE, provisioningState="Creating", containers=[container("late")])
    assert listed.before is not None
    properties = {name: each for name, each in listed.before.properties.items() if name != "instanceView"}
    before = Resource(rid(), {**listed.before.body, "properties": properties})

    assert ["is Creating in Azure"] == [
        each.message for each in note_conditions([Change(rid(), Action.NO_OP, before=before, after=group())])
    ]


def test_nothing_is_said_of_a_group_that_runs_or_is_not_there() -> None:
    """Silence is good news."""
    made = Change(rid(), Action.CREATE, after=group())

    assert [] == list(note_conditions([change(Action.NO_OP, Impact.NONE), made]))
