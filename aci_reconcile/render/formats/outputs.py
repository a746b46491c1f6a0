"""A result in a few words for the steps of a pipeline that come after: names and values, one a line.

Read from the JSON of a plan, an apply, a drift or a validation. Values are numbers, ``true``, ``false`` or a digest:
nothing that an author of manifests could have written, so that they may stand in a script.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAMES: Final = ("has_changes", "add", "change", "replace", "destroy", "drift", "blocked", "plan_digest")
_COUNTED: Final = {"create": "add", "update": "change", "adopt": "change", "replace": "replace", "delete": "destroy"}
_OURS: Final = frozenset({"format_version", "type", "resource_changes", "resource_drift", "valid"})
"""What every document of this tool holds, one of them at least."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def read_outputs(text: str) -> dict[str, str]:
    """Return what a result says, by name; empty where it says nothing about it.

    Args:
        text: what ``--format json`` printed: a document, or several, one a line.

    Raises:
        ValueError: it holds no JSON document of this tool, or is cut.
    """
    documents = list(_parse_documents(text))
    if not any(_OURS & set(each) for each in documents):
        raise ValueError("it contains no result of aci-reconcile")
    found: dict[str, str] = dict.fromkeys(NAMES, "")
    for each in documents:
        found.update(_read_document(each))
    return found


def _parse_documents(text: str) -> Iterable[Mapping[str, Any]]:
    for each in (text,) if text.startswith("{\n") else text.splitlines():
        if not each.startswith("{"):
            continue  # a line that something else has printed
        try:
            document: object = json.loads(each)
        except (ValueError, RecursionError):
            raise ValueError("a document in it is damaged or incomplete") from None
        if isinstance(document, dict):
            yield cast("dict[str, Any]", document)


def _read_document(document: Mapping[str, Any]) -> Mapping[str, str]:
    match document:
        case {"type": "plan", "plan": {"resource_changes": [*_]}}:
            return _read_plan(document["plan"])
        case {"resource_changes": [*_]}:
            return _read_plan(document)
        case {"resource_drift": [*changes], "drifted": drifted}:
            return _count_actions(changes) | {"drift": _format_flag(drifted), "has_changes": _format_flag(drifted)}
        case {"type": "error", "error": {"kind": "HeldBackError"}}:
            return {"blocked": "true"}
        case _:
            return {}


def _read_plan(plan: Mapping[str, Any]) -> Mapping[str, str]:
    changes, digest = plan["resource_changes"], str(plan.get("plan_digest", ""))
    writes = any(each.get("action") in _COUNTED for each in changes) or bool(plan.get("resource_group_changes"))
    known = digest if _DIGEST.fullmatch(digest) else ""
    return _count_actions(changes) | {
        "has_changes": _format_flag(writes),
        "blocked": _format_flag(plan.get("blockers")),
        "plan_digest": known,
    }


def _count_actions(changes: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    told = [_COUNTED.get(each.get("action", "")) for each in changes]
    return {name: str(told.count(name)) for name in dict.fromkeys(_COUNTED.values())}


def _format_flag(value: object) -> str:
    return "true" if value else "false"
