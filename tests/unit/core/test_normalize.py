"""What counts as the same, quirk by quirk."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from factories import body, container, rid

from aci_reconcile.core.desired import drop_computed
from aci_reconcile.core.diff import diff, split_leaves
from aci_reconcile.core.fields import ROOT, Fold, Replaces
from aci_reconcile.core.model import Contents, Resource
from aci_reconcile.core.normalize import POSITION, align, entry_key, fold, normalize, secrets_in, secrets_of, to_plain
from aci_reconcile.core.references import Deferred, GroupReference
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from aci_reconcile.core.fields import Node


def changes(live: dict[str, Any], desired: dict[str, Any]) -> list[str]:
    """Return the paths that differ, as a plan shows them."""
    after = normalize(desired)
    return [each.path for each in diff(align(normalize(live), after)[0], after)]


def vault(url: str) -> dict[str, str]:
    """Return ``encryptionProperties``."""
    return {"vaultBaseUrl": url, "keyName": "k", "keyVersion": "v"}


def secret_reference(uri: str) -> dict[str, str]:
    """Return an entry of ``secretReferences``."""
    return {"name": "s", "identity": "/i", "secretReferenceUri": uri}


SAME: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "defaults": (body(sku="Standard", priority="Regular", restartPolicy="Always"), body()),
    "location as people write it": ({**body(), "location": "West Europe"}, body()),
    "numbers": (body(container(resources={"requests": {"cpu": 1.0, "memoryInGB": 1.5}})), body()),
    "empty lists": (body(initContainers=[], volumes=[], imageRegistryCredentials=None), body()),
    "protocol": (body(container(ports=[{"port": 80, "protocol": "tcp"}])), body(container(ports=[{"port": 80}]))),
    "order of ports": (
        body(container(ports=[{"port": 80}, {"port": 81}])),
        body(container(ports=[{"port": 81}, {"port": 80}])),
    ),
    "order of containers": (body(container("a"), container("b")), body(container("b"), container("a"))),
    "a variable without a value": (
        body(container(environmentVariables=[{"name": "A"}])),
        body(container(environmentVariables=[{"name": "A", "value": ""}])),
    ),
    "a secret variable": (
        body(container(environmentVariables=[{"name": "A"}])),
        body(container(environmentVariables=[{"name": "A", "secureValue": Secret("x")}])),
    ),
    "a secret volume": (
        body(volumes=[{"name": "v", "secret": {}}]),
        body(volumes=[{"name": "v", "secret": {"file": Secret("eA==")}}]),
    ),
    "what Azure adds": (
        {**body(provisioningState="Succeeded", provisioningTimeoutInSeconds=1800), "id": "/x", "systemData": {"a": 1}},
        body(),
    ),
    "the address Azure chose": (
        body(ipAddress={"type": "Public", "ports": [{"port": 80}], "ip": "1.2.3.4", "fqdn": "x"}),
        body(ipAddress={"type": "Public", "ports": [{"port": 80}]}),
    ),
    "a public address that is not Azure's": (
        body(ipAddress={"type": "Public", "ports": [{"port": 80}], "ip": "198.18.0.2", "fqdn": "x"}),
        body(ipAddress={"type": "public", "ports": [{"port": 80}], "ip": "203.0.113.4"}),
    ),
    "a public address that Azure does not tell": (
        body(ipAddress={"type": "Public", "ports": [{"port": 80}]}),
        body(ipAddress={"type": "Public", "ports": [{"port": 80}], "ip": "203.0.113.4"}),
    ),
    "the private address Azure chose": (
        body(ipAddress={"type": "Private", "ports": [{"port": 80}], "ip": "10.0.0.4"}),
        body(ipAddress={"type": "Private", "ports": [{"port": 80}]}),
    ),
    "a vault with a final slash": (
        body(encryptionProperties=vault("https://kv.vault.azure.net/")),
        body(encryptionProperties=vault("https://kv.vault.azure.net")),
    ),
    "a vault in capitals, with its port": (
        body(encryptionProperties=vault("https://kv.vault.azure.net/")),
        body(encryptionProperties=vault("HTTPS://KV.Vault.Azure.Net:443")),
    ),
    "the host of a secret's URI": (
        body(secretReferences=[secret_reference("https://kv.vault.azure.net/secrets/A")]),
        body(secretReferences=[secret_reference("https://KV.vault.azure.net:443/secrets/A")]),
    ),
    "the endpoint of an identity": (
        body(imageRegistryCredentials=[{"server": "r.azurecr.io", "identityUrl": "https://id.example/"}]),
        body(imageRegistryCredentials=[{"server": "r.azurecr.io", "identityUrl": "https://id.example"}]),
    ),
    "the enforcement policy Azure wrote": (body(confidentialComputeProperties={"ccePolicy": "cG9saWN5"}), body()),
    "identities": (
        {
            **body(),
            "identity": {
                "type": "UserAssigned",
                "userAssignedIdentities": {"/S/A": {"clientId": "c", "principalId": "p"}},
            },
        },
        {**body(), "identity": {"type": "userassigned", "userAssignedIdentities": {"/s/a": {}}}},
    ),
    "spaces in an enum": (
        {**body(), "identity": {"type": "SystemAssigned, UserAssigned"}},
        {**body(), "identity": {"type": "SystemAssigned,UserAssigned"}},
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_what_means_the_same_is_no_difference(case: str) -> None:
    """Azure's answer on the left, the manifest on the right."""
    assert [] == changes(*SAME[case])


