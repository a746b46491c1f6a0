"""Parameter files of templates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.convert.arm.parameters import Given
from aci_reconcile.convert.cursor import Tracker
from aci_reconcile.convert.values import Hole

if TYPE_CHECKING:
    from aci_reconcile.convert.cursor import Cursor, MapCursor
    from aci_reconcile.convert.findings import Findings
    from aci_reconcile.manifest.source.nodes import MapNode

_VAULT: Final = re.compile(r"/vaults/([^/]+)/?$", re.IGNORECASE)


def read_parameters(node: MapNode, findings: Findings) -> dict[str, Given]:
    """Return the values of a parameter file, by name in lower case."""
    tracker = Tracker(findings)
    top = tracker.open(node).map()
    given: dict[str, Given] = {}
    if top is not None:
        for key in ("$schema", "contentVersion"):
            top.text(key)
        top.note("metadata", "metadata of the parameter file")
        for name, cursor in top.map("parameters") or ():
            value = _read(name, cursor)
            if value is not None:
                given[name.lower()] = value
    tracker.finish("this key is not known in a parameter file")
    return given


def _read(name: str, cursor: Cursor) -> Given | None:
    entry = cursor.map()
    if entry is None:
        return None
    entry.note("metadata", "metadata of the parameter file")
    reference = entry.map("reference")
    if reference is not None:
        return _read_reference(name, cursor, reference)
    value = entry.find("value")
    return Given(value.json(), str(value.where)) if value else None


def _read_reference(name: str, cursor: Cursor, reference: MapCursor) -> Given | None:
    """Return a secret of a vault as the reference that manifests have for it."""
    vault = reference.map("keyVault")
    match = _VAULT.search(vault.text("id") if vault else "")
    secret, version = reference.text("secretName"), reference.text("secretVersion")
    if match is None or not secret:
        cursor.lose("the reference names no secret of a key vault")
        return None
    target = "/".join(filter(None, (match[1], secret, version)))
    return Given(Hole(name, secret=(), reference=f"${{keyvault:{target}}}"), str(cursor.where))
