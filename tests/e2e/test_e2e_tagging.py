"""A policy that sets tags, and what others own of a group: by real processes, request by request."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from azure_world import Witness
from e2e.processes import PROJECT, SUBSCRIPTION, Commands

from aci_reconcile.emulator import Knobs, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

APPLY = ("apply", "-y", "--wait", "provisioned")


@dataclass(frozen=True, slots=True)
class World:
    """An emulator in this process, and the command in others."""

    emulator: Witness
    commands: Commands

    def writes(self) -> list[str]:
        """Return what was carried out on groups since the last time."""
        told = [request.method for request, _ in self.emulator.done if "/containergroups/" in request.url.lower()]
        self.emulator.done.clear()
        return told


@contextmanager
def world(folder: Path, **knobs: str) -> Generator[World]:
    """Serve an emulator with these switches, and a project for it."""
    switches = Knobs(provisioning_seconds=0.1, subscription_id=SUBSCRIPTION)
    for name, value in knobs.items():
        switches = switches.told(f"{name}={value}")
    emulator = Witness(open_store(None), knobs=switches)
    with serve(emulator) as server:
        commands = Commands(folder, {"ACI_RECONCILE_ARM_ENDPOINT": server.url})
        commands.write("aci-reconcile.yaml", PROJECT)
        yield World(emulator, commands)


@pytest.mark.parametrize("spelling", ["env", "ENV"])
def test_a_policy_sets_a_tag_that_the_manifest_leaves_to_it(tmp_path: Path, spelling: str) -> None:
    """One PUT at the creation, none at the next apply; plan, drift and apply agree."""
    with world(tmp_path, policy_tags="env=prod") as azure:
        azure.commands.group("web", more=f"tags: {{env: dev}}\nlifecycle: {{ignore: [tags.{spelling}]}}\n")
        created, first = azure.commands(*APPLY), azure.writes()
        again, second = azure.commands(*APPLY), azure.writes()
        plan = azure.commands("plan", "--detailed-exitcode")
        drift = azure.commands("drift")

        assert (0, 0, 0, 0) == (created.code, again.code, plan.code, drift.code)
        assert (["PUT"], []) == (first, second)


def test_a_policy_sets_a_tag_that_the_manifest_declares(tmp_path: Path) -> None:
    """It is tried, told with the likely hand, and not written again; what the hint says ends it."""
    with world(tmp_path, policy_tags="env=prod") as azure:
        azure.commands.group("web", more="tags: {env: dev}\n")
        created, first = azure.commands(*APPLY), azure.writes()
        again, second = azure.commands(*APPLY), azure.writes()
        azure.commands.group("web", more='tags: {env: dev}\nlifecycle: {ignore: ["tags.env"]}\n')
        left, third = azure.commands(*APPLY), azure.writes()

        assert (5, 5, 0) == (created.code, again.code, left.code)
        assert (["PUT", "PATCH", "PATCH"], [], []) == (first, second, third)
        for each in (created, again):
            assert 'an Azure Policy may set tags: leave them to it with `lifecycle: {ignore: ["tags.env"]}`' in each.err
            assert "recreate" not in each.out + each.err
