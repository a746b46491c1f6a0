"""Deployments of templates: begun, followed, shown, failed, and forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from unit.emulator.deployment_world import (
    ABOVE,
    DEPLOYMENTS,
    TYPE,
    VERSION,
    content,
    deploy,
    identity,
    nested,
    resource,
    send,
    show,
    template,
)
from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, SUBSCRIPTION, World, container, group, public

from aci_reconcile.emulator import Knobs, Request

IDENTITIES = f"{RESOURCE_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"


def test_a_deployment_is_accepted_followed_and_done() -> None:
    """201 and Accepted; the status of its operation, then the deployment with what it has made."""
    world = World()
    sent = template(resource(), parameters={"size": {"type": "int", "defaultValue": 2}})
    begun = send(world, sent)
    link = begun.headers["azure-asyncoperation"]
    before = world.send("GET", link).json()
    world.now += 60
    after = world.send("GET", link).json()
    properties = show(world)["properties"]

    assert (201, "Accepted") == (begun.status, begun.json()["properties"]["provisioningState"])
    assert f"{DEPLOYMENTS}/one/operationStatuses/" in link
    assert [{"status": "Running"}, {"status": "Succeeded"}] == [before, after]
    assert {
        "parameters": {"size": {"type": "Int", "value": 2}},
        "mode": "Incremental",
        "provisioningState": "Succeeded",
        "duration": "PT1S",
        "providers": [
            {
                "namespace": "Microsoft.ContainerInstance",
                "resourceTypes": [{"resourceType": "containerGroups", "locations": ["westus"]}],
            }
        ],
        "dependencies": [],
        "outputResources": [{"id": f"{GROUPS}/web"}],
    } == {key: properties[key] for key in properties if key not in {"templateHash", "timestamp", "correlationId"}}
    assert "Succeeded" == world.get("web")["properties"]["provisioningState"]


def test_a_second_deployment_of_a_name_waits_for_the_first() -> None:
    """DeploymentActive while it runs; then 200, and the groups are updated."""
    world = World()
    send(world, template(resource()))
    blocked = send(world, template(resource()))
    world.now += 60
    again = send(world, template(resource(image="nginx:2")))
    world.now += 60

    assert (409, "DeploymentActive") == world.code(blocked)
    assert 200 == again.status
    assert "nginx:2" == world.get("web")["properties"]["containers"][0]["properties"]["image"]


def test_a_template_is_read_as_loosely_as_azure_does() -> None:
    """azure-cli sends the text of the file: comments, a bare key, line breaks in texts, a comma too many."""
    world = World()
    text = """{"properties": {"mode": "Incremental", "parameters": {}, template: {
        // a comment, 'with' "quotes"
        "$schema": "https://a/b#", /* and
        another */ "contentVersion": '1.0.0.0',
        "resources": [],
        "outputs": {"x": {"type": "string", "value": "[concat('a', // not a comment
            'b')]"}},
    }}}"""
    text = text.replace(", // not a comment\n           ", ",\n")
    url = f"{DEPLOYMENTS}/loose?api-version={VERSION}"
    answered = world.emulator.handle(Request("PUT", url, body=text.encode()))

    assert 201 == answered.status, answered.body
    assert {"x": {"type": "String", "value": "ab"}} == show(world, "loose")["properties"]["outputs"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"properties": 1}', b"\xff", b'{"properties": {"mode": "x"}}'])
def test_a_request_that_is_no_deployment_is_refused(body: bytes) -> None:
    """As ARM refuses any other content."""
    world = World()
    answered = world.emulator.handle(Request("PUT", f"{DEPLOYMENTS}/one?api-version={VERSION}", body=body))

    assert (400, "InvalidRequestContent") == world.code(answered)


def test_secrets_are_never_shown() -> None:
    """Neither parameters nor outputs of a secure type, nor a message that quotes one."""
    world = World()
    secure = {"type": "securestring"}
    holder = {"type": "secureObject"}
    sent = template(
        resource(properties=group()["properties"]),
        identity("id", tags={"a": "[string(length(parameters('pin')))]"}),
        parameters={"pin": secure, "more": holder},
        outputs={"x": {"type": "securestring", "value": "[parameters('pin')]"}},
    )
    done = deploy(world, sent, pin="swordfish", more={"deep": ["swordfish"]})
    sent["resources"][1]["tags"] = {"a": "[int(parameters('pin'))]"}
    refused = send(world, sent, "/validate", pin="swordfish", more={})
    sent["resources"][1]["tags"] = {"a": "[parameters('pin')]"}
    what = send(world, sent, "/whatIf", pin="swordfish", more={"deep": ["swordfish"]})
    told = world.send("GET", what.headers["location"])

    assert {"pin": {"type": "SecureString"}, "more": {"type": "SecureObject"}} == done["properties"]["parameters"]
    assert {"x": {"type": "SecureString"}} == done["properties"]["outputs"]
    assert 400 == refused.status
    assert [] == [each for each in (str(done), refused.body.decode(), told.body.decode()) if "swordfish" in each]


def test_what_is_refused_fails_the_deployment_and_leaves_the_rest() -> None:
    """A resource that depends on it is not begun; others are; operations tell which."""
    world = World()
    bad = f"{GROUPS}/bad"
    waiting = {**identity("waits"), "dependsOn": [bad]}
    done = deploy(world, template(resource("bad", image="sim/missing:1"), waiting, identity("free")))
    operations = world.send("GET", f"{DEPLOYMENTS}/one/operations", version=VERSION).json()["value"]
    error = done["properties"]["error"]

    assert ("Failed", "DeploymentFailed") == (done["properties"]["provisioningState"], error["code"])
    assert ["InaccessibleImage"] == [each["code"] for each in error["details"]]
    assert [
        ("bad", "Failed", "BadRequest"),
        ("free", "Succeeded", "Created"),
        ("", "Succeeded", "OK"),
    ] == [
        (
            each["properties"].get("targetResource", {}).get("resourceName", ""),
            each["properties"]["provisioningState"],
            each["properties"]["statusCode"],
        )
        for each in operations
    ]
    assert 404 == world.send("GET", f"{IDENTITIES}/waits").status
    assert "InaccessibleImage" == operations[0]["properties"]["statusMessage"]["error"]["code"]
    first = f"{DEPLOYMENTS}/one/operations/{operations[0]['operationId']}"
    assert operations[0] == world.send("GET", first, version=VERSION).json()


def test_a_group_that_fails_later_fails_its_deployment_then() -> None:
    """While it is created the deployment runs; what waits for a group that never comes is not begun."""
    world = World(knobs=Knobs(provisioning_timeout_seconds=10))
    send(world, template(resource(image="sim/slow:60s")))
    link = send(world, template()).status
    running = show(world)["properties"]["provisioningState"]
    world.now += 120
    failed = show(world)["properties"]

    assert (409, "Running", "Failed") == (link, running, failed["provisioningState"])
    assert ["ResourceDeploymentFailure"] == [each["code"] for each in failed["error"]["details"]]


def test_dependencies_are_followed_and_shown() -> None:
    """By id, name, type and name, or loop; by reference to a name; and a resource that is left out is no hindrance."""
    world = World()
    address = "[reference('db').ipAddress.ip]"
    reads = group(containers=[container("web", environmentVariables=env(DB=address))])
    properties = group(ipAddress=public(80))["properties"]
    sent = template(
        identity("last", dependsOn=["turns", f"{TYPE}/web", "left-out"]),
        resource(properties=reads["properties"]),
        identity(
            "[concat('turn', copyIndex())]",
            copy={"name": "turns", "count": 2},
            dependsOn=[f"[resourceId('{TYPE}', 'web')]"],
        ),
        identity("left-out", condition=False),
        resource("db", properties=properties),
    )
    done = deploy(world, sent)["properties"]
    found = world.get("web")["properties"]["containers"][0]["properties"]["environmentVariables"]
    needs = {each["resourceName"]: [one["resourceName"] for one in each["dependsOn"]] for each in done["dependencies"]}

    assert "Succeeded" == done["provisioningState"], done["properties"].get("error")
    assert [{"name": "DB", "value": world.get("db")["properties"]["ipAddress"]["ip"]}] == found
    assert {"web": ["db"], "turn0": ["web"], "turn1": ["web"], "last": ["turn0", "turn1", "web"]} == needs
    assert ["db", "web", "turn0", "turn1", "last"] == [
        each["id"].rpartition("/")[2] for each in done["outputResources"]
    ]


def env(**values: str) -> Any:
    """Variables of a container."""
    return [{"name": name, "value": value} for name, value in values.items()]


def text(value: str) -> Any:
    """An output."""
    return {"type": "string", "value": value}


def test_a_resource_reads_what_another_is_when_it_is_ready() -> None:
    """An output has the state of a group that has been created, and the keys of a workspace."""
    world = World()
    kind = "Microsoft.OperationalInsights/workspaces"
    logs = {"type": kind, "apiVersion": "2022-10-01", "name": "logs", "location": "westus", "properties": {}}
    done = deploy(
        world,
        template(
            resource(),
            logs,
            {**identity("data"), "type": "Microsoft.Storage/storageAccounts"},
            outputs={
                "state": text(f"[reference(resourceId('{TYPE}', 'web')).instanceView.state]"),
                "full": text("[reference('web', '2023-05-01', 'Full').location]"),
                "key": text(f"[listKeys(resourceId('{kind}', 'logs'), '2022-10-01').primarySharedKey]"),
                "account": text("[listKeys('data', '2022-09-01').keys[1].keyName]"),
            },
        ),
    )
    key = world.send("POST", f"{RESOURCE_GROUP}/providers/{kind}/logs/sharedKeys").json()["primarySharedKey"]

    assert "Succeeded" == done["properties"]["provisioningState"], done["properties"].get("error")
    assert {"state": "Running", "full": "westus", "key": key, "account": "key2"} == {
        name: each["value"] for name, each in done["properties"]["outputs"].items()
    }


def test_keys_of_what_is_not_emulated_are_said_to_be() -> None:
    """Not a refusal of Azure's."""
    world = World()
    text = "[listKeys(resourceId('Microsoft.Cache/redis', 'r'), '2020-06-01').primaryKey]"
    keyed = template(identity("id", tags={"a": text}))

    assert (501, "NotEmulated") == world.code(send(world, keyed))
    assert (501, "NotEmulated") == world.code(
        send(world, template({**identity("r"), "type": "Microsoft.Cache/redis"}), "/validate")
    )


