"""Nothing is deleted that could not be created again, as far as Azure tells beforehand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from azure_world import AzureWorld
from factories import container, group, policy

from aci_reconcile.reconcile import RecreationChecks, apply
from aci_reconcile.reconcile.events import Failed, Succeeded

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource
    from aci_reconcile.reconcile.events import Event

HUGE = {"requests": {"cpu": 40, "memoryInGB": 2}}
LARGER = {"requests": {"cpu": 2, "memoryInGB": 3}}


def replaced(world: AzureWorld, *desired: Resource) -> list[Event]:
    """Apply with permission to recreate, and with somebody to ask before."""
    proposal = world.plan(*desired, allow_replace=len(desired))
    context = replace(
        world.context(policy(allow_replace=len(desired))), recreation_checks=RecreationChecks(world.backend.preflight)
    )
    return list(apply(proposal, context))


def test_what_the_region_does_not_offer_is_not_deleted_for() -> None:
    """The group runs on, the error says why, and the other replacement is carried out."""
    world = AzureWorld()
    world.apply(group("big"), group("fits"))
    written = len(world.writes)
    events = replaced(world, group("big", container(resources=HUGE)), group("fits", container(resources=LARGER)))
    failed = [each for each in events if isinstance(each, Failed)]

    assert ["big"] == [each.change.id.name for each in failed]
    assert failed[0].error.message.startswith("not deleted, because it could not be created again: ")
    assert not failed[0].gone
    assert ["fits"] == [each.change.id.name for each in events if isinstance(each, Succeeded)]
    assert not [each for each in world.writes[written:] if "/big" in each[1]]


def test_one_question_for_all_replacements() -> None:
    """The region is asked once, however many groups are created again in it."""
    world = AzureWorld()
    names = [f"web-{number}" for number in range(5)]
    world.apply(*map(group, names))
    replaced(world, *(group(name, container(resources=LARGER)) for name in names))

    assert 1 == sum("/usages" in url for _, url, _ in world.requests)
