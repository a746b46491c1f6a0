"""A plan to restart, stop or start what somebody names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from factories import OWNER, group, live, owned, policy

from aci_reconcile.core import tags
from aci_reconcile.core.model import Lifecycle, Power, Resource, Schedule
from aci_reconcile.planning.power_plan import PowerVerb, is_list_enough, plan_power
from aci_reconcile.planning.values import Action, Impact, Plan

TASK: dict[str, Any] = {"restartPolicy": "Never"}
PUBLIC: dict[str, Any] = {"ipAddress": {"type": "Public", "ip": "20.1.2.3", "ports": [{"port": 80}]}}


def seen(name: str = "web", state: str = "Running", provisioning: str = "Succeeded", **more: Any) -> Resource:
    """Return a live group of ours in a state."""
    ended = {"state": "Terminated", "exitCode": int(state == "Failed")} if state in {"Succeeded", "Failed"} else {}
    there = owned(group(name, **(TASK if ended else {}), **more), **ended)
    view = {"state": state, "events": []}
    properties = {**there.properties, "instanceView": view, "provisioningState": provisioning}
    return replace(there, body={**there.body, "properties": properties})


def make(verb: str, *groups: Resource, declared: tuple[Resource, ...] = (), **rules: Any) -> Plan:
    """Return the plan."""
    any_owner = rules.pop("any_owner", False)
    manifests = {each.id.key: each for each in declared}
    return plan_power(PowerVerb(verb), groups, manifests, policy(**rules), any_owner=any_owner)


@pytest.mark.parametrize(("verb", "state", "impact", "reason"), [
    ("restart", "Running", Impact.REBOOT, ""),
    ("restart", "Pending", Impact.REBOOT, ""),
    ("restart", "Stopped", Impact.START, "is stopped, so it is started"),
    ("restart", "Succeeded", Impact.START, "has ended (Succeeded), so it is started"),
    ("restart", "Failed", Impact.START, "has ended (Failed), so it is started"),
    ("stop", "Running", Impact.STOP, ""),
    ("stop", "Pending", Impact.STOP, ""),
    ("stop", "Stopped", Impact.NONE, "is stopped already"),
    ("stop", "Succeeded", Impact.NONE, "has ended already (Succeeded)"),
    ("start", "Running", Impact.NONE, "runs already"),
    ("start", "Stopped", Impact.START, ""),
    ("start", "Succeeded", Impact.START, ""),
    ("start", "Failed", Impact.START, ""),
])  # fmt: skip
def test_what_happens_in_each_state(verb: str, state: str, impact: Impact, reason: str) -> None:
    """Azure refuses to restart what is stopped, and stops nothing that has ended."""
    (change,) = make(verb, seen(state=state)).changes

    assert (Action.UPDATE if impact else Action.NO_OP, impact) == (change.action, change.impact)
    assert ((reason,) if reason else ()) == change.reasons
    assert (Power.STOPPED if verb == "stop" else Power.RUNNING) is change.power


@pytest.mark.parametrize(("enough", "verb", "provisioning", "more"), [
    (True, "restart", "Succeeded", {}),
    (True, "restart", "Succeeded", {"restartPolicy": "Always"}),
    (False, "restart", "Succeeded", {"restartPolicy": "OnFailure"}),
    (False, "restart", "Succeeded", TASK),
    (False, "restart", "Failed", {}),
    (False, "restart", "Updating", {}),
    (False, "restart", "Succeeded", {"subnetIds": [{"id": "/subnets/a"}]}),
    (False, "restart", "Succeeded", {"containerGroupProfile": {"id": "/profiles/a"}}),
    (False, "stop", "Succeeded", {}),
    (False, "start", "Succeeded", {}),
])  # fmt: skip
def test_when_a_list_is_enough(enough: bool, verb: str, provisioning: str, more: dict[str, Any]) -> None:
    """Only where a group either runs or is stopped, and a wrong guess does no harm."""
    listed = seen(provisioning=provisioning, **more)

    assert enough is is_list_enough(PowerVerb(verb), listed)


def test_a_start_of_one_in_transition_waits_for_it() -> None:
    """A start would be refused; a restart and a stop are tried until Azure takes them."""
    there = seen(state="Pending", provisioning="Creating")

    assert ("is being started already",) == make("start", there).changes[0].reasons
    assert [True, True] == [make(verb, there).changes[0].writes for verb in ("restart", "stop")]


@pytest.mark.parametrize(("verb", "state", "loses"), [
    ("restart", "Running", ("new IP",)),
    ("start", "Stopped", ("new IP",)),
    ("start", "Running", ()),
    ("stop", "Running", ()),
])  # fmt: skip
def test_what_it_costs(verb: str, state: str, loses: tuple[str, ...]) -> None:
    """The address changes with a start and a restart (recorded)."""
    assert loses == make(verb, seen(state=state, **PUBLIC)).changes[0].loses


def test_a_group_of_another_owner_is_left_alone() -> None:
    """Unless it is meant; nobody's group, and one of an NGroup likewise."""
    foreign = live(group(), tags={tags.OWNER: "billing"})
    member = owned(group())
    member = replace(member, body={**member.body, "properties": {**member.properties, "orchestratorId": "/x"}})

    assert [("owner", "--any-owner")] == [(each.code, each.release) for each in make("restart", foreign).blockers]
    assert [("member", "--any-owner")] == [(each.code, each.release) for each in make("restart", member).blockers]
    assert () == make("restart", foreign, member, any_owner=True).blockers
    assert () == make("restart", live(group())).blockers


