"""What is right and wrong in a template: expressions, parameters, loops, dependencies, and hostile sizes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from unit.emulator.deployment_world import (
    DEPLOYMENTS,
    TYPE,
    VERSION,
    content,
    deploy,
    evaluate,
    identity,
    nested,
    refusal,
    resource,
    send,
    template,
)
from unit.emulator.emulator_world import RESOURCE_GROUP, SUBSCRIPTION, World

from aci_reconcile.emulator import Request

AB = ["a", "b"]
HERE = RESOURCE_GROUP.rpartition("/")[2]
IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"


@pytest.mark.parametrize(
    ("expected", "text", "kind"),
    [
        (HERE, "[resourceGroup().name]", "string"),
        ("westus", "[resourceGroup().location]", "string"),
        (RESOURCE_GROUP, "[resourceGroup().id]", "string"),
        (SUBSCRIPTION, "[subscription().id]", "string"),
        ("11111111-1111-1111-1111-111111111111", "[subscription().tenantId]", "string"),
        ("one", "[deployment().name]", "string"),
        ("Incremental", "[deployment().properties.mode]", "string"),
        ("AzureCloud", "[environment().name]", "string"),
        (f"{RESOURCE_GROUP}/providers/A.B/c/d", "[resourceId('A.B/c', 'd')]", "string"),
        (f"{SUBSCRIPTION}/resourceGroups/x/providers/A.B/c/d", "[resourceId('x', 'A.B/c', 'd')]", "string"),
        ("/subscriptions/s/resourceGroups/x/providers/A.B/c/d", "[resourceId('s', 'x', 'A.B/c', 'd')]", "string"),
        (f"{SUBSCRIPTION}/providers/A.B/c/d", "[subscriptionResourceId('A.B/c', 'd')]", "string"),
        ("/providers/A.B/c/d", "[tenantResourceId('A.B/c', 'd')]", "string"),
        ("/x/providers/A.B/c/d", "[extensionResourceId('/x', 'A.B/c', 'd')]", "string"),
        # what Azure gives for the id of this resource group, by the function that is tested with Microsoft's value
        (13, "[length(uniqueString(resourceGroup().id))]", "int"),
        ("[not an expression]", "[[not an expression]", "string"),
        ({"A": [0, 1, 2]}, {"copy": [{"name": "A", "count": 3, "input": "[copyIndex('A')]"}]}, "object"),
        ({"A": [5]}, {"copy": [{"name": "A", "count": 1, "input": "[copyIndex('A', 5)]"}]}, "object"),
        ({"copy": "x"}, {"copy": "x"}, "object"),
        (None, "[if(true(), null(), resourceId('no'))]", "string"),
        ({"key": 1}, {"[concat('k', 'ey')]": 1}, "object"),
    ],
)
def test_expressions_have_the_values_of_the_place(expected: object, text: Any, kind: str) -> None:
    """What a deployment knows of where it is."""
    assert expected == evaluate(text, kind=kind)


def test_variables_and_defaults_build_on_each_other() -> None:
    """Loops among variables, defaults that use other parameters, and functions that only defaults may use."""
    world = World()
    found = evaluate(
        "[createArray(variables('loop'), variables('text'), parameters('guid'), parameters('when'))]",
        world,
        "array",
        variables={
            "text": "[concat(parameters('b'), '-', variables('loop')[1])]",
            "copy": [{"name": "loop", "count": 2, "input": "[concat('t', copyIndex('loop'))]"}],
        },
        parameters={
            "a": {"type": "string", "defaultValue": "x"},
            "b": {"type": "string", "defaultValue": "[toUpper(parameters('a'))]"},
            "guid": {"type": "string", "defaultValue": "[newGuid()]"},
            "when": {"type": "string", "defaultValue": "[utcNow('yyyy-MM-dd')]"},
        },
    )

    assert [["t0", "t1"], "X-t1"] == found[:2]
    assert re.fullmatch(r"[0-9a-f-]{36}", found[2])
    assert "2023-11-14" == found[3]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("The template parameter 'no' is not found", "[parameters('no')]"),
        ("The template variable 'no' is not found", "[variables('no')]"),
        ("property 'x' doesn't exist, available properties are 'a'", "[createObject('a', 1).x]"),
        ("array index '2' is out of bounds", "[createArray(1, 2)[2]]"),
        ("`)` is missing before `the end`", "[concat('a']"),
        ("The template function 'fly' is not valid", "[fly()]"),
        ("The template function 'newGuid' is not expected at this location", "[newGuid()]"),
        ("The template function 'copyIndex' is not expected at this location", "[copyIndex()]"),
        ("'resourceId': the type 'A.B/c/d' requires '2' resource name argument(s)", "[resourceId('A.B/c/d', 'x')]"),
        ("The template function 'toLower' cannot take these arguments", "[toLower(1)]"),
        ("The template function 'if' expects a boolean", "[if('true', 1, 2)]"),
    ],
)
def test_a_wrong_expression_is_said_with_its_resource(message: str, text: str) -> None:
    """Before anything is written."""
    said = refusal(World(), template(identity("id", tags={"a": text})))

    assert said.startswith(f"Unable to process template language expressions for resource '{RESOURCE_GROUP}/providers/")
    assert message in said


@pytest.mark.parametrize(
    ("message", "declared", "values"),
    [
        ("The value for the template parameter 'x' at line '1'", {"type": "string"}, {}),
        ("not present in the original template", {"type": "string", "defaultValue": ""}, {"y": 1}),
        ("Expected 'Int'. Actual 'String'", {"type": "int"}, {"x": "1"}),
        ("Expected 'Int'. Actual 'Bool'", {"type": "int"}, {"x": True}),
        ("Expected 'Array'. Actual 'Object'", {"type": "array"}, {"x": {}}),
        ("'c' is not part of the allowed value(s): 'a,b'", {"type": "string", "allowedValues": AB}, {"x": "c"}),
        ("The value '***' is not part of", {"type": "securestring", "allowedValues": ["a"]}, {"x": "hush"}),
        ("should be greater than or equal to '3'", {"type": "string", "minLength": 3}, {"x": "ab"}),
        ("should be less than or equal to '1'", {"type": "array", "maxLength": 1}, {"x": [1, 2]}),
        ("The value should be greater than or equal to '3'", {"type": "int", "minValue": 3}, {"x": 2}),
        ("The template parameter type 'text' is not valid", {"type": "text"}, {"x": "a"}),
        ("The template parameter 'x' refers to itself", {"type": "string", "defaultValue": "[parameters('x')]"}, {}),
    ],
)  # fmt: skip
def test_a_parameter_has_a_type_and_limits(message: str, declared: Any, values: Any) -> None:
    """Each is refused in Azure's words, and no secret is in them."""
    said = refusal(World(), template(parameters={"x": declared}), **values)

    assert message in said
    assert "hush" not in said


