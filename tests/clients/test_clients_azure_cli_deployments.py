"""azure-cli deploys templates, lists resources and sets tags, as people do with their own files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from clients.az import Az

if TYPE_CHECKING:
    from clients.world import World

pytestmark = pytest.mark.clients

TYPE = "Microsoft.ContainerInstance/containerGroups"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
TEMPLATE = """{
  // a group, as a quickstart has it
  "$schema": "%(schema)s",
  "contentVersion": "1.0.0.0",
  "parameters": {
    "name": {"type": "string", "defaultValue": "web", "minLength": 2},
    "token": {"type": "securestring"},
    "location": {"type": "string", "defaultValue": "[resourceGroup().location]"} /* as usual */
  },
  "variables": {"image": "nginx:1.27"},
  "resources": [
    {
      "type": "%(type)s",
      "apiVersion": "2023-05-01",
      "name": "[parameters('name')]",
      "location": "[parameters('location')]",
      "tags": {"team": "blue"},
      "properties": {
        "osType": "Linux",
        "restartPolicy": "Always",
        "containers": [
          {
            "name": "web",
            "properties": {
              "image": "[variables('image')]",
              "ports": [{"port": 80, "protocol": "TCP"}],
              "resources": {"requests": {"cpu": 1, "memoryInGB": 1.5}},
              "environmentVariables": [{"name": "TOKEN", "secureValue": "[parameters('token')]"}]
            }
          }
        ],
        "ipAddress": {"type": "Public", "ports": [{"port": 80, "protocol": "TCP"}]}
      }
    }
  ],
  "outputs": {
    "address": {
      "type": "string",
      "value": "[reference(resourceId('%(type)s',
        parameters('name'))).ipAddress.ip]"
    }
  }
}
""" % {"schema": SCHEMA, "type": TYPE}  # noqa: UP031  braces are the template's


@pytest.fixture(scope="module")
def az(tls_world: World) -> Az:
    """An azure-cli that is signed in, with a template in its folder."""
    made = Az(tls_world)
    made.sign_in(tls_world.emulator.secret)
    (tls_world.folder / "web.json").write_text(TEMPLATE, encoding="utf-8")
    return made


@pytest.fixture
def rg(az: Az, request: pytest.FixtureRequest) -> str:
    """Return a resource group for one test."""
    name = "rg-" + str(request.node.name).removeprefix("test_").replace("_", "-")[:60]
    az("group", "create", "-n", name, "-l", "westeurope", "--tags", f"for={name}")
    return name


def test_a_template_is_validated_previewed_and_deployed(az: Az, rg: str) -> None:
    """The file with its comments and line breaks goes as it is; the secret is in no output."""
    given = ("-g", rg, "-n", "one", "-f", "web.json", "-p", "token=swordfish")
    valid = az("deployment", "group", "validate", *given)
    before = az("deployment", "group", "what-if", *given, "--no-pretty-print").json
    made = az("deployment", "group", "create", *given)
    pretty = az("deployment", "group", "what-if", *given)
    shown = az("deployment", "group", "show", "-g", rg, "-n", "one").json
    listed = az("deployment", "group", "list", "-g", rg, "--query", "[].name").json
    operations = az("deployment", "operation", "group", "list", "-g", rg, "-n", "one").json
    exported = az("deployment", "group", "export", "-g", rg, "-n", "one").json
    group = az("container", "show", "-g", rg, "-n", "web").json
    az("deployment", "group", "delete", "-g", rg, "-n", "one")
    after = az("deployment", "group", "list", "-g", rg).json

    assert ["Succeeded", "Create"] == [
        valid.json["properties"]["provisioningState"],
        before["changes"][0]["changeType"],
    ]
    assert group["ipAddress"]["ip"] == made.json["properties"]["outputs"]["address"]["value"]
    assert made.json == shown
    assert ["one"] == listed
    assert ["Create", "EvaluateDeploymentOutput"] == [
        each["properties"]["provisioningOperation"] for each in operations
    ]
    assert SCHEMA == exported["$schema"]
    assert TYPE in pretty.out
    assert "nginx:1.27" == group["containers"][0]["image"]
    assert [] == after
    assert not [each for each in (valid.all, made.all, pretty.all) if "swordfish" in each]


def test_what_is_wrong_with_a_template_is_printed(az: Az, rg: str) -> None:
    """Codes and words as Azure has them, where azure-cli shows them."""
    given = ("-g", rg, "-f", "web.json")
    missing = az("deployment", "group", "create", *given, "-p", "token=x", "name=a", expect=1)
    unknown = az("deployment", "group", "validate", *given, "-p", "token=x", "no=1", expect=1)
    (az.world.folder / "bad.json").write_text(TEMPLATE.replace("nginx:1.27", "sim/missing:1"), encoding="utf-8")
    failed = az("deployment", "group", "create", "-g", rg, "-n", "bad", "-f", "bad.json", "-p", "token=x", expect=1)
    state = az("deployment", "group", "show", "-g", rg, "-n", "bad", "--query", "properties.provisioningState").json
    gone = az("deployment", "group", "show", "-g", rg, "-n", "none", expect=3)

    assert "InvalidTemplate" in missing.err
    assert "Length of the value should be greater than or equal to '2'" in missing.err
    assert "unrecognized template parameter" in unknown.err or "no" in unknown.err
    assert "DeploymentFailed" in failed.err
    assert "InaccessibleImage" in failed.err
    assert "Failed" == state
    assert "(DeploymentNotFound) Deployment 'none' could not be found." in gone.err


def test_a_subscription_deploys_a_resource_group(az: Az) -> None:
    """With a nested deployment in it."""
    inner: dict[str, Any] = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2021-04-01",
        "name": "inner",
        "resourceGroup": "rg-made",
        "dependsOn": ["rg-made"],
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "parameters": {"token": {"value": "x"}},
            "template": json.loads(
                TEMPLATE.replace("// a group, as a quickstart has it", "")
                .replace("/* as usual */", "")
                .replace(",\n        parameters", ", parameters")
            ),
        },
    }
    group = {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01", "name": "rg-made"}
    group |= {"location": "[deployment().location]"}
    sent = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [group, inner]}
    (az.world.folder / "all.json").write_text(json.dumps(sent), encoding="utf-8")
    made = az("deployment", "sub", "create", "-l", "westeurope", "-n", "all", "-f", "all.json").json
    names = az("deployment", "sub", "list", "--query", "[].name").json
    image = az("container", "show", "-g", "rg-made", "-n", "web", "--query", "containers[0].image").json
    az("group", "delete", "-n", "rg-made", "--yes")

    assert ["Succeeded", ["all"], "nginx:1.27"] == [made["properties"]["provisioningState"], names, image]


def test_resources_are_listed_shown_and_tagged(az: Az, rg: str) -> None:
    """By type, name, tag and resource group; and resource groups by their tags."""
    az("deployment", "group", "create", "-g", rg, "-f", "web.json", "-p", "token=x", "name=listed")
    az("identity", "create", "-g", rg, "-n", "id-listed", "--tags", "team=red")

    def names(*words: str) -> set[str]:
        return set(az("resource", "list", *words, "--query", "[].name").json)

    by_type = names("-g", rg, "--resource-type", TYPE)
    by_name = names("-n", "id-listed", "-g", rg)
    by_tag = names("--tag", "team=red")
    identity = az("resource", "list", "-g", rg, "-n", "id-listed", "--query", "[0].id").json
    merged = az("resource", "tag", "--ids", identity, "--tags", "stage=test", "-i").json
    shown = az("resource", "show", "--ids", identity, "--query", "tags").json
    groups = az("group", "list", "--tag", f"for={rg}", "--query", "[].name").json
    there = [az("group", "exists", "-n", name).json for name in (rg, "rg-none")]

    assert [{"listed"}, {"id-listed"}] == [by_type, by_name]
    assert "id-listed" in by_tag
    assert {"team": "red", "stage": "test"} == merged["tags"] == shown
    assert [[rg], [True, False]] == [groups, there]


def test_tags_are_changed_at_every_scope(az: Az, rg: str) -> None:
    """`az tag` on a resource group, a container group and the subscription; and the names of tags."""
    az("deployment", "group", "create", "-g", rg, "-f", "web.json", "-p", "token=x", "name=tagged")
    root = f"/subscriptions/{az.world.emulator.subscription}"
    group = f"{root}/resourceGroups/{rg}"
    found: list[Any] = []
    for scope in (root, group, f"{group}/providers/{TYPE}/tagged"):
        az("tag", "create", "--resource-id", scope, "--tags", "a=1", "b=2")
        az("tag", "update", "--resource-id", scope, "--operation", "Merge", "--tags", "c=3")
        az("tag", "update", "--resource-id", scope, "--operation", "Delete", "--tags", "a=1")
        found.append(az("tag", "list", "--resource-id", scope, "--query", "properties.tags").json)
    az("tag", "delete", "--resource-id", group, "--yes")
    emptied = az("tag", "list", "--resource-id", group, "--query", "properties.tags").json
    az("tag", "create", "-n", "cost")
    az("tag", "add-value", "-n", "cost", "--value", "low")
    names = az("tag", "list", "--query", "[?tagName=='cost'].values[].tagValue").json
    az("tag", "remove-value", "-n", "cost", "--value", "low")
    az("tag", "delete", "-n", "cost", "--yes")

    assert [{"b": "2", "c": "3"}] * 3 == found
    assert not emptied
    assert ["low"] == names