def test_a_mode_of_complete_deletes_the_rest() -> None:
    """Groups before the networks that they may be in; Incremental leaves them."""
    world = World()
    world.create("old")
    world.send("PUT", f"{IDENTITIES}/old", {"location": "westus"})
    deploy(world, template(identity("new")))
    kept = world.get("old")["name"]
    done = deploy(world, template(identity("new"), resource("off", condition=False)), mode="Complete")
    listed = world.send("GET", f"{RESOURCE_GROUP}/resources", version=VERSION).json()["value"]

    assert ("old", "Succeeded") == (kept, done["properties"]["provisioningState"])
    assert ["new"] == [each["name"] for each in listed]


def test_nested_templates_have_their_own_names_or_those_around_them() -> None:
    """Inner: own parameters, outputs for others. Outer: the parameters of the template around it."""
    world = World()
    own = template(
        identity("[parameters('name')]"),
        parameters={"name": {"type": "string"}},
        outputs={"made": {"type": "string", "value": "[parameters('name')]"}},
    )
    around = template(identity("[concat(parameters('name'), copyIndex())]"))
    sent = template(
        nested("inner", own, parameters={"name": {"value": "[concat(parameters('name'), '-inner')]"}}),
        nested("[concat('outer', copyIndex())]", around, "outer", copy={"name": "twice", "count": 2}),
        identity("after", tags={"a": "[reference('inner').outputs.made.value]"}),
        parameters={"name": {"type": "string"}},
    )
    done = deploy(world, sent, name="x")
    names = [each["name"] for each in world.send("GET", f"{RESOURCE_GROUP}/resources", version=VERSION).json()["value"]]
    listed = world.send("GET", DEPLOYMENTS, version=VERSION).json()["value"]

    assert "Succeeded" == done["properties"]["provisioningState"], done["properties"].get("error")
    assert {"x-inner", "x0", "x1", "after"} == set(names)
    assert {"one", "inner", "outer0", "outer1"} == {each["name"] for each in listed}
    assert {"a": "x-inner"} == world.send("GET", f"{IDENTITIES}/after").json()["tags"]