DIFFERENT: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "image": (body(), body(container(image="nginx:2")), ["containers[web].image"]),
    "a setting Git is silent about": (body(restartPolicy="Never"), body(), ["restartPolicy"]),
    "a variable": (
        body(container(environmentVariables=[{"name": "A", "value": "1"}])),
        body(container(environmentVariables=[{"name": "A", "value": "2"}])),
        ["containers[web].environmentVariables[A]"],
    ),
    "a private-looking variable": (
        body(container(environmentVariables=[{"name": "__A", "value": "1"}])),
        body(),
        ["containers[web].environmentVariables"],
    ),
    "order of init containers": (
        body(initContainers=[{"name": "a"}, {"name": "b"}]),
        body(initContainers=[{"name": "b"}, {"name": "a"}]),
        ["initContainers[a].(position)", "initContainers[b].(position)"],
    ),
    "order of the command": (
        body(container(command=["a", "b"])),
        body(container(command=["b", "a"])),
        ["containers[web].command"],
    ),
    "an address that is pinned": (
        body(ipAddress={"type": "Private", "ip": "10.0.0.4"}),
        body(ipAddress={"type": "Private", "ip": "10.0.0.5"}),
        ["ipAddress.ip"],
    ),
    "from a public to a private address": (
        body(ipAddress={"type": "Public", "ip": "203.0.113.4"}),
        body(ipAddress={"type": "Private", "ip": "10.0.0.5"}),
        ["ipAddress.type", "ipAddress.ip"],
    ),
    "from a private to a public address": (
        body(ipAddress={"type": "Private", "ip": "10.0.0.5"}),
        body(ipAddress={"type": "Public", "ip": "203.0.113.4"}),
        ["ipAddress.type"],
    ),
    "the path of a secret's URI": (
        body(secretReferences=[secret_reference("https://kv.vault.azure.net/secrets/A")]),
        body(secretReferences=[secret_reference("https://kv.vault.azure.net/secrets/a")]),
        ["secretReferences[s].secretReferenceUri"],
    ),
    "another vault": (
        body(encryptionProperties={"vaultBaseUrl": "https://kv.vault.azure.net/"}),
        body(encryptionProperties={"vaultBaseUrl": "https://kv2.vault.azure.net"}),
        ["encryptionProperties.vaultBaseUrl"],
    ),
    "another port of a vault": (
        body(encryptionProperties={"vaultBaseUrl": "https://kv.vault.azure.net/"}),
        body(encryptionProperties={"vaultBaseUrl": "https://kv.vault.azure.net:8443/"}),
        ["encryptionProperties.vaultBaseUrl"],
    ),
    "a repository's spelling": (
        body(volumes=[{"name": "v", "gitRepo": {"repository": "https://github.com/a/b"}}]),
        body(volumes=[{"name": "v", "gitRepo": {"repository": "https://github.com/a/b/"}}]),
        ["volumes[v].gitRepo.repository"],
    ),
    "emptyDir is a source": (
        body(volumes=[{"name": "v"}]),
        body(volumes=[{"name": "v", "emptyDir": {}}]),
        ["volumes[v].emptyDir"],
    ),
    "case of a tag's value": (body(tags={"a": "X"}), body(tags={"a": "x"}), ["tags.a"]),
    "port and protocol": (
        body(container(ports=[{"port": 53, "protocol": "UDP"}])),
        body(container(ports=[{"port": 53}])),
        ["containers[web].ports[53/TCP]", "containers[web].ports[53/UDP]"],
    ),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_what_means_something_else_is_named(case: str) -> None:
    """The path is the one people write."""
    live, desired, paths = DIFFERENT[case]

    assert paths == changes(live, desired)


