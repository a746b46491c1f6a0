"""A field left to others keeps its live value in a write."""

from __future__ import annotations

import re
from typing import Any

import pytest
from factories import body, container

from aci_reconcile.core.diff import diff
from aci_reconcile.core.fields import ROOT
from aci_reconcile.core.ignore import (
    carry_over,
    find_missing_entry,
    find_spelling,
    list_entry_keys,
    parse_ignorable,
    value_at,
)
from aci_reconcile.core.normalize import align, normalize


def env(**values: str) -> dict[str, Any]:
    """Return a container with these variables."""
    return container(environmentVariables=[{"name": name, "value": value} for name, value in values.items()])


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a changed value": (body(), body(container(image="other")), "containers[web].image"),
    "a value that only Azure has": (body(), body(restartPolicy="Never"), "restartPolicy"),
    "a value that only Git has": (body(restartPolicy="Never"), body(), "restartPolicy"),
    "an entry that differs": (
        body(env(A="1", B="2")),
        body(env(A="9", B="2")),
        "containers[web].environmentVariables[A]",
    ),
    "an entry that only Azure has": (
        body(env(B="2")),
        body(env(A="9", B="2")),
        "containers[web].environmentVariables[A]",
    ),
    "an entry that only Git has": (
        body(env(A="1", B="2")),
        body(env(B="2")),
        "containers[web].environmentVariables[A]",
    ),
    "a whole list": (body(env(A="1")), body(env(C="3")), "containers[web].environmentVariables"),
    "a tag": (body(tags={"a": "1"}), body(tags={"a": "2"}), "tags.a"),
    "a tag in another spelling": (body(tags={"Env": "1"}), body(tags={"env": "2"}), "tags.ENV"),
    "a tag that only Azure has, in another spelling": (body(), body(tags={"env": "2"}), "tags.ENV"),
    "a tag that only Git has, in another spelling": (body(tags={"env": "2"}), body(), "tags.ENV"),
    "an identity in another spelling": (
        {**body(), "identity": {"type": "UserAssigned", "userAssignedIdentities": {"/A": {}, "/B": {}}}},
        {**body(), "identity": {"type": "UserAssigned", "userAssignedIdentities": {"/b": {}, "/c": {}}}},
        "identity.userAssignedIdentities",
    ),
    "a registry in another spelling": (
        body(imageRegistryCredentials=[{"server": "acr.io", "username": "a"}]),
        body(imageRegistryCredentials=[{"server": "ACR.io", "username": "b"}]),
        "imageRegistryCredentials[Acr.IO].username",
    ),
    "a port in another spelling": (
        body(ipAddress={"type": "Public", "ports": [{"port": 80, "protocol": "TCP"}]}),
        body(ipAddress={"type": "Public", "ports": []}),
        "ipAddress.ports[80/tcp]",
    ),
    "a port without its protocol": (
        body(ipAddress={"type": "Public", "ports": [{"port": 80}]}),
        body(ipAddress={"type": "Public", "ports": []}),
        "ipAddress.ports[80]",
    ),
    "a nested object": (body(), body(diagnostics={"logAnalytics": {"workspaceId": "w"}}), "diagnostics"),
    "nothing anywhere": (body(), body(), "dnsConfig.options"),
    "a container nobody has": (body(), body(), "containers[other].image"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_ignored_field_is_no_difference(case: str) -> None:
    """What would be written equals what is there, at that path and elsewhere as before."""
    desired, live, path = CASES[case]
    after = normalize(carry_over(desired, live, (path,)))

    assert () == diff(align(normalize(live), after)[0], after)


def test_a_tag_keeps_the_spelling_that_it_has_in_azure() -> None:
    """And no second one comes beside it."""
    carried = carry_over(body(tags={"Env": "1", "team": "a"}), body(tags={"env": "2"}), ("tags.ENV",))

    assert {"env": "2", "team": "a"} == carried["tags"]


def test_other_fields_are_still_written() -> None:
    """Ignoring one field hides no other."""
    desired, live = body(container(image="new"), restartPolicy="Never"), body()
    after = normalize(carry_over(desired, live, ("restartPolicy",)))

    assert ["containers[web].image"] == [each.path for each in diff(normalize(live), after)]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("containers[web].imag", "no such field"),
        ("imageRegistryCredentials[x].password", "never returns"),
        ("volumes[v].secret.file", "never returns"),
    ],
)
def test_what_cannot_be_ignored(path: str, why: str) -> None:
    """An unknown field, and one that Azure never returns."""
    with pytest.raises(ValueError, match=why):
        parse_ignorable(path)


