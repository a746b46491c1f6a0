"""Container group profiles: revisions that never change, and the groups that are made from them."""

from __future__ import annotations

from typing import Any

import pytest
from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, SUBSCRIPTION, World, changed, container, group

from aci_reconcile.emulator import Knobs

PROFILES = f"{RESOURCE_GROUP}/providers/Microsoft.ContainerInstance/containerGroupProfiles"
KIND = "Microsoft.ContainerInstance/containerGroupProfiles"
BODY: Any = {
    "location": "eastus",
    "properties": {"osType": "Linux", "restartPolicy": "Never", "containers": [container("web", "nginx:1")]},
}
NEXT = changed(BODY, "properties.containers.0.properties.image", "nginx:2")
RECORDED = "2024-05-01-preview"


def world(*bodies: Any) -> World:
    """Return a world with a profile in one revision for each body."""
    made = World()
    for body in bodies:
        assert made.send("PUT", f"{PROFILES}/shop", body).status in {200, 201}
    return made


def images(answer: Any) -> list[str]:
    """Return the images of profiles or groups in a list."""
    return [item["properties"]["containers"][0]["properties"]["image"] for item in answer.json()["value"]]


def test_a_profile_is_there_at_once_without_defaults() -> None:
    """As Azure PowerShell recorded it: no operation, no `ports: []`, no sku, nothing that an answer of a group adds."""
    made = World().send("PUT", f"{PROFILES}/shop", BODY, RECORDED)

    assert 201 == made.status
    assert not {"azure-asyncoperation", "location", "retry-after"} & set(made.headers)
    assert {
        "properties": {
            "containers": [
                {
                    "name": "web",
                    "properties": {"image": "nginx:1", "resources": {"requests": {"memoryInGB": 1.0, "cpu": 1.0}}},
                }
            ],
            "restartPolicy": "Never",
            "osType": "Linux",
            "revision": 1,
        },
        "id": f"{PROFILES}/shop",
        "name": "shop",
        "type": KIND,
        "location": "eastus",
    } == made.json()
    assert ["containers", "restartPolicy", "osType", "revision"] == list(made.json()["properties"])


def test_a_policy_stands_after_the_system_and_sku_is_spelt_as_in_the_contract() -> None:
    """Recorded; in groups it stands after sku."""
    confidential = changed(BODY, "properties.sku", "confidential")
    confidential["properties"]["confidentialComputeProperties"] = {"ccePolicy": "cA=="}

    properties = World().send("PUT", f"{PROFILES}/shop", confidential, RECORDED).json()["properties"]

    assert "Confidential" == properties["sku"]
    assert ["sku", "containers", "restartPolicy", "osType", "confidentialComputeProperties", "revision"] == list(
        properties
    )


def test_an_address_without_ports_is_accepted() -> None:
    """Recorded: the service checks less than in a group."""
    answer = World().send("PUT", f"{PROFILES}/shop", changed(BODY, "properties.ipAddress", {"type": "Public"}))

    assert (201, {"type": "Public"}) == (answer.status, answer.json()["properties"]["ipAddress"])


def test_what_differs_is_a_new_revision_and_what_does_not_is_none() -> None:
    """Former revisions are read as they were."""
    made = world(BODY, NEXT, NEXT, {**NEXT, "tags": {"team": "shop"}})
    revisions = made.send("GET", f"{PROFILES}/shop/revisions")

    assert ["nginx:1", "nginx:2"] == images(revisions)
    assert [1, 2] == [item["properties"]["revision"] for item in revisions.json()["value"]]
    assert 2 == made.send("GET", f"{PROFILES}/shop").json()["properties"]["revision"]
    assert revisions.json()["value"][0] == made.send("GET", f"{PROFILES}/shop/revisions/1").json()


