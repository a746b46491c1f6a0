"""Whatever ends a run of probes: the next run, or `facts clean`, leaves nothing behind, and others keep theirs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from probed_azure import LAB, Azure, KilledError, run_probes
from thoroughness import IN_SUITE

from aci_reconcile.core.errors import Where
from aci_reconcile.core.model import Resource, ResourceId
from aci_reconcile.emulator import Knobs
from aci_reconcile.facts.inquiry import follow
from aci_reconcile.facts.premises import inspect, is_ours, move_in, move_out
from aci_reconcile.facts.probes import PROBES
from aci_reconcile.facts.probes.lab import OWNER, make_body
from aci_reconcile.facts.probes.steps import UnansweredError
from aci_reconcile.manifest.project.project_file import check_name
from aci_reconcile.manifest.source.diagnostics import Diagnostics
from aci_reconcile.planning.policy import Policy
from aci_reconcile.planning.unmanaged import note_unmanaged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.facts.probes import Probe

FEW = tuple(
    probe
    for probe in PROBES
    if probe.id in {"update-answer", "labels", "absence", "reserved-ports", "profiles", "network-collisions", "exec"}
)
STUBBORN = Knobs(provisioning_seconds=30, delete_while_transitioning="refuse")
NEXT = replace(LAB, run="ef34gh")


def count_requests(probes: Iterable[Probe]) -> int:
    """Return how many requests a run makes."""
    azure = Azure(STUBBORN)
    run_probes(azure, probes)
    return len(azure.asked)


def kill(probes: Iterable[Probe], at: int) -> Azure:
    """Kill a run before one of its requests, which is after the one before, and return what is left."""
    azure = Azure(STUBBORN, kill_at=at)
    with suppress(KilledError):
        run_probes(azure, probes)
    azure.kill_at = 0
    return azure


def test_a_run_that_was_killed_at_any_request_is_cleaned_up() -> None:
    """By `facts clean`, and by the next run; in the suite by one of them, in turn."""
    for at in range(1, count_requests(FEW) + 1):
        if at % 2 or not IN_SUITE:
            azure = kill(FEW, at)
            follow(move_out(NEXT), azure.world)
            assert [] == azure.list_left(), at
        if not at % 2 or not IN_SUITE:
            azure = kill(FEW, at)
            run_probes(azure, FEW[:1], NEXT)
            assert [] == azure.list_left(), at


@pytest.mark.sweep
@pytest.mark.parametrize("shard", range(20))
def test_a_run_of_all_probes_that_was_killed_at_any_request_is_cleaned_up(shard: int) -> None:
    """Likewise, with all of them."""
    for at in range(shard + 1, count_requests(PROBES) + 1, 20):
        azure = kill(PROBES, at)
        follow(move_out(NEXT), azure.world)
        assert [] == azure.list_left(), at


def has_asked(azure: Azure, number: int) -> bool:
    """Whether more requests were sent than that."""
    return len(azure.asked) > number


def test_a_signal_ends_a_run_between_two_requests() -> None:
    """Then everything is deleted."""
    for number in range(0, count_requests(FEW), 7):
        azure = Azure(STUBBORN)
        azure.stop = partial(has_asked, azure, number)
        run_probes(azure, FEW)
        assert [] == azure.list_left(), number


def test_what_others_made_stays() -> None:
    """A resource group that was there stays, with everything in it that no probe made."""
    azure = Azure()
    group = f"/subscriptions/{LAB.scope.subscription}/resourceGroups/{LAB.scope.resource_group}?api-version=2021-04-01"
    azure.send("PUT", group, {"location": "westeurope"})
    body = {**make_body(LAB), "tags": {"aci-reconcile-project": "shop"}}
    azure.send("PUT", LAB.path("web"), body)
    azure.send("PUT", LAB.path("probe-update-ab12cd"), make_body(LAB))

    found = follow(inspect(LAB), azure.world)
    gone = follow(move_out(LAB), azure.world)

    assert found == gone
    assert (True, False, 1, 1) == (found.exists, found.ours, len(found.leftovers), len(found.others))
    assert found.others[0].endswith("/web")
    assert ["web", "rg-probe"] == azure.list_left()


def test_an_own_resource_group_with_another_resource_stays() -> None:
    """Somebody may have begun to use it."""
    azure = Azure()
    follow(move_in(LAB, follow(inspect(LAB), azure.world)), azure.world)
    azure.send("PUT", LAB.path("web"), {**make_body(LAB), "tags": {}})

    follow(move_out(LAB), azure.world)

    assert ["web", "rg-probe"] == azure.list_left()


def test_what_cannot_be_deleted_is_said() -> None:
    """After a while, it is given up."""
    azure = Azure(replace(STUBBORN, provisioning_seconds=10**9, provisioning_timeout_seconds=10**9))
    follow(move_in(LAB, follow(inspect(LAB), azure.world)), azure.world)
    azure.send("PUT", LAB.path("probe-update-ab12cd"), make_body(LAB))

    with pytest.raises(UnansweredError, match=r"probe-update-ab12cd could not be deleted: 409 ContainerGroupTransit"):
        follow(move_out(LAB), azure.world)


def test_a_resource_group_that_is_being_deleted_is_waited_for() -> None:
    """It belongs to the run before."""
    azure = Azure(Knobs(resource_group_delete_seconds=300))
    run_probes(azure, FEW[:1])

    run_probes(azure, FEW[:1], NEXT)

    assert [] == azure.list_left()


def test_no_project_can_be_the_owner() -> None:
    """So what probes make is nobody's orphan, drift or prune, as long as it lives."""
    diagnostics = Diagnostics()
    check_name("project", OWNER, Where("aci-reconcile.yaml", 1, 1), diagnostics)
    group = Resource(ResourceId("s", "rg", "probe-update-ab12cd"), make_body(LAB))
    policy = Policy(owner="shop", prune=True)

    assert diagnostics.failed
    assert is_ours(group.body)
    assert not policy.owns(OWNER)
    assert [] == list(note_unmanaged([group], policy))
