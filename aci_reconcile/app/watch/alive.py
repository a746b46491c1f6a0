"""A clock that notes when it was last looked at: whoever looks at it is alive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aci_reconcile.core.backend import Clock


@dataclass(slots=True)
class AliveClock:
    """Tells the time, and when it last did."""

    clock: Clock
    seen: float = field(init=False)
    """Seconds since the epoch."""

    def __post_init__(self) -> None:
        """Look once."""
        self.seen = self.clock.now()

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        self.seen = self.clock.now()
        return self.seen

    def sleep(self, seconds: float, /) -> None:
        """Wait; may return early if the run is interrupted."""
        self.clock.sleep(seconds)