@pytest.mark.parametrize(
    ("message", "resources"),
    [
        ("The resource 'A.B/c' is not defined in the template", [identity("a", dependsOn=["A.B/c"])]),
        ("The template reference 'no' is not valid: could not find", [identity("a", dependsOn=["no"])]),
        (
            "Circular dependency detected on resource",
            [identity("a", dependsOn=["b"]), identity("b", dependsOn=["c"]), identity("c", dependsOn=["a"])],
        ),
        ("is defined multiple times in a template", [identity("a"), identity("A")]),
        ("has incorrect segment lengths", [identity("a/b")]),
        ("The 'apiVersion' property is required", [{"type": IDENTITY, "name": "a"}]),
        ("The copy count '1000000000' exceeds", [identity("a", copy={"name": "x", "count": 10**9})]),
        ("whole number that is not negative", [identity("a", copy={"name": "x", "count": "[sub(1, 2)]"})]),
        ("limit exceeded. Limit: 800 and actual: 801", [identity(f"a{n}[copyIndex()]") for n in range(801)]),
        ("'reference' is not expected at this location", [identity("[reference('a').x]")]),
        ("The template function 'condition' expects a boolean", [identity("a", condition="yes")]),
    ],
)
def test_resources_have_names_loops_and_an_order(message: str, resources: Any) -> None:
    """What cannot be deployed is refused before anything is written."""
    assert message in refusal(World(), template(*resources))


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "text",
        {},
        {"$schema": "x", "contentVersion": "1", "resources": 1},
        {"$schema": "x", "contentVersion": "1", "resources": [1]},
        {"$schema": "x", "contentVersion": "1", "parameters": []},
    ],
)
def test_what_is_no_template_is_refused(sent: Any) -> None:
    """With an error of ARM's."""
    status, code = (world := World()).code(send(world, sent))

    assert (400, True) == (status, code in {"InvalidTemplate", "InvalidRequestContent"})


