"""The body against the shipped JSON Schema: a net below the walk, which checks names and types, and the rules.

Only what those two do not check is taken from it: ranges and sizes. What somebody has complained of already is not
said again.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.core.model import LEAVES, as_object
from aci_reconcile.core.secret import REDACTED, Secret
from aci_reconcile.manifest.schemas import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.items import Item
    from aci_reconcile.manifest.places import Path

_MESSAGES: Final[Mapping[str, str]] = {
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minItems": "the list must have at least {} entries",
    "maxItems": "the list must have at most {} entries",
    "maxProperties": "must have at most {} entries",
}


def conforms(group: Item) -> None:
    """Complain of what the schema refuses and nobody has complained of yet."""
    body = group.value if group.places.plain else _plain(group.value)
    if _quick().is_valid({"name": "checked-elsewhere", **as_object(body)}):
        return
    for error in _errors(_validator("container-group").iter_errors(body)):
        path: Path = tuple(error.absolute_path)
        where = group.places.find(path)
        if path not in group.places.doubtful and not group.findings.about(where):
            message = _MESSAGES[error.validator].format(error.validator_value)
            group.findings.add("ACI127", where, message, path=group.places.name(path))


def _errors(errors: Iterable[Any]) -> Iterator[Any]:
    """Yield the errors at the leaves, of the kinds that are ours."""
    for error in errors:
        if error.validator in _MESSAGES:
            yield error
        yield from _errors(error.context)


@functools.cache
def _quick() -> Any:
    """Return a validator that says yes or no, hundreds of times as fast; a test proves that both agree."""
    import jsonschema_rs

    return jsonschema_rs.Draft7Validator(schema("container-group"))


@functools.cache
def _validator(name: str) -> Any:
    import jsonschema.validators

    return jsonschema.validators.Draft7Validator(schema(name))


def _plain(value: Json) -> Any:
    """Return the value as JSON: secrets are texts that say nothing, and references are texts."""
    if type(value) in LEAVES:
        return value
    if isinstance(value, Secret):
        return REDACTED
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value
