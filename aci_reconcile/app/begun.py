"""What was begun for the runs of a fleet before they come up: a connection, and the lists that a plan begins with.

While one project is planned, the lists of those after it are on their way. So the subscriptions of a fleet are listed
side by side, a few at a time: all at once would fill the memory.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from aci_reconcile.app.prefetch import load_settings, prefetch

if TYPE_CHECKING:
    from aci_reconcile.app.prefetch import Prefetched
    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.run import Run


class Begun:
    """What was begun for one run. Whoever takes it closes it, else whoever began it."""

    def __init__(self, sources: Sources, target: Target, run: Run, *, paced: bool) -> None:
        """Connect, and begin the lists; nothing is begun where the project does not say enough.

        Args:
            sources: which manifests.
            target: where to connect to.
            run: the environment, time and messages.
            paced: whether the run obeys Azure's rate limits by itself.
        """
        self._stack = ExitStack()
        settings = load_settings(sources, target, run)
        self._prefetched = prefetch(settings, sources, target, run, self._stack, paced=paced)

    def take(self, stack: ExitStack) -> Prefetched | None:
        """Return what was begun, which the stack closes from now on; None if there is nothing, or no longer."""
        stack.push(self._stack.pop_all())
        found, self._prefetched = self._prefetched, None
        return found

    def close(self) -> None:
        """Close what nobody has taken."""
        self._stack.close()
