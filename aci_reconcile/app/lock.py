"""The lock of a project: one run at a time writes. Without one, nothing here is imported."""

from __future__ import annotations

import json
import random
import socket
import uuid
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.connection import find_endpoint, silence_sdks
from aci_reconcile.azure.endpoint import get_cloud
from aci_reconcile.azure.lock.address import find_cloud, make_lock_address, parse_lock_url
from aci_reconcile.azure.lock.connection import open_blob
from aci_reconcile.azure.lock.lease import HeldLock, Timing, name_cut, take
from aci_reconcile.core.errors import AciReconcileError, LockedError, LockError
from aci_reconcile.core.lock import Holder
from aci_reconcile.render.text.lock import describe_holder

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from aci_reconcile.app.requests import LockRequest, Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.azure.lock.address import LockAddress
    from aci_reconcile.azure.lock.lease import Blob
    from aci_reconcile.core.model import Json
    from aci_reconcile.core.shards import ShardNumber
    from aci_reconcile.manifest import Project

_PAUSE: Final = 2.0
"""Seconds between two attempts to take a lock that somebody else has."""
_PAUSES: Final = (1.0, 2.0)


def find_address(
    project: Project, shard: ShardNumber | None, url: str, target: Target, environ: Mapping[str, str]
) -> LockAddress | None:
    """Return the lock of a project; None if there is none.

    It is named after project and environment, and not after the project's id, which two clones may derive differently.

    Args:
        project: the project, for the chosen environment.
        shard: which part of it the run is about; None for all of it.
        url: what a flag or the environment names; empty for what the project file names.
        target: where requests go: that decides the cloud.
        environ: the environment variables.

    Raises:
        LockError: the URL is no blob of that cloud.
    """
    settings = project.lock
    if target.local or not (url or settings):
        return None
    endpoint = find_endpoint(target, environ)
    cloud = find_cloud(endpoint, target.cloud or "public")
    if url:
        return parse_lock_url(url, cloud).choose_name(project.owner, shard)
    # A server on this machine that takes no token is for trying things out, as the embedded emulator is.
    if settings is None or not endpoint.needs_token:
        return None
    return make_lock_address(settings.account, settings.container, cloud).choose_name(project.owner, shard)


@contextmanager
def open_lock(address: LockAddress, target: Target, environ: Mapping[str, str]) -> Generator[Blob]:
    """Open the way to a lock; nothing is sent yet.

    Raises:
        AuthenticationError: the credentials in the environment are incomplete or contradict the cloud.
    """
    silence_sdks()
    endpoint = find_endpoint(target, environ)
    cloud = endpoint if endpoint.needs_token else get_cloud(target.cloud or "public")
    with closing(open_blob(address, cloud, environ)) as blob:
        yield blob


@contextmanager
def hold_lock(project: Project, shard: ShardNumber | None, target: Target, run: Run) -> Generator[HeldLock | None]:
    """Hold the lock of the project while the block runs; None if the run needs none.

    Raises:
        LockedError: another run holds it, for longer than this one waits.
        LockError: the URL is no blob of the cloud, or the container is missing, or the blob is something else.
        AzureError: the storage account does not answer, or refuses.
    """
    request = target.lock
    address = None if request is None else find_address(project, shard, request.url, target, run.environ)
    if request is None or address is None:
        yield None
        return
    holder = make_holder(project.owner, request.command, run)
    with open_lock(address, target, run.environ) as blob, wait_for_lock(blob, holder, request, run) as held:
        yield held


def check_lock(
    lock: HeldLock | None, project: Project, shard: ShardNumber | None, url: str, target: Target, run: Run
) -> None:
    """Check that the lock that is held is that of the project that was read since.

    Raises:
        LockError: it is not.
    """
    held = None if lock is None else lock.address
    if held != find_address(project, shard, url, target, run.environ):
        raise LockError("the project file changed while it was read", hint="nothing was written; run again")


def require_cut(lock: HeldLock, cut: str, run: Run) -> HeldLock:
    """Return the lock of a shard with the cut that it is of, or fail where a shard of another cut is being written.

    Raises:
        LockedError: one is, and not only for the moment in which a lock that was taken still says whose it was last.
        LockLostError: the lock is no longer held.
        AzureError: the storage account does not answer, or refuses.
    """
    found = name_cut(lock, cut)
    for pause in _PAUSES:
        if isinstance(found, HeldLock):
            return found
        run.clock.sleep(pause)
        found = name_cut(lock, cut)
    if isinstance(found, HeldLock):
        return found
    who = describe_holder(found.holder)
    hint = "nothing was written; run again when it is done: shards of two commits may have groups in common"
    raise LockedError(f"a shard of another cut is being written by {who}", hint=hint)


def make_holder(owner: str, command: str, run: Run) -> Holder:
    """Return this run, as it is shown to those who wait for its lock."""
    from aci_reconcile.git_hosts.job import find_origin

    since = datetime.fromtimestamp(run.clock.now(), UTC)
    return Holder(
        owner=owner,
        run=f"{command} {uuid.uuid4().hex[:8]}",
        host=socket.gethostname(),
        link=find_origin(run.environ).run,
        since=f"{since:%Y-%m-%dT%H:%M:%SZ}",
    )


def wait_for_lock(blob: Blob, holder: Holder, request: LockRequest, run: Run, timing: Timing | None = None) -> HeldLock:
    """Take the lock, or wait for it as long as is asked for.

    Raises:
        LockedError: another run holds it for longer.
        LockError: the container is missing, or the blob is something else.
        AzureError: the storage account does not answer, or refuses.
    """
    lease, until, told = str(uuid.uuid4()), run.clock.now() + request.timeout, None
    while True:
        found = take(blob, holder, lease, timing=timing or Timing())
        if isinstance(found, HeldLock):
            run.console.info(f"Holding the lock {blob.address}.")
            return found
        left = until - run.clock.now()
        who = describe_holder(found.holder)
        if left <= 0:
            raise LockedError(f"the lock {blob.address} is held by {who}", hint=_make_hint(request))
        if who != told:
            run.console.info(f"Waiting for the lock {blob.address}, held by {who}.")
            told = who
        run.clock.sleep(min(left, _PAUSE + random.random()))  # noqa: S311  keeps several from asking at once


def _make_hint(request: LockRequest) -> str:
    waited = "" if request.timeout else ", or wait for it with --lock-timeout 30m"
    return f"nothing was written; run again when it is done{waited}"


def read_state(lock: HeldLock) -> Json:
    """Return the JSON that is kept in the lock's blob; None if there is none.

    Raises:
        AzureError: it could not be read.
        AciReconcileError: it is no JSON.
    """
    content = lock.read()
    if not content:
        return None
    try:
        state: Json = json.loads(content)
    except (ValueError, RecursionError):
        raise AciReconcileError(
            f"the lock {lock.address} holds something else than JSON", hint="delete the blob to start anew"
        ) from None
    return state


def write_state(lock: HeldLock, state: Json) -> None:
    """Keep JSON in the lock's blob. The storage account takes it from the holder of the lock only.

    Raises:
        LockLostError: the lock is no longer held.
        AzureError: it could not be written.
    """
    lock.write(json.dumps(state, separators=(",", ":")).encode())
