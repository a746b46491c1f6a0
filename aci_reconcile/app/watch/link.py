"""The connection of a watch: one for all rounds, and a new one if the manifests need another."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.app.workspace import connect

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
    made_for: tuple[str, ...] = ()
    connection: Connection | None = None

    def open(self, project: Project) -> Connection:
        """Return the connection for a project.

        Raises:
            UsageError: there is no such place.
            AuthenticationError: there is no credential.
        """
        wanted = (project.subscription, project.api_version, str(project.root))
        if self.connection is None or wanted != self.made_for:
            self.close()
            self.connection = self.stack.enter_context(connect(project, self.target, self.run, paced=True))
            self.made_for = wanted
        return self.connection

    def close(self) -> None:
        """Close the connection, if there is one."""
        self.connection = None
        self.stack.close()