def test_symbolic_names_children_and_existing_resources_are_read() -> None:
    """As Bicep writes them: a map of resources; and resources inside a resource."""
    world = World()
    network = {
        "type": "Microsoft.Network/virtualNetworks",
        "apiVersion": "2023-05-01",
        "name": "v",
        "location": "westus",
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
        "resources": [
            {"type": "subnets", "apiVersion": "2023-05-01", "name": "s", "properties": {}, "dependsOn": ["v"]}
        ],
    }
    deploy(world, template(network, identity("old")))
    sent = template() | {
        "languageVersion": "2.0",
        "resources": {
            "old": {"existing": True, "type": IDENTITY, "apiVersion": "2023-01-31", "name": "old"},
            "new": identity("new", tags={"of": "[reference('old').clientId]"}, dependsOn=["old"]),
        },
    }
    done = deploy(world, sent)
    root = f"{RESOURCE_GROUP}/providers"
    old, new = (world.send("GET", f"{root}/{IDENTITY}/{name}").json() for name in ("old", "new"))

    assert "Succeeded" == done["properties"]["provisioningState"], done["properties"].get("error")
    assert old["properties"]["clientId"] == new["tags"]["of"]
    assert 200 == world.send("GET", f"{root}/Microsoft.Network/virtualNetworks/v/subnets/s").status


def loop(name: str, inner: Any) -> Any:
    """A loop among properties, as long as Azure allows."""
    return {"name": name, "count": 800, "input": inner if isinstance(inner, str) else {"copy": [inner]}}


def chain(text: str, length: int) -> dict[str, str]:
    """Variables that are each made from the one before."""
    return {f"v{each}": "[" + text.format(f"variables('v{each - 1}')") + "]" for each in range(1, length + 1)}


