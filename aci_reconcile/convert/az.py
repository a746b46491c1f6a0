"""What ``az container show``, ``list`` and ``export`` print: live groups, read as ``import`` reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.convert.body import BodyReader, read_name
from aci_reconcile.convert.conversion import ConvertedGroup
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode

if TYPE_CHECKING:
    from aci_reconcile.convert.conversion import Draft
    from aci_reconcile.manifest.source.nodes import Source

_PLACE: Final = re.compile(r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)/", re.IGNORECASE)
_IDENTIFIES: Final = ("id", "name", "type", "apiVersion", "api-version", "resourceGroup")


def convert_export(node: Source, draft: Draft) -> None:
    """Convert one group, or a list of them."""
    for each in node.items if isinstance(node, ListNode) else (node,):
        if isinstance(each, MapNode):
            _convert_group(each, draft)


def _convert_group(node: MapNode, draft: Draft) -> None:
    name = read_name(node)
    place = _PLACE.search(read_name(node, "id"))
    if not name:
        draft.findings.lose(node.where, "name", "the group has no name", "write `name:` into the manifest")
    for key in _IDENTIFIES:
        entry = node.get_entry(key)
        if entry is not None and not isinstance(entry.value, ScalarNode):
            draft.findings.lose(entry.where, key, "expected a single value")
    body = BodyReader(draft, name or "group", live=True, faithful=True).read(node.without(*_IDENTIFIES))
    group = (place["group"] if place else "") or read_name(node, "resourceGroup")
    draft.groups.append(
        ConvertedGroup(name or "group", body, node.where, group, place["subscription"] if place else "", live=True)
    )
