"""Waiting out Azure's refusals of too many requests, where a command reads what is live."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from aci_reconcile.core.errors import ThrottledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.app.run import Messages
    from aci_reconcile.core.backend import Clock

T = TypeVar("T")

_MOST: Final = 300.0
"""Seconds for which a command waits in all: somebody looks on."""
_UNTOLD: Final = 15.0
"""Seconds until the next attempt where Azure does not say for how long."""
_SAME: Final = 1.0
"""Seconds within which two ends of a wait count as one: many reads are refused at the same time."""


class Ask(Protocol):
    """Makes a request, and decides what to do if it is refused."""

    def __call__(self, ask: Callable[[], T], /) -> T:
        """Make it."""
        ...


def ask_once(ask: Callable[[], T], /) -> T:
    """Make a request; whoever asked waits for nothing."""
    return ask()


@dataclass(slots=True)
class Patience:
    """Makes requests of several threads, and repeats those that Azure's limits refuse."""

    clock: Clock
    messages: Messages
    until: float
    """When to give up, in seconds since the epoch."""
    _told: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, clock: Clock, messages: Messages, timeout: float) -> Patience:
        """Return the patience of a command that may take so many seconds."""
        return cls(clock, messages, clock.now() + min(timeout, _MOST))

    def ask(self, ask: Callable[[], T], /) -> T:
        """Make a request, and repeat it as long as Azure only asks to wait.

        Raises:
            AzureError: Azure refuses for another reason, or asks to wait for too long.
        """
        while True:
            try:
                return ask()
            except ThrottledError as error:
                seconds = error.retry_after or _UNTOLD
                if self.clock.now() + seconds > self.until:
                    raise
                self._tell(seconds)
                self.clock.sleep(seconds)

    def _tell(self, seconds: float) -> None:
        end = self.clock.now() + seconds
        with self._lock:
            if end > self._told + _SAME:
                self._told = end
                self.messages.warn(f"Azure's limits for requests are reached; going on in {seconds:.0f} s")
