"""The resources in the output of ``terraform show -json`` (Terraform's documentation: JSON output format).

The output is one long line, so the place of a finding is the address of its resource. Only container groups become
nodes: a state of many megabytes is mostly other resources, of which their number counts.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.core.errors import Where
from aci_reconcile.expressions.values import as_items, as_mapping
from aci_reconcile.manifest.source.nodes import Entry, ListNode, MapNode, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.manifest.source.nodes import Source

AZURERM: Final = "azurerm_container_group"
AZAPI: Final = "azapi_resource"
_GROUP: Final = "microsoft.containerinstance/containergroups@"
_DEEPEST: Final = 60
_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "top": frozenset({
        "format_version", "terraform_version", "values", "planned_values", "resource_changes", "resource_drift",
        "prior_state", "configuration", "output_changes", "relevant_attributes", "checks", "timestamp", "applyable",
        "complete", "errored", "variables", "deferred_changes", "action_invocations", "provider_format_version",
    }),
    "values": frozenset({"root_module"}),
    "module": frozenset({"address", "resources", "child_modules"}),
    "resource": frozenset({
        "address", "mode", "type", "name", "index", "provider_name", "schema_version", "values", "sensitive_values",
        "depends_on", "tainted", "deposed_key", "identity", "identity_schema_version",
    }),
}  # fmt: skip
"""The keys of each level (Terraform's documentation). The values of container groups are what is converted."""


@dataclass(frozen=True, slots=True)
class FoundResource:
    """A container group in the output."""

    address: str
    type: str
    values: MapNode
    sensitive: Mapping[str, Any]
    """Which values are sensitive, in the shape of the values."""
    unknown: Mapping[str, Any]
    """Which values a plan does not know yet."""
    stored: bool
    """Whether Terraform's state holds it."""


@dataclass(frozen=True, slots=True)
class Output:
    """The container groups of an output, and how many other resources of each type there are."""

    groups: tuple[FoundResource, ...]
    others: Mapping[str, int]
    is_plan: bool
    unread: tuple[str, ...] = ()
    """Keys of the output that are not read, by their paths."""


def read_output(text: str, name: str) -> Output:
    """Return the resources of an output.

    Raises:
        ValueError: it is not JSON, or nested too deep.
    """
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    top = _as_map(document)
    is_plan = "planned_values" in top
    values_key = "planned_values" if is_plan else "values"
    outer = _as_map(top.get(values_key))
    root = _as_map(outer.get("root_module"))
    unread = [*_find_unread(top, "top", ""), *_find_unread(outer, "values", values_key)]
    changes = {_text(each, "address"): _as_map(each.get("change")) for each in _maps(top.get("resource_changes"))}
    groups: list[FoundResource] = []
    others: Counter[str] = Counter()
    for each in _list_resources(root, unread, f"{values_key}.root_module", 0):
        if not _is_group(each):
            others[f"{'data.' if each.get('mode') == 'data' else ''}{_text(each, 'type')}"] += 1
            continue
        address = _text(each, "address")
        unread += _find_unread(each, "resource", address)
        change = changes.get(address, {})
        where = Where(f"{name}: {address}")
        # A state has every attribute of the provider's schema: null is what nobody wrote.
        written = {key: value for key, value in _as_map(each.get("values")).items() if value is not None}
        values = _make_node(written, where, 0)
        stored = not is_plan or "create" not in (change.get("actions") or ["create"])
        groups.append(
            FoundResource(
                address,
                _text(each, "type"),
                values if isinstance(values, MapNode) else MapNode((), where),
                _as_map(each.get("sensitive_values")),
                _as_map(change.get("after_unknown")),
                stored,
            )
        )
    return Output(tuple(groups), dict(sorted(others.items())), is_plan, tuple(unread))


def _find_unread(level: Mapping[str, Any], kind: str, at: str) -> list[str]:
    """Return the paths of the keys of a level that Terraform does not document."""
    return [f"{at}.{key}" if at else key for key in level if key not in _KNOWN[kind]]


def _list_resources(module: Mapping[str, Any], unread: list[str], at: str, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > _DEEPEST:
        raise ValueError("modules are nested too deep")
    unread += _find_unread(module, "module", at)
    yield from _maps(module.get("resources"))
    for index, child in enumerate(_maps(module.get("child_modules"))):
        yield from _list_resources(child, unread, f"{at}.child_modules[{index}]", depth + 1)


def _is_group(resource: Mapping[str, Any]) -> bool:
    if resource.get("mode") == "data":
        return False
    kind = _text(resource, "type")
    values = _as_map(resource.get("values"))
    return kind == AZURERM or (kind == AZAPI and _text(values, "type").lower().startswith(_GROUP))


def _make_node(value: Any, where: Where, depth: int) -> Source:
    """Return JSON as nodes, so that cursors and the field table can read it."""
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    members, items = as_mapping(value), as_items(value)
    if members is not None:
        entries = (Entry(key, where, _make_node(each, where, depth + 1)) for key, each in members.items())
        return MapNode(tuple(entries), where)
    if items is not None:
        return ListNode(tuple(_make_node(each, where, depth + 1) for each in items), where)
    if isinstance(value, str):
        return ScalarNode(value, where, plain=False)
    return ScalarNode("null" if value is None else json.dumps(value), where)


def make_node(value: Any, where: Where) -> Source:
    """Return JSON as nodes. Raises ValueError."""
    return _make_node(value, where, 0)


def _as_map(value: Any) -> Mapping[str, Any]:
    return as_mapping(value) or {}


def _maps(value: Any) -> list[Mapping[str, Any]]:
    found = (as_mapping(each) for each in as_items(value) or ())
    return [each for each in found if each is not None]


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
