"""The groups that every tool works on: one container, one port, three variables, a public address.

They hold the secrets that real ones hold: a password of their own in a variable, the password of a registry that all
share, and in every tenth the key of a storage account, of the length and the letters that Azure gives such a key.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RESOURCE_GROUP = "rg-bench"
LOCATION = "westeurope"
REGISTRY = "registry.example.com"
REGISTRY_USER = "bench"
IMAGE = f"{REGISTRY}/shop/web:1.4.2"
SHARE, ACCOUNT, MOUNT = "uploads", "benchfiles", "/mnt/uploads"
VARIABLE = "DB_PASSWORD"
STEP = 10
"""Every tenth group is changed, 10 %; and every tenth mounts a share."""

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
    environmentVariables: {{LOG_LEVEL: {level}, REGION: west{password}}}
    resources: {{cpu: 1, memoryInGB: 1.5}}
{mount}\
ipAddress: {{type: Public, ports: [80]}}
"""
_MOUNT = f"    volumeMounts: {{files: {MOUNT}}}\n"
_CREDENTIALS = f"""\
imageRegistryCredentials:
  - {{server: {REGISTRY}, username: {REGISTRY_USER}, password: "${{env:REGISTRY_PASSWORD}}"}}
"""
_VOLUMES = f"""\
volumes:
  - name: files
    azureFile: {{shareName: {SHARE}, storageAccountName: {ACCOUNT}, storageAccountKey: "${{env:FILES_KEY}}"}}
"""


def name(number: int) -> str:
    """Return the name of a group."""
    return f"group-{number:05}"


def level(number: int, *, changed: bool) -> str:
    """Return what stands in LOG_LEVEL: the one field that a change changes."""
    return "debug" if changed and number % STEP == 0 else "info"


def mounts(number: int) -> bool:
    """Whether a group mounts the share."""
    return number % STEP == 0


def password(number: int) -> str:
    """Return the password that only this group has."""
    return hashlib.sha256(f"password {number}".encode()).hexdigest()[:24]


def registry_password() -> str:
    """Return the password that all groups pull their image with."""
    return hashlib.sha256(b"registry").hexdigest()[:32]


def files_key() -> str:
    """Return a key as Azure makes them for storage accounts: 64 bytes in base64."""
    return base64.b64encode(hashlib.sha512(b"files").digest()).decode()


def environ(groups: int) -> dict[str, str]:
    """Return the variables that the manifests take their secrets from."""
    own = {_variable(number): password(number) for number in range(groups)}
    return {**own, "REGISTRY_PASSWORD": registry_password(), "FILES_KEY": files_key()}


def write(folder: Path, groups: int, *, changed: bool = False, secrets: bool = True) -> None:
    """Write a project with so many groups, one file for each, as people keep them."""
    manifests = folder / "manifests"
    manifests.mkdir(parents=True, exist_ok=True)
    (folder / "aci-reconcile.yaml").write_text(_PROJECT, encoding="utf-8")
    for number in range(groups):
        text = _manifest(number, changed=changed, secrets=secrets)
        (manifests / f"{name(number)}.yaml").write_text(text, encoding="utf-8")


def write_together(folder: Path, project: str, groups: int, each: int) -> None:
    """Write a project whose files hold several groups each, as generators write them."""
    manifests = folder / "manifests"
    manifests.mkdir(parents=True)
    (folder / "aci-reconcile.yaml").write_text(_PROJECT.replace("bench", project, 1), encoding="utf-8")
    for first in range(0, groups, each):
        numbers = range(first, min(first + each, groups))
        text = "---\n".join(_manifest(number, changed=False, secrets=True) for number in numbers)
        (manifests / f"{name(first)}.yaml").write_text(text, encoding="utf-8")


def _manifest(number: int, *, changed: bool, secrets: bool) -> str:
    mounted = secrets and mounts(number)
    text = _MANIFEST.format(
        name=name(number),
        image=IMAGE,
        level=level(number, changed=changed),
        password=f', {VARIABLE}: {{secureValue: "${{env:{_variable(number)}}}"}}' if secrets else "",
        mount=_MOUNT if mounted else "",
    )
    return text + (_CREDENTIALS if secrets else "") + (_VOLUMES if mounted else "")


def _variable(number: int) -> str:
    return f"{VARIABLE}_{number:05}"


def body(number: int, *, changed: bool = False) -> Mapping[str, Any]:
    """Return the same group in ARM's own shape, with its secrets."""
    container = {
        "image": IMAGE,
        "ports": [{"port": 80, "protocol": "TCP"}],
        "environmentVariables": [
            {"name": "LOG_LEVEL", "value": level(number, changed=changed)},
            {"name": "REGION", "value": "west"},
            {"name": VARIABLE, "secureValue": password(number)},
        ],
        "resources": {"requests": {"cpu": 1, "memoryInGB": 1.5}},
        **({"volumeMounts": [{"name": "files", "mountPath": MOUNT}]} if mounts(number) else {}),
    }
    credentials = {"server": REGISTRY, "username": REGISTRY_USER, "password": registry_password()}
    share = {"shareName": SHARE, "storageAccountName": ACCOUNT, "storageAccountKey": files_key()}
    return {
        "location": LOCATION,
        "properties": {
            "osType": "Linux",
            "restartPolicy": "Always",
            "containers": [{"name": "web", "properties": container}],
            "ipAddress": {"type": "Public", "ports": [{"port": 80, "protocol": "TCP"}]},
            "imageRegistryCredentials": [credentials],
            **({"volumes": [{"name": "files", "azureFile": share}]} if mounts(number) else {}),
        },
    }


def write_bodies(file: Path, groups: int) -> None:
    """Write what the programs of others need: per group its name, its body, and its body once changed if it changes."""
    listed = [
        {
            "name": name(number),
            "body": body(number),
            "changed": body(number, changed=True),
            "ansible": _for_ansible(number),
        }
        for number in range(groups)
    ]
    file.write_text(json.dumps({"resource_group": RESOURCE_GROUP, "step": STEP, "groups": listed}), encoding="utf-8")


def _for_ansible(number: int) -> Mapping[str, Any]:
    """Return what azure.azcollection calls otherwise than ARM does."""
    secret = {"name": VARIABLE, "value": password(number), "is_secure": True}
    share = {"share_name": SHARE, "storage_account_name": ACCOUNT, "storage_account_key": files_key()}
    return {
        **{
            what: [
                {"name": "LOG_LEVEL", "value": level(number, changed=what == "changed")},
                {"name": "REGION", "value": "west"},
                secret,
            ]
            for what in ("variables", "changed")
        },
        "mounts": [{"name": "files", "mount_path": MOUNT}] if mounts(number) else [],
        "volumes": [{"name": "files", "azure_file": share}] if mounts(number) else [],
    }
