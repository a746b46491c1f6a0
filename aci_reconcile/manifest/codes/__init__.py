"""Every diagnostic code, with what there is to say about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.accepted import ACCEPTED
from aci_reconcile.manifest.codes.compute import COMPUTE
from aci_reconcile.manifest.codes.files import FILES
from aci_reconcile.manifest.codes.fingerprints import FINGERPRINTS
from aci_reconcile.manifest.codes.form import FORM
from aci_reconcile.manifest.codes.ignoring import IGNORING
from aci_reconcile.manifest.codes.layers import LAYERS
from aci_reconcile.manifest.codes.model import Code
from aci_reconcile.manifest.codes.references import REFERENCES
from aci_reconcile.manifest.codes.rules import RULES
from aci_reconcile.manifest.codes.sent import SENT
from aci_reconcile.manifest.codes.trust import TRUST

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CODES", "Code"]

CODES: Final[Mapping[str, Code]] = dict(
    sorted(
        {
            **FILES,
            **RULES,
            **COMPUTE,
            **FORM,
            **REFERENCES,
            **ACCEPTED,
            **SENT,
            **TRUST,
            **LAYERS,
            **FINGERPRINTS,
            **IGNORING,
        }.items()
    )
)
"""By code, in order. A code that was published keeps its meaning for good."""
