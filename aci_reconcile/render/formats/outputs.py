"""A result as names and values for later steps of a pipeline.

They are read from the JSON of a plan, an apply, a drift or a validation. Values are numbers, ``true``, ``false`` or a
digest. An author of manifests cannot write any of them, so a script may contain them safely.
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
"""Each document of this tool has at least one of these members."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def read_outputs(text: str) -> dict[str, str]:
    """Return the values of a result by name; empty for those that it does not have.

    Args:
        text: what ``--format json`` printed: a document, or several, one a line.

    Raises:
        ValueError: it contains no JSON document of this tool, or an incomplete one.
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
            continue  # a line of another program: the step's log may be mixed into its output
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
        case {"type": "error", "error": {"kind": "BlockedError"}}:
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
    counters = [_COUNTED.get(each.get("action", "")) for each in changes]
    return {name: str(counters.count(name)) for name in dict.fromkeys(_COUNTED.values())}


def _format_flag(value: object) -> str:
    return "true" if value else "false"
