"""Live groups as manifests: the whole text, and the variables that stand in for secrets."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from factories import body, container, rid

from aci_reconcile.core.model import Resource
from aci_reconcile.manifest.export.manifests import SharedSettings, dump_yaml, write_manifests

LIVE = body(
    container(
        ports=[{"port": 80, "protocol": "TCP"}, {"port": 53, "protocol": "udp"}],
        command=["sh", "-c", "set -e\nsleep 1h\n"],
        environmentVariables=[{"name": "ANSWER", "value": "no"}, {"name": "DB_PASSWORD"}, {"name": "E", "value": ""}],
        volumeMounts=[{"name": "data", "mountPath": "/mnt/data", "readOnly": False}],
        instanceView={"restartCount": 3},
    ),
    container("sidecar", volumeMounts=[{"name": "data", "mountPath": "/mnt", "readOnly": True}]),
    tags={"team": "shop", "aci-reconcile-project": "x", "Aci-Reconcile-Applied": "y"},
    ipAddress={"type": "Public", "ip": "198.18.0.1", "fqdn": "a.b", "ports": [{"port": 80, "protocol": "TCP"}]},
    volumes=[
        {"name": "data", "azureFile": {"shareName": "s", "storageAccountName": "shopdata", "readOnly": False}},
        {"name": "tls", "secret": {}},
        {"name": "tmp", "emptyDir": {}},
    ],
    imageRegistryCredentials=[{"server": "shop.azurecr.io", "username": "u"}, {"server": "x.io", "identity": "/i"}],
    diagnostics={"logAnalytics": {"workspaceId": "w"}},
    restartPolicy="Always",
    sku="Standard",
    provisioningState="Succeeded",
    newField=1,
)
WRITTEN = """\
name: web
resourceGroup: rg-shop
location: westeurope
tags:
  team: shop
containers:
  - name: web
    image: nginx:1.27
    command:
      - sh
      - -c
      - |
        set -e
        sleep 1h
    ports:
      - 80
      - {protocol: UDP, port: 53}
    environmentVariables:
      ANSWER: "no"
      DB_PASSWORD: {secureValue: "${env:WEB_DB_PASSWORD}"}
      E: ""
    resources: {memoryInGB: 1.5, cpu: 1}
    volumeMounts:
      data: /mnt/data
  - name: sidecar
    image: nginx:1.27
    resources: {memoryInGB: 1.5, cpu: 1}
    volumeMounts:
      - name: data
        mountPath: /mnt
        readOnly: true
ipAddress:
  ports: [80]
  type: Public
volumes:
  - name: data
    azureFile:
      shareName: s
      storageAccountName: shopdata
      storageAccountKey: "${env:SHOPDATA_KEY}"
  - name: tls
    secret:
      name-of-the-file: {fromText: "${env:WEB_TLS}"}
  - name: tmp
    emptyDir: {}
imageRegistryCredentials:
  - server: shop.azurecr.io
    username: u
    password: "${env:SHOP_AZURECR_IO_PASSWORD}"
  - server: x.io
    identity: /i
diagnostics:
  logAnalytics: {workspaceId: w, workspaceKey: "${env:WORKSPACE_KEY}"}
"""


def test_names_that_the_project_lays_into_a_map_and_a_group_lacks() -> None:
    """`null` says of each that the group has it not, in the author's own maps as well; a tag has it in any spelling."""
    logs = {"workspaceId": "w", "logType": "ContainerInsights", "metadata": {"b": "2"}}
    live = body(container(), tags={"Team": "shop"}, diagnostics={"logAnalytics": logs})
    under = "properties.diagnostics.logAnalytics.metadata"
    spoken = {"tags", "tags.team", "tags.stage", under, f"{under}.a", f"{under}.b"}

    (written,) = write_manifests([Resource(rid(), live)], SharedSettings(default_paths=frozenset(spoken)))

    document: dict[str, Any] = yaml.safe_load(written.text)
    assert {"Team": "shop", "stage": None} == document["tags"]
    assert {"b": "2", "a": None} == document["diagnostics"]["logAnalytics"]["metadata"]


@pytest.mark.parametrize(("state", "policy", "written"), [
    ("Stopped", "Always", {"power": "stopped"}),
    ("Running", "Always", None),
    ("Succeeded", "Always", None),
    ("Stopped", "Never", None),
])  # fmt: skip
def test_a_stopped_group_is_to_stay_stopped(state: str, policy: str, written: dict[str, str] | None) -> None:
    """Its next write would start it; a task that is written would do its work again, so nothing is said of it."""
    live = body(container(), instanceView={"state": state}, restartPolicy=policy)
    (manifest,) = write_manifests([Resource(rid(), live)], SharedSettings())

    assert written == yaml.safe_load(manifest.text).get("lifecycle")


