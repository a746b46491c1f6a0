"""The group as it was before a recreation, and whether it could be put back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import OWNER, body, container, group, live, owned, policy, rid
from plans import MISSING, SECRET, stamped, with_secret

from aci_reconcile.core import tags
from aci_reconcile.core.model import Resource
from aci_reconcile.core.secret import Secret, fingerprint
from aci_reconcile.planning.losses import Restoration, make_restoration

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN = Restoration(why_not="its secrets may differ from those in the manifest")
ADDRESS = {"type": "Public", "ports": [{"port": 80}], "dnsNameLabel": "shop-web"}


def seen(resource: Resource, **properties: Any) -> Resource:
    """Return a live group with more properties."""
    return replace(resource, body={**resource.body, "properties": {**resource.properties, **properties}})


def test_what_azure_says_of_itself_is_not_sent_back() -> None:
    """States, views and names that Azure has made go; everything else comes back as it was."""
    there = seen(owned(group(ipAddress={**ADDRESS, "fqdn": "shop-web.westeurope.azurecontainer.io"})))
    kept = {**body(ipAddress=ADDRESS), "tags": {tags.OWNER: OWNER}}

    assert Restoration(Resource(rid(), kept)) == make_restoration(there, group(osType="Windows"), policy())


def test_what_nobody_here_knows_is_sent_back() -> None:
    """A field that is new in Azure is as much the group's as any other."""
    there = owned(group("web", container(command=["a"], strange=[{"x": 1}]), strange={"deep": [1]}))
    kept = {**body(container(command=["a"], strange=[{"x": 1}]), strange={"deep": [1]}), "tags": {tags.OWNER: OWNER}}

    assert Restoration(Resource(rid(), kept)) == make_restoration(there, group(), policy())


def test_what_azure_says_inside_maps_and_lists_is_not_sent_back() -> None:
    """The ids of an identity, and the state of each container; what is of another kind than expected stays."""
    there = owned(group("web", container(configMap={"keyValuePairs": "strange"})))
    identity: dict[str, Any] = {
        "type": "UserAssigned",
        "userAssignedIdentities": {"/a": {"clientId": "c", "principalId": "p"}},
    }
    found = make_restoration(replace(there, body={**there.body, "identity": identity}), group(), policy()).group

    assert found is not None
    assert {
        **body(container(configMap={"keyValuePairs": "strange"})),
        "tags": {tags.OWNER: OWNER},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {"/a": {}}},
    } == found.body


ADDRESSES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "that nobody asked for": ({**ADDRESS, "ip": "1.1.1.1"}, ADDRESS, ADDRESS),
    "that the manifest asks for": (
        {"type": "Private", "ip": "10.0.0.4"},
        {"type": "Private", "ip": "10.0.0.4"},
        {"type": "Private", "ip": "10.0.0.4"},
    ),
    "other than the manifest asks for": (
        {"type": "Private", "ip": "10.0.0.4"},
        {"type": "Private", "ip": "10.0.0.5"},
        {"type": "Private"},
    ),
    "that is not there yet": (ADDRESS, ADDRESS, ADDRESS),
}


@pytest.mark.parametrize("case", ADDRESSES)
def test_an_address(case: str) -> None:
    """Only one that the manifest asks for is asked for again; others are Azure's to choose."""
    there, wanted, kept = ADDRESSES[case]
    found = make_restoration(owned(group(ipAddress=there)), group(ipAddress=wanted), policy()).group

    assert found is not None
    assert {**body(ipAddress=kept), "tags": {tags.OWNER: OWNER}} == found.body


@pytest.mark.parametrize(("state", "stopped"), [("Stopped", True), ("stopped", True), ("Running", False), ("", False)])
def test_a_stopped_group_is_to_be_stopped_again(state: str, stopped: bool) -> None:
    """A creation starts its containers."""
    there = seen(owned(group()), instanceView={"state": state, "events": []})

    assert stopped is make_restoration(there, group(), policy()).stopped


def test_a_read_without_a_view_tells_of_no_stop() -> None:
    """Nothing is made up."""
    there = owned(group())
    bare = {name: each for name, each in there.properties.items() if name != "instanceView"}

    assert make_restoration(replace(there, body={**there.body, "properties": bare}), group(), policy()).stopped is False


