"""The parameters of a template: their values, their defaults and their limits."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator.deployments import problems
from aci_reconcile.emulator.errors import not_emulated
from aci_reconcile.emulator.model import as_list, as_object, is_list, is_object
from aci_reconcile.expressions.values import CycleError, ExpressionError, check_size

if TYPE_CHECKING:
    from aci_reconcile.emulator.deployments.evaluation import Evaluator
    from aci_reconcile.emulator.model import Json

TYPES = {
    "string": "String",
    "securestring": "SecureString",
    "int": "Int",
    "bool": "Bool",
    "object": "Object",
    "secureobject": "SecureObject",
    "array": "Array",
}
"""The types of parameters and outputs, by their names in lower case."""


class Parameters:
    """The parameters of one template, each evaluated once."""

    def __init__(self, declared: Json, given: Json, definitions: Json) -> None:
        """`given` are the values as a request has them.

        Raises:
            ArmError: a value is not that of a parameter.
        """
        self._declared = {name: _complete(as_object(each), definitions) for name, each in declared.items()}
        self._names = {name.lower(): name for name in declared}
        unknown = [name for name in given if name.lower() not in self._names]
        if unknown:
            raise problems.unknown_parameters(unknown, declared)
        self._given = {name.lower(): _read_value(name, each) for name, each in given.items()}
        self._found: Json = {}
        self._open: set[str] = set()

    def check(self, evaluator: Evaluator) -> None:
        """Evaluate every parameter. Raises ArmError."""
        for name in self._declared:
            self.find(name, evaluator)

    def find(self, name: str, evaluator: Evaluator) -> Any:
        """Return the value of a parameter. Raises ExpressionError, ArmError."""
        key = name.lower()
        if key in self._found:
            return self._found[key]
        if key not in self._names:
            raise ExpressionError(f"The template parameter '{name}' is not found")
        if key in self._open:
            raise CycleError(f"The template parameter '{name}' refers to itself")
        self._open.add(key)
        spelt = self._names[key]
        value = self._find_value(spelt, self._declared[spelt], evaluator)
        self._open.discard(key)
        self._found[key] = value
        return value

    def _find_value(self, name: str, declared: Json, evaluator: Evaluator) -> Any:
        value = self._given.get(name.lower())
        if value is None:
            if declared.get("nullable") is True and "defaultValue" not in declared:
                return None
            if "defaultValue" not in declared:
                raise problems.missing_parameter(name)
            value = replace(evaluator, in_default=True, indexes={}).resolve(declared["defaultValue"])
        check_size(value)
        _check(name, declared, value)
        return value

    def hide(self, text: str) -> str:
        """Return a message without the secrets among the values."""
        secret = [value for key, value in self._found.items() if is_secret(self._declared[self._names[key]])]
        for each in sorted({each for value in secret for each in _list_texts(value)} - {""}, key=len, reverse=True):
            text = text.replace(each, "***")
        return text

    def show(self) -> Json:
        """Return the parameters as a deployment shows them: secrets without a value."""
        shown: Json = {}
        for name, declared in self._declared.items():
            kind = TYPES[str(declared["type"]).lower()]
            shown[name] = {"type": kind}
            if not is_secret(declared) and name.lower() in self._found:
                shown[name]["value"] = self._found[name.lower()]
        return shown


def is_secret(declared: Json) -> bool:
    """Whether a parameter or an output is never shown."""
    return str(declared.get("type", "")).lower().startswith("secure")


def _list_texts(value: Any) -> list[str]:
    if is_object(value):
        return [text for each in value.values() for text in _list_texts(each)]
    if is_list(value):
        return [text for each in value for text in _list_texts(each)]
    return [str(value)]


def _complete(declared: Json, definitions: Json) -> Json:
    """Return a declaration with what its definition says, and with a type."""
    target = str(declared.get("$ref", "")).removeprefix("#/definitions/")
    whole = {**as_object(definitions.get(target)), **declared}
    if str(whole.get("type", "")).lower() not in TYPES:
        known = ", ".join(TYPES.values())
        raise problems.violation(f"The template parameter type '{whole.get('type')}' is not valid: use {known}")
    return whole


def _read_value(name: str, given: Any) -> Any:
    entry = as_object(given)
    if "reference" in entry:
        raise not_emulated("parameters whose value is a secret of a vault")
    if not is_object(given) or "value" not in entry:
        raise problems.missing_parameter(name)
    return entry["value"]


def _check(name: str, declared: Json, value: Any) -> None:
    """Refuse a value that the declaration does not allow."""
    kind = str(declared["type"]).lower().removeprefix("secure")
    actual = _name_type(value)
    if kind != actual:
        text = f"Expected '{TYPES[kind]}'. Actual '{TYPES.get(actual, 'Null')}'. {problems.SYNTAX}"
        raise problems.violation(
            f"Template parameter JToken type is not valid. {text}", f"properties.template.parameters.{name}"
        )
    allowed = declared.get("allowedValues")
    if allowed is not None and value not in as_list(allowed) and not (is_list(value) and _are_among(value, allowed)):
        shown = "***" if is_secret(declared) else value if isinstance(value, str) else json.dumps(value)
        listed = ",".join(each if isinstance(each, str) else json.dumps(each) for each in as_list(allowed))
        why = f"The value '{shown}' is not part of the allowed value(s): '{listed}'."
        raise problems.refused_parameter(name, why)
    _check_limits(name, declared, value)


def _are_among(values: list[Any], allowed: Any) -> bool:
    """Whether each item is allowed: of an array, the list may mean its items (ARM documentation, parameters)."""
    return all(each in as_list(allowed) for each in values)


def _check_limits(name: str, declared: Json, value: Any) -> None:
    if isinstance(value, str) or is_list(value):
        size, what, low, high = len(value), "Length of the value", declared.get("minLength"), declared.get("maxLength")
    elif isinstance(value, int) and not isinstance(value, bool):
        size, what, low, high = value, "The value", declared.get("minValue"), declared.get("maxValue")
    else:
        return
    if isinstance(low, int) and size < low:
        raise problems.refused_parameter(name, f"{what} should be greater than or equal to '{low}'.")
    if isinstance(high, int) and size > high:
        raise problems.refused_parameter(name, f"{what} should be less than or equal to '{high}'.")


def _name_type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if is_object(value):
        return "object"
    return (
        "array" if is_list(value) else "string" if isinstance(value, str) else "int" if isinstance(value, int) else ""
    )
