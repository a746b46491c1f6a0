"""Applies the rules for manifests to a body before it is sent, because carried-over values were in no manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity, Where
from aci_reconcile.core.fields import ROOT
from aci_reconcile.core.fields.paths import below
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.manifest.group_check import check_group
from aci_reconcile.manifest.source.diagnostics import Diagnostics
from aci_reconcile.manifest.syntax.expansion import join
from aci_reconcile.manifest.syntax.items import Item, Places

if TYPE_CHECKING:
    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.model import Json, Resource
    from aci_reconcile.manifest.syntax.items import Path


def find_body_errors(group: Resource) -> tuple[Diagnostic, ...]:
    """Return the errors of a group's body; tags are not checked, because other tools may have set them."""
    where = group.where or Where(group.address)
    # Warnings are for authors. An error would be refused by Azure in the middle of an apply, so it is found before.
    body = {name: value for name, value in group.body.items() if name != "tags"}
    places, diagnostics = Places(where={(): where}, names={(): ""}, plain=False), Diagnostics()
    _note(body, ROOT, (), "", places)
    item = Item(body, places, diagnostics)
    check_group(item)
    return tuple(each for each in diagnostics.collect() if each.severity is Severity.ERROR)


def _note(value: Json, node: Node | None, path: Path, at: str, places: Places) -> None:
    """Note the displayed path of each value, and every key."""
    places.names[path] = at
    for name, each in as_object(value).items():
        places.keys.add(name)
        inner = below(node, name)
        _note(each, inner, (*path, name), join(at, name, inner), places)
    for index, each in enumerate(as_list(value)):
        label = as_text(as_object(each).get("name")) if node is not None and node.row.key == ("name",) else ""
        _note(each, node.item if node is not None else None, (*path, index), f"{at}[{label or index}]", places)
