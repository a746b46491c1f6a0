"""Recognizes documents that are not manifests by their content: those of other tools, and our own reports.

A folder of manifests often contains some. Those that are certain are skipped; anything else is read as a manifest with
mistakes. A document with a property of a group such as ``containers`` at the top, or with the type of a container
group, always counts as a manifest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import CONTAINER_GROUPS
from aci_reconcile.manifest.foreign_kinds import (
    ACCEPTED,
    AZD,
    COMPOSE,
    KINDS,
    KUSTOMIZE,
    PIPELINE,
    PLAYBOOK,
    PROJECT,
    SCHEMAS,
    TEMPLATE,
    Foreign,
)
from aci_reconcile.manifest.nodes import ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.rows import GROUP

if TYPE_CHECKING:
    from collections.abc import Collection

    from aci_reconcile.manifest.nodes import Source

__all__ = ["PROJECT", "Foreign", "identify_foreign", "identify_foreign_text"]

_SHARED: Final = frozenset(
    {"name", "type", "apiversion", "id", "tags", "identity", "volumes", "extensions", "priority"}
)
_OURS: Final = frozenset({*GROUP.lowered, *GROUP.children["properties"].lowered}) - _SHARED
"""Keys, in lowercase, that only a manifest has at the top."""
_REPORTS: Final = "format_version"
"""First keys of every plan and report of this tool, besides keys that a manifest may also have."""
_YAML_KEY: Final = re.compile(r"^[\"']?([A-Za-z_$][\w.$-]*)[\"']?[ \t]*:(?:\s|$)", re.MULTILINE)
_JSON_KEY: Final = re.compile(r"\"([^\"\\\n]*)\"\s*:|\"(?:[^\"\\]|\\.)*\"|[{}\[\]]")


def identify_foreign(node: Source) -> Foreign | None:
    """Return the kind of a document that is not a manifest; None if it may be one."""
    if isinstance(node, ListNode):
        return _match_list(node)
    if not isinstance(node, MapNode):
        return None
    by_schema = _match_schema(_get_text(node.get("$schema")))
    if by_schema is not None:
        return by_schema
    if node.entry(_REPORTS) is not None and node.entry("containers") is None:
        return _match_keys({entry.key for entry in node.entries})
    if any(entry.key.lower() in _OURS for entry in node.entries):  # shortcut for nearly every document
        return None
    if _get_text(node.get("type")).lower() == CONTAINER_GROUPS.lower():
        return None
    keys = {entry.key for entry in node.entries}
    return _match_values(node, keys) or _match_keys(keys)


def identify_foreign_text(text: str, *, json: bool) -> Foreign | None:
    """Return the kind of a file that can't be parsed (a template, invalid JSON); None if unknown.

    Args:
        text: its beginning at least.
        json: whether its name says that it is JSON.
    """
    keys = _find_top_keys(text) if json else set(_YAML_KEY.findall(text))
    if _REPORTS in keys and "containers" not in keys:
        return _match_keys(keys)
    if _has_group_key(keys) or CONTAINER_GROUPS.lower() in text.lower():
        return None
    return _match_keys(keys)


def _has_group_key(keys: Collection[str]) -> bool:
    return any(key.lower() in _OURS for key in keys)


def _match_schema(schema: str) -> Foreign | None:
    return next((found for part, found in SCHEMAS.items() if part in schema), None) if schema else None


def _match_keys(keys: Collection[str]) -> Foreign | None:
    found = set(keys)
    return next((what for what, needed, some in KINDS if needed <= found and (not some or some & found)), None)


def _match_values(node: MapNode, keys: Collection[str]) -> Foreign | None:
    """Return the kind of a document by the types of its values."""
    resources, services = node.get("resources"), node.get("services")
    if isinstance(resources, ListNode):
        named = bool(resources.items) and all(isinstance(each, ScalarNode) for each in resources.items)
        return KUSTOMIZE if named else TEMPLATE
    if isinstance(services, MapNode):
        below = [each.value for each in services.entries if isinstance(each.value, MapNode)]
        return AZD if below and all(each.get("host") for each in below) else COMPOSE
    if set(keys) & {"manifests", "environments"}:
        return PROJECT
    jobs = [each.value for each in node.entries if isinstance(each.value, MapNode)]
    return PIPELINE if any(each.get("script") for each in jobs) and "scripts" not in keys else None


def _match_list(node: ListNode) -> Foreign | None:
    """Return the kind of a document that is a list, which no manifest is."""
    entries = [each for each in node.items if isinstance(each, MapNode)]
    if not entries or len(entries) < len(node.items):
        return None
    if all(each.get("reason") and each.get("until") for each in entries):
        return ACCEPTED
    return PLAYBOOK if all(each.get("hosts") or each.get("import_playbook") for each in entries) else None


def _find_top_keys(text: str) -> set[str]:
    """Return the keys of the outermost objects of almost valid JSON."""
    depth, keys = 0, set[str]()
    for match in _JSON_KEY.finditer(text):
        mark = match.group()
        if mark in "{[":
            depth += 1
        elif mark in "}]":
            depth -= 1
        elif depth == 1 and match[1] is not None:
            keys.add(match[1])
    return keys


def _get_text(node: Source | None) -> str:
    return node.text if isinstance(node, ScalarNode) else ""