def test_unknown_live_fields_are_reported_not_compared() -> None:
    """A field that Azure invents is no drift; one that the manifest names is compared."""
    live = body(container(newKnob={"a": 1}), other=True)
    kept, unknown = align(normalize(live), normalize(body()))

    assert ("containers[web].newKnob", "other") == unknown
    assert normalize(body()) == kept
    assert ["other"] == changes(live, body(container(newKnob={"a": 1.0}), other=False))


def test_secrets_are_found_by_path() -> None:
    """Every write-only value, where people would look for it."""
    found = secrets_of(
        body(
            container(environmentVariables=[{"name": "A", "secureValue": Secret("1")}]),
            volumes=[
                {"name": "s", "secret": {"f": Secret("2")}},
                {"name": "a", "azureFile": {"shareName": "s", "storageAccountKey": Secret("3")}},
            ],
            imageRegistryCredentials=[{"server": "X.azurecr.io", "password": Secret("4")}],
            extensions=[{"name": "e", "properties": {"protectedSettings": {"k": [Secret("5")]}}}],
        )
    )

    assert [
        "containers[web].environmentVariables[A]",
        "extensions[e].protectedSettings.k[0]",
        "imageRegistryCredentials[x.azurecr.io].password",
        "volumes[a].azureFile.storageAccountKey",
        "volumes[s].secret.f",
    ] == list(found)


REPLACES = {
    "image": (body(container(image="x")), Replaces.NO),
    "memory": (body(container(resources={"requests": {"cpu": 1, "memoryInGB": 4}})), Replaces.YES),
    "a port": (body(container(ports=[{"port": 80}])), Replaces.MAY),
    "a container": (body(container(), container("side")), Replaces.MAY),
    "a subnet": (body(subnetIds=[{"id": "/s"}]), Replaces.YES),
    "an address": (body(ipAddress={"type": "Public", "ports": [{"port": 80}]}), Replaces.YES),
    "a tag": (body(tags={"a": "b"}), Replaces.NO),
    "log analytics": (body(diagnostics={"logAnalytics": {"workspaceId": "w"}}), Replaces.MAY),
    "location": ({**body(), "location": "eastus"}, Replaces.YES),
}


@pytest.mark.parametrize("case", REPLACES)
def test_what_a_field_costs(case: str) -> None:
    """The table says what cannot change in place; subtrees inherit it, entries that come or go are judged apart."""
    after, cost = REPLACES[case]
    found = diff(normalize(body()), normalize(after))

    assert [cost] == [each.replaces for each in found]


def test_leaves_of_an_added_container() -> None:
    """An added object is shown leaf by leaf, in the table's order."""
    side = container("side", environmentVariables=[{"name": "A", "value": "1"}], ports=[{"port": 81}])
    (added,) = diff(normalize(body()), normalize(body(container(), side)))

    assert [
        "containers[side].image",
        "containers[side].ports[81/TCP]",
        "containers[side].environmentVariables[A]",
        "containers[side].resources.requests.memoryInGB",
        "containers[side].resources.requests.cpu",
    ] == [each.path for each in split_leaves(added)]


def test_what_azure_chooses_is_not_asked_for() -> None:
    """The ip of a public address goes, that of a private one stays; nothing is mutated."""
    public = body(ipAddress={"type": "Public", "ip": "203.0.113.4", "ports": [{"port": 80}]})
    private = body(ipAddress={"type": "Private", "ip": "10.0.0.4", "ports": [{"port": 80}]})

    assert body(ipAddress={"type": "Public", "ports": [{"port": 80}]}) == drop_computed(public)
    assert "203.0.113.4" == public["properties"]["ipAddress"]["ip"]
    assert [private, body()] == [drop_computed(each) for each in (private, body())]


