"""A policy that sets tags, and what others own of a group: by real processes, request by request."""

from __future__ import annotations

import json
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
        switches = switches.with_value(f"{name}={value}")
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
            assert 'an Azure Policy may set tags: ignore them with `lifecycle: {ignore: ["tags.env"]}`' in each.err
            assert "recreate" not in each.out + each.err


BECOMES_READABLE = """\
name: web
osType: Linux
containers:
  - name: web
    image: nginx:1
    resources: {cpu: 1, memoryInGB: 1}
    environmentVariables: %s
"""


def test_a_secret_becomes_readable_beside_another_and_a_third_is_new(tmp_path: Path) -> None:
    """Each format says what is known of each, and shows no value of a secret; after the apply there is nothing."""
    values = {"A": "canary-a", "B": "canary-b", "C": "canary-c"}
    before = '{A: {secureValue: "${env:A}"}, B: {secureValue: "${env:B}"}}'
    after = '{A: plain, B: {secureValue: "${env:B}"}, C: {secureValue: "${env:C}"}}'
    with world(tmp_path) as azure:
        azure.commands.write("manifests/web.yaml", BECOMES_READABLE % before)
        azure.commands(*APPLY, **values)
        azure.commands.write("manifests/web.yaml", BECOMES_READABLE % after)
        texts = {
            form: azure.commands(verb, "--format", form, **values).out
            for verb, form in (("plan", "text"), ("plan", "json"), ("plan", "markdown"), ("plan", "html"))
        }
        drift = azure.commands("drift", **values).out
        changed, again = azure.commands(*APPLY, **values), azure.commands("plan", "--detailed-exitcode", **values)

        assert (0, 0) == (changed.code, again.code)
        assert not [value for value in values.values() if value in "".join((*texts.values(), drift))]
        path = "containers[web].environmentVariables"
        for text in (texts["text"], drift):
            lines = [" ".join(line.split()) for line in text.splitlines()]
            assert {
                f'{path}[A] (secret) -> "plain"',
                f"+ {path}[C] (secret)",
                f"{path}[B] (secret not compared)",
            } <= set(lines)
        (change,) = json.loads(texts["json"])["resource_changes"]
        sides = {each["path"]: {name: each.get(name) for name in SIDES} for each in change["fields"]}
        assert {
            f"{path}[A]": {"before_sensitive": True, "after": "plain", "after_sensitive": None},
            f"{path}[C]": {"before_sensitive": None, "after": None, "after_sensitive": True},
        } == sides
        assert [f"{path}[B]"] == change["secrets_not_compared"]
        for page in (texts["markdown"], texts["html"]):
            assert "(secret)" in page
            assert "(secret changed)" not in page


SIDES = ("before_sensitive", "after", "after_sensitive")
