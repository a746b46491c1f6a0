"""Tags: ARM's rules for them, which hold for resource groups and container groups alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, is_list, is_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MOST = 50
_LONGEST_NAME = 512
_LONGEST_VALUE = 256
_ILLEGAL = frozenset("<>%&\\?/")
_RESERVED = ("microsoft", "azure", "windows")


def read(value: Any) -> dict[str, str]:
    """Return the tags of a body, as text."""
    if not is_object(value):
        message = "The request content was invalid and could not be deserialized: 'tags' is not a JSON object."
        raise ArmError(400, "InvalidRequestContent", message, fact="tag-rules")
    tags = {name: "" if text is None else _text(text) for name, text in value.items()}
    if len(tags) > _MOST:
        raise ArmError(
            400,
            "TagCountExceeded",
            f"A resource can have at most {_MOST} tags; {len(tags)} are given.",
            fact="tag-rules",
        )
    seen: set[str] = set()
    for name, text in tags.items():
        _check(name, text, seen)
    return tags


@rests_on("policy-modifies")
def apply_policy(tags: Mapping[str, str], policy: Iterable[str]) -> dict[str, str]:
    """Return the tags after a policy that sets some of them (`NAME=VALUE`); an existing name keeps its spelling."""
    known, result = {name.lower(): name for name in tags}, dict(tags)
    for each in sorted(policy):
        name, _, value = each.partition("=")
        result[known.get(name.lower(), name)] = value
    return result


def _text(value: Any) -> str:
    if is_object(value) or is_list(value):
        message = "The request content was invalid and could not be deserialized: a tag value is not a string."
        raise ArmError(400, "InvalidRequestContent", message, fact="tag-rules")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check(name: str, text: str, seen: set[str]) -> None:
    folded = name.lower()  # ARM documentation, tag resources: names ignore case, values do not
    if not name or len(name) > _LONGEST_NAME or _ILLEGAL & set(name):
        raise ArmError(
            400,
            "InvalidTagName",
            f"The tag name '{name[:64]}' is empty, too long or has illegal characters.",
            fact="tag-rules",
        )
    if folded.startswith(_RESERVED):
        message = f"The tag name '{name}' starts with a reserved prefix: {', '.join(_RESERVED)}."
        raise ArmError(400, "ReservedTagName", message, fact="tag-rules")
    if len(text) > _LONGEST_VALUE:
        raise ArmError(
            400,
            "InvalidTagValueLength",
            f"The value of the tag '{name}' is longer than {_LONGEST_VALUE}.",
            fact="tag-rules",
        )
    if folded in seen:
        raise ArmError(
            400,
            "DuplicateTagName",
            f"The tag name '{name}' is given twice; names do not differ by case.",
            fact="tag-rules",
        )
    seen.add(folded)