A = "variables('a')"
BOMBS: dict[str, Any] = {
    "doubling texts": template(
        variables={"v0": "x" * 1000, **chain("concat({0}, {0})", 63)},
        outputs={"x": {"type": "string", "value": "[variables('v63')]"}},
    ),
    "doubling arrays": template(
        variables={"v0": [1], **chain("createArray({0}, {0})", 63)},
        outputs={"x": {"type": "array", "value": "[variables('v63')]"}},
    ),
    "a circle of variables": template(
        identity("id", tags={"a": "[variables('a')]"}), variables={"a": "[variables('b')]", "b": "[variables('a')]"}
    ),
    "a long chain of variables": template(
        identity("id", tags={"a": "[variables('v500')]"}),
        variables={"v0": "x", **chain("{0}", 500)},
    ),
    "loops in loops": template(
        identity(
            "id",
            properties={"copy": [loop("a", loop("b", "[toUpper('x')]"))]},
        )
    ),
    "many large texts": template(
        identity("[concat('a', copyIndex())]", copy={"name": "c", "count": 800}, tags={"a": "[variables('a')]"}),
        variables={"a": "x" * 600_000},
    ),
    "a deep expression": template(identity("id", tags={"a": f"[{'concat(' * 500}'x'{')' * 500}]"})),
    "a long expression": template(identity("id", tags={"a": f"[concat({', '.join(['1'] * 20_000)})]"})),
    "a number that is no number": template(identity("id", tags={"a": "[json('1e999')]"})),
    "squares": template(
        identity("id", tags={"a": "[string(variables('v60'))]"}),
        variables={"v0": 10**17, **chain("mul({0}, {0})", 60)},
    ),
    "a text in each place of a text": template(
        identity("id", tags={"a": "[replace(variables('a'), 'x', variables('a'))]"}), variables={"a": "x" * 100_000}
    ),
    "a text between many": template(
        identity("id", tags={"a": "[join(variables('l'), variables('a'))]"}),
        variables={"a": "x" * 100_000, "l": ["y"] * 10_000},
    ),
    "one text many times": template(
        identity("id", tags={"a": f"[concat({', '.join([A] * 1000)})]"}), variables={"a": "x" * 1_000_000}
    ),
    "loops in loops in loops": template(identity("id", properties={"copy": [loop("a", loop("b", loop("c", "x")))]})),
    "a range": template(identity("id", tags={"a": "[string(range(0, 1000000000))]"})),
    "a pad": template(identity("id", tags={"a": "[padLeft('x', 1000000000)]"})),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in BOMBS if not name.startswith("doubling")])
def test_what_grows_or_turns_for_ever_is_refused(name: str) -> None:
    """In ARM's envelope, and without a defect; it has run into a limit of ours or of Azure's."""
    world = World()
    for action in ("/validate", "", "/whatIf"):
        answered = send(world, BOMBS[name], action)
        body = answered.json()

        assert 400 == answered.status, (name, action, answered.body[:300])
        assert body["error"]["code"] in {"InvalidTemplate", "InvalidRequestContent"}


@pytest.mark.parametrize("name", ["doubling texts", "doubling arrays"])
def test_an_output_that_grows_fails_the_deployment(name: str) -> None:
    """It is evaluated when the resources are there."""
    done = deploy(World(), BOMBS[name])["properties"]

    assert ("Failed", "DeploymentOutputEvaluationFailed") == (
        done["provisioningState"],
        done["error"]["details"][0]["code"],
    )


def test_nested_deployments_end_somewhere() -> None:
    """Five levels, and no recursion that only Python ends."""
    inner: Any = template(identity("id"))
    for level in range(8):
        inner = template(nested(f"n{level}", inner))

    assert "deeper than '5' levels" in refusal(World(), inner)


@pytest.mark.parametrize("opening", ['{"a":', "[", "{a:{'b':[", "/*"])
def test_deep_and_broken_texts_are_refused(opening: str) -> None:
    """Half a megabyte of opening brackets ends in an answer."""
    world = World()
    body = opening.encode() * (400_000 // len(opening))
    answered = world.emulator.handle(Request("PUT", f"{DEPLOYMENTS}/one?api-version={VERSION}", body=body))

    assert (400, "InvalidRequestContent") == world.code(answered)


def test_a_template_that_nests_deep_is_refused() -> None:
    """Also where JSON could be read."""
    world = World()
    deep = json.dumps(content(template(identity("id")))).replace('"westus"', '{"a":' * 900 + "1" + "}" * 900)
    answered = world.emulator.handle(Request("PUT", f"{DEPLOYMENTS}/one?api-version={VERSION}", body=deep.encode()))

    assert answered.status == 400


def test_the_widest_template_is_deployed() -> None:
    """800 resources, each after the one before."""
    world = World()
    sent = template(identity("[concat('a', copyIndex())]", copy={"name": "c", "count": 800}))
    done = deploy(world, sent)

    assert ("Succeeded", 800) == (done["properties"]["provisioningState"], len(done["properties"]["outputResources"]))
    assert [resource()["type"]] == [TYPE]
