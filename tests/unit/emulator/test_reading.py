"""How bodies are read: required properties, kinds, and loose scalars."""

from __future__ import annotations

import pytest
from unit.emulator.emulator_world import World, changed, container, group

FIRST = "properties.containers.0"
CONTENT = "InvalidRequestContent"
OLD = "2023-05-01"


def test_older_api_versions_require_an_image() -> None:
    """Required until 2025-09-01, when profiles came."""
    world = World()

    assert (400, CONTENT) == world.code(world.put("web", changed(group(), f"{FIRST}.properties.image", None), OLD))


@pytest.mark.parametrize("version", [OLD, "2025-09-01", "2026-07-01"])
def test_a_group_without_an_os_type_is_refused_at_every_api_version(version: str) -> None:
    """Nothing is filled in; the words are those that az's users met."""
    answer = World().put("web", changed(group(), "properties.osType", None), version)

    assert 400 == answer.status
    assert {
        "code": "InvalidOsType",
        "message": "The 'osType' for container group '<null>' is invalid. The value must be one of 'Windows,Linux'.",
    } == answer.json()["error"]


@pytest.mark.parametrize("version", [OLD, "2025-09-01", "2026-07-01"])
def test_a_container_without_resources_is_refused_at_every_api_version(version: str) -> None:
    """The words are those that az's users met."""
    answer = World().put("web", changed(group(), f"{FIRST}.properties.resources", None), version)

    assert 400 == answer.status
    assert {
        "code": "ResourceRequestsNotSpecified",
        "message": "The resource requests are not specified in container 'web' of contain group 'web'. "
        "Both memory and CPU requests are required since API version '2017-07-01-preview'.",
    } == answer.json()["error"]


def test_a_missing_property_is_told_in_the_deserialisers_words() -> None:
    """The text that users search for."""
    message = World().put("web", {"location": "westus"}).json()["error"]["message"]

    assert message.startswith(
        "The request content was invalid and could not be deserialized: "
        "'Required property 'properties' not found in JSON. Path '', line 1, position "
    )


def test_a_wrong_kind_is_told_in_the_deserialisers_words() -> None:
    """Also recorded by users."""
    body = changed(group(), f"{FIRST}.properties.environmentVariables", {"A": "1"})

    message = World().put("web", body).json()["error"]["message"]

    assert "Cannot deserialize the current JSON object" in message
    assert "into type 'ContainerEnvironmentVariable[]' because the type requires a JSON array" in message
    assert "Path 'properties.containers[0].properties.environmentVariables'" in message


def test_scalars_are_read_as_loosely_as_the_service_reads_them() -> None:
    """Quoted numbers and booleans, bare numbers as text, nulls as absent."""
    world = World()
    body = group(
        tags=None,
        containers=[
            container(
                "web",
                ports=[{"port": "80", "protocol": None}],
                environmentVariables=[
                    {"name": "A", "value": 5},
                    {"name": "B", "value": True},
                    {"name": "C", "value": 1.5},
                ],
                securityContext={"privileged": "true"},
            )
        ],
    )

    shown = world.create("web", body)["properties"]["containers"][0]["properties"]

    assert [{"port": 80}] == shown["ports"]
    assert ["5", "true", "1.5"] == [item["value"] for item in shown["environmentVariables"]]
    assert {"privileged": True} == shown["securityContext"]
