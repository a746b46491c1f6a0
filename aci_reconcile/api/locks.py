"""Holding the lock of a project, so that one program at a time writes."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.app.interruption import SystemClock
from aci_reconcile.app.requests import LockRequest, Target
from aci_reconcile.app.run import ScriptRun
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from aci_reconcile.azure import CloudName
    from aci_reconcile.azure.lock.lease import HeldLock
    from aci_reconcile.core.backend import Backend
    from aci_reconcile.manifest import Loaded


@contextmanager
def hold_lock(
    loaded: Loaded,
    *,
    url: str = "",
    timeout: float = 0.0,
    arm_endpoint: str = "",
    cloud: CloudName | None = None,
    environ: Mapping[str, str] | None = None,
) -> Generator[HeldLock]:
    """Hold the lock of a project while the block runs; what writes takes it as ``lock``.

    Args:
        loaded: the project, which names the lock and the groups that it is about.
        url: another blob or container than the project's.
        timeout: seconds to wait for another holder.
        arm_endpoint: the ARM-compatible server of ``connect``; it decides the cloud of the credential.
        cloud: one of Azure's clouds.
        environ: where credentials are looked for; by default the process's environment.

    Raises:
        LockedError: somebody else holds it.
        UsageError: nothing names a lock.
        LockError: it is no blob of the cloud, or its container is missing, or it is somebody else's blob.
        AzureError: the storage account does not answer, or refuses.
    """
    from aci_reconcile.app import lock as use_case

    run = ScriptRun(os.environ if environ is None else environ, Path.cwd(), SystemClock())
    target = Target(endpoint=arm_endpoint, cloud=cloud, lock=LockRequest("script", url, timeout))
    with use_case.hold_lock(loaded.project, None, target, run) as held:
        if held is None:
            raise UsageError("nothing names a lock", hint="give its url, or write `lock` into the project file")
        yield held


def guard(backend: Backend, lock: HeldLock | None) -> None:
    """Let the backend send no write once the lock is lost, if it is ours."""
    from aci_reconcile.azure import ArmBackend

    # A backend of the caller may be anything with the methods of `Backend`: then only the engine looks at the lock.
    if isinstance(backend, ArmBackend):
        backend.guard_writes(None if lock is None else lock.fence)
