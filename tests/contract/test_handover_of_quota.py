"""A quota that is used up: of what is deleted in the end one group goes earlier where nothing else makes room."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from azure_world import WRITES, AzureWorld
from factories import container, group, policy

from aci_reconcile.emulator import Fault, Knobs
from aci_reconcile.preflight import Question, Verdict
from aci_reconcile.reconcile import RecreationChecks, apply
from aci_reconcile.reconcile.events import Event, Failed, Skipped, Succeeded
from aci_reconcile.reconcile.preflight import run_preflight

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource

LARGE = 25
"""So many groups of 4 cores use up the 100 cores of a region."""
RULES: dict[str, Any] = {"prune": True, "max_deletes": 9, "max_share": 1.0, "allow_replace": 9}


@dataclass
class Full(AzureWorld):
    """A world in which a region's quota of cores is used up."""

    knobs: Knobs = field(default_factory=lambda: Knobs(provisioning_seconds=1, limits=True))
    stable_for: float = 1

    def ran(self, desired: list[Resource]) -> list[Event]:
        """Apply as the command does, asking what can be asked before something is deleted."""
        rules = policy(**RULES)
        proposal = self.plan(*desired, health=True, **RULES)
        context = replace(self.context(rules), recreation_checks=RecreationChecks(self.backend.preflight))
        self.requests.clear()
        return list(apply(proposal, context, concurrency=1))

    @property
    def sent(self) -> list[tuple[str, str, int]]:
        """The writes of an apply: method, group and status."""
        told = [each for each in self.requests if each[0] in WRITES]
        return [(method, url.partition("?")[0].rpartition("/")[2], status) for method, url, status in told]


def large(name: str, cpu: int = 4, **more: Any) -> Resource:
    """Return a group of 4 cores."""
    return group(name, container(resources={"requests": {"cpu": cpu, "memoryInGB": 4}}, **more))


def full() -> tuple[Full, list[Resource]]:
    """Return a world that is full, and what fills it."""
    world, groups = Full(), [large(f"g{number:02}") for number in range(LARGE)]
    assert LARGE == sum(isinstance(each, Succeeded) for each in world.ran(groups))
    return world, groups


def test_a_rename_in_a_full_region_deletes_one_group_earlier() -> None:
    """The creation is refused, everything else is done, one group is deleted, and the creation sent again."""
    world, (old, other, changed, *rest) = full()
    newer = large("g02", image="nginx:2")
    events = world.ran([newer, *rest, large("new")])

    assert [("PUT", "new", 400), ("PUT", "g02", 201)] == sorted(world.sent[:2], reverse=True)
    assert [("DELETE", "g00", 200), ("PUT", "new", 201), ("DELETE", "g01", 200)] == world.sent[2:]
    assert (old.id.name, other.id.name, changed.id.name) == ("g00", "g01", "g02")
    assert not [each for each in events if isinstance(each, (Failed, Skipped))]


def test_beside_a_failure_no_group_makes_room() -> None:
    """The creation fails for the quota then, and nothing is lost."""
    world, (_, _, *rest) = full()
    world.faults.add([Fault("error", "PUT", "/g02$", status=400)])
    events = world.ran([large("g02", image="nginx:2"), *rest[1:], large("new")])

    assert [] == [each for each in world.sent if each[0] == "DELETE"]
    assert {"g02", "new"} == {each.change.id.name for each in events if isinstance(each, Failed)}
    assert {"g00", "g01"} == {each.change.id.name for each in events if isinstance(each, Skipped)}


def test_where_the_quota_suffices_the_deletion_comes_last() -> None:
    """Nothing is refused."""
    world, (first, *rest) = full()
    world.arm("DELETE", str(first.id))
    world.clock.sleep(60)
    world.ran([*rest[1:], large("new")])

    assert [("PUT", "new", 201), ("DELETE", "g01", 200)] == world.sent


@pytest.mark.parametrize("grows", [True, False])
def test_a_recreation_that_grows_is_deleted_only_when_there_is_room(grows: bool) -> None:
    """What the quota lacks is freed before the group is deleted; one that keeps its size needs nothing."""
    world, (first, second, *rest) = full()
    small, more = replace(second, body=large("g01", cpu=1).body), large("more", cpu=3)
    world.ran([first, small, *rest])
    world.ran([first, small, *rest, more])
    world.ran([large("g01") if grows else replace(small, body=_never(small)), *rest, more])
    recreated = [("DELETE", "g01", 200), ("PUT", "g01", 201)]

    assert ([("DELETE", "g00", 200), *recreated] if grows else [*recreated, ("DELETE", "g00", 200)]) == world.sent


def _never(resource: Resource) -> dict[str, Any]:
    return {**resource.body, "properties": {**resource.properties, "restartPolicy": "OnFailure"}}


def test_the_checks_count_what_goes_earlier() -> None:
    """It fits once the deletion is made, and the check says that this comes first."""
    world, (_, *rest) = full()
    proposal = world.plan(*rest, large("new"), **RULES)
    found = {each.subject: each for each in run_preflight(proposal.changes, world.backend.preflight)}
    cores = found["StandardCores in westeurope"]

    assert (Question.QUOTA, Verdict.OK) == (cores.question, cores.verdict)
    assert cores.why.endswith("it fits after the deletions, so they come first")