def test_a_nested_failure_is_told_inside_out() -> None:
    """The deployment around it has the error of the inner one, which has that of the group."""
    world = World()
    done = deploy(world, template(nested("inner", template(resource(image="sim/missing:1")))))
    inner = done["properties"]["error"]["details"][0]

    assert ("DeploymentFailed", f"{DEPLOYMENTS}/inner") == (inner["code"], inner["target"])
    assert "InaccessibleImage" == inner["details"][0]["code"]


def test_a_subscription_deploys_resource_groups_and_what_is_in_them() -> None:
    """With a location; the nested deployment goes into the group that comes with it."""
    world = World()
    kind = "Microsoft.Resources/resourceGroups"
    where = "[resourceGroup().name]"
    sent = template(
        {"type": kind, "apiVersion": "2021-04-01", "name": "rg-new", "location": "[deployment().location]"},
        nested("fill", template(identity("id", tags={"rg": where})), resourceGroup="rg-new", dependsOn=["rg-new"]),
    )
    homeless = world.send("PUT", f"{ABOVE}/all", content(sent), VERSION)
    begun = world.send("PUT", f"{ABOVE}/all", {"location": "westeurope", **content(sent)}, VERSION)
    world.now += 60
    done = show(world, "all", ABOVE)
    new = f"{SUBSCRIPTION}/resourceGroups/rg-new"
    made = world.send("GET", f"{new}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id").json()

    assert (400, "LocationRequired") == world.code(homeless)
    assert (201, "Succeeded") == (begun.status, done["properties"]["provisioningState"]), done
    assert (f"{ABOVE}/all", "westeurope") == (done["id"], done["location"])
    assert "westeurope" == world.send("GET", new).json()["location"]
    assert {"rg": "rg-new"} == made["tags"]
    assert ["fill"] == [
        each["name"]
        for each in world.send("GET", DEPLOYMENTS.replace("rg-test", "rg-new"), version=VERSION).json()["value"]
    ]