@pytest.mark.parametrize("revision", ["0", "3", "x", "99999999999999999999"])
def test_a_revision_that_never_was_is_not_found(revision: str) -> None:
    """In ARM's words."""
    made = world(BODY, NEXT)

    assert (404, "ResourceNotFound") == made.code(made.send("GET", f"{PROFILES}/shop/revisions/{revision}"))


def test_tags_are_patched_without_a_new_revision() -> None:
    """And nothing but tags."""
    made = world(BODY)

    answer = made.send("PATCH", f"{PROFILES}/shop", {"tags": {"team": "shop"}, "properties": {"osType": "Windows"}})

    assert ({"team": "shop"}, 1, "Linux") == (
        answer.json()["tags"],
        answer.json()["properties"]["revision"],
        answer.json()["properties"]["osType"],
    )
    assert answer.json()["tags"] == made.send("PATCH", f"{PROFILES}/shop", {}).json()["tags"]


def test_lists_hold_the_profiles_of_a_resource_group_and_of_a_subscription() -> None:
    """In pages, like all lists."""
    made = world(BODY)
    made.send("PUT", f"{PROFILES}/data", NEXT)
    other = PROFILES.replace("rg-test", "rg-other")
    made.send("PUT", other.partition("/providers/")[0], {"location": "westus"})
    made.send("PUT", f"{other}/else", BODY)

    assert ["data", "shop"] == [item["name"] for item in made.send("GET", PROFILES).json()["value"]]
    everywhere = made.send("GET", f"{SUBSCRIPTION}/providers/{KIND}").json()["value"]
    assert ["else", "data", "shop"] == [item["name"] for item in everywhere]


def test_a_profile_is_deleted_with_its_revisions() -> None:
    """200 without a body, then 204; the next one of that name begins anew."""
    made = world(BODY, NEXT)
    answers = [made.send("DELETE", f"{PROFILES}/shop") for _ in range(2)]

    assert [(200, b""), (204, b"")] == [(answer.status, answer.body) for answer in answers]
    assert 404 == made.send("GET", f"{PROFILES}/shop").status
    assert 404 == made.send("PATCH", f"{PROFILES}/shop", {}).status
    assert 1 == made.send("PUT", f"{PROFILES}/shop", NEXT).json()["properties"]["revision"]


def test_a_profile_goes_with_its_resource_group_and_is_one_of_its_resources() -> None:
    """Filtered by type or not."""
    made = world(BODY)
    made.create("shop")
    found = made.send("GET", f"{RESOURCE_GROUP}/resources").json()["value"]
    only = made.send("GET", f"{RESOURCE_GROUP}/resources?$filter=resourceType eq '{KIND}'").json()["value"]
    made.send("DELETE", RESOURCE_GROUP)
    made.now += 60
    made.send("PUT", RESOURCE_GROUP, {"location": "westus"})

    assert ["Microsoft.ContainerInstance/containerGroups", KIND] == [item["type"] for item in found]
    assert found[1:] == only
    assert [] == made.send("GET", PROFILES).json()["value"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"properties": BODY["properties"]}, "LocationRequired"),
        ({**BODY, "location": "nowhere"}, "LocationNotAvailableForResourceType"),
        ({"location": "eastus"}, "InvalidRequestContent"),
        ({"location": "eastus", "properties": {}}, "InvalidRequestContent"),
        ({**BODY, "tags": {"a/b": "c"}}, "InvalidTagName"),
    ],
)
def test_what_every_resource_needs_a_profile_needs_too(body: Any, code: str) -> None:
    """A location, types, tags."""
    made = World()

    assert (400, code) == made.code(made.send("PUT", f"{PROFILES}/shop", body))


def test_a_profile_does_not_move() -> None:
    """It has to be created anew elsewhere."""
    made = world(BODY)

    assert (409, "InvalidResourceLocation") == made.code(
        made.send("PUT", f"{PROFILES}/shop", {**BODY, "location": "westus"})
    )


