"""What is documented about a diagnostic code."""

from __future__ import annotations

from dataclasses import dataclass

from aci_reconcile.core.errors import Severity


@dataclass(frozen=True, slots=True)
class Code:
    """A diagnostic code: stable, and explained by ``aci-reconcile explain CODE``.

    ``example`` is what an author may have written, as YAML; empty where it is about a file as a whole.
    """

    title: str
    explanation: str
    example: str = ""
    severity: Severity = Severity.ERROR


WARNING = Severity.WARNING
NOTICE = Severity.NOTICE
