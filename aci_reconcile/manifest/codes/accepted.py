"""Codes about the file of accepted drift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import Code

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCEPTED: Final[Mapping[str, Code]] = {
    "ACI195": Code(
        "An entry of accepted drift that is not understood",
        "The file is a list; each entry is a map of `fingerprint`, `address`, `kind`, `paths`, `reason` and `until`. "
        "What is not understood could hide drift that nobody has accepted, so nothing is compared.",
        "- {adress: rg-shop/web, reason: ticket 1, until: 2026-12-31}",
    ),
    "ACI196": Code(
        "Drift accepted without a reason or an end",
        "`reason` says why to whoever reads it next, `until` is the last day (UTC) on which it is accepted, as in "
        "2026-12-31. After that day it counts again.",
        "- {address: rg-shop/web}",
    ),
    "ACI197": Code(
        "Nothing says which drift is accepted",
        "An entry names either a `fingerprint`, as `drift --verbose` shows it, or the `address` of a group, with a "
        "`kind` or with `paths` where not everything about it is meant.",
        "- {kind: stopped, reason: asleep, until: 2026-12-31}",
    ),
}
