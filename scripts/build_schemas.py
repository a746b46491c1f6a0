"""Write schemas/container-group.schema.json and schemas/project.schema.json from the field table.

Run it after a change of the table::

    python scripts/build_schemas.py          # writes
    python scripts/build_schemas.py --check  # exit 1 when a file is not what the table makes of it

The dialect is draft-07: the YAML language server, and the editors built on it, complete from it in full, while they
know the newer dialects in part. Both forms are described, ARM's and the short one. A property that is unknown is an
error in the editor, as it is for the loader; so is a value that no form allows.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aci_reconcile.core.fields import UNSET, Kind
from aci_reconcile.core.model import CONTAINER_GROUPS
from aci_reconcile.manifest.keys import GROUP, PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.core.fields import Node

FOLDER = Path(__file__).resolve().parent.parent / "schemas"
HOME = "https://example-org.github.io/aci-reconcile/schemas/"
"""Where `make docs` puts them in the site: the name of each schema is the place that it can be had from."""
DIALECT = "http://json-schema.org/draft-07/schema#"
REFERENCE = r"\$\{(var|env|file|keyvault|group):[^}]+\}"
NUMBER_IN_QUOTES = r"[-+]?[0-9]*\.?[0-9]+"

Schema = dict[str, Any]

_TEXT = ["string", "number", "boolean"]
"""What a text may look like: the loader takes the source text of a plain number or flag for the text it is."""

_NEVER_NULL = ("[]", "secret.*", "groups.*")
"""Ends of the paths of items, of the files of a secret, and of patches: none of them is left out by `null`."""

_PORT: Schema = {"minimum": 1, "maximum": 65535}
_SECONDS: Schema = {"minimum": 0}
_AT_LEAST_ONE: Schema = {"minimum": 1}
_POSITIVE: Schema = {"exclusiveMinimum": 0}

LIMITS: Mapping[str, Schema] = {
    "name": {"minLength": 1, "maxLength": 90},
    "properties.ipAddress.ports": {"minItems": 1},
    "properties.dnsConfig.nameServers": {"minItems": 1},
    "properties.containerGroupProfile.revision": _AT_LEAST_ONE,
    "policy.maxDeletes": {"minimum": 0},
    "environments.*.policy.maxDeletes": {"minimum": 0},
}
"""What is known about values beyond their type, by path of the field.