ADDRESS = {"type": "Public", "ports": [{"port": 80}]}
REGISTRY = {"server": "r.io", "username": "shop"}
CARRIED: dict[str, tuple[dict[str, Any], dict[str, Any], str, dict[str, Any]]] = {
    "one field of a container": (
        body(container(image="new", command=["a"])),
        body(container(image="old", command=["b"])),
        "containers[web].image",
        body(container(image="old", command=["a"])),
    ),
    "a field that Azure does not have": (
        body(restartPolicy="Never", osType="Windows"),
        body(),
        "restartPolicy",
        body(osType="Windows"),
    ),
    "one of two fields of something that Azure does not have": (
        body(ipAddress={**ADDRESS, "dnsNameLabel": "a"}),
        body(),
        "ipAddress.dnsNameLabel",
        body(ipAddress=ADDRESS),
    ),
    "the only field of something that Azure does not have": (
        body(dnsConfig={"options": "x"}),
        body(),
        "dnsConfig.options",
        body(),
    ),
    "the only field of something that Azure has": (
        body(dnsConfig={"options": "x"}),
        body(dnsConfig={}),
        "dnsConfig.options",
        body(dnsConfig={}),
    ),
    "a field of something that Git does not have": (
        body(),
        body(dnsConfig={"options": "x"}),
        "dnsConfig.options",
        body(dnsConfig={"options": "x"}),
    ),
    "a field of something that Git does not have, and that is empty in Azure": (
        body(),
        body(dnsConfig={}),
        "dnsConfig.options",
        body(),
    ),
    "a field of something that is empty in both": (
        body(dnsConfig={}),
        body(dnsConfig={}),
        "dnsConfig.options",
        body(dnsConfig={}),
    ),
    "a field of something that is empty in Git": (body(dnsConfig={}), body(), "dnsConfig.options", body()),
    "nothing anywhere": (body(), body(), "dnsConfig.options", body()),
    "an entry in its place": (
        body(env(A="1", B="2", C="3")),
        body(env(B="9")),
        "containers[web].environmentVariables[B]",
        body(env(A="1", B="9", C="3")),
    ),
    "an entry that only Azure has": (
        body(env(A="1")),
        body(env(C="3", B="9")),
        "containers[web].environmentVariables[B]",
        body(env(A="1", B="9")),
    ),
    "an entry that only Git has": (
        body(env(A="1", B="2", C="3")),
        body(env(A="1")),
        "containers[web].environmentVariables[B]",
        body(env(A="1", C="3")),
    ),
    "a field of an entry that Git does not have": (
        body(),
        body(imageRegistryCredentials=[REGISTRY]),
        "imageRegistryCredentials[r.io].username",
        body(),
    ),
    "a field of an entry that Azure does not have": (
        body(imageRegistryCredentials=[REGISTRY]),
        body(),
        "imageRegistryCredentials[r.io].username",
        body(imageRegistryCredentials=[REGISTRY]),
    ),
    "a variable that Azure does not have, of a container that it has": (
        body(container(environmentVariables=[{"name": "A", "value": "1"}])),
        body(container(environmentVariables=[{"name": "B", "value": "2"}])),
        "containers[web].environmentVariables[A].value",
        body(container(environmentVariables=[{"name": "A", "value": "1"}])),
    ),
    "the image of a container that Azure does not have": (
        body(container(), container("side", image="side:1")),
        body(container()),
        "containers[side].image",
        body(container(), container("side", image="side:1")),
    ),
    "a whole container that Azure does not have": (
        body(container(), container("side")),
        body(container()),
        "containers[side]",
        body(container()),
    ),
    "a tag that only Azure has": (body(), body(tags={"a": "1", "b": "2"}), "tags.a", body(tags={"a": "1"})),
}


@pytest.mark.parametrize("case", CARRIED)
def test_what_is_carried_over_is_that_field_and_nothing_else(case: str) -> None:
    """In its place, and without leaving something empty behind."""
    desired, live, path, expected = CARRIED[case]

    assert expected == carry_over(desired, live, (path,))


