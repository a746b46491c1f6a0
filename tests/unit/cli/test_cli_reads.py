"""How many requests a plan of many resource groups takes, on an emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine, Served

MANY = 20


@pytest.fixture
def wide(project: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A project with a group in each of many resource groups."""
    monkeypatch.delenv("ACI_RECONCILE_LOCAL")
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", served.url)
    for number in range(MANY):
        project.group(f"g{number}", more=f"resourceGroup: rg{number}\n")
    return project


def test_many_resource_groups_are_one_list(wide: CommandLine, served: Served) -> None:
    """And what was created is found in it, by a plan and by the next apply."""
    created = wide("apply", "-y", "--create-resource-groups", "--wait", "none")
    served.asked.clear()
    planned = wide("plan", "--detailed-exitcode")
    lists = [path for _, path in served.asked if path.endswith("/containerGroups")]

    assert (0, 0) == (created.code, planned.code), created.err + planned.out
    assert 1 == sum("/resourceGroups/" not in path for path in lists)
    assert 2 >= len(lists)  # the project's own resource group is asked for before the manifests are read
