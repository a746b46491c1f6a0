"""What has failed a round: the manifests, Azure, or what is kept for the next one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import AciReconcileError, AzureError, LockedError, LockError, LockLostError
from aci_reconcile.reconcile.rounds import Fault

if TYPE_CHECKING:
    from collections.abc import Generator


class RoundError(Exception):
    """A part of a round has failed, and so the round has."""

    def __init__(self, fault: Fault, error: AciReconcileError) -> None:
        super().__init__(error.message)
        self.fault = fault
        self.error = error


@contextmanager
def blame(fault: Fault) -> Generator[None]:
    """Turn an error into a failed round; what Azure says is Azure's fault wherever it is said."""
    try:
        yield
    except (LockError, LockedError, LockLostError) as error:
        raise RoundError(Fault.STATE, error) from error
    except AzureError as error:
        raise RoundError(Fault.AZURE, error) from error
    except AciReconcileError as error:
        raise RoundError(fault, error) from error
