"""The connection of a watch, and its lock: one for all rounds, and a new one if the manifests or the lock need it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.app.run import ScriptRun
from aci_reconcile.app.workspace import connect, guard
from aci_reconcile.core.errors import LockError

if TYPE_CHECKING:
    from collections.abc import Generator

    from aci_reconcile.app.connection import Connection
    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.azure.lock.lease import Blob, HeldLock
    from aci_reconcile.manifest import Project


@dataclass(slots=True)
class Link:
    """Opens a connection when it is needed first, and keeps it."""

    target: Target
    run: Run
    stack: ExitStack = field(default_factory=ExitStack)
    made_for: tuple[object, ...] = ()
    connection: Connection | None = None
    owner: str = ""
    """Whose groups the lock is about."""
    blob: Blob | None = None
    """The lock of the project; None if it has none. While it is not held, nothing that writes is sent."""

    def open(self, project: Project) -> Connection:
        """Return the connection for a project.

        Raises:
            LockError: the project needs another one, or another lock, than the one that is held.
            UsageError: there is no such place.
            AuthenticationError: there is no credential.
        """
        # A commit may give the project another lock, or another name, which its lock has too.
        wanted = (project.subscription, project.api_version, project.root, project.owner, project.lock)
        known = self.connection
        if known is None or wanted != self.made_for:
            if known is not None and known.lock is not None:
                raise LockError("the project file changed while it was read", hint="the next round goes on")
            self.close()
            known = self._connect(project)
            self.connection, self.made_for, self.owner = known, wanted, project.owner
        return known

    def _connect(self, project: Project) -> Connection:
        connection = self.stack.enter_context(connect(project, self.target, self.run, paced=True))
        if self.target.lock is not None:
            from aci_reconcile.app.lock import find_address, open_lock
            from aci_reconcile.azure.http.fence import make_closed_fence

            address = find_address(project, None, self.target.lock.url, self.target, self.run.environ)
            if address is not None:
                self.blob = self.stack.enter_context(open_lock(address, self.target, self.run.environ))
                connection.backend.guard_writes(make_closed_fence("the lock is not held"))
        return connection

    @contextmanager
    def hold(self) -> Generator[HeldLock]:
        """Hold the lock while the block runs: only then something is written.

        Raises:
            LockedError: somebody else holds it.
            LockError: its container is missing, or the blob is something else.
            AzureError: the storage account does not answer, or refuses.
        """
        from aci_reconcile.app.lock import make_holder, wait_for_lock

        request, blob, known = self.target.lock, self.blob, self.connection
        if request is None or blob is None or known is None:
            raise LockError("there is no lock to hold", hint="nothing was written")
        # The rounds say what there is to say of it.
        quiet = ScriptRun(self.run.environ, self.run.cwd, self.run.clock)
        holder = make_holder(self.owner, request.command, self.run)
        with wait_for_lock(blob, holder, request, quiet) as held:
            self.connection = guard(known, held)
            try:
                yield held
            finally:
                self.connection = known

    def close(self) -> None:
        """Close the connections, if there are any."""
        self.connection = self.blob = None
        self.stack.close()
