"""Refusals in the words that users met, and values that come back in another form."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from unit.emulator.emulator_world import World, changed, group, public

FIRST = "properties.containers.0.properties"
WORDS: list[tuple[str, Any, str]] = [
    (
        f"{FIRST}.environmentVariables",
        [{"name": "S"}],
        (
            "The environment variable 'S' in container 'web' of container group 'web' is invalid. One and only one "
            "property of 'value' and 'secureValue' can be specified in an environment variable."
        ),
    ),
    (
        f"{FIRST}.environmentVariables",
        [{"name": "a-b", "value": ""}],
        (
            "The environment variable name in container 'web' of container group 'web' is invalid. A valid environment "
            "variable name must start with alphabetic character or `_` , followed by a string of alphanumeric "
            "characters or `_` (e.g. 'my_name',  or 'MY_NAME',  or 'MyName')."
        ),
    ),
    (
        f"{FIRST}.resources.requests",
        {"memoryInGB": 6},
        (
            "The 'Cpu' request is not specified in 'MemoryInGB '6' Cpu ''' in container 'web' of contain group 'web'. "
            "It is required since API version '2017-07-01-preview'."
        ),
    ),
    (
        f"{FIRST}.resources.limits",
        {"cpu": 1.5},
        "The 'Cpu' limit '1.5' in container 'web' is greater than the total request '1' of container group 'web'.",
    ),
    (
        "properties.ipAddress",
        public(443, 80),
        "Following ports '443,80' in the 'ipAddress' are not used by any container in container group 'web'.",
    ),
    (
        "properties.imageRegistryCredentials",
        [{"server": "https://r.io", "password": "p"}],
        (
            "The server 'https://r.io' in the 'imageRegistryCredentials' of container group 'web' is invalid. It "
            "should be a valid host name without protocol."
        ),
    ),
    (
        "properties.imageRegistryCredentials",
        [{"server": "r.io", "password": ""}],
        "The password in the 'imageRegistryCredentials' of container group 'web' cannot be empty.",
    ),
]


@pytest.mark.parametrize(("path", "value", "message"), WORDS)
def test_a_refusal_has_the_words_that_users_met(path: str, value: Any, message: str) -> None:
    """Quoted in public threads."""
    assert message == World().put("web", changed(group(), path, value)).json()["error"]["message"]


@pytest.mark.parametrize("image", ["https://r.azurecr.io/x:1", "nginx:", "<registry>/x", "#{x}#", "$(X)", "{{ x }}"])
def test_an_image_that_no_registry_could_have_is_inaccessible(image: str) -> None:
    """Placeholders that nobody filled in, and a URL."""
    world = World()

    assert (400, "InaccessibleImage") == world.code(world.put("web", group(image)))


def test_a_volume_may_have_a_secret_and_a_reference() -> None:
    """An example of Microsoft's does; the answer keeps the reference."""
    world = World()
    volume = {"name": "data", "secret": {"a": "YQ=="}, "secretReference": {"b": "ref"}}
    shown = world.create("web", group(volumes=[volume]))["properties"]["volumes"]

    assert [{"name": "data", "secret": {}, "secretReference": {"b": "ref"}}] == shown


@pytest.mark.parametrize("sent", ["https://kv.vault.azure.net", "https://kv.vault.azure.net/"])
def test_the_address_of_a_vault_comes_back_with_a_final_slash(sent: str) -> None:
    """However it was sent; it stands right after the sku."""
    world = World()
    encryption = {"vaultBaseUrl": sent, "keyName": "k", "keyVersion": "v"}
    shown = world.create("web", group(encryptionProperties=encryption))["properties"]

    assert ["sku", "encryptionProperties", "isCreatedFromStandbyPool"] == list(shown)[:3]
    assert {**encryption, "vaultBaseUrl": "https://kv.vault.azure.net/"} == shown["encryptionProperties"]


def test_a_confidential_group_without_a_policy_gets_one() -> None:
    """Right after the sku, which comes back in the contract's spelling."""
    world = World()
    bare = world.create("web", group(sku="confidential"))["properties"]
    own = world.create("own", group(sku="Confidential", confidentialComputeProperties={"ccePolicy": "cA=="}))

    assert "Confidential" == bare["sku"]
    assert ["sku", "confidentialComputeProperties", "isCreatedFromStandbyPool"] == list(bare)[:3]
    policy = base64.b64decode(bare["confidentialComputeProperties"]["ccePolicy"]).decode().splitlines()
    assert ["package policy", "", 'api_svn := "0.10.0"', "", 'mount_device := {"allowed": true}'] == policy[:5]
    assert 'exec_in_container := {"allowed": true, "env_list": null}' in policy
    assert {"ccePolicy": "cA=="} == own["properties"]["confidentialComputeProperties"]


@pytest.mark.parametrize("location", ["West US", "westus", "WESTUS"])
def test_a_location_comes_back_as_it_was_sent(location: str) -> None:
    """While links and names have the region's own name."""
    world = World()
    body = group(ipAddress=public(80, dnsNameLabel="shop-web"))
    answer = world.put("web", {**body, "location": location})

    assert location == answer.json()["location"]
    assert "/locations/westus/operations/" in answer.headers["azure-asyncoperation"]
    assert "shop-web.westus.azurecontainer.io" == world.settle("web")["properties"]["ipAddress"]["fqdn"]