URLS = {
    "https://kv.vault.azure.net": "https://kv.vault.azure.net/",
    "HTTP://Host:80/Path": "http://host/Path",
    "http://host:443/": "http://host:443/",
    "https://host:/x?Q#F": "https://host/x?Q#F",
    "https://host?q": "https://host/?q",
    "https://User:Pw@HOST/a/": "https://User:Pw@host/a/",
    "https://[2001:DB8::1]:443/": "https://[2001:db8::1]/",
    "https://": "https://",
    "https://host:port/": "https://host:port/",
    "ftp://Host": "ftp://Host",
    "git@GitHub.com:a/b": "git@GitHub.com:a/b",
    "KV": "KV",
    "": "",
}


@pytest.mark.parametrize("written", URLS)
def test_the_normal_form_of_an_address(written: str) -> None:
    """Scheme and host fold case, the scheme's own port goes, a bare host has a slash; what is no address stays."""
    assert URLS[written] == fold(written, Fold.URL)
    assert URLS[written] == fold(URLS[written], Fold.URL)


def test_the_normal_form_of_a_body() -> None:
    """Everything that can be written in more than one way, written in one."""
    given: dict[str, Any] = {
        "id": "/x",
        "location": "West Europe",
        "tags": {"Team": "Shop", "gone": None},
        "identity": {"type": "userassigned", "userAssignedIdentities": {"/S/A": {"clientId": "c"}}},
        "properties": {
            "osType": "linux",
            "restartPolicy": "always",
            "provisioningState": "Succeeded",
            "newKnob": {"deep": [1.0, None, {"x": None, "y": 2.5}]},
            "containers": [
                container(
                    "web",
                    command=["a", "b"],
                    ports=[{"port": 80.0}, {"port": 53, "protocol": "udp"}],
                    environmentVariables=[
                        {"name": "A", "value": "1"},
                        {"name": "S", "secureValue": Secret("s")},
                    ],
                ),
                container("web", image="twin"),
                container("web", image="third"),
            ],
            "initContainers": [{"name": "b", "properties": {"image": "x"}}, {"name": "a", "properties": {}}],
            "volumes": [{"name": "v", "emptyDir": {}}, {"name": "s", "secret": {"f": Secret("x")}}],
            "imageRegistryCredentials": [],
            "ipAddress": {"type": "Public", "ip": "1.1.1.1", "ports": [{"port": 80, "protocol": "TCP"}]},
        },
    }
    resources = {"requests": {"cpu": 1, "memoryInGB": 1.5}}
    web = {
        "image": "nginx:1.27",
        "command": ["a", "b"],
        "ports": {"80/TCP": {}, "53/UDP": {}},
        "environmentVariables": {"A": {"value": "1"}, "S": {}},
        "resources": resources,
    }
    expected: dict[str, Any] = {
        "location": "westeurope",
        "tags": {"Team": "Shop"},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {"/s/a": {}}},
        "properties": {
            "newKnob": {"deep": [1, None, {"y": 2.5}]},
            "containers": {
                "web": {"properties": web},
                "web'": {"properties": {"image": "twin", "resources": resources}},
                "web''": {"properties": {"image": "third", "resources": resources}},
            },
            "initContainers": {"b": {"properties": {"image": "x"}, POSITION: 0}, "a": {POSITION: 1}},
            "volumes": {"v": {"emptyDir": {}}, "s": {}},
            "ipAddress": {"type": "Public", "ports": {"80/TCP": {}}},
        },
    }

    assert expected == normalize(given)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (1.0, 1),
        (1.5, 1.5),
        (True, True),
        ("x", "x"),
        (None, None),
        ({"a": None, "b": [1.0, {"c": None}]}, {"b": [1, {}]}),
        (MappingProxyType({"a": 2.0}), {"a": 2}),
    ],
)
def test_plain_json(raw: Any, expected: Any) -> None:
    """Numbers in one form, and no members that are null."""
    found = to_plain(raw)

    assert (expected, type(expected)) == (found, type(found))


def entries_of(*path: str) -> Node:
    """Return what is known of a field."""
    node = ROOT
    for name in path:
        node = node.children[name]
    return node