def test_the_whole_text() -> None:
    """In the order of the field table, short wherever there is a short form."""
    (written,) = write_manifests([Resource(rid(), LIVE)], SharedSettings())

    assert WRITTEN == written.text
    assert ("newField",) == written.unknown
    assert [
        ("WEB_DB_PASSWORD", "containers[web].environmentVariables[DB_PASSWORD]"),
        ("SHOPDATA_KEY", "volumes[data].azureFile.storageAccountKey"),
        ("WEB_TLS", "volumes[tls].secret"),
        ("SHOP_AZURECR_IO_PASSWORD", "imageRegistryCredentials[shop.azurecr.io].password"),
        ("WORKSPACE_KEY", "diagnostics.logAnalytics.workspaceKey"),
    ] == [(each.variable, each.path) for each in written.needed]


def secure(group: str, *containers: tuple[str, str], resource_group: str = "rg") -> Resource:
    """Return a group whose containers each have a secure variable."""
    made = [container(name, environmentVariables=[{"name": variable}]) for name, variable in containers]
    return Resource(rid(group, resource_group), body(*made))


def variables(*groups: Resource) -> list[str]:
    """Return the variables that stand in for secrets."""
    return [each.variable for written in write_manifests(groups, SharedSettings()) for each in written.needed]


def test_each_secret_has_a_variable_of_its_own() -> None:
    """The container tells two apart, then the resource group, then a number."""
    web = secure("web", ("a", "KEY"), ("b", "KEY"))

    assert ["WEB_KEY", "WEB_B_KEY"] == variables(web)
    assert ["WEB_KEY", "WEB_B_KEY", "WEB_A_KEY", "RG_2_WEB_B_KEY"] == variables(
        web, secure("web", ("a", "KEY"), ("b", "KEY"), resource_group="rg-2")
    )
    assert ["A_B_C", "A_X_B_C", "RG_A_X_B_C", "RG_A_X_B_C_2"] == variables(
        secure("a", ("x", "B_C"), ("x", "B-C"), ("x", "B.C"), ("x", "B C"))
    )


def test_one_secret_has_one_variable() -> None:
    """Whoever uses the same account, registry and user, or workspace uses the same secret."""
    same: dict[str, Any] = {
        "volumes": [{"name": "v", "azureFile": {"shareName": "s", "storageAccountName": "Data"}}],
        "imageRegistryCredentials": [{"server": "x.io", "username": "u"}],
        "diagnostics": {"logAnalytics": {"workspaceId": "w"}},
    }
    other: dict[str, Any] = {**same, "imageRegistryCredentials": [{"server": "x.io", "username": "v"}]}
    groups = [Resource(rid(name), body(**more)) for name, more in (("a", same), ("b", same), ("c", other))]

    assert ["DATA_KEY", "X_IO_PASSWORD", "WORKSPACE_KEY"] * 2 == variables(*groups[:2])
    assert ["DATA_KEY", "X_IO_V_PASSWORD", "WORKSPACE_KEY"] == variables(*groups)[6:]


@pytest.mark.parametrize(
    ("group", "name", "expected"),
    [("azure", "CLIENT_SECRET", "AZURE_A_CLIENT_SECRET"), ("9-lives", "x.y", "_9_LIVES_X_Y")],
)
def test_names_that_may_be_used(group: str, name: str, expected: str) -> None:
    """None is the tool's own, and each is a word that a shell can set."""
    assert [expected] == variables(secure(group, ("a", name)))


def test_references_to_a_vault_need_no_variable() -> None:
    """Azure shows the name of the entry, and that is all there is to it."""
    live = body(
        container(environmentVariables=[{"name": "A", "secureValueReference": "r"}]),
        imageRegistryCredentials=[{"server": "x.io", "username": "u", "passwordReference": "r"}],
        volumes=[{"name": "v", "azureFile": {"storageAccountName": "a", "storageAccountKeyReference": "r"}}],
    )

    assert [] == variables(Resource(rid(), live))


def test_what_cannot_be_seen_is_escaped() -> None:
    """A name that would turn a terminal's text around is written in letters."""
    text = dump_yaml({"a": "x\u202ey", "b": "é", "c": "\x9b2J", "d\u200b": "t\tab"})

    assert 'a: "x\\u202Ey"\nb: é\nc: "\\x9B2J"\n"d\\u200B": "t\\tab"\n' == text


def test_long_keys_stand_before_their_colon() -> None:
    """An ARM id does; a key that YAML would refuse there does not."""
    document: dict[str, Any] = {"/subscriptions/" + "x" * 200: {}, "y" * 1100: "1", "": "z", "m\nn": "1"}
    text = dump_yaml(document)

    assert document == yaml.safe_load(text)
    assert 2 == text.count("? ")
