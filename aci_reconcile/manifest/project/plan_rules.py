"""Policy as JSON Schemas that a plan's JSON must satisfy: data from the repository, never code."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LATEST = "https://json-schema.org/draft/2020-12/schema"
_DEEPEST = 60
"""The limit for manifests, too; jsonschema needs several calls for each level."""
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for plans. ``file`` is the schema's path as in the project file."""

    file: str
    message: str
    schema: Any = field(repr=False, default=True)
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Violation:
    """A violated rule, with the groups that violate it, if they can be determined.

    ``unusable`` says why the rule could not be applied; such a plan is blocked, whatever the rule's severity.
    """

    rule: Rule
    addresses: tuple[str, ...] = ()
    unusable: str = ""


def read_schema(text: str) -> Any:
    """Return a self-contained JSON Schema.

    Raises:
        ValueError: it is not a schema, or it refers to another document.
    """
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not JSON") from error
    if _is_deep(schema):
        raise ValueError(f"it is nested more than {_DEEPEST} levels deep")
    import jsonschema

    try:
        checker = _find_validator(schema)
        checker.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise ValueError(f"it is not a JSON Schema: {error.message}") from error
    remote = next((each for each in _list_references(schema) if not each.startswith("#")), "")
    # A rule must not fetch anything: it would make a plan depend on the network, and tell a server that it runs.
    if remote:
        raise ValueError(f"it refers to {remote}; only references within the schema (`#/…`) are supported")
    return schema


def _is_deep(value: Any) -> bool:
    """Whether a value is nested too deep. Python's own recursion limit differs between versions."""
    level = [value]
    for _ in range(_DEEPEST + 1):
        level = [below for each in level for below in _list_members(each)]
    return bool(level)


def _list_members(value: Any) -> Iterable[Any]:
    """Return the values of a map or a list."""
    if isinstance(value, dict):
        return value.values()  # pyright: ignore[reportUnknownVariableType]
    return value if isinstance(value, list) else ()  # pyright: ignore[reportUnknownVariableType]


def find_violations(rules: Iterable[Rule], document: Mapping[str, Any]) -> tuple[Violation, ...]:
    """Return the rules that a plan's JSON violates."""
    return tuple(found for rule in rules for found in _check_rule(rule, document))


def _check_rule(rule: Rule, document: Mapping[str, Any]) -> Iterator[Violation]:
    """Yield the violation of one rule, if there is one."""
    import referencing
    import referencing.exceptions

    try:
        checker = _find_validator(rule.schema)(rule.schema, registry=referencing.Registry[Any]())
        errors = list(checker.iter_errors(document))
    # A rule that can't be applied has not been satisfied.
    except (referencing.exceptions.Unresolvable, RecursionError) as error:
        yield Violation(rule, unusable=str(error) or type(error).__name__)
        return
    if errors:
        addresses = {_find_address(tuple(each.absolute_path), document) for each in errors} - {""}
        yield Violation(rule, tuple(sorted(addresses)))


def _find_address(path: tuple[str | int, ...], document: Mapping[str, Any]) -> str:
    """Return the group of a path in the plan; empty if there is none."""
    match path:
        case ("resource_changes", int(index), *_):
            return str(document["resource_changes"][index]["address"])
        case _:
            return ""


def _find_validator(schema: Any) -> Any:
    """Return the validator of the schema's own dialect.

    Raises:
        ValueError: the dialect is unknown.
    """
    import jsonschema.validators

    dialect = schema.get("$schema", _LATEST) if isinstance(schema, dict) else _LATEST  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    dialects: Any = jsonschema.validators.validator_for
    known = dialects({"$schema": dialect}, default=None)
    if known is None:
        raise ValueError(f"its dialect {dialect} is not supported")
    return known


def _list_references(value: Any) -> Iterator[str]:
    """Yield the values of ``$ref`` and its relatives, wherever they stand."""
    if isinstance(value, dict):
        for key, each in value.items():  # pyright: ignore[reportUnknownVariableType]
            if key in _REFERENCES and isinstance(each, str):
                yield each
            yield from _list_references(each)
    elif isinstance(value, list):
        for each in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _list_references(each)
