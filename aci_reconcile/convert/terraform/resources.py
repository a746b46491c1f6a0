"""Converts the container groups in an output of Terraform or OpenTofu."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.convert.body import BodyReader
from aci_reconcile.convert.conversion import ConvertedGroup
from aci_reconcile.convert.cursor import Tracker
from aci_reconcile.convert.terraform.azurerm import AzurermReader, read_identity
from aci_reconcile.convert.terraform.blocks import Block
from aci_reconcile.convert.terraform.output import AZAPI, make_node
from aci_reconcile.core.errors import Where
from aci_reconcile.expressions.values import as_items, as_mapping
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.syntax.reference_grammar import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.convert.conversion import Draft
    from aci_reconcile.convert.cursor import MapCursor
    from aci_reconcile.convert.terraform.output import FoundResource, Output
    from aci_reconcile.manifest.source.nodes import Source

_PLACE: Final = re.compile(r"/subscriptions/([^/]+)(?:/resourceGroups/([^/]+))?", re.IGNORECASE)
_COMPUTED: Final = frozenset({"id", "ip_address", "fqdn", "output", "identity", "exposed_port", "network_profile_id"})
"""Attributes that a plan cannot know and a manifest does not say."""
_AZAPI_NOTES: Final = (
    "output", "response_export_values", "schema_validation_enabled", "ignore_casing", "ignore_missing_property",
    "ignore_null_property", "locks", "removing_special_chars", "retry", "timeouts", "replace_triggers_refs",
    "replace_triggers_external_values", "create_headers", "create_query_parameters", "read_headers",
    "read_query_parameters", "update_headers", "update_query_parameters", "delete_headers", "delete_query_parameters",
    "sensitive_response_export_values", "sensitive_body_version", "list_unique_id_property",
)  # fmt: skip


def convert_output(output: Output, name: str, draft: Draft) -> None:
    """Convert each container group; other resources are counted by their type."""
    where = Where(name)
    for found in output.groups:
        _convert(found, draft)
    for path in output.unread:
        draft.findings.note(where, path, "a key of Terraform that says nothing about a container group")
    for kind, count in output.others.items():
        text = f"{count} resource{'s' * (count != 1)} of this type, which Terraform keeps managing"
        draft.findings.refer(where, kind, text)
    if not output.groups:
        hint = "there is no azurerm_container_group, and no azapi_resource of that type"
        draft.findings.lose(where, "", f"this {'plan' if output.is_plan else 'state'} has no container group", hint)


def _convert(found: FoundResource, draft: Draft) -> None:
    tracker = Tracker(draft.findings)
    top = tracker.open(found.values).map()
    if top is None:  # pragma: no cover  the values of a resource are a map
        return
    name = top.text("name")
    for path in _list_marked(found.unknown, ""):
        if path.partition(".")[0].partition("[")[0] not in _COMPUTED:
            draft.findings.lose(top.where, path, "the plan does not know this value before an apply")
    place = _PLACE.search(top.text("id") or top.text("parent_id") or "")
    if found.type == AZAPI:
        group = _read_azapi(top, draft, name)
        resource_group = place[2] if place else ""
    else:
        group = AzurermReader(draft, name).read(Block(top))
        resource_group = top.text("resource_group_name")
    group = _hide(group, found.sensitive, draft, name, top)
    tracker.finish("a manifest has nothing like this attribute")
    if not name:
        draft.findings.lose(top.where, "name", "the group has no name", "write `name:` into the manifest")
    subscription = place[1] if place else ""
    draft.groups.append(ConvertedGroup(name or "group", group, top.where, resource_group or "", subscription))
    if found.stored:
        draft.commands.append(f"terraform state rm {shlex.quote(found.address)}")


def _list_marked(marks: Any, at: str) -> Iterator[str]:
    """Yield the paths of all values that are marked ``true``."""
    if marks is True:
        yield at
    for key, each in (as_mapping(marks) or {}).items():
        yield from _list_marked(each, f"{at}.{key}" if at else key)
    for index, each in enumerate(as_items(marks) or ()):
        yield from _list_marked(each, f"{at}[{index}]")


def _hide(body: dict[str, Any], marks: Mapping[str, Any], draft: Draft, name: str, top: MapCursor) -> dict[str, Any]:
    """Return the body with secure variables where Terraform marks readable ones as sensitive."""
    sensitive = {
        key
        for kind in ("container", "init_container")
        for each in as_items(marks.get(kind)) or ()
        for key, mark in _list_variables((as_mapping(each) or {}).get("environment_variables"))
        if mark
    }
    containers = [
        *body.get("properties", {}).get("containers", ()),
        *body.get("properties", {}).get("initContainers", ()),
    ]
    for container in containers:
        for variable in container["properties"].get("environmentVariables", ()):
            whole = "*" in sensitive
            if "value" in variable and (whole or variable["name"] in sensitive):
                at = f"containers[{container['name']}].environmentVariables[{variable['name']}]"
                message = "sensitive in Terraform, so it becomes a `secureValue`: the next plan changes it once"
                draft.findings.note(top.where, at, message)
                del variable["value"]
                variable["secureValue"] = draft.need(name, at, (name, variable["name"]))
    return body


def _list_variables(marks: Any) -> list[tuple[str, bool]]:
    if marks is True:
        return [("*", True)]
    return [(key, bool(each)) for key, each in (as_mapping(marks) or {}).items()]


def _read_azapi(top: MapCursor, draft: Draft, name: str) -> dict[str, Any]:
    """Return the body of an ``azapi_resource``: ARM's own, as a map or, before version 2 of the provider, as a text."""
    top.text("type")
    for key in _AZAPI_NOTES:
        top.note(key, "of Terraform: it says how the provider asks Azure")
    location, tags = Block(top).text("location"), Block(top).pairs("tags")
    identity = read_identity(Block(top).block("identity"))
    body = _take_body(top, "body")
    sensitive = _take_body(top, "sensitive_body")
    merged = MapNode((*body.entries, *sensitive.entries), top.where)
    read = BodyReader(draft, name, faithful=True).read(_escape_map(merged))
    extra = {"location": location, "tags": tags, "identity": identity}
    return {**{key: value for key, value in extra.items() if value}, **read}


def _take_body(top: MapCursor, key: str) -> MapNode:
    cursor = top.find(key)
    if cursor is None or cursor.null:
        if cursor is not None:
            cursor.take()
        return MapNode((), top.where)
    node = cursor.take()
    if isinstance(node, ScalarNode):
        try:
            node = make_node(json.loads(node.text), top.where)
        except (ValueError, RecursionError):
            cursor.lose("the body is not JSON")
    if not isinstance(node, MapNode):
        cursor.lose("expected a map")
        return MapNode((), top.where)
    return node


def _escape_map(node: MapNode) -> MapNode:
    return MapNode(tuple(entry._replace(value=_escape(entry.value)) for entry in node.entries), node.where)


def _escape(node: Source) -> Source:
    """Return a node whose texts are what a manifest writes: none of them is a reference."""
    if isinstance(node, MapNode):
        return _escape_map(node)
    if isinstance(node, ListNode):
        return ListNode(tuple(map(_escape, node.items)), node.where)
    return node._replace(text=escape(node.text))
