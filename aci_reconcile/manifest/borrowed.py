"""Words of Kubernetes, Compose and ``az`` in a manifest, and what to write instead.

The words are those of the Kubernetes API for pods, of the Compose specification, and of ``az container create --help``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLES: Final = "write `environmentVariables: {NAME: value}`; a secret is `NAME: {secureValue: …}`"
_REGISTRY: Final = "write `imageRegistryCredentials: [{server: …, username: …, password: …}]` beside `containers`"
_ADDRESS: Final = "write `ipAddress: {type: Public, ports: [80], dnsNameLabel: …}` beside `containers`"
_SUBNET: Final = "write `subnetIds: [{id: …}]` beside `containers`, with the ARM id of the subnet"
_PROBE: Final = "write `livenessProbe: {exec: {command: […]}}`, or `httpGet` in the place of `exec`"
_AMOUNTS: Final = "write `resources: {cpu: 1, memoryInGB: 1.5}` in the container"
_COMMAND: Final = "write `command: [word, word]`: it replaces the image's own command with all its arguments"
_FILES: Final = "write `volumes: [{name: …, secret: {FILE: {fromText: …}}}]`, or `secureValue` in a variable"
_ONE: Final = "a manifest is one group with one copy of each container: write another manifest per copy"
_PULL: Final = "remove it: Azure pulls the image at every start"

_WORDS: Final[Mapping[str, str]] = {
    "args": _COMMAND,
    "build": "build and push the image first, and name it with `image`",
    "commandline": _COMMAND,
    "containername": "use `name`",
    "containerport": "use `port`",
    "cpus": _AMOUNTS,
    "dependson": "write `lifecycle: {dependsOn: [NAME]}` for another group; containers of a group start together",
    "deploy": _AMOUNTS,
    "dnsnamelabel": _ADDRESS,
    "entrypoint": _COMMAND,
    "env": _VARIABLES,
    "envfrom": _VARIABLES,
    "environment": _VARIABLES,
    "envfile": _VARIABLES,
    "expose": "use `ports`",
    "failureaction": _PROBE,
    "grpc": "a probe is `exec` or `httpGet`: write `exec: {command: [grpc_health_probe, …]}`",
    "healthcheck": _PROBE,
    "hostpath": "containers have no access to the host: use `azureFile`, `emptyDir`, `secret` or `gitRepo`",
    "imagepullpolicy": _PULL,
    "imagepullsecrets": _REGISTRY,
    "memlimit": _AMOUNTS,
    "memory": "use `memoryInGB`, a number of GB",
    "metadata": "write `name` and `tags` (labels) at the top of the manifest",
    "nodeselector": "remove it: Azure chooses the machine; you can set `location`, `zones` and `sku`",
    "os": "use `osType`",
    "persistentvolumeclaim": "use `azureFile: {shareName: …, storageAccountName: …, storageAccountKey: …}`",
    "publicip": _ADDRESS,
    "pullpolicy": _PULL,
    "registryloginserver": _REGISTRY,
    "registrypassword": _REGISTRY,
    "registryusername": _REGISTRY,
    "replicas": _ONE,
    "restart": "use `restartPolicy` of the group: Always, OnFailure or Never",
    "secretname": _FILES,
    "secureenvironmentvariables": _VARIABLES,
    "spec": "move its content to the top of the manifest",
    "startupprobe": "write `livenessProbe` with `initialDelaySeconds` or a high `failureThreshold`",
    "subnet": _SUBNET,
    "tcpsocket": 'a probe is `exec` or `httpGet`: write `exec: {command: [nc, -z, localhost, "80"]}`',
    "terminationgraceperiodseconds": "remove it: Azure decides how long a container may take to stop",
    "valuefrom": "write `secureValue` with a reference, such as `${env:NAME}`",
    "vnet": _SUBNET,
    "workingdir": 'the image defines it; to change it, write `command: [/bin/sh, -c, "cd /dir && …"]`',
}  # fmt: skip
"""By the word in lowercase, without `-` and `_`."""

_INVISIBLE: Final = re.compile(r"[\u00a0\u1680\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff]")
_CURLED: Final = re.compile(r"[\u2018-\u201f]")


def translate_word(key: str) -> str:
    """Return what to write instead of a word of another tool; empty if the word is unknown."""
    return _WORDS.get(fold_key(key), "")


def fold_key(key: str) -> str:
    """Return a key in lowercase, without the separators of its words: ``memory_in_gb``, ``memory-in-gb``."""
    return key.replace("_", "").replace("-", "").lower()


def find_odd_character(text: str) -> str:
    """Name a character that only looks like a space, like nothing, or like a quote; empty if there is none."""
    found = _INVISIBLE.search(text)
    if found is not None:
        return f"it contains U+{ord(found.group()):04X}, which looks like a space, but is not: type it again"
    found = _CURLED.search(text)
    return f"U+{ord(found.group()):04X} is not a quote in YAML: type `\"` or `'`" if found is not None else ""
