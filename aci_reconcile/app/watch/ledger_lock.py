"""The ledger beside the lock: whoever takes the lock next knows what this one has done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.app.lock import read_state, write_state
from aci_reconcile.app.watch.ledger import begin_unknown
from aci_reconcile.app.watch.ledger_json import UnusableError, parse_ledger, render_ledger
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from aci_reconcile.app.watch.ledger import Ledger
    from aci_reconcile.azure.lock.lease import HeldLock


@dataclass(frozen=True, slots=True)
class LedgerBesideLock:
    """Where the ledger of a project is kept: in the blob of its lock."""

    lock: HeldLock

    def read(self, owner: str, now: float) -> tuple[Ledger, str]:
        """Return the ledger of a project, and why it tells nothing, if it does not.

        Raises:
            UsageError: the lock keeps something else, or another project's.
            AciReconcileError: it could not be read.
        """
        document = read_state(self.lock)
        if document is None:
            return begin_unknown(now), "nothing is kept beside the lock yet"
        try:
            return parse_ledger(document, owner, now), ""
        except UnusableError as error:
            if not error.ours:
                hint = "nothing was overwritten; name another lock"
                raise UsageError(f"the lock {self.lock.address}: what it keeps: {error}", hint=hint) from error
            return begin_unknown(now), f"beside the lock, {error}"

    def write(self, ledger: Ledger, owner: str) -> None:
        """Keep the ledger.

        Raises:
            LockLostError: the lock is no longer held.
            AzureError: it could not be written.
        """
        write_state(self.lock, render_ledger(ledger, owner))