def test_resources_above_resource_groups_are_no_container_groups() -> None:
    """They need a resource group."""
    world = World()
    refused = world.send("PUT", f"{ABOVE}/all", {"location": "westus", **content(template(resource()))}, VERSION)

    assert (501, "NotEmulated") == world.code(refused)


def test_rights_are_checked_before_anything_is_written() -> None:
    """The template names the resource that the client may not write."""
    world = World(knobs=Knobs(not_actions=frozenset({f"{TYPE}/write"})))
    refused = send(world, template(identity("id"), resource()))

    assert (403, "InvalidTemplateDeployment") == world.code(refused)
    assert f"perform action '{TYPE}/write' at scope '{GROUPS}/web'" in refused.json()["error"]["message"]
    assert 404 == world.send("GET", f"{IDENTITIES}/id").status


def test_deployments_are_listed_checked_exported_and_forgotten() -> None:
    """The resources stay when a deployment goes, and the deployments go with their resource group."""
    world = World()
    sent = template(identity("id"))
    deploy(world, sent)
    one, none = f"{DEPLOYMENTS}/one", f"{DEPLOYMENTS}/none"
    found = [world.send("HEAD", path, version=VERSION).status for path in (one, none)]
    exported = world.send("POST", f"{one}/exportTemplate", version=VERSION).json()
    failed = world.send("GET", f"{DEPLOYMENTS}?$filter=provisioningState eq 'Failed'", version=VERSION).json()
    top = world.send("GET", f"{DEPLOYMENTS}?$top=1", version=VERSION).json()
    gone = world.send("DELETE", one, version=VERSION)
    ended = world.send("GET", gone.headers["location"])
    missing = world.send("GET", one, version=VERSION)
    deploy(world, sent)
    world.send("DELETE", RESOURCE_GROUP)
    world.now += 60
    world.send("PUT", RESOURCE_GROUP, {"location": "westus"})

    assert [204, 404] == found
    assert {"template": sent} == exported
    assert [[], ["one"]] == [[each["name"] for each in page["value"]] for page in (failed, top)]
    assert [202, 204] == [gone.status, ended.status]
    assert (404, "DeploymentNotFound") == world.code(missing)
    assert {"value": []} == world.send("GET", DEPLOYMENTS, version=VERSION).json()


def test_a_deployment_can_be_cancelled_while_it_runs() -> None:
    """What it has begun stays."""
    world = World()
    send(world, template(resource()))
    canceled = world.send("POST", f"{DEPLOYMENTS}/one/cancel", version=VERSION)
    late = world.send("POST", f"{DEPLOYMENTS}/one/cancel", version=VERSION)

    assert 204 == canceled.status
    assert (409, "DeploymentCannotBeCancelled") == world.code(late)
    assert "Canceled" == show(world)["properties"]["provisioningState"]
    assert "web" == world.get("web")["name"]