def test_a_profile_may_not_allow_the_escalation_of_privileges() -> None:
    """Recorded, words included; a group may."""
    security = {"privileged": True, "allowPrivilegeEscalation": True, "capabilities": {}}
    body = changed(BODY, "properties.containers.0.properties.securityContext", security)
    made = World()
    answer = made.send("PUT", f"{PROFILES}/shop", body)

    assert (400, "SecurityContextNotSupported") == made.code(answer)
    assert (
        "Some SecurityContext properties in container 'web' is not supported. "
        'Only the "Privileged" flag is supported.' == answer.json()["error"]["message"]
    )
    assert 201 == made.put("web", body).status


def test_profiles_came_with_2024_05_01() -> None:
    """Older api-versions do not know them."""
    made = World()
    answer = made.send("GET", PROFILES, version="2023-05-01")

    assert (400, "NoRegisteredProviderFound") == made.code(answer)
    assert "type 'containerGroupProfiles'" in answer.json()["error"]["message"]


SECRETS = changed(
    BODY,
    "properties.containers.0.properties.environmentVariables",
    [{"name": "TOKEN", "secureValue": "canary-token"}, {"name": "MODE", "value": "shop"}],
)
SECRETS["properties"] |= {
    "imageRegistryCredentials": [{"server": "shop.azurecr.io", "username": "shop", "password": "canary-password"}],
    "volumes": [
        {
            "name": "share",
            "azureFile": {"shareName": "s", "storageAccountName": "a", "storageAccountKey": "canary-key"},
        },
        {"name": "files", "secret": {"canary-name": "Y2FuYXJ5LWZpbGU="}},
    ],
    "ipAddress": {"type": "Public", "ports": [{"port": 80}]},
}
SECRETS["properties"]["containers"][0]["properties"]["ports"] = [{"port": 80}]


def reference(revision: int | None = None) -> Any:
    """Return how a group names the profile."""
    return {"id": f"{PROFILES}/shop"} | ({} if revision is None else {"revision": revision})


def test_secrets_of_a_profile_are_in_no_answer_and_nowhere_in_the_store() -> None:
    """What is kept of them is that they are there, for the groups to come."""
    made = world(SECRETS)
    shown = made.send("GET", f"{PROFILES}/shop")
    with made.store.transaction() as session:
        kept = str(list(session.scan("profile", "")))

    assert b"canary" not in shown.body
    assert "canary" not in kept
    assert "Y2Fu" not in kept
    assert [{"name": "TOKEN"}, {"name": "MODE", "value": "shop"}] == shown.json()["properties"]["containers"][0][
        "properties"
    ]["environmentVariables"]


def test_a_group_takes_from_its_profile_what_it_leaves_out() -> None:
    """With the secrets of the profile, as far as a group shows them; and what it says itself comes first."""
    made = world(SECRETS)
    body = {
        "location": "eastus",
        "properties": {
            "containerGroupProfile": reference(1),
            "containers": [{"name": "web", "properties": {"image": "nginx:9"}}],
            "restartPolicy": "OnFailure",
        },
    }
    shown = made.create("web", body)["properties"]

    assert ("nginx:9", "OnFailure", "Linux", False) == (
        shown["containers"][0]["properties"]["image"],
        shown["restartPolicy"],
        shown["osType"],
        shown["isCreatedFromStandbyPool"],
    )
    assert {"name": "TOKEN"} == shown["containers"][0]["properties"]["environmentVariables"][0]
    assert [{"name": "files", "secret": {}}] == shown["volumes"][1:]
    assert "revision" not in shown


