"""What a write says although the manifest need not: fields that Azure demands and does not fill in by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import ROOT, UNSET
from aci_reconcile.core.model import as_object
from aci_reconcile.core.profiles import takes_profile

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body, Json

_DEMANDED: Final = {
    name: node.row.default for name, node in ROOT.children["properties"].children.items() if node.row.demanded
}


def complete(body: Body) -> Body:
    """Return the body with the default of each field that Azure demands and the body leaves out.

    A group that takes its settings from a profile gets nothing: the profile says them, and Microsoft's 2025-09-01
    examples of such groups hold no ``osType``.
    """
    if takes_profile(body):
        return body
    properties = as_object(body.get("properties"))
    missing: dict[str, Json] = {
        name: default for name, default in _DEMANDED.items() if default is not UNSET and properties.get(name) is None
    }
    return {**body, "properties": {**properties, **missing}} if missing else body
