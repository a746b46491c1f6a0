"""The JSON Schemas that ship with the package, and what they say of a document."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import LEAVES, as_object
from aci_reconcile.core.secret import REDACTED, Secret
from aci_reconcile.manifest.syntax.codes import ACI127

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.syntax.items import Item
    from aci_reconcile.manifest.syntax.items import Path as BodyPath

NAMES: Final = (
    "accepted-drift",
    "container-group",
    "drift-history",
    "facts",
    "fleet",
    "notification",
    "plan",
    "project",
    "result",
)


def load_schema(name: str) -> dict[str, Any]:
    """Return a schema by one of the ``NAMES``.

    Raises:
        UsageError: there is no such schema.
    """
    if name not in NAMES:
        raise UsageError(f"unknown schema {name!r}", hint=f"known schemas: {', '.join(NAMES)}")
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "schemas", package.parent / "schemas"):  # in the wheel, and in a checkout
        file = folder / f"{name}.schema.json"
        if file.is_file():
            content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return content
    raise UsageError(f"the schema {name!r} is missing from this installation", hint="reinstall the package")


def find_violation(document: Mapping[str, Any], name: str) -> tuple[BodyPath, str] | None:
    """Return the place and the words of the first violation of the schema ``name`` in a document, if there is one."""
    import jsonschema.validators

    validator: Any = jsonschema.validators.Draft202012Validator(load_schema(name))
    found = next(validator.iter_errors(document), None)
    return None if found is None else (tuple(found.absolute_path), found.message)


def find_large_violation(document: Mapping[str, Any], name: str) -> tuple[BodyPath, str] | None:
    """Return the same for a document that may be large: hundreds of times as fast, in other words."""
    import jsonschema_rs

    found = next(iter(jsonschema_rs.validator_for(load_schema(name)).iter_errors(document)), None)
    return None if found is None else (tuple(found.instance_path), found.message)


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


def check_schema(group: Item) -> None:
    """Report violations of the schema that have no diagnostic yet.

    Typing and the rules check most. Only ranges and sizes are taken from the schema.
    """
    body = group.value if group.places.plain else _redact(group.value)
    # The schema requires a name, which is no part of the body, and has been checked with the document.
    if _load_quick_validator().is_valid({"name": "checked-elsewhere", **as_object(body)}):
        return
    for error in _list_errors(_load_validator("container-group").iter_errors(body)):
        path: BodyPath = tuple(error.absolute_path)
        where = group.places.find(path)
        # The schema's words are for programs: a diagnostic that a rule has added at this place is clearer.
        if path not in group.places.doubtful and not group.diagnostics.has_any_at(where):
            message = _MESSAGES[error.validator].format(error.validator_value)
            group.diagnostics.add(ACI127, where, message, path=group.places.describe(path))


def _list_errors(errors: Iterable[Any]) -> Iterator[Any]:
    """Yield the errors at the leaves, of the kinds in ``_MESSAGES``."""
    for error in errors:
        if error.validator in _MESSAGES:
            yield error
        yield from _list_errors(error.context)


@functools.cache
def _load_quick_validator() -> Any:
    """Return a validator that only says yes or no, hundreds of times as fast; a test checks that both agree."""
    import jsonschema_rs

    return jsonschema_rs.Draft7Validator(load_schema("container-group"))


@functools.cache
def _load_validator(name: str) -> Any:
    import jsonschema.validators

    return jsonschema.validators.Draft7Validator(load_schema(name))


def _redact(value: Json) -> Any:
    """Return the value as JSON, with secrets redacted and references as texts."""
    if type(value) in LEAVES:
        return value
    if isinstance(value, Secret):
        return REDACTED
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return {key: each if type(each) in LEAVES else _redact(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_redact(each) for each in value]
    return value
