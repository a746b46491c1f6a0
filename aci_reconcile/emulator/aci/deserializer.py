"""Reads a request body as the service's typed deserialiser does: known names, known types, known order."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from aci_reconcile.emulator.aci.schema import ListOf, MapOf, Node, Object
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, is_list, is_object

_LEAD = "The request content was invalid and could not be deserialized: "


def parse(body: bytes) -> Json:
    """Return the JSON object in a request body; anything else is refused as ARM refuses it."""
    try:
        value: Any = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise _make_invalid("The content is not well-formed JSON. Path '', line 1, position 0.") from None
    if not is_object(value):
        raise _make_invalid("The content is not a JSON object. Path '', line 1, position 1.")
    return value


@dataclass(frozen=True, slots=True)
class Reader:
    """Brings a body into the service's own form; `size` replaces the position in Newtonsoft's messages."""

    size: int
    keep_unknown: bool

    def read(self, node: Node, value: Any, path: str = "") -> Any:
        """Return the value as the service holds it: names spelled and ordered its way, numbers of the right kind."""
        match node:
            case Object():
                return self._object(node, value, path)
            case MapOf():
                return self._map(node, value, path)
            case ListOf():
                return self._list(node, value, path)
            case "any":
                return value
            case _:
                return self._scalar(node, value, path)

    def _object(self, node: Object, value: Any, path: str) -> Json:
        if not is_object(value):
            self._mismatch(value, path, node.name, 'object (e.g. {"name":"value"})')
        items = {key.lower(): item for key, item in value.items() if item is not None}
        known = {field.name.lower() for field in node.fields}
        result: Json = {}
        for field in node.fields:
            item = items.get(field.name.lower())
            if item is None and field.trait == "required":
                message = f"Required property '{field.name}' not found in JSON. Path '{path}'"
                raise _make_invalid(f"{message}, line 1, position {self.size}.")
            if item is not None and field.trait != "readonly":
                result[field.name] = self.read(field.node, item, _join(path, field.name))
        # ARM itself reads the top level, and az sends a whole manifest there, `apiVersion` included: never kept.
        if self.keep_unknown and path:
            result |= {key: item for key, item in value.items() if key.lower() not in known and item is not None}
        return result

    @rests_on("null-in-map")
    def _map(self, node: MapOf, value: Any, path: str) -> Json:
        if not is_object(value):
            self._mismatch(value, path, "Dictionary`2[System.String,System.String]", 'object (e.g. {"name":"value"})')
        empty: Any = {} if isinstance(node.value, Object) else "" if node.value == "string" else None
        return {
            key: empty if item is None else self.read(node.value, item, _join(path, key)) for key, item in value.items()
        }

    def _list(self, node: ListOf, value: Any, path: str) -> list[Any]:
        if not is_list(value):
            self._mismatch(value, path, f"{node.name}[]", "array (e.g. [1,2,3])")
        items = enumerate(value)
        return [self.read(node.item, item, f"{path}[{index}]") for index, item in items if item is not None]

    def _scalar(self, node: str, value: Any, path: str) -> Any:
        if is_object(value) or is_list(value):
            token = "StartObject" if is_object(value) else "StartArray"
            raise _make_invalid(f"Unexpected character encountered while parsing value: {token}. {self._where(path)}")
        converted = _CONVERTERS[node](value)
        if converted is None:
            raise _make_invalid(
                f"Could not convert {_find_type(value)} to {node}: {_render_value(value)}. {self._where(path)}"
            )
        return converted

    def _mismatch(self, value: Any, path: str, name: str, wanted: str) -> NoReturn:
        """Newtonsoft's complaint about a container of the wrong kind; recorded for ContainerEnvironmentVariable[]."""
        kind = "JSON object" if is_object(value) else "JSON array" if is_list(value) else ""
        if not kind:
            raise _make_invalid(f"Error converting value {_render_value(value)} to type '{name}'. {self._where(path)}")
        example = '{"name":"value"}' if kind == "JSON object" else "[1,2,3]"
        raise _make_invalid(
            f"Cannot deserialize the current {kind} (e.g. {example}) into type '{name}' because the type "
            f"requires a JSON {wanted} to deserialize correctly. {self._where(path)}"
        )

    def _where(self, path: str) -> str:
        return f"Path '{path}', line 1, position {self.size}."


def _make_invalid(detail: str) -> ArmError:
    return ArmError(400, "InvalidRequestContent", f"{_LEAD}'{detail}'.", fact="deserialiser")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _find_type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "integer" if isinstance(value, int) else "float"


def _render_value(value: Any) -> str:
    """Return the value for a message; text is masked, for it could be a secret in the wrong place."""
    return "***" if isinstance(value, str) else str(value)[:40]


def _to_string(value: Any) -> str | None:
    """Return numbers and booleans as text, as Newtonsoft's string reader does."""
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _to_int(value: Any) -> int | None:
    if isinstance(value, bool | float):
        return None
    number = _to_number(value)
    return int(number) if number is not None and number.is_integer() and abs(number) < 2**31 else None


def _to_double(value: Any) -> float | None:
    return None if isinstance(value, bool) else _to_number(value)


def _to_bool(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else None


def _to_number(value: float | str) -> float | None:
    """Newtonsoft reads numbers out of strings as well: manifests with quoted ports do work."""
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


_CONVERTERS = {"string": _to_string, "int": _to_int, "double": _to_double, "bool": _to_bool}