Limits that are documented and were never seen enforced are the rules', which warn: an editor would show an error.
"""

ENDINGS: Mapping[str, Schema] = {
    "ports[].port": _PORT,
    "httpGet.port": _PORT,
    "requests.cpu": _POSITIVE,
    "requests.memoryInGB": _POSITIVE,
    "limits.cpu": _POSITIVE,
    "limits.memoryInGB": _POSITIVE,
    "gpu.count": _AT_LEAST_ONE,
    "Probe.initialDelaySeconds": _SECONDS,
    "Probe.periodSeconds": _AT_LEAST_ONE,
    "Probe.failureThreshold": _AT_LEAST_ONE,
    "Probe.successThreshold": _AT_LEAST_ONE,
    "Probe.timeoutSeconds": _AT_LEAST_ONE,
    "securityContext.runAsUser": _SECONDS,
    "securityContext.runAsGroup": _SECONDS,
    "exec.command": {"minItems": 1},
}
"""The same by the end of the path, for what stands in several places."""


def describe(node: Node) -> Schema:
    """Return the schema of a field, in every form it may be written in."""
    path = node.row.path
    schema = {"description": node.row.summary, **_kind(node)}
    if node.row.default is not UNSET:
        schema["default"] = node.row.default
    short = next((form for ending, form in SHORT.items() if path.endswith(ending)), None)
    told = short(node, schema) if short else schema
    return _or_null(told) if _may_be_null(node) else told


def _may_be_null(node: Node) -> bool:
    """Whether `null` may stand for a value: it is left out then, and what a lower layer says is taken away."""
    path = node.row.path
    return path not in {"", "name"} and not node.row.required and not path.endswith(_NEVER_NULL)


def _or_null(schema: Schema) -> Schema:
    if "anyOf" in schema and "type" not in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    kinds = schema.get("type", [])
    listed = [kinds] if isinstance(kinds, str) else list(kinds)
    return {**schema, "type": [*listed, "null"]} if listed and "null" not in listed else schema


def _kind(node: Node) -> Schema:
    limits = _limits(node.row.path)
    if node.row.enum:
        return {"anyOf": [{"enum": list(node.row.enum)}, {"$ref": "#/definitions/reference"}]}
    if node.kind is Kind.STRING:
        return {"type": _TEXT, **limits}
    if node.kind in {Kind.INTEGER, Kind.NUMBER}:
        return {"type": [node.kind.value, "string"], "pattern": f"^({NUMBER_IN_QUOTES}|{REFERENCE})$", **limits}
    if node.kind is Kind.BOOLEAN:
        return {"type": ["boolean", "string"], "pattern": f"^(true|false|{REFERENCE})$", **limits}
    if node.kind is Kind.LIST:
        return {"type": "array", **({"items": describe(node.item)} if node.item else {}), **limits}
    if node.kind is Kind.MAP:
        values = describe(node.item) if node.item else {}
        return {"type": "object", "additionalProperties": values, **limits}
    if node.kind is Kind.OBJECT:
        return _object(node)
    return {"type": "object"} if node.row.presence else {}


def _limits(path: str) -> Schema:
    none: Schema = {}
    return LIMITS.get(path) or next((each for ending, each in ENDINGS.items() if path.endswith(ending)), none)


def _object(node: Node) -> Schema:
    """Describe an object; what ARM keeps under ``properties`` may stand beside it, too."""
    own = {name: describe(below) for name, below in node.children.items() if _settable(below)}
    required = [name for name, below in node.children.items() if below.row.required and name != "properties"]
    inner = node.children.get("properties")
    schema: Schema = {"type": "object"}
    if inner is not None:
        own = {**{name: each for name, each in own.items() if name != "properties"}, **own["properties"]["properties"]}
        wrapped = describe(inner)
        own["properties"] = {
            "description": wrapped["description"],
            "type": "object",
            "properties": {name: _pointer(node, name) for name in wrapped["properties"]},
            "additionalProperties": False,
        }
        either = [name for name, below in inner.children.items() if below.row.required]
        if either:
            schema["anyOf"] = [
                {"required": either},
                {"properties": {"properties": {"required": either}}, "required": ["properties"]},
            ]
    schema["properties"] = own
    if required:
        schema["required"] = required
    schema["additionalProperties"] = False
    return schema


def _pointer(node: Node, name: str) -> Schema:
    """Point from the wrapped form of a property to the one beside it, so that each is described once."""
    keys = [part for part in node.row.path.replace("[]", ".[]").split(".") if part]
    way = "".join(f"/{_step(part)}" for part in keys if part != "properties")
    return {"$ref": f"#{way}/properties/{name}"}


def _step(part: str) -> str:
    return {"[]": "items", "*": "additionalProperties"}.get(part, f"properties/{part}")


def _settable(node: Node) -> bool:
    return node.row.settable or node.row.path in {"name", "type", "apiVersion"}


def _pairs(node: Node, schema: Schema) -> Schema:
    """Allow a map beside ARM's list of objects with a name; the value is the object without it, or its main part."""
    value = "value" if node.row.path.endswith("environmentVariables") else "mountPath"
    item: Schema = schema["items"]
    rest = {name: each for name, each in item["properties"].items() if name != "name"}
    entry = {"type": "object", "properties": rest, "additionalProperties": False}
    listed = {key: each for key, each in schema.items() if key != "description"}
    mapped = {"type": "object", "additionalProperties": {"anyOf": [rest[value], entry]}}
    return {"description": schema["description"], "anyOf": [mapped, listed]}


