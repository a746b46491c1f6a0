"""A liveness probe that never succeeds fails the apply, whatever the container looks like in between."""

from __future__ import annotations

from azure_world import AzureWorld
from factories import container, group

from aci_reconcile.reconcile.events import Succeeded, Unhealthy

NEVER = {"exec": {"command": ["false"]}}
ALWAYS = {"exec": {"command": ["true"]}}


def test_a_probe_that_fails_fails_the_group() -> None:
    """It runs for half a minute each time before it is killed, which is longer than what ``--stable-for`` asks for."""
    world = AzureWorld(stable_for=10)
    events = world.apply(group("web", container(livenessProbe=NEVER)))
    (told,) = [each for each in events if isinstance(each, Unhealthy)]

    assert "Liveness probe failed" in "".join(told.health.reasons)
    assert not [each for each in events if isinstance(each, Succeeded)]


def test_a_probe_that_succeeds_is_waited_for_once() -> None:
    """Until it would have failed three times."""
    world = AzureWorld(stable_for=10)
    began = world.clock.now()
    events = world.apply(group("web", container(livenessProbe=ALWAYS)))

    assert [True] == [each.health is not None and each.health.good for each in events if isinstance(each, Succeeded)]
    assert 31 <= world.clock.now() - began < 90
