"""The short form and ARM's own become one body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.core.model import Lifecycle
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

HEAD = "name: web\n"
CONTAINER = "containers: [{name: a, image: 'x:1', resources: {cpu: 1, memoryInGB: 1}}]\n"


def container(loaded: Any) -> Any:
    """Return the properties of the first container."""
    return loaded.resources[0].properties["containers"][0]["properties"]


def test_native_and_short_are_one(load_text: Loader) -> None:
    """What az container create takes and the short form of it give the same body."""
    short = """
name: web
tags: {team: shop}
containers:
  - name: a
    image: x:1
    environmentVariables: {A: 1, B: {value: b}}
    ports: [80, {port: 53, protocol: UDP}]
    resources: {cpu: 1, memoryInGB: 1.5}
    volumeMounts: {data: /mnt, more: {mountPath: /more, readOnly: true}}
volumes: [{name: data, emptyDir: {}}, {name: more, emptyDir: {}}]
osType: Linux
"""
    native = """
name: web
apiVersion: 2019-12-01
type: Microsoft.ContainerInstance/containerGroups
tags: {team: shop}
properties:
  containers:
  - name: a
    properties:
      image: x:1
      environmentVariables:
      - {name: A, value: '1'}
      - {name: B, value: b}
      ports:
      - port: 80
      - {port: 53, protocol: UDP}
      resources: {requests: {cpu: 1, memoryInGB: 1.5}}
      volumeMounts:
      - {name: data, mountPath: /mnt}
      - {name: more, mountPath: /more, readOnly: true}
  volumes: [{name: data, emptyDir: {}}, {name: more, emptyDir: {}}]
  osType: Linux
"""
    bodies = [load_text(text).resources[0].body for text in (short, native)]

    assert bodies[0] == bodies[1]
    assert bodies[0]["properties"] == {
        "containers": [
            {
                "name": "a",
                "properties": {
                    "image": "x:1",
                    "environmentVariables": [{"name": "A", "value": "1"}, {"name": "B", "value": "b"}],
                    "ports": [{"port": 80}, {"port": 53, "protocol": "UDP"}],
                    "resources": {"requests": {"cpu": 1, "memoryInGB": 1.5}},
                    "volumeMounts": [
                        {"name": "data", "mountPath": "/mnt"},
                        {"name": "more", "mountPath": "/more", "readOnly": True},
                    ],
                },
            }
        ],
        "volumes": [{"name": "data", "emptyDir": {}}, {"name": "more", "emptyDir": {}}],
        "osType": "Linux",
    }


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"),
        ("1.10", "1.10"),
        ("2019-12-01", "2019-12-01"),
        ("0x1F", "0x1F"),
        ('"null"', "null"),
        ("1_0", "1_0"),
    ],
)
def test_texts_are_source_texts(load_text: Loader, written: str, read: str) -> None:
    """Where the schema wants a text, a plain scalar is the text it is."""
    loaded = load_text(f"{HEAD}containers: [{{name: a, image: 'x:1', environmentVariables: {{A: {written}}}}}]\n")

    assert container(loaded)["environmentVariables"] == [{"name": "A", "value": read}]


def test_keys_of_the_authors_own_keep_their_case(load_text: Loader) -> None:
    """Tags, variables and the like are not matched against property names."""
    text = f"{HEAD}tags: {{Location: x, NAME: y, OSTYPE: z, no: w}}\n{CONTAINER}"

    loaded = load_text(text)

    assert loaded.resources[0].tags == {"Location": "x", "NAME": "y", "OSTYPE": "z", "no": "w"}
    assert not loaded.errors


def test_a_tag_set_to_null_is_none(load_text: Loader) -> None:
    """It is to be removed from the live group."""
    loaded = load_text(f"{HEAD}tags: {{gone: null, also: ~}}\n{CONTAINER}")

    assert loaded.resources[0].tags == {"gone": None, "also": None}


def test_every_write_only_leaf_is_a_secret(load_text: Loader) -> None:
    """A literal one, too; settings of the author's own are opened down to their texts."""
    text = f"""{HEAD}
containers:
  - {{name: a, image: 'x:1', environmentVariables: {{A: {{secureValue: s}}}}}}
imageRegistryCredentials: [{{server: a.io, username: u, password: p}}]
volumes:
  - {{name: f, azureFile: {{shareName: s, storageAccountName: a, storageAccountKey: k}}}}
  - {{name: s, secret: {{file: aGVsbG8=, text: {{fromText: hello}}}}}}
diagnostics: {{logAnalytics: {{workspaceId: w, workspaceKey: k, workspaceResourceId: r}}}}
extensions: [{{name: e, extensionType: t, version: 1, settings: {{a: b}}, protectedSettings: {{c: [d, 1]}}}}]
"""
    properties: Any = load_text(text).resources[0].properties
    found = [
        container(load_text(text))["environmentVariables"][0]["secureValue"],
        properties["imageRegistryCredentials"][0]["password"],
        properties["volumes"][0]["azureFile"]["storageAccountKey"],
        *properties["volumes"][1]["secret"].values(),
        properties["diagnostics"]["logAnalytics"]["workspaceKey"],
        properties["diagnostics"]["logAnalytics"]["workspaceResourceId"],
        properties["extensions"][0]["properties"]["protectedSettings"]["c"][0],
    ]

    assert all(isinstance(each, Secret) for each in found)
    assert ["s", "p", "k", "aGVsbG8=", "aGVsbG8=", "k", "r", "d"] == [each.reveal() for each in found]
    assert properties["extensions"][0]["properties"]["settings"] == {"a": "b"}


