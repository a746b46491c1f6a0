"""What Microsoft's examples of 2025-09-01 send is valid for us, taken by the emulator, applied, and answered likewise.

The requests are our own (see `example_shapes`), because the examples belong to others.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import factories
import pytest
from azure_world import AzureWorld
from example_shapes import SHAPES, Shape
from factories import rid
from sweep import as_command
from unit.emulator.emulator_world import GROUPS, SUBNET, SUBSCRIPTION, World, container, group, public

from aci_reconcile.core.errors import Severity
from aci_reconcile.core.model import Resource
from aci_reconcile.manifest import Request, load

if TYPE_CHECKING:
    from pathlib import Path

LOCATION = f"{SUBSCRIPTION}/providers/Microsoft.ContainerInstance/locations/westus"
shapes = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.example)


def find(body: Any, path: str) -> Any:
    """Return what stands at a dotted path; the text `(absent)` where nothing does."""
    for key in path.split("."):
        if isinstance(body, list):
            body = body[int(key)]
        elif key in body:
            body = body[key]
        else:
            return "(absent)"
    return body


def read(folder: Path, shape: Shape) -> Resource:
    """Return the group as the manifest loader reads it, without an error."""
    head = {"name": "demo", "resourceGroup": "rg-shop", "apiVersion": "2025-09-01"}
    (folder / "demo.json").write_text(json.dumps({**head, **shape.body}), encoding="utf-8")
    loaded = load(Request(cwd=folder, environ={}, version="0.1.0"))
    assert [] == [str(each) for each in loaded.diagnostics if each.severity is Severity.ERROR]
    return Resource(rid("demo"), loaded.resources[0].body)


@shapes
def test_a_request_is_answered_in_the_shape_of_its_example(shape: Shape) -> None:
    """201 and Pending at first, but for a claim; then with the example's values, and without its secrets."""
    world = World()
    begun = world.put("demo", shape.body)
    settled = world.settle("demo")

    first = "Succeeded" if "StandbyPool" in shape.example else "Pending"
    assert (201, first) == (begun.status, begun.json()["properties"]["provisioningState"])
    for answer in (begun.json(), settled):
        held = {path: find(answer, path) for path in shape.shown if ".ipAddress" not in path}
        assert {path: value for path, value in shape.shown.items() if path in held} == held
    assert shape.shown == {path: find(settled, path) for path in shape.shown}
    assert ["(absent)"] * len(shape.absent) == [find(settled, path) for path in shape.absent]
    assert "Succeeded" == settled["properties"]["provisioningState"]
    assert ("demo", "Microsoft.ContainerInstance/containerGroups") == (settled["name"], settled["type"])


@shapes
def test_a_request_as_a_manifest_is_applied_and_then_nothing_is_left_to_do(shape: Shape, tmp_path: Path) -> None:
    """The second apply writes nothing."""
    wanted = read(tmp_path, shape)
    world = AzureWorld(stable_for=1)

    first = as_command(world, [wanted])
    written = len(world.writes)
    second = as_command(world, [wanted])

    assert (0, 0) == (first.code, second.code), first.err + second.err
    assert written == len(world.writes)


OF_GROUPS_ALONE = {"subnetIds", "dnsConfig", "secretReferences", "containerGroupProfile", "standbyPoolProfile"}


@pytest.mark.parametrize(
    "shape", [each for each in SHAPES if "StandbyPool" not in each.example], ids=lambda it: it.example
)
def test_a_profile_of_such_a_group_is_kept_in_revisions(shape: Shape) -> None:
    """As in ContainerGroupProfilesCreateOrUpdate and its variants: secrets are gone, the rest stays."""
    world = World()
    kept = {name: value for name, value in shape.body["properties"].items() if name not in OF_GROUPS_ALONE}
    body = {"location": shape.body["location"], "zones": ["1"], "properties": kept}
    path = GROUPS.replace("containerGroups", "containerGroupProfiles") + "/demo"
    made = world.send("PUT", path, body)
    listed = world.send("GET", f"{path}/revisions").json()["value"]

    assert (201, 1, ["1"]) == (made.status, made.json()["properties"]["revision"], made.json()["zones"])
    assert set(kept) | {"revision"} == set(made.json()["properties"])
    assert [made.json()] == listed == [world.send("GET", f"{path}/revisions/1").json()]
    assert ["(absent)"] * len(shape.absent) == [find(made.json(), each) for each in shape.absent]


@pytest.mark.parametrize("pool", [True, False])
def test_a_group_from_a_profile_that_somebody_made_is_left_alone_by_the_second_apply(
    pool: bool, tmp_path: Path
) -> None:
    """As in ContainerGroupProfilesCreateOrUpdate and then ContainerGroupCreateOrUpdateStandbyPool."""
    claim = next(shape for shape in SHAPES if shape.example == "ContainerGroupCreateOrUpdateStandbyPool")
    profile = next(shape.body for shape in SHAPES if shape.example == "ContainerGroupsCreatePriority")
    claimed = json.loads(json.dumps(claim.body).replace(SUBSCRIPTION.rpartition("/")[2], factories.SUBSCRIPTION))
    wanted = read(tmp_path, replace(claim, body=claimed if pool else without_pool(claimed)))
    world = AzureWorld(stable_for=1)
    path = claimed["properties"]["containerGroupProfile"]["id"]
    created = world.arm("PUT", path, json.loads(json.dumps(profile).replace("job-001", "web")))

    first = as_command(world, [wanted])
    written = len(world.writes)
    second = as_command(world, [wanted])

    assert 1 == created["properties"]["revision"]
    assert (0, 0) == (first.code, second.code), first.err + second.err
    assert written == len(world.writes)
    assert "Spot" == world.arm("GET", str(wanted.id))["properties"]["priority"]