def test_the_project_may_forbid_every_write() -> None:
    """Observe mode and freezes hold it back, also where any owner is meant; nothing to do is not held back."""
    rules: dict[str, Any] = {"observe": True, "frozen": "christmas", "any_owner": True}

    assert ["observe", "freeze"] == [each.code for each in make("restart", seen(), **rules).blockers]
    assert () == make("start", seen(), **rules).blockers
    assert ["observe"] == [each.code for each in make("stop", seen(), **rules, override="outage").blockers]
    assert ["freeze"] == [each.code for each in make("stop", seen(), **rules, override="outage").notices]


@pytest.mark.parametrize("verb", ["restart", "start", "stop"])
def test_a_protected_group_is_not_stopped(verb: str) -> None:
    """A stop loses what its containers hold; the manifest says so, or the tag."""
    tagged = owned(group(tags={tags.PROTECTED: "true"}))
    declared = group(lifecycle=Lifecycle(protect=True))
    by_tag, by_manifest = make(verb, tagged), make(verb, owned(group()), declared=(declared,))

    assert ["protected"] * (verb == "stop") == [each.code for each in by_tag.blockers]
    assert ["protected"] * (verb == "stop") == [each.code for each in by_manifest.blockers]
    if verb == "stop":
        assert f"remove its tag {tags.PROTECTED} in Azure" == by_tag.blockers[0].release
        assert "set lifecycle.protect: false in its manifest" == by_manifest.blockers[0].release
        assert "protect" in by_tag.blockers[0].advice


def test_the_order_follows_the_manifests() -> None:
    """What others need comes up first and goes down last."""
    web = group("web", lifecycle=Lifecycle(depends_on=("rg-shop/db",)))
    both, declared = (seen("db"), seen("web")), (group("db"), web)
    restart, stop = (make(verb, *both, declared=declared).changes for verb in ("restart", "stop"))

    assert [(), ("rg-shop/db",)] == [each.after.lifecycle.depends_on for each in restart if each.after]
    assert [(), ()] == [each.after.lifecycle.depends_on for each in stop if each.after]
    assert [("rg-shop/web",), ()] == [each.follows for each in stop]


@pytest.mark.parametrize(("verb", "said", "noted"), [
    ("stop", Power.RUNNING, True),
    ("stop", Power.STOPPED, False),
    ("stop", None, False),
    ("restart", Power.STOPPED, True),
    ("restart", Power.RUNNING, False),
])  # fmt: skip
def test_a_manifest_that_says_the_opposite_is_named(verb: str, said: Power | None, noted: bool) -> None:
    """The next apply undoes it."""
    plan = make(verb, seen(), declared=(group(lifecycle=Lifecycle(power=said)),))

    assert ["power"] * noted == [each.code for each in plan.notices]


@pytest.mark.parametrize(("verb", "noted"), [("stop", True), ("restart", False)])
def test_a_schedule_that_may_undo_it_is_named(verb: str, noted: bool) -> None:
    """A watch knows the time; a restart leaves the group as the schedule had it."""
    schedule = Schedule("0 7 * * *", "0 19 * * *", "UTC")
    plan = make(verb, seen(), declared=(group(lifecycle=Lifecycle(schedule=schedule)),))

    assert [
        f"its manifest has a schedule, so a watch undoes this {verb} where the schedule says otherwise"
    ] * noted == [each.message for each in plan.notices]


def test_the_plan_names_its_owner_and_is_in_order() -> None:
    """Of addresses, whatever the order on the command line."""
    plan = make("stop", seen("web"), seen("api"))

    assert (OWNER, ["rg-shop/api", "rg-shop/web"]) == (plan.owner, [each.address for each in plan.changes])
    assert not any(each.sends_body for each in plan.changes)