@pytest.mark.parametrize(("revision", "image"), [(1, "nginx:1"), (2, "nginx:2"), (None, "nginx:2"), (7, "nginx")])
def test_a_claim_on_a_pool_has_the_image_of_its_revision(revision: int | None, image: str) -> None:
    """The latest where it names none; the example's where there never was such a revision."""
    made = world(BODY, NEXT)
    names = ["web"] if revision == 7 else ["web", "other"]
    claim = {
        "location": "eastus",
        "properties": {
            "containerGroupProfile": reference(revision),
            "standbyPoolProfile": {"id": f"{RESOURCE_GROUP}/providers/Microsoft.StandbyPool/pools/p"},
            "containers": [
                {"name": name, "properties": {"configMap": {"keyValuePairs": {"a": "b"}}}} for name in names
            ],
        },
    }
    shown = made.create("web", claim)["properties"]
    made.send("PUT", f"{PROFILES}/shop", changed(BODY, "properties.containers.0.properties.image", "nginx:3"))

    assert (True, "web", image) == (
        shown["isCreatedFromStandbyPool"],
        shown["containers"][0]["name"],
        shown["containers"][0]["properties"]["image"],
    )
    assert {"keyValuePairs": {"a": "b"}} == shown["containers"][0]["properties"]["configMap"]
    assert shown["containers"] == made.get("web")["properties"]["containers"]
    assert 1 == len(shown["containers"])


def test_a_claim_is_answered_by_a_group_that_runs() -> None:
    """As recorded: Succeeded at once, with an operation that has succeeded and tells no events."""
    made = world(changed(BODY, "properties.containers.0.properties.image", "sim/slow:50"))
    subnet = {"id": f"{RESOURCE_GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"}
    claim = {
        "location": "eastus",
        "tags": {},
        "properties": {
            "containers": [{"name": "mine", "properties": {"configMap": {"keyValuePairs": {"a": "b"}}}}],
            "containerGroupProfile": reference(1),
            "standbyPoolProfile": {"id": f"{RESOURCE_GROUP}/providers/Microsoft.StandbyPool/pools/p"},
            "subnetIds": [subnet],
        },
    }
    answer = made.put("web", claim, RECORDED)
    shown = answer.json()["properties"]
    poll = made.send("GET", answer.headers["azure-asyncoperation"]).json()

    assert (201, "Succeeded", "Running") == (answer.status, shown["provisioningState"], shown["instanceView"]["state"])
    assert [
        *("sku", "isCreatedFromStandbyPool", "provisioningState", "provisioningTimeoutInSeconds"),
        *("isCustomProvisioningTimeout", "containers", "initContainers", "imageRegistryCredentials", "restartPolicy"),
        *("osType", "instanceView", "subnetIds", "containerGroupProfile"),
    ] == list(shown)
    (only,) = shown["containers"]
    assert ("web", {"keyValuePairs": {}}, "Running") == (
        only["name"],
        only["properties"]["configMap"],
        only["properties"]["instanceView"]["currentState"]["state"],
    )
    assert (["id", "status", "startTime"], "Succeeded") == (list(poll), poll["status"])
    assert answer.json() == made.send("GET", f"{GROUPS}/web", version=RECORDED).json()


def test_containers_of_a_profile_are_filled_by_name() -> None:
    """One that the profile lacks is the group's own."""
    pair = changed(BODY, "properties.containers", [container("web", "nginx:1"), container("side", "redis:1")])
    made = world(pair)
    body = group("redis:2", containerGroupProfile=reference(), containers=[container("own", "redis:2")])
    body["properties"]["containers"].append({"name": "side", "properties": {"image": "redis:9"}})
    shown = made.create("web", body)["properties"]["containers"]

    assert [("web", "nginx:1"), ("side", "redis:9"), ("own", "redis:2")] == [
        (item["name"], item["properties"]["image"]) for item in shown
    ]


def test_a_role_may_exclude_the_writes_of_profiles() -> None:
    """The action is spelt as the type is, whatever the path."""
    made = World(Knobs(not_actions=frozenset({f"{KIND}/write"})))
    answer = made.send("PUT", f"{PROFILES}/shop".replace("containerGroupProfiles", "containergroupprofiles"), BODY)

    assert (403, "AuthorizationFailed") == made.code(answer)
    assert f"'{KIND}/write'" in answer.json()["error"]["message"]
