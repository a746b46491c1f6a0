"""Deployments for tests: short templates, and short ways to deploy them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unit.emulator.emulator_world import RESOURCE_GROUP, SUBSCRIPTION, World, group

if TYPE_CHECKING:
    from aci_reconcile.emulator import Response

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
TYPE = "Microsoft.ContainerInstance/containerGroups"
DEPLOYMENTS = f"{RESOURCE_GROUP}/providers/Microsoft.Resources/deployments"
ABOVE = f"{SUBSCRIPTION}/providers/Microsoft.Resources/deployments"
VERSION = "2021-04-01"


def template(*resources: Any, **parts: Any) -> Any:
    """A template."""
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": list(resources), **parts}


def resource(name: str = "web", *, image: str = "nginx", **more: Any) -> Any:
    """A container group as a resource of a template; `more` are keys next to its properties."""
    return {"type": TYPE, "apiVersion": "2023-05-01", "name": name, **group(image), **more}


def identity(name: str, **more: Any) -> Any:
    """A user-assigned identity, which is there at once."""
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
    return {"type": kind, "apiVersion": "2023-01-31", "name": name, "location": "westus", **more}


def nested(name: str, inner: Any, scope: str = "inner", **more: Any) -> Any:
    """A deployment in a template."""
    parameters = more.pop("parameters", None)
    properties: Any = {
        "mode": "Incremental",
        "template": inner,
        "expressionEvaluationOptions": {"scope": scope},
        **({"parameters": parameters} if parameters else {}),
    }
    kind = "Microsoft.Resources/deployments"
    return {"type": kind, "apiVersion": "2021-04-01", "name": name, "properties": properties, **more}


def content(sent: Any, mode: str = "Incremental", **values: Any) -> Any:
    """The body of a request; `values` are those of the parameters."""
    given = {name: {"value": value} for name, value in values.items()}
    return {"properties": {"mode": mode, "template": sent, "parameters": given}}


def send(world: World, sent: Any, action: str = "", method: str = "", **values: Any) -> Response:
    """Deploy a template, or do something else with it."""
    path = f"{DEPLOYMENTS}/one{action}"
    return world.send(method or ("POST" if action else "PUT"), path, content(sent, **values), VERSION)


def deploy(world: World, sent: Any, **values: Any) -> Any:
    """Deploy a template, wait, and give the deployment."""
    response = send(world, sent, **values)
    assert response.status in {200, 201}, response.body
    world.now += 60
    return show(world)


def show(world: World, name: str = "one", where: str = DEPLOYMENTS) -> Any:
    """A deployment as it is."""
    return world.send("GET", f"{where}/{name}", version=VERSION).json()


def evaluate(text: Any, world: World | None = None, kind: str = "object", **parts: Any) -> Any:
    """The value of an expression, as an output of a template says it."""
    found = deploy(world or World(), template(**parts, outputs={"x": {"type": kind, "value": text}}))
    return found["properties"]["outputs"]["x"]["value"]


def refusal(world: World, sent: Any, **values: Any) -> str:
    """The message for a template that is not valid."""
    response = send(world, sent, "/validate", **values)
    error = response.json()["error"]
    assert (400, "InvalidTemplate") == (response.status, error["code"]), error
    again = send(world, sent, **values).json()["error"]
    assert error["message"] == again["message"]
    return str(error["message"])
