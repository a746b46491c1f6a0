"""Documents that are no manifests, known by what stands in them: those of other tools, and our own reports.

A folder of manifests often holds some: what is known for certain is skipped there, and anything else is taken for a
manifest with mistakes. What has ``containers`` or another property of a group at its top, or says that it is of the
type of a container group, is a manifest whatever else it looks like.
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

__all__ = ["PROJECT", "Foreign", "foreign", "foreign_text"]

_SHARED: Final = frozenset(
    {"name", "type", "apiversion", "id", "tags", "identity", "volumes", "extensions", "priority"}
)
_OURS: Final = frozenset({*GROUP.lowered, *GROUP.children["properties"].lowered}) - _SHARED
"""Keys of a manifest, in small letters, that nobody else has at the top."""
_REPORTS: Final = "format_version"
"""What every plan and report of this tool begins with, beside keys that a manifest may have, too."""
_YAML_KEY: Final = re.compile(r"^[\"']?([A-Za-z_$][\w.$-]*)[\"']?[ \t]*:(?:\s|$)", re.MULTILINE)
_JSON_KEY: Final = re.compile(r"\"([^\"\\\n]*)\"\s*:|\"(?:[^\"\\]|\\.)*\"|[{}\[\]]")


def foreign(node: Source) -> Foreign | None:
    """Return what a document is when it is no manifest; None when it may be one."""
    if isinstance(node, ListNode):
        return _list(node)
    if not isinstance(node, MapNode):
        return None
    by_schema = _by_schema(_text(node.get("$schema")))
    if by_schema is not None:
        return by_schema
    if node.entry(_REPORTS) is not None and node.entry("containers") is None:
        return _by_keys({entry.key for entry in node.entries})
    if any(entry.key.lower() in _OURS for entry in node.entries):  # nearly every document ends here
        return None
    if _text(node.get("type")).lower() == CONTAINER_GROUPS.lower():
        return None
    keys = {entry.key for entry in node.entries}
    return _by_form(node, keys) or _by_keys(keys)


def foreign_text(text: str, *, json: bool) -> Foreign | None:
    """Return what a file is that can't be read (a template of a template, JSON with a comma too many); None: unknown.

    Args:
        text: its beginning at least.
        json: whether its name says that it is JSON.
    """
    keys = _top_keys(text) if json else set(_YAML_KEY.findall(text))
    if _REPORTS in keys and "containers" not in keys:
        return _by_keys(keys)
    if _claimed(keys) or CONTAINER_GROUPS.lower() in text.lower():
        return None
    return _by_keys(keys)


def _claimed(keys: Collection[str]) -> bool:
    return any(key.lower() in _OURS for key in keys)


def _by_schema(schema: str) -> Foreign | None:
    return next((found for part, found in SCHEMAS.items() if part in schema), None) if schema else None


def _by_keys(keys: Collection[str]) -> Foreign | None:
    found = set(keys)
    return next((what for what, needed, some in KINDS if needed <= found and (not some or some & found)), None)


def _by_form(node: MapNode, keys: Collection[str]) -> Foreign | None:
    """Return what a document is by the form of what stands below its keys."""
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


def _list(node: ListNode) -> Foreign | None:
    """Return what a list is: no manifest, but of what tool?"""
    entries = [each for each in node.items if isinstance(each, MapNode)]
    if not entries or len(entries) < len(node.items):
        return None
    if all(each.get("reason") and each.get("until") for each in entries):
        return ACCEPTED
    return PLAYBOOK if all(each.get("hosts") or each.get("import_playbook") for each in entries) else None


def _top_keys(text: str) -> set[str]:
    """Return the keys of the outermost objects of a text that is nearly JSON."""
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


def _text(node: Source | None) -> str:
    return node.text if isinstance(node, ScalarNode) else ""