@pytest.mark.parametrize(("kind", "state"), [("failed-operation", "Failed"), ("endless-operation", "Running")])
def test_a_fault_ends_a_deployment(kind: str, state: str) -> None:
    """As it ends every other operation; the resources are there."""
    world = World()
    world.send("POST", "/emulator/faults", {"kind": kind, "path": "/deployments/one"})
    begun = send(world, template(identity("id")))
    world.now += 3600

    assert 201 == begun.status, begun.body
    assert state == show(world)["properties"]["provisioningState"]


def test_an_output_that_cannot_be_evaluated_fails_the_deployment() -> None:
    """Its resources are there."""
    done = deploy(World(), template(identity("id"), outputs={"x": {"type": "string", "value": "[reference('id').no]"}}))
    error = done["properties"]["error"]

    assert ["DeploymentOutputEvaluationFailed"] == [each["code"] for each in error["details"]]


@pytest.mark.parametrize("name", ["a" * 65, "a b", "ä&"])
def test_a_name_has_limits(name: str) -> None:
    """64 letters, digits and a few marks."""
    world = World()
    path = f"{DEPLOYMENTS}/{name.replace(' ', '%20').replace('&', '%26')}"

    assert (400, "InvalidDeploymentName") == world.code(world.send("PUT", path, content(template()), VERSION))


def test_links_and_vaults_are_said_not_to_be_emulated() -> None:
    """Nothing is fetched from anywhere."""
    world = World()
    linked: Any = {"properties": {"mode": "Incremental", "templateLink": {"uri": "https://a/b"}}}
    vault: Any = content(template(parameters={"x": {"type": "string"}}))
    vault["properties"]["parameters"] = {"x": {"reference": {"secretName": "x"}}}

    assert (501, "NotEmulated") == world.code(world.send("PUT", f"{DEPLOYMENTS}/one", linked, VERSION))
    assert (501, "NotEmulated") == world.code(world.send("PUT", f"{DEPLOYMENTS}/one", vault, VERSION))


def test_what_if_says_what_would_change_and_changes_nothing() -> None:
    """Create, Modify with a delta, NoChange, Ignore and Delete; the short form has ids."""
    world = World()
    world.create("same")
    world.create("other", group("nginx:1"))
    world.create("alone")
    sent = template(resource("same"), resource("other", image="nginx:2", tags={"a": "b"}), resource("new"))

    def ask(**settings: Any) -> Any:
        body = content(sent, mode=settings.pop("mode", "Incremental"))
        body["properties"]["whatIfSettings"] = settings
        begun = world.send("POST", f"{DEPLOYMENTS}/one/whatIf", body, VERSION)
        assert 202 == begun.status, begun.body
        return world.send("GET", begun.headers["location"]).json()

    full = ask()
    changes = {each["resourceId"].rpartition("/")[2]: each for each in full["properties"]["changes"]}
    complete = ask(mode="Complete")["properties"]["changes"]
    short = ask(resultFormat="ResourceIdOnly")["properties"]["changes"]

    assert "Succeeded" == full["status"]
    assert {"same": "NoChange", "other": "Modify", "new": "Create", "alone": "Ignore"} == {
        name: each["changeType"] for name, each in changes.items()
    }
    assert [
        {
            "path": "properties.containers",
            "propertyChangeType": "Array",
            "children": [
                {
                    "path": "0",
                    "propertyChangeType": "Modify",
                    "children": [
                        {
                            "path": "properties.image",
                            "propertyChangeType": "Modify",
                            "before": "nginx:1",
                            "after": "nginx:2",
                        }
                    ],
                }
            ],
        },
        {"path": "tags", "propertyChangeType": "Create", "after": {"a": "b"}},
    ] == sorted(changes["other"]["delta"], key=lambda each: str(each["path"]))
    assert [f"{GROUPS}/alone"] == [each["resourceId"] for each in complete if each["changeType"] == "Delete"]
    assert [{"Deploy", "Ignore"}, {"resourceId", "changeType"}] == [
        {each["changeType"] for each in short},
        {key for each in short for key in each},
    ]
    assert 404 == world.send("GET", f"{GROUPS}/new").status