@pytest.mark.parametrize(("code", "state"), [(0, "Succeeded"), (1, "Failed")])
def test_a_group_that_has_ended_is_not_put_back(code: int, state: str) -> None:
    """What it has done would be done once more."""
    there = owned(group("web", restartPolicy="Never"), state="Terminated", exitCode=code)

    assert Restoration(why_not=f"it has ended ({state}), and its work would run twice") == (
        make_restoration(there, group(), policy())
    )


def test_secrets_that_the_tag_knows_are_sent_again() -> None:
    """From the manifest, for Azure does not tell them."""
    there = stamped(with_secret(), "DB=s3cret")
    found = make_restoration(there, with_secret(), policy()).group

    assert found is not None
    assert body(container(environmentVariables=[SECRET])) == {**found.body, "tags": {}}
    assert there.tags == found.tags


def with_mark(resource: Resource, mark: str) -> Resource:
    """Return a live group of ours with this fingerprint."""
    return live(resource, tags={tags.OWNER: OWNER, tags.SECRETS: mark})


NOT_BACK: dict[str, tuple[Resource, Resource, Mapping[str, Any]]] = {
    "other secrets": (stamped(with_secret(), "DB=old"), with_secret(), {}),
    "secrets that we never wrote": (owned(with_secret()), with_secret(), {}),
    "a secret that is not at hand": (stamped(with_secret(), "DB=s3cret"), with_secret(MISSING), {}),
    "a secret that the manifest no longer has": (stamped(with_secret(), "DB=s3cret"), group(), {}),
    "a password that somebody else gave": (
        owned(group(imageRegistryCredentials=[{"server": "r.io", "username": "u"}])),
        group(),
        {},
    ),
    "a key that somebody else gave": (
        owned(group(volumes=[{"name": "v", "azureFile": {"shareName": "s", "storageAccountName": "a"}}])),
        group(),
        {},
    ),
    "a fingerprint that nobody can read": (with_mark(with_secret(), "v9:?"), with_secret(), {}),
    "a fingerprint, and a variable that was never secret": (
        with_mark(group(), fingerprint({"x": Secret("y")}, entropy=lambda size: b"s" * size)),
        group(),
        {},
    ),
    "a fingerprint with another key": (
        with_mark(
            with_secret(),
            fingerprint(
                {"containers[web].environmentVariables[DB]": Secret("s3cret")},
                entropy=lambda size: b"s" * size,
                key=Secret("a key that is long enough to be one"),
            ),
        ),
        with_secret(),
        {},
    ),
}


@pytest.mark.parametrize("case", NOT_BACK)
def test_a_group_whose_secrets_are_not_at_hand_is_not_put_back(case: str) -> None:
    """It would come back with other ones, or with none."""
    there, after, rules = NOT_BACK[case]

    assert make_restoration(there, after, policy(**rules)) == UNKNOWN


def test_a_fingerprint_with_our_key_is_known() -> None:
    """The key of the run is taken."""
    key = Secret("a key that is long enough to be one")
    mark = fingerprint(
        {"containers[web].environmentVariables[DB]": Secret("s3cret")}, entropy=lambda size: b"s" * size, key=key
    )

    assert (
        make_restoration(with_mark(with_secret(), mark), with_secret(), policy(fingerprint_key=key)).group is not None
    )


def test_an_empty_secret_volume_of_our_last_write_is_known_to_be_empty() -> None:
    """The tag speaks for it; without one nobody knows what is in it."""
    volumes = [{"name": "files", "secret": {}}]
    desired = group("web", container(environmentVariables=[SECRET]), volumes=volumes)

    assert make_restoration(stamped(desired, "DB=s3cret"), desired, policy()).group is not None


def test_a_fingerprint_with_our_former_key_is_known() -> None:
    """While the project goes from one key to the next."""
    former, key = Secret("a key that is long enough to be one"), Secret("another that is long enough to be one")
    mark = fingerprint(
        {"containers[web].environmentVariables[DB]": Secret("s3cret")}, entropy=lambda size: b"s" * size, key=former
    )
    rules = policy(fingerprint_key=key, former_key=former)

    assert make_restoration(with_mark(with_secret(), mark), with_secret(), rules).group is not None
