"""Two processes apply different manifests to the same groups at the same time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from azure_world import Witness
from e2e.processes import API, PROJECT, SUBSCRIPTION, Commands, Ended, ended

from aci_reconcile.emulator import Knobs, Request, open_store, serve

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.ContainerInstance/containerGroups"
NAMES = ("api", "db", "jobs", "web")
GROUP = """\
name: {name}
tags: {{side: {side}}}
containers:
  - name: {name}
    image: shop/{name}:{side}
    resources: {{cpu: 1, memoryInGB: 1}}
    environmentVariables: {{KEY: {{secureValue: "${{env:KEY}}"}}}}
"""


def _side(folder: Path, side: str, url: str) -> Commands:
    """Return a checkout of the project in which every group is of one side."""
    folder.mkdir()
    variables = {"ACI_RECONCILE_ARM_ENDPOINT": url, "KEY": f"key-of-{side}", "ACI_RECONCILE_STABLE_FOR": "0s"}
    commands = Commands(folder, {**variables, "ACI_RECONCILE_FINGERPRINT_KEY": "Kq3vX9pLw2Zt8RnB5yHc7D"})
    commands.write("aci-reconcile.yaml", PROJECT)
    for name in NAMES:
        commands.write(f"manifests/{name}.yaml", GROUP.format(name=name, side=side))
    return commands


def _honest(ran: Ended) -> bool:
    """Whether a run ended well, or with 5 and the names of the groups that are not as they should be."""
    return ran.code == 0 or (ran.code == 5 and any(f"rg-shop/{name}" in ran.err for name in NAMES))


def test_two_processes_at_once_leave_no_mixture(tmp_path: Path) -> None:
    """Both end; the image, the tags and the secret of each group come from one side."""
    emulator = Witness(open_store(None), knobs=Knobs(provisioning_seconds=0.3))
    with serve(emulator) as server:
        both = [_side(tmp_path / side, side, server.url).begin("apply", "-y") for side in ("left", "right")]
        ran = [ended(process) for process in both]

    assert [] == [(each.code, each.err) for each in ran if not _honest(each)]
    assert [] == [(name, sides) for name in NAMES if len(sides := _sides(emulator, name)) != 1]


def _sides(emulator: Witness, name: str) -> set[str]:
    """Return whose image and tags a group shows, and whose secret was sent to it last."""
    path = f"{GROUPS}/{name}"
    live = emulator.handle(Request("GET", f"{path}?api-version={API}")).json()
    sent = [each.body.decode() for each, _ in emulator.done if (each.method, each.split().path) == ("PUT", path)]
    image = live["properties"]["containers"][0]["properties"]["image"].partition(":")[2]
    return {image, live["tags"]["side"], *re.findall("key-of-(left|right)", sent[-1])}
