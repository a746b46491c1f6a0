"""Groups whose provisioning failed, groups that are to be redeployed, and since when a group is ready."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from factories import FakeBackend, FakeClock, body, container, context, group, make_plan, owned, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.health import assess
from aci_reconcile.core.model import Resource
from aci_reconcile.planning import Action, Change, Impact
from aci_reconcile.reconcile import Reader, apply, propose
from aci_reconcile.reconcile.events import Succeeded

NOW = 1_700_000_000.0
FAILED = "its provisioning failed"
REDEPLOYED = "a redeployment was asked for"


def in_state(state: str, **more: Any) -> Resource:
    """Return our live group in a provisioning state."""
    seen = owned(group(**more))
    return replace(seen, body={**seen.body, "properties": {**seen.properties, "provisioningState": state}})


def planned(live: Resource, desired: Resource | None = None, **rules: Any) -> Change:
    """Return what is to be done about the group."""
    (change,) = make_plan([desired or group()], [live], policy(**rules)).changes
    return change


def seen_running(*since: float | str, **more: Any) -> dict[str, Any]:
    """Return a live body whose containers run since then."""
    times = [each if isinstance(each, str) else datetime.fromtimestamp(each, UTC).isoformat() for each in since]
    views = [{"currentState": {"state": "Running", "startTime": each}} for each in times]
    containers = [container(f"c{n}", instanceView=view) for n, view in enumerate(views)]
    return body(*containers, provisioningState="Succeeded", instanceView={"state": "Running"}, **more)


def test_ready_since_the_last_container_began() -> None:
    """Where nothing but time is missing."""
    health = assess(seen_running(NOW - 8, NOW - 3), now=NOW, stable_for=10)

    assert NOW - 3 == health.ready_at


def test_one_that_runs_for_long_enough_does_not_count() -> None:
    """Only those that are still waited for."""
    assert NOW - 8 == assess(seen_running(NOW - 8, NOW - 30), now=NOW, stable_for=10).ready_at


WAITING = container("late", instanceView={"currentState": {"state": "Waiting"}})
NOT_READY: dict[str, dict[str, Any]] = {
    "healthy already": seen_running(NOW - 100),
    "a time that is none": seen_running("soon"),
    "one that does not run yet": body(
        *seen_running(NOW - 3)["properties"]["containers"], WAITING, provisioningState="Succeeded"
    ),
    "nothing told": body(provisioningState="Succeeded"),
    "no containers": body(provisioningState="Creating"),
}


@pytest.mark.parametrize("case", NOT_READY)
def test_ready_at_is_not_known(case: str) -> None:
    """Then the next look comes at its usual time."""
    assert assess(NOT_READY[case], now=NOW, stable_for=10).ready_at is None


def test_a_group_that_only_lacks_time_is_read_once_more() -> None:
    """Not every two seconds for a whole minute."""
    backend, clock = FakeBackend.holding(), FakeClock()
    backend.state = {"state": "Running", "startTime": datetime.fromtimestamp(clock.now(), UTC).isoformat()}
    events = list(apply(make_plan([group()], [], policy()), context(backend, clock, stable_for=60)))

    assert any(isinstance(each, Succeeded) for each in events)
    assert ["get", "put", "poll", "get", "get"] == [verb for verb, _ in backend.calls]
    assert 60 <= clock.now() - FakeClock().now() < 62


def test_a_group_whose_provisioning_failed_is_written_again() -> None:
    """Though nothing differs; the plan says why."""
    change = planned(in_state("Failed"))

    assert (Action.UPDATE, Impact.RESTART, (FAILED,)) == (change.action, change.impact, change.reasons)
    assert () == change.fields


def test_a_plan_over_lists_sees_it_too() -> None:
    """It is not called unchanged from the list, it is read."""
    backend = FakeBackend.holding(in_state("Failed"))
    proposal = propose([group()], [], policy(), Reader(backend, FakeClock()))

    assert [(FAILED,)] == [each.reasons for each in proposal.changes]
    assert [("list", "rg-shop"), ("get", "rg-shop/web")] == backend.calls


def test_tags_alone_do_not_repair_it() -> None:
    """The whole group is written."""
    change = planned(in_state("Failed"), group("web", tags={"team": "a"}))

    assert (Impact.RESTART, (FAILED,)) == (change.impact, change.reasons)


def test_a_write_that_azure_did_not_take_is_tried_again_once_it_failed() -> None:
    """Writing in vain is for groups that stand."""
    desired, there = group(dnsConfig={"nameServers": ["10.0.0.1"]}), owned(group())
    digest = tags.digest_desired(desired.body)
    known = Resource(there.id, {**there.body, "tags": {**there.tags, tags.APPLIED: str(tags.Applied(digest))}})
    stuck = tags.Applied(digest, tags.digest_live(known.body, desired.body))
    noted = {**known.body, "tags": {**known.tags, tags.APPLIED: str(stuck)}}
    failed = {**noted, "properties": {**known.properties, "provisioningState": "Failed"}}

    assert planned(Resource(rid(), noted), desired).stuck
    assert (False, (FAILED,)) == (
        planned(Resource(rid(), failed), desired).stuck,
        planned(Resource(rid(), failed), desired).reasons,
    )


def test_a_redeployment_is_a_write_with_a_reason() -> None:
    """Of the groups that were named; of a failed one both reasons are told."""
    named = frozenset({rid().key})

    assert (Action.UPDATE, (REDEPLOYED,)) == (
        planned(in_state("Succeeded"), redeploy=named).action,
        planned(in_state("Succeeded"), redeploy=named).reasons,
    )
    assert (REDEPLOYED, FAILED) == planned(in_state("Failed"), redeploy=named).reasons
    assert Action.NO_OP is planned(in_state("Succeeded"), redeploy=frozenset({rid("other").key})).action


def test_a_failed_group_of_somebody_else_stays() -> None:
    """It is not ours to repair."""
    theirs = in_state("Failed")
    theirs = replace(theirs, body={**theirs.body, "tags": {tags.OWNER: "somebody/else"}})

    assert not planned(theirs).writes


@pytest.mark.parametrize("rules", [{}, {"redeploy": frozenset({rid().key})}])
def test_the_write_repairs_it_and_the_next_plan_is_empty(rules: dict[str, Any]) -> None:
    """One PUT, and once is enough."""
    backend, settings = FakeBackend.holding(in_state("Failed")), policy(**rules)
    events = list(
        apply(make_plan([group()], list(backend.groups.values()), settings), context(backend, policy=settings))
    )

    assert [("put", "rg-shop/web")] == backend.writes
    assert 1 == sum(isinstance(each, Succeeded) for each in events)
    assert not make_plan([group()], list(backend.groups.values()), policy())
