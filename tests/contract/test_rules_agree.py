"""What `validate` calls an error is what Azure refuses, as far as anybody has seen; what it warns of, Azure takes.

The emulator is written from the same evidence by other hands: a manifest without errors that it refuses, or one with
errors that it takes, is a rule that one of the two has wrong.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.core.desired import add_required_defaults
from aci_reconcile.core.errors import Severity
from aci_reconcile.core.secret import Secret
from aci_reconcile.emulator import Emulator, Request, open_store
from aci_reconcile.manifest import Request as Reading
from aci_reconcile.manifest import load

if TYPE_CHECKING:
    from pathlib import Path

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
PROVIDERS = f"{GROUP}/providers/Microsoft"
PROFILE = f"containerGroupProfile: {{id: {PROVIDERS}.ContainerInstance/containerGroupProfiles/p, revision: 1}}\n"
POOL = f"standbyPoolProfile: {{id: {PROVIDERS}.StandbyPool/standbyContainerGroupPools/p}}\n"
SIZE = "resources: {cpu: 1, memoryInGB: 1}"
WEB = f"containers: [{{name: web, image: 'nginx:1', {SIZE}}}]\n"


def web(more: str = "", image: str = "nginx:1", size: str = SIZE) -> str:
    """Return the containers of a manifest: one, with more of its own."""
    return f"containers: [{{name: web, image: '{image}', {', '.join(filter(None, (size, more)))}}}]\n"


REFUSED = {
    "no name of an image": (web(image="https://shop.azurecr.io/web:1"), "ACI200"),
    "no tag behind the colon": (web(image="nginx:"), "ACI200"),
    "a placeholder": (web(image="<registry>/web:1"), "ACI201"),
    "no resources": (web(size=""), "ACI066"),
    "no image": (f"containers: [{{name: web, {SIZE}}}]\n", "ACI065"),
    "the name of a container": (f"containers: [{{name: Web_1, image: 'nginx:1', {SIZE}}}]\n", "ACI022"),
    "the name of a variable": (web("environmentVariables: {A-B: x}"), "ACI026"),
    "two values": (web("environmentVariables: [{name: A, value: x, secureValue: '${env:S}'}]"), "ACI080"),
    "port 0": (web("ports: [0]"), "ACI013"),
    "a port that no container has": (WEB + "ipAddress: {type: Public, ports: [80]}\n", "ACI014"),
    "no ports": (WEB + "ipAddress: {type: Public, ports: []}\n", "ACI017"),
    "a private address without a subnet": (web("ports: [80]") + "ipAddress: {type: Private, ports: [80]}\n", "ACI045"),
    "a public address in a subnet": (
        web("ports: [80]") + f"ipAddress: {{type: Public, ports: [80]}}\nsubnetIds: [{{id: {SUBNET}}}]\n",
        "ACI046",
    ),
    "no DNS label": (web("ports: [80]") + "ipAddress: {type: Public, ports: [80], dnsNameLabel: A_1}\n", "ACI025"),
    "a limit below the request": (
        web(size="resources: {requests: {cpu: 2, memoryInGB: 2}, limits: {cpu: 1}}"),
        "ACI057",
    ),
    "a limit above the group": (
        web(size="resources: {requests: {cpu: 1, memoryInGB: 1}, limits: {cpu: 2}}"),
        "ACI058",
    ),
    "a colon in a path": (
        web("volumeMounts: {data: 'C:/data'}") + "volumes: [{name: data, emptyDir: {}}]\n",
        "ACI033",
    ),
    "a registry with a scheme": (
        WEB + "imageRegistryCredentials: [{server: 'https://r.io', username: u, password: '${env:S}'}]\n",
        "ACI085",
    ),
    "a registry without a password": (WEB + "imageRegistryCredentials: [{server: r.io, username: u}]\n", "ACI086"),
    "metadata beside logs": (
        WEB + "diagnostics: {logAnalytics: {workspaceId: 00000000-0000-0000-0000-000000000000, "
        "workspaceKey: '${env:S}', logType: ContainerInstanceLogs, metadata: {a: b}}}\n",
        "ACI207",
    ),
    "two methods of a probe": (web("livenessProbe: {exec: {command: [a]}, httpGet: {port: 80}}"), "ACI075"),
    "no method of a probe": (web("readinessProbe: {periodSeconds: 5}"), "ACI076"),
    "one port of two containers": (
        (
            f"containers: [{{name: a, image: 'nginx:1', {SIZE}, ports: [80]}}, "
            f"{{name: b, image: 'nginx:1', {SIZE}, ports: [80]}}]\n"
        ),
        "ACI016",
    ),
    "two containers on Windows": (
        (
            f"osType: Windows\ncontainers: [{{name: a, image: 'nginx:1', {SIZE}}}, "
            f"{{name: b, image: 'nginx:1', {SIZE}}}]\n"
        ),
        "ACI061",
    ),
    "no CPU": (web(size="resources: {cpu: 0, memoryInGB: 1}"), "ACI059"),
    "a label without a public address": (
        web("ports: [80]")
        + f"ipAddress: {{type: Private, ports: [80], dnsNameLabel: shop-web}}\nsubnetIds: [{{id: {SUBNET}}}]\n",
        "ACI047",
    ),
    "a spot group with an address": (
        web("ports: [80]") + "priority: Spot\nipAddress: {type: Public, ports: [80]}\n",
        "ACI050",
    ),
    "a slash in the name of a tag": (WEB + "tags: {a/b: x}\n", "ACI095"),
    "more than a claim": (WEB + PROFILE + POOL, "ACI205"),
}
"""Manifests with the error that each has, all of them things that Azure was seen to refuse."""

TAKEN = {
    "the plainest": (WEB, ()),
    "a port that the FAQ says to avoid": (web("ports: [22]"), ("ACI012",)),
    "less than 1 CPU and 1 GB": (web(size="resources: {cpu: 0.5, memoryInGB: 0.5}"), ("ACI055", "ACI055")),
    "files of both kinds": (
        WEB
        + "volumes: [{name: both, secret: {a: {fromText: '${env:S}'}}, secretReference: {b: v}}]\n"
        + f"identity: {{type: UserAssigned, userAssignedIdentities: {{{IDENTITY}: {{}}}}}}\n"
        + f"secretReferences: [{{name: v, identity: {IDENTITY}, secretReferenceUri: 'https://v.vault.azure.net/secrets/s'}}]\n",
        ("ACI036",),
    ),
    "a claim with a subnet": (
        "containers: [{name: web, configMap: {keyValuePairs: {a: b}}}]\n"
        + PROFILE
        + POOL
        + f"subnetIds: [{{id: {SUBNET}}}]\n",
        (),
    ),
    "a claim": ("containers: [{name: web, configMap: {keyValuePairs: {a: b}}}]\n" + PROFILE + POOL, ()),
    "a relative path": (
        web("volumeMounts: {data: data}") + "volumes: [{name: data, emptyDir: {}}]\n",
        ("ACI035",),
    ),
    "a word that stands for an image": (web(image="privateImage"), ("ACI202",)),
    "a public address and a subnet by an expression": (
        web("ports: [80]")
        + "ipAddress: {type: Public, ports: [80], dnsNameLabel: shop-web}\n"
        + "subnetIds: [{id: \"[variables('subnet')]\"}]\n",
        ("ACI048",),
    ),
    "an image whose host has capitals": (web(image="Shop.azurecr.io/web:1"), ("ACI203",)),
}
"""Manifests without an error, with what is said of them."""


def diagnosed(folder: Path, manifest: str) -> tuple[list[tuple[str, Severity]], Any]:
    """Return what is said of a manifest, and the body that would be sent."""
    text = f"name: web\nresourceGroup: rg\nlocation: westeurope\n{manifest}"
    (folder / "web.yaml").write_text(text, encoding="utf-8")
    loaded = load(Reading(cwd=folder, environ={"S": "c2VjcmV0"}, version="0.1.0"))
    return [(each.code, each.severity) for each in loaded.diagnostics], opened(
        add_required_defaults(loaded.resources[0].body)
    )


def opened(value: Any) -> Any:
    """Return the body as the request holds it."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, dict):
        return {name: opened(each) for name, each in value.items()}
    return [opened(each) for each in value] if isinstance(value, list) else value