def _port(_node: Node, schema: Schema) -> Schema:
    number = {key: each for key, each in schema["properties"]["port"].items() if key != "description"}
    full = {key: each for key, each in schema.items() if key != "description"}
    return {"description": schema["description"], "anyOf": [number, full]}


def _resources(node: Node, schema: Schema) -> Schema:
    """Allow what belongs into ``requests`` beside it."""
    requests = node.children["requests"]
    short = {name: describe(below) for name, below in requests.children.items()}
    needed = [name for name, below in requests.children.items() if below.row.required]
    given = {key: each for key, each in schema.items() if key != "required"}
    return {
        **given,
        "properties": {**short, **schema["properties"]},
        "anyOf": [{"required": ["requests"]}, {"required": needed}],
    }


def _secret_file(_node: Node, schema: Schema) -> Schema:
    text = {"description": "Plain content, which is encoded for Azure.", "type": _TEXT}
    plain = {
        "type": "object",
        "properties": {"fromText": text},
        "required": ["fromText"],
        "additionalProperties": False,
    }
    return {"description": schema["description"], "anyOf": [{"type": "string"}, plain]}


def _tag(_node: Node, schema: Schema) -> Schema:
    return {**schema, "type": [*_TEXT, "null"], "maxLength": 256}


def _type(_node: Node, schema: Schema) -> Schema:
    return {"description": schema["description"], "enum": [CONTAINER_GROUPS], "default": CONTAINER_GROUPS}


def _overlay(_node: Node, schema: Schema) -> Schema:
    return {"description": schema["description"], "type": "object"}


SHORT: Mapping[str, Callable[[Node, Schema], Schema]] = {
    ".environmentVariables": _pairs,
    ".volumeMounts": _pairs,
    ".ports[]": _port,
    ".resources": _resources,
    ".secret.*": _secret_file,
    "tags.*": _tag,
    "type": lambda node, schema: _type(node, schema) if node.row.path == "type" else schema,
    "variables.*": lambda _, schema: {"anyOf": [{"type": _TEXT}, schema], "description": schema["description"]},
    "defaults": _overlay,
    "groups.*": _overlay,
}
"""The forms beyond ARM's, by the end of the path."""


def _complete(name: str, title: str, description: str, body: Schema, required: list[str]) -> Schema:
    properties = {"$schema": {"description": "Schema of this file, for editors.", "type": "string"}}
    rest = {key: each for key, each in body.items() if key not in {"type", "properties", "required", "description"}}
    return {
        "$schema": DIALECT,
        "$id": f"{HOME}{name}.schema.json",
        "$comment": "Generated by scripts/build_schemas.py from the field table. Editors support draft-07 best.",
        "title": title,
        "description": description,
        "type": "object",
        "properties": {**properties, **body["properties"]},
        "required": required,
        **rest,
        "definitions": {
            "reference": {
                "description": "A reference, such as ${var:NAME} or ${env:NAME}.",
                "type": "string",
                "pattern": REFERENCE,
            }
        },
    }


def container_group() -> Schema:
    """Return the schema of a manifest."""
    description = "A manifest: one container group, in ARM's shape or in the short form without `properties`."
    return _complete("container-group", "Azure container group", description, describe(GROUP), ["name"])


def project() -> Schema:
    """Return the schema of the project file."""
    description = "aci-reconcile.yaml: the settings of a project and of its environments."
    return _complete("project", "aci-reconcile project", description, describe(PROJECT), ["name"])


FILES: Mapping[str, Callable[[], Schema]] = {"container-group": container_group, "project": project}


def render(schema: Schema) -> str:
    """Return a schema as it is stored."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the files, or compare them with what they should be."""
    stale = 0
    for name, make in FILES.items():
        file = FOLDER / f"{name}.schema.json"
        text = render(make())
        if "--check" in arguments:
            fresh = file.is_file() and file.read_text(encoding="utf-8") == text
            stale += not fresh
            print(f"{file.name}: {'fresh' if fresh else 'stale: run scripts/build_schemas.py'}")
        else:
            file.write_text(text, encoding="utf-8")
            print(f"{file.name}: {len(text):,} characters")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