def without_pool(body: Any) -> Any:
    """Return a body that names a profile alone."""
    kept = {name: value for name, value in body["properties"].items() if name != "standbyPoolProfile"}
    return {**body, "properties": kept}


def test_the_tags_of_a_group_are_patched() -> None:
    """As in ContainerGroupsUpdate: the whole group comes back, its tags alone have changed."""
    world = World()
    before = world.create("demo", {**group(ipAddress=public(8080)), "tags": {"team": "shop"}})

    answer = world.send("PATCH", f"{GROUPS}/demo", {"tags": {"team": "data", "cost": "low"}})

    assert 200 == answer.status
    assert {"team": "data", "cost": "low"} == answer.json()["tags"]
    assert before["properties"] == answer.json()["properties"]


def test_a_group_is_read_and_listed_alike() -> None:
    """As in ContainerGroupsGet_Succeeded, ContainerGroupsList and ContainerGroupsListByResourceGroup."""
    world = World()
    world.create("demo", {**group(ipAddress=public(8080)), "zones": ["1"]})
    read = world.get("demo")

    for path in (GROUPS, f"{SUBSCRIPTION}/providers/Microsoft.ContainerInstance/containerGroups"):
        (listed,) = world.send("GET", path).json()["value"]
        assert ["1"] == listed["zones"] == read["zones"]
        assert "instanceView" not in listed["properties"]
        shown = {key: value for key, value in read["properties"].items() if key not in {"instanceView", "containers"}}
        assert shown == {key: value for key, value in listed["properties"].items() if key != "containers"}
    assert {"type", "ip", "ports"} <= set(read["properties"]["ipAddress"])


def test_a_group_that_cannot_mount_its_share_tells_why() -> None:
    """As in ContainerGroupsGet_Failed: an event of the group, and a container that waits."""
    world = World()
    share = {"shareName": "sim-denied", "storageAccountName": "shop", "storageAccountKey": "a2V5", "readOnly": False}
    mounts = [{"name": "shared", "mountPath": "/srv", "readOnly": False}]
    world.put(
        "demo",
        group(containers=[container("web", volumeMounts=mounts)], volumes=[{"name": "shared", "azureFile": share}]),
    )
    world.now += 2_000

    properties = world.get("demo")["properties"]

    assert "Failed" == properties["provisioningState"]
    (event,) = properties["instanceView"]["events"]
    assert event["name"].startswith("FailedMount")
    assert {"count", "firstTimestamp", "lastTimestamp", "name", "message", "type"} == set(event)
    view = properties["containers"][0]["properties"]["instanceView"]
    assert (0, "Waiting") == (view["restartCount"], view["currentState"]["state"])


def test_a_job_of_low_priority_ends() -> None:
    """As in ContainerGroupsGetPriority."""
    world = World()
    body = next(shape.body for shape in SHAPES if shape.example == "ContainerGroupsCreatePriority")
    world.create("demo", body)
    properties = world.settle("demo")["properties"]

    assert ("Spot", "Never", "Succeeded") == (
        properties["priority"],
        properties["restartPolicy"],
        properties["instanceView"]["state"],
    )
    view = properties["containers"][0]["properties"]["instanceView"]
    assert ("Terminated", "Completed", 0) == tuple(
        view["currentState"][key] for key in ("state", "detailStatus", "exitCode")
    )
    assert ["Pulling", "Pulled", "Started"] == [event["name"] for event in view["events"]][:3]


def test_actions_answer_as_in_their_examples() -> None:
    """ContainerGroupsRestart, Stop, Start, GetOutboundNetworkDependenciesEndpoints, Delete and ContainerListLogs."""
    world = World()
    world.create("demo")
    answers: list[tuple[int, Any]] = []

    for method, path in (
        ("POST", "demo/restart"),
        ("POST", "demo/stop"),
        ("POST", "demo/start"),
        ("GET", "demo/outboundNetworkDependenciesEndpoints"),
        ("GET", "demo/containers/web/logs?tail=1"),
        ("DELETE", "demo"),
        ("DELETE", "demo"),
    ):
        answer = world.send(method, f"{GROUPS}/{path}")
        answers.append((answer.status, answer.json()))
        world.now += 60

    assert [204, 204, 204, 200, 200, 200, 204] == [status for status, _ in answers]
    assert ([], {"content"}) == (answers[3][1], set(answers[4][1]))
    assert "demo" == answers[5][1]["name"]


def test_what_a_region_has_is_told_as_in_the_examples() -> None:
    """ContainerGroupUsage, CapabilitiesList, CachedImagesList, OperationsList, SubnetServiceAssociationLinkDelete."""
    world = World()
    told = {
        name: world.send("GET", f"{LOCATION}/{name}").json()["value"]
        for name in ("usages", "capabilities", "cachedImages")
    }
    operations = world.send("GET", "/providers/Microsoft.ContainerInstance/operations").json()["value"]
    freed = world.send("DELETE", f"{SUBNET}/providers/Microsoft.ContainerInstance/serviceAssociationLinks/default")

    assert {"unit", "currentValue", "limit", "name"} == set(told["usages"][0])
    assert {"value", "localizedValue"} == set(told["usages"][0]["name"])
    assert {"resourceType", "osType", "location", "ipAddressType", "gpu", "capabilities"} == set(
        told["capabilities"][0]
    )
    assert {"maxMemoryInGB", "maxCpu", "maxGpuCount"} == set(told["capabilities"][0]["capabilities"])
    assert {"osType", "image"} == set(told["cachedImages"][0])
    assert {"name", "display", "origin"} == set(operations[0])
    assert {"provider", "resource", "operation", "description"} == set(operations[0]["display"])
    assert 204 == freed.status