def test_several_fields_are_carried_over_one_after_another() -> None:
    """None undoes what another did; the manifest itself stays as it was."""
    desired = body(container(image="new", command=["a"]), restartPolicy="Never")
    live = body(container(image="old", command=["b"]))

    assert live == carry_over(desired, live, ("containers[web].image", "restartPolicy", "containers[web].command"))
    assert body(container(image="new", command=["a"]), restartPolicy="Never") == desired


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("osTyp", "osTyp: no such field"),
        (
            "imageRegistryCredentials[x].password",
            "imageRegistryCredentials[x].password: Azure never returns this field, so it cannot be carried over",
        ),
    ],
)
def test_what_cannot_be_ignored_is_told(path: str, why: str) -> None:
    """With the path as it was written."""
    with pytest.raises(ValueError, match=f"^{re.escape(why)}$"):
        parse_ignorable(path)


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("osType", ("properties", "osType")),
        ("containers[web].image", ("properties", "containers", "web", "properties", "image")),
        ("tags.a", ("tags", "a")),
    ],
)
def test_a_path_is_taken_as_people_write_it(path: str, keys: tuple[str, ...]) -> None:
    """Wrappers may be left out."""
    assert keys == parse_ignorable(path)


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("zones[1]", ("zones", "1")),
        ("containers[web].command[0]", ("properties", "containers", "web", "properties", "command", "0")),
        ("ipAddress.ports[80/tcp]", ("properties", "ipAddress", "ports", "80/TCP")),
        ("subnetIds[/Subnets/A].name", ("properties", "subnetIds", "/subnets/a", "name")),
        (
            "imageRegistryCredentials[ACR.io/x].username",
            ("properties", "imageRegistryCredentials", "acr.io/x", "username"),
        ),
    ],
)
def test_the_key_of_an_entry_is_taken_as_it_is_compared(path: str, keys: tuple[str, ...]) -> None:
    """Of one field or of two, or the entry itself; an entry that only its place tells keeps that."""
    assert keys == parse_ignorable(path)


IMAGE = parse_ignorable("containers[web].image")
VALUE = parse_ignorable("containers[web].environmentVariables[A].value")


@pytest.mark.parametrize(
    ("there", "keys", "lacking"),
    [
        (body(), IMAGE, ()),
        ({"properties": {"containers": [{"name": "web"}]}}, IMAGE, ()),
        (body(container("other")), IMAGE, IMAGE[:3]),
        ({}, IMAGE, IMAGE[:3]),
        (body(container("other")), IMAGE[:3], ()),
        (body(container("other")), VALUE, IMAGE[:3]),
        (body(env(B="2")), VALUE, VALUE[:-1]),
        (body(container(environmentVariables=[{"name": "A"}])), VALUE, ()),
        (body(env(B="2")), VALUE[:-1], ()),
    ],
)
def test_which_entry_a_body_lacks_on_the_way(
    there: dict[str, Any], keys: tuple[str, ...], lacking: tuple[str, ...]
) -> None:
    """The outermost; what the path itself names may be absent."""
    assert lacking == find_missing_entry(there, keys)


@pytest.mark.parametrize(
    ("there", "keys", "names"),
    [
        (body(env(A="1", B="2")), VALUE[:-2], ("A", "B")),
        (body(container("a"), container("b")), IMAGE[:2], ("a", "b")),
        (body(), VALUE[:-2], ()),
        ({**body(), "strange": [{"name": "a"}]}, ("strange",), ()),
    ],
)
def test_the_entries_of_a_list_by_name(there: dict[str, Any], keys: tuple[str, ...], names: tuple[str, ...]) -> None:
    """None where there is no list, or none that is known."""
    assert names == list_entry_keys(there, keys)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("properties", "osType"), "Linux"),
        (IMAGE, "nginx:1.27"),
        (("properties", "containers", "other", "properties"), None),
        (("tags", "ENV"), "a"),
        ((), body(tags={"env": "a"})),
    ],
)
def test_what_stands_at_a_place(keys: tuple[str, ...], value: Any) -> None:
    """In a map whose names fold under any spelling; nothing where nothing is."""
    assert value == value_at(body(tags={"env": "a"}), keys)


TAGS = ROOT.children["tags"]
IDENTITIES = ROOT.children["identity"].children["userAssignedIdentities"]
SPELLED: dict[str, tuple[str, dict[str, Any], Any, str]] = {
    "a tag in another case": ("TEAM", {"a": "", "Team": ""}, TAGS, "Team"),
    "a tag that is there beside another spelling": ("team", {"TEAM": "", "team": ""}, TAGS, "team"),
    "a tag that is not there": ("team", {"a": ""}, TAGS, "team"),
    "an identity in another case": ("/ID/a", {"/id/A": {}}, IDENTITIES, "/id/A"),
    "a field, whose names do not fold": ("Location", {"location": "x"}, ROOT, "Location"),
    "what nobody knows": ("Location", {"location": "x"}, None, "Location"),
}


@pytest.mark.parametrize("case", SPELLED)
def test_a_name_is_spelled_as_the_object_spells_it(case: str) -> None:
    """Where its names fold, and the name itself is not there."""
    name, members, node, expected = SPELLED[case]

    assert expected == find_spelling(name, members, node)


def test_a_name_stays_as_declared_where_azure_has_none() -> None:
    """The path may spell it in another way."""
    wanted = {"/id/a": {"clientId": "1", "principalId": "2"}}
    path = "identity.userAssignedIdentities[/ID/A].clientId"
    carried = carry_over({"identity": {"userAssignedIdentities": wanted}}, {"identity": {}}, (path,))

    assert {"identity": {"userAssignedIdentities": {"/id/a": {"principalId": "2"}}}} == carried
