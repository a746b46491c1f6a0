"""Codes about the file of accepted drift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import Code

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCEPTED: Final[Mapping[str, Code]] = {
    "ACI195": Code(
        "An entry of accepted drift is not valid",
        "The file is a list. Each entry is a map of `fingerprint`, `address`, `kind`, `paths`, `reason` and `until`. "
        "A misread entry could hide drift that nobody accepted, so nothing is compared. Correct the entry.",
        "- {adress: rg-shop/web, reason: ticket 1, until: 2026-12-31}",
    ),
    "ACI196": Code(
        "Accepted drift needs a reason and an end date",
        "`reason` tells the next reader why the drift is accepted. `until` is the last day (UTC) on which it is, such "
        "as 2026-12-31. After that day the drift counts again.",
        "- {address: rg-shop/web}",
    ),
    "ACI197": Code(
        "An entry does not say which drift is accepted",
        "Name either a `fingerprint`, as `drift --verbose` shows it, or the `address` of a group. With an address, "
        "`kind` or `paths` limit what is accepted.",
        "- {kind: stopped, reason: asleep, until: 2026-12-31}",
    ),
}