def answered(body: Any) -> tuple[int, str]:
    """Return the status and, of a refusal, the code that the emulator answers a creation with."""
    emulator = Emulator(open_store(None), clock=lambda: 1_700_000_000.0, entropy=os.urandom)
    for path, version, content in (
        (GROUP, "2021-04-01", {"location": "westeurope"}),
        (f"{GROUP}/providers/Microsoft.ContainerInstance/containerGroups/web", "2025-09-01", body),
    ):
        response = emulator.handle(Request("PUT", f"{path}?api-version={version}", {}, json.dumps(content).encode()))
    answer = json.loads(response.body or b"{}")
    return response.status, answer.get("error", {}).get("code", "")


@pytest.mark.parametrize("case", REFUSED)
def test_an_error_is_what_azure_refuses(case: str, tmp_path: Path) -> None:
    """Offline by our code, and by the emulator with 400."""
    manifest, code = REFUSED[case]

    told, body = diagnosed(tmp_path, manifest)

    assert (code, Severity.ERROR) in told
    assert 400 == answered(body)[0]


@pytest.mark.parametrize("case", TAKEN)
def test_what_is_no_error_is_taken(case: str, tmp_path: Path) -> None:
    """With a warning or without."""
    manifest, codes = TAKEN[case]

    told, body = diagnosed(tmp_path, manifest)

    assert list(codes) == [code for code, _ in told]
    assert Severity.ERROR not in {severity for _, severity in told}
    assert (201, "") == answered(body)