@pytest.mark.parametrize(
    ("path", "raw", "key"),
    [
        (("properties", "containers"), {"name": "web", "properties": {"image": "x"}}, "web"),
        (("properties", "containers"), {}, ""),
        (("properties", "ipAddress", "ports"), {"port": 53, "protocol": "udp"}, "53/UDP"),
        (("properties", "ipAddress", "ports"), {"port": 80}, "80/TCP"),
        (("properties", "imageRegistryCredentials"), {"server": "R.azurecr.io"}, "r.azurecr.io"),
        (("zones",), "1", "1"),
        (("properties", "osType"), {"name": "x"}, ""),
    ],
)
def test_an_entry_goes_by_its_key(path: tuple[str, ...], raw: Any, key: str) -> None:
    """As in the normal form; a list without keys has none."""
    assert key == entry_key(raw, entries_of(*path))


def test_a_secret_in_a_field_that_nobody_knows_goes_by_its_name() -> None:
    """As it is written."""
    hidden = Secret("a")

    assert {"Xtra": hidden, "Xtra.X": hidden} == {**secrets_of({"Xtra": hidden}), **secrets_of({"Xtra": {"X": hidden}})}


WAITING = Deferred("X ", GroupReference("rg-Shop/DB", "ipAddress.ip"))
OTHERWISE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a list for a text": ({"properties": {"osType": ["Linux", None, 1.0]}}, {"osType": ["Linux", None, 1]}),
    "an object for a list": (
        {"properties": {"containers": {"a": {"properties": {"instanceView": {"state": "x"}}}}}},
        {"containers": {"a": {"properties": {"instanceView": {"state": "x"}}}}},
    ),
    "a list for a map": (
        {"properties": {"containers": [], "osType": 1.0}, "identity": {"userAssignedIdentities": [{"clientId": "x"}]}},
        {"osType": 1},
    ),
}


@pytest.mark.parametrize("case", OTHERWISE)
def test_what_has_another_shape_than_the_table_says_is_plain_json(case: str) -> None:
    """Nothing in it is taken for a field."""
    given, properties = OTHERWISE[case]
    identity = {name: given[name] for name in given if name == "identity"}

    assert {"properties": properties, **identity} == normalize(given)


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("on Failure", "OnFailure"),
        ("Sometimes Not", "Sometimes Not"),
        (WAITING, WAITING),
    ],
)
def test_a_text_of_a_few_is_spelled_as_the_table_spells_it(given: str, normal: str) -> None:
    """What the table does not know, and what is not known yet, stays as it is."""
    assert {"properties": {"restartPolicy": normal}} == normalize({"properties": {"restartPolicy": given}})


@pytest.mark.parametrize(("given", "normal"), [("/Subnets/A", "/subnets/a"), (WAITING, WAITING)])
def test_a_text_is_folded_once_it_is_known(given: str, normal: str) -> None:
    """What waits for another group is compared as it stands."""
    credentials = [{"server": "a", "identity": given}]
    found: Any = normalize({"properties": {"imageRegistryCredentials": credentials}})
    identity = found["properties"]["imageRegistryCredentials"]["a"]["identity"]

    assert (type(given), normal) == (type(identity), identity)


def test_a_number_or_a_truth_that_is_the_default_is_as_none() -> None:
    """Any other one is kept, and so is none at all of what has no default."""
    probe = {"periodSeconds": 10, "failureThreshold": 4, "httpGet": {"port": 80}}
    mounts = [{"name": "a", "mountPath": "/a", "readOnly": False}, {"name": "b", "mountPath": "/b", "readOnly": True}]
    normal: Any = normalize(body(container(livenessProbe=probe, volumeMounts=mounts)))
    properties = normal["properties"]["containers"]["web"]["properties"]

    assert {"failureThreshold": 4, "httpGet": {"port": 80}} == properties["livenessProbe"]
    assert [("/a", {"name": "a"}), ("/b", {"name": "b", "readOnly": True})] == list(properties["volumeMounts"].items())


def test_secrets_that_were_found_before_are_not_looked_for_again() -> None:
    """Only in that very body; another one is searched, and a plain one never."""
    secret = Secret("s3cr3t")
    holding: dict[str, Any] = {"Xtra": secret}
    known = Contents(holding, {"found": secret}, refers=False)

    assert ["found"] == list(secrets_in(Resource(rid(), holding, known=known)))
    assert ["Xtra"] == list(secrets_in(Resource(rid(), dict(holding), known=known)))
    assert ["Xtra"] == list(secrets_in(Resource(rid(), holding)))
    assert [] == list(secrets_in(Resource(rid(), holding, plain=True)))
