"""Time for a command line and an emulator in this process: it passes as ever, and who sleeps is there at once."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.app import interruption
from aci_reconcile.emulator import gateway

if TYPE_CHECKING:
    import pytest


@dataclass
class QuickTime:
    """Stands for the module ``time``; what was slept is what the clocks are ahead."""

    ahead: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def time(self) -> float:
        """Return the seconds since the epoch."""
        return time.time() + self.ahead

    def monotonic(self) -> float:
        """Return the seconds since some moment."""
        return time.monotonic() + self.ahead

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        with self.lock:
            self.ahead += seconds


def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the command line and the emulator one time, in which nobody waits."""
    quick = QuickTime()
    monkeypatch.setattr(interruption, "time", quick)
    monkeypatch.setattr(gateway, "time", quick)
