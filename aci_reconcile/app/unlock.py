"""Looking at a lock, and breaking it by force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.app.lock import find_address, open_lock
from aci_reconcile.app.manifests import make_request
from aci_reconcile.azure.lock.lease import Timing
from aci_reconcile.core.errors import InvalidManifestsError, LockError, UsageError
from aci_reconcile.manifest import Project, find_project_file, load, load_project

if TYPE_CHECKING:
    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.core.lock import Holder
    from aci_reconcile.manifest import Request


@dataclass(frozen=True, slots=True)
class LockReport:
    """What is known of a lock. ``holder`` is who has it, or had it last; None if nobody ever had."""

    address: str
    held: bool
    holder: Holder | None
    free_in: int | None = None
    """In how many seconds the next run can take it, if it was broken now."""


def look_at_lock(sources: Sources, url: str, target: Target, run: Run, *, force: bool) -> LockReport:
    """Return who holds the lock, and break it if asked to. It ends when its last renewal would have ended.

    Args:
        sources: which project, and which shard of it.
        url: what a flag or the environment names; empty for what the project file names.
        target: where requests go: that decides the cloud.
        run: the environment and the folder.
        force: whether to break it.

    Raises:
        UsageError: nothing names a lock.
        LockError: it is no blob of the cloud, or somebody else's.
        InvalidManifestsError: the project file has errors.
        AzureError: the storage account does not answer, or refuses.
    """
    request = make_request(sources, run, resolve=False)
    project = _read_project(request)
    address = find_address(project, request.shard, url, target, run.environ)
    if address is None:
        hint = "use --lock, or write lock: {storageAccount: …, container: …} into the project file"
        raise UsageError("nothing names a lock", hint=hint)
    with open_lock(address, target, run.environ) as blob:
        seen = blob.look()
        if seen.exists and seen.holder is None:
            raise LockError(f"{address} is no lock: somebody else's blob has that name")
        free_in = blob.break_lease(Timing().lease) if force and seen.leased else None
    held = seen.leased and not (force and free_in is None)  # it may have ended by itself just now
    return LockReport(str(address), held, seen.holder, free_in)


def _read_project(request: Request) -> Project:
    """Return the project, for its name and its lock.

    Raises:
        InvalidManifestsError: its file has errors.
    """
    project = load_project(request)
    if project is not None:
        return project
    if find_project_file(request) is not None:
        raise InvalidManifestsError(load(request).diagnostics)
    return Project("default", request.cwd)
