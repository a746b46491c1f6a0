"""``lifecycle:``, which is said to this tool and never to Azure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.fields import ROOT
from aci_reconcile.fields.paths import along, parse
from aci_reconcile.manifest.findings import quote
from aci_reconcile.model import Lifecycle, as_text

if TYPE_CHECKING:
    from aci_reconcile.manifest.items import Item


def lifecycle(ours: Item) -> Lifecycle:
    """Return what a manifest says about the life of its group."""
    item = ours.at("lifecycle")
    if not item:
        return Lifecycle()
    protect = item.at("protect").value
    for path in item.each("ignore"):
        _check(path)
    return Lifecycle(
        protect=protect if isinstance(protect, bool) else None,
        adopt=item.at("adopt").value is True,
        replace=item.at("replace").value == "allow",
        detach=item.at("detach").value is True,
        depends_on=tuple(each.text for each in item.each("dependsOn") if each.text),
        ignore=tuple(as_text(each.value) for each in item.each("ignore")),
    )


def _check(path: Item) -> None:
    """Check that the path names a field, and none that Azure never shows."""
    text = as_text(path.value)
    keys = parse(ROOT, text)
    if keys is None:
        path.complain(
            "ACI143", f"{quote(text)} is no path of a field", "write `tags.costCenter` or `containers[web].image`"
        )
        return
    *_, (_, _, last) = along(ROOT, keys)
    if last is not None and last.write_only:
        hint = "Azure never shows this field, so its live value can't be carried over"
        path.complain("ACI143", f"{quote(text)} can't be ignored", hint)
