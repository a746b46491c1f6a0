"""The difference between a group that runs and one that is stopped."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from factories import container, group, live, make_plan, owned, policy

from aci_reconcile.core import tags
from aci_reconcile.core.model import Lifecycle, Power, Resource
from aci_reconcile.planning.decision import decide
from aci_reconcile.planning.values import Action, Cause, Impact

PUBLIC: dict[str, Any] = {"ipAddress": {"type": "Public", "ip": "20.1.2.3", "ports": [{"port": 80}]}}
PRIVATE: dict[str, Any] = {"ipAddress": {"type": "Private", "ip": "10.0.0.4", "ports": [{"port": 80}]}}


def wanted(power: Power | None, image: str = "nginx:1.27", **more: Any) -> Resource:
    """Return the manifest."""
    return group("web", container(image=image), lifecycle=Lifecycle(power=power), **more)


def seen(state: str, **more: Any) -> Resource:
    """Return the live group in a state of its instance view; `list` is the entry of a list, which has none."""
    there = owned(wanted(None, **more))
    properties = {name: value for name, value in there.properties.items() if name != "instanceView"}
    if state != "list":
        properties["instanceView"] = {"state": state, "events": []}
    return replace(there, body={**there.body, "properties": properties})


@pytest.mark.parametrize(("power", "state", "impact"), [
    (None, "Stopped", Impact.NONE),
    (None, "Running", Impact.NONE),
    (Power.RUNNING, "Running", Impact.NONE),
    (Power.RUNNING, "Pending", Impact.NONE),
    (Power.RUNNING, "Stopped", Impact.START),
    (Power.RUNNING, "stopped", Impact.START),
    (Power.RUNNING, "Succeeded", Impact.NONE),
    (Power.RUNNING, "Failed", Impact.NONE),
    (Power.STOPPED, "Running", Impact.STOP),
    (Power.STOPPED, "Pending", Impact.STOP),
    (Power.STOPPED, "Stopped", Impact.NONE),
    (Power.STOPPED, "Succeeded", Impact.NONE),
    (Power.STOPPED, "Failed", Impact.NONE),
    (Power.RUNNING, "list", Impact.NONE),
    (Power.STOPPED, "list", Impact.NONE),
])  # fmt: skip
def test_power_alone(power: Power | None, state: str, impact: Impact) -> None:
    """It concerns stopped groups, never those that have ended, and no list tells."""
    change = decide(wanted(power), seen(state), policy())

    assert (Action.UPDATE if impact else Action.NO_OP, impact) == (change.action, change.impact)
    assert ["lifecycle.power"] * bool(impact) == [each.path for each in change.fields]
    assert not change.sends_body


@pytest.mark.parametrize(("address", "loses"), [(PUBLIC, ("new IP",)), (PRIVATE, ()), ({}, ())])
def test_a_start_may_bring_another_address(address: dict[str, Any], loses: tuple[str, ...]) -> None:
    """But for one that the manifest pins; a stop loses none."""
    assert loses == decide(wanted(Power.RUNNING, **address), seen("Stopped", **address), policy()).loses
    assert () == decide(wanted(Power.STOPPED, **address), seen("Running", **address), policy()).loses


def test_a_private_address_that_nobody_pins_may_be_another_one() -> None:
    """Azure gives it out anew."""
    loose: dict[str, Any] = {"ipAddress": {"type": "Private", "ports": [{"port": 80}]}}

    assert ("new IP",) == decide(wanted(Power.RUNNING, **loose), seen("Stopped", **PRIVATE), policy()).loses


@pytest.mark.parametrize("power", list(Power))
@pytest.mark.parametrize("state", ["Running", "Stopped"])
def test_with_other_fields_it_is_one_more_difference(power: Power, state: str) -> None:
    """The write of the body is what it costs."""
    change = decide(wanted(power, image="nginx:2"), seen(state), policy())
    differs = power.value != state.lower()

    assert (Action.UPDATE, Impact.RESTART, power) == (change.action, change.impact, change.power)
    assert [*["containers[web].image"], *["lifecycle.power"] * differs] == [each.path for each in change.fields]


def test_with_tags_it_costs_what_the_power_costs() -> None:
    """Both are written, and neither needs the body."""
    change = decide(wanted(Power.STOPPED, tags={"team": "shop"}), seen("Running"), policy())

    assert (Action.UPDATE, Impact.STOP) == (change.action, change.impact)
    assert ["tags.team", "lifecycle.power"] == [each.path for each in change.fields]


def test_a_group_without_an_owner_is_adopted() -> None:
    """And started."""
    there = seen("Stopped")
    bare = {name: value for name, value in there.tags.items() if not tags.is_ours(name)}
    change = decide(wanted(Power.RUNNING), replace(there, body={**there.body, "tags": bare}), policy(adopt=True))

    assert (Action.ADOPT, Impact.START) == (change.action, change.impact)


def test_what_azure_did_not_take_is_left_as_it_is() -> None:
    """Only the power is written, and the next plan says again what is stuck."""
    desired = wanted(Power.STOPPED, image="nginx:2")
    there = seen("Running")
    digest = tags.digest_desired(desired.body)
    refused = tags.make_refusal(there.body, desired.body, digest, written=True)
    there = replace(there, body={**there.body, "tags": {**there.tags, tags.APPLIED: str(refused)}})
    change = decide(desired, there, policy())

    assert (Action.UPDATE, Impact.STOP, False) == (change.action, change.impact, change.stuck)
    assert ["lifecycle.power"] == [each.path for each in change.fields]


def test_nobody_knows_who_stopped_a_group() -> None:
    """Neither Git nor Azure is blamed, whatever else differs."""
    change = decide(wanted(Power.RUNNING, image="nginx:2"), seen("Stopped"), policy())
    both = replace(change, cause=Cause.AZURE)

    assert [Cause.AZURE, Cause.UNKNOWN] == [both.find_cause(each) for each in both.fields]


def test_a_new_group_remembers_what_it_is_to_be() -> None:
    """It is created, and then stopped."""
    change = decide(wanted(Power.STOPPED), None, policy())

    assert (Action.CREATE, True) == (change.action, change.keeps_stopped)


def test_a_released_group_is_left_alone() -> None:
    """Whatever its manifest says besides."""
    desired = replace(wanted(None), lifecycle=Lifecycle(detach=True, power=Power.RUNNING))

    assert Action.NO_OP is decide(desired, live(wanted(None), state="Running"), policy()).action


@pytest.mark.parametrize(("most", "blocked"), [(1, False), (0, True)])
def test_a_stop_counts_as_a_restart(most: int, blocked: bool) -> None:
    """Whoever limits restarts does not want more groups down at once."""
    plan = make_plan([wanted(Power.STOPPED)], [seen("Running")], policy(max_restarts=most))

    assert ["1 group would restart or stop; the limit is 0"] * blocked == [each.reason for each in plan.blockers]


def test_the_plan_says_nothing_of_the_condition_twice() -> None:
    """A notice about a stopped group is for manifests that say nothing."""
    for power, notices in ((None, 1), (Power.RUNNING, 0), (Power.STOPPED, 0)):
        plan = make_plan([wanted(power)], [seen("Stopped")], policy())
        assert notices == len(plan.notices)
