"""A description of what is emulated, in OpenAPI: made from the table of routes and from the shape of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator.aci.schema import EXEC_REQUEST, GROUP, PROFILE, ListOf, MapOf, Node, Object
from aci_reconcile.emulator.arm import versions
from aci_reconcile.emulator.routes import ROUTES, Route

if TYPE_CHECKING:
    from aci_reconcile.emulator.model import Json

_SCALARS: dict[str, Json] = {
    "string": {"type": "string"},
    "int": {"type": "integer", "format": "int32"},
    "double": {"type": "number", "format": "double"},
    "bool": {"type": "boolean"},
    "any": {},
}
_ERROR: Json = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}
_TAGGED: Json = {
    "type": "object",
    "properties": {
        "location": {"type": "string"},
        "tags": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


def describe(origin: str) -> Json:
    """Return the OpenAPI document."""
    paths: Json = {}
    for route in ROUTES:
        paths[route.path] = {method.lower(): _describe_operation(route, method) for method in route.verbs}
    return {
        "openapi": "3.0.3",
        "info": {"title": "aci-reconcile emulator", "version": versions.CONTAINER_GROUP_VERSIONS[-1]},
        "servers": [{"url": origin}],
        "paths": paths,
        "components": {"schemas": {**_BODIES, "Error": _ERROR}},
    }


def make_schema(node: Node) -> Json:
    """Return a type of the service as JSON Schema; read-only properties stay, and are marked."""
    match node:
        case Object():
            required = [field.name for field in node.fields if field.trait == "required"]
            properties: Json = {}
            for field in node.fields:
                marks = {"readOnly": True} if field.trait == "readonly" else {}
                properties[field.name] = {**make_schema(field.node), **marks}
            return {"type": "object", "properties": properties, **({"required": required} if required else {})}
        case ListOf():
            return {"type": "array", "items": make_schema(node.item)}
        case MapOf():
            return {"type": "object", "additionalProperties": make_schema(node.value)}
        case _:
            return _SCALARS[node]


def _describe_operation(route: Route, method: str) -> Json:
    names = [segment.strip("{}") for segment in route.segments if segment.startswith("{")]
    parameters = [_describe_parameter(name, "path") for name in names] + [_describe_parameter("api-version", "query")]
    if route.path.endswith("/logs"):
        parameters += [
            {"name": "tail", "in": "query", "schema": {"type": "integer"}},
            {"name": "timestamps", "in": "query", "schema": {"type": "boolean"}},
        ]
    described: Json = {
        "operationId": f"{method.lower()} {route.path}",
        "parameters": parameters,
        "responses": {
            "2XX": {"description": "Done, or accepted."},
            "default": {
                "description": "Refused.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        },
    }
    name = _find_body(route, method)
    if name:
        schema = {"$ref": f"#/components/schemas/{name}"}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return described


def _find_body(route: Route, method: str) -> str:
    """Return the name of a request's schema; empty if it has no body."""
    if route.path.endswith("/exec"):
        return "ContainerExecRequest"
    if method == "PUT":
        return {"groups": "ContainerGroup", "profiles": "ContainerGroupProfile"}.get(route.family, "Tagged")
    return "Tagged" if method == "PATCH" else ""


_BODIES: Json = {
    "ContainerGroup": make_schema(GROUP),
    "ContainerGroupProfile": make_schema(PROFILE),
    "ContainerExecRequest": make_schema(EXEC_REQUEST),
    "Tagged": _TAGGED,
}


def _describe_parameter(name: str, place: str) -> Json:
    return {"name": name, "in": place, "required": True, "schema": {"type": "string"}}
