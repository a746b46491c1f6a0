"""The groups that every tool works on: one container, one port, two variables, a public address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RESOURCE_GROUP = "rg-bench"
LOCATION = "westeurope"
IMAGE = "registry.example.com/shop/web:1.4.2"
STEP = 10
"""Every tenth group is changed: 10 %."""

_PROJECT = f"""\
name: bench
resourceGroup: {RESOURCE_GROUP}
location: {LOCATION}
manifests: [manifests]
"""
_MANIFEST = """\
name: {name}
osType: Linux
restartPolicy: Always
containers:
  - name: web
    image: {image}
    ports: [80]
    environmentVariables: {{LOG_LEVEL: {level}, REGION: west}}
    resources: {{cpu: 1, memoryInGB: 1.5}}
ipAddress: {{type: Public, ports: [80]}}
"""


def name(number: int) -> str:
    """Return the name of a group."""
    return f"group-{number:05}"


def level(number: int, *, changed: bool) -> str:
    """Return what stands in LOG_LEVEL: the one field that a change changes."""
    return "debug" if changed and number % STEP == 0 else "info"


def write(folder: Path, groups: int, *, changed: bool = False) -> None:
    """Write a project with so many groups, one file for each, as people keep them."""
    manifests = folder / "manifests"
    manifests.mkdir(parents=True, exist_ok=True)
    (folder / "aci-reconcile.yaml").write_text(_PROJECT, encoding="utf-8")
    for number in range(groups):
        text = _MANIFEST.format(name=name(number), image=IMAGE, level=level(number, changed=changed))
        (manifests / f"{name(number)}.yaml").write_text(text, encoding="utf-8")


def body(number: int, *, changed: bool = False) -> Mapping[str, Any]:
    """Return the same group in ARM's own shape."""
    variables = [{"name": "LOG_LEVEL", "value": level(number, changed=changed)}, {"name": "REGION", "value": "west"}]
    container = {
        "image": IMAGE,
        "ports": [{"port": 80, "protocol": "TCP"}],
        "environmentVariables": variables,
        "resources": {"requests": {"cpu": 1, "memoryInGB": 1.5}},
    }
    return {
        "location": LOCATION,
        "properties": {
            "osType": "Linux",
            "restartPolicy": "Always",
            "containers": [{"name": "web", "properties": container}],
            "ipAddress": {"type": "Public", "ports": [{"port": 80, "protocol": "TCP"}]},
        },
    }


def write_bodies(file: Path, groups: int) -> None:
    """Write what the programs of others need: per group its name, its body, and its body once changed if it changes."""
    listed = [
        {"name": name(number), "body": body(number), "changed": body(number, changed=True)} for number in range(groups)
    ]
    file.write_text(json.dumps({"resource_group": RESOURCE_GROUP, "step": STEP, "groups": listed}), encoding="utf-8")
