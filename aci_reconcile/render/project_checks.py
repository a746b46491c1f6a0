"""The checks of one project of a fleet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.preflight import Verdict

if TYPE_CHECKING:
    from aci_reconcile.core.errors import AciReconcileError
    from aci_reconcile.preflight import Check
    from aci_reconcile.render.header import Header


@dataclass(frozen=True, slots=True)
class ProjectChecks:
    """A project, by what the fleet calls it; with an error in place of checks where it could not be planned."""

    name: str
    header: Header | None = None
    checks: tuple[Check, ...] = ()
    error: AciReconcileError | None = None

    @property
    def passed(self) -> bool:
        """Whether nothing failed. What could not be checked does not count."""
        return self.error is None and all(each.verdict is not Verdict.FAILED for each in self.checks)
