"""The connection of a watch, and its lock: one for all rounds, and a new one if the manifests or the lock need it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.app.workspace import connect, guard

if TYPE_CHECKING:
    from aci_reconcile.app.connection import Connection
    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.manifest import Project


@dataclass(slots=True)
class Link:
    """Opens a connection when it is needed first, and keeps it."""

    target: Target
    run: Run
    stack: ExitStack = field(default_factory=ExitStack)
    made_for: tuple[object, ...] = ()
    connection: Connection | None = None

    def open(self, project: Project) -> Connection:
        """Return the connection for a project, with the lock of the project if it has one.

        A lock that was lost is taken again; while somebody else holds it, this is a spare.

        Raises:
            LockedError: somebody else holds the lock.
            UsageError: there is no such place.
            AuthenticationError: there is no credential.
        """
        # A commit may give the project another lock, or another name, which its lock has too.
        wanted = (project.subscription, project.api_version, project.root, project.owner, project.lock)
        known = self.connection
        if known is None or wanted != self.made_for or (known.lock is not None and known.lock.find_loss()):
            self.close()
            known = self._connect(project)
            self.connection, self.made_for = known, wanted
        return known

    def _connect(self, project: Project) -> Connection:
        lock = None
        if self.target.lock is not None:
            from aci_reconcile.app.lock import hold_lock

            lock = self.stack.enter_context(hold_lock(project, None, self.target, self.run))
        return guard(self.stack.enter_context(connect(project, self.target, self.run, paced=True)), lock)

    def close(self) -> None:
        """Close the connection and give the lock back, if there are any."""
        self.connection = None
        self.stack.close()
