"""Somebody with three groups that ``az container create`` made, from an empty folder to a guarded pipeline."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest
from e2e.processes import Azure, Commands, azure
from git_host_server import git_host_server

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

PULL_REQUEST = 1
NAMES = ("api", "db", "web")


def _create(world: Azure, name: str) -> None:
    """Put a group as az sends it: no tags, a public address, memory before cores."""
    ports = [{"protocol": "TCP", "port": 80}]
    container: dict[str, Any] = {
        "image": "nginx:1.27",
        "ports": ports,
        "environmentVariables": [{"name": "LOG_LEVEL", "value": "info"}],
        "resources": {"requests": {"memoryInGB": 1.5, "cpu": 1.0}},
    }
    properties = {
        "containers": [{"name": name, "properties": container}],
        "restartPolicy": "Always",
        "ipAddress": {"ports": ports, "type": "Public"},
        "osType": "Linux",
    }
    world.ask("PUT", world.group(name), {"location": "westus", "tags": {}, "properties": properties})


def test_from_groups_of_az_to_a_guarded_pipeline(tmp_path: Path) -> None:
    """Import, adopt, bump an image, comment on the pull request, apply, drift: nine commands, one restart."""
    with azure(tmp_path) as world, git_host_server() as hub:
        world.ask("PUT", "", {"location": "westus"})
        for name in NAMES:
            _create(world, name)
        hub.add_issue("Bump web", pull_request={})
        commands = Commands(
            tmp_path,
            {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_ARM_ENDPOINT": world.url, **hub.environ},
        )
        imported = commands("import", "-g", "rg-shop", "--out", "manifests", "--project-name", "shop")
        step = shlex.split(imported.err.splitlines()[-1])
        adopting = commands(*step[1:])
        adopted = commands("apply", "--adopt", "-y")
        bumped = commands("set", "web", "image=nginx:1.28")
        planned = commands("plan", "--out", "plan.json", "--report", "markdown=plan.md")
        said = commands("comment", "plan.md", "--number", str(PULL_REQUEST))
        applied = commands("apply", "--plan", "plan.json")
        drift = commands("drift")
        live = {name: world.ask("GET", world.group(name)) for name in NAMES}
        world.ask("PATCH", world.group("db"), {"tags": {}})
        drifted = commands("drift")
        comments = hub.said(PULL_REQUEST)

    ended = (imported, adopting, adopted, bumped, planned, said, applied, drift)
    assert [0] * 8 == [each.code for each in ended], "".join(each.err for each in ended)
    assert ["aci-reconcile", "plan", "--adopt"] == step
    assert "Plan: 0 to add, 3 to change, 0 to destroy.\n      3 to change tags only, 3 to adopt.\n" in adopting.out
    assert "Plan: 0 to add, 1 to change, 0 to destroy.\n      1 to restart, 2 unchanged.\n" in planned.out
    (comment,) = comments
    assert "rg-shop/web" in comment
    assert "nginx:1.28" in comment
    assert 2 == drifted.code
    images = {name: body["properties"]["containers"][0]["properties"]["image"] for name, body in live.items()}
    assert {"api": "nginx:1.27", "db": "nginx:1.27", "web": "nginx:1.28"} == images