def test_merge_keys_work(load_text: Loader) -> None:
    """`<<` takes from an anchor what the map itself does not have."""
    text = """
name: web
containers:
  - &base {name: a, image: 'x:1', resources: {cpu: 1, memoryInGB: 1}}
  - {<<: *base, name: b}
"""
    containers: Any = load_text(text).resources[0].properties["containers"]

    assert [("a", "x:1"), ("b", "x:1")] == [(each["name"], each["properties"]["image"]) for each in containers]


def test_numbers_and_flags(load_text: Loader) -> None:
    """They are what the schema wants, whatever the quotes."""
    text = """
name: web
containers:
  - name: a
    image: x:1
    resources: {cpu: "1", memoryInGB: 1.50}
    ports: ["80", 81.0]
    securityContext: {privileged: off, allowPrivilegeEscalation: "true", runAsUser: +5}
"""
    properties = container(load_text(text))

    assert properties["resources"] == {"requests": {"cpu": 1, "memoryInGB": 1.5}}
    assert properties["ports"] == [{"port": 80}, {"port": 81}]
    assert properties["securityContext"] == {"privileged": False, "allowPrivilegeEscalation": True, "runAsUser": 5}


def test_the_first_key_is_where_the_group_stands(load_text: Loader) -> None:
    """A comment above it does not count."""
    loaded = load_text(f"# comment\n\n{HEAD}{CONTAINER}---\n{HEAD.replace('web', 'api')}{CONTAINER}")

    assert ["a.yaml:6:1", "a.yaml:3:1"] == [str(each.where) for each in loaded.resources]


def test_newer_api_versions_pass_what_is_new(load_text: Loader) -> None:
    """Unknown properties go into `properties`, as the author wrote them, and the api-version is the run's."""
    loaded = load_text(f"apiVersion: 2099-01-01-preview\n{HEAD}novelty: {{A: [1, x]}}\nsku: Novel\n{CONTAINER}")

    assert loaded.project.api_version == "2099-01-01-preview"
    assert loaded.resources[0].properties["novelty"] == {"A": [1, "x"]}
    assert loaded.resources[0].properties["sku"] == "Novel"
    assert not loaded.errors


def test_newer_properties_stay_where_they_are(load_text: Loader) -> None:
    """In ARM's own shape, what stands outside `properties` is left outside."""
    text = f"""
apiVersion: 2099-01-01
name: web
outer: 1
properties:
  inner: 2
  {CONTAINER}"""
    loaded = load_text(text)

    assert loaded.resources[0].body["outer"] == 1
    assert loaded.resources[0].properties["inner"] == 2


def test_the_life_cycle(load_text: Loader) -> None:
    """It is read into a value of its own, and no part of the body."""
    life = "{protect: false, adopt: true, replace: allow, detach: true, ignore: [tags.x]}"

    loaded = load_text(f"{HEAD}{CONTAINER}lifecycle: {life}\n")

    assert (
        Lifecycle(protect=False, adopt=True, replace=True, detach=True, ignore=("tags.x",))
        == loaded.resources[0].lifecycle
    )
    assert Lifecycle() == load_text(f"{HEAD}{CONTAINER}").resources[0].lifecycle
    assert {"location", "properties"} == set(loaded.resources[0].body)
