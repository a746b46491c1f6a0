"""The quota of Resource Graph: so many queries for a user in so many seconds, as its answers say."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aci_reconcile.azure.http.answer import Answer
    from aci_reconcile.core.backend import Clock

TOO_MANY: Final = 429
_PAUSE: Final = 5.0
"""Seconds until the next attempt where an answer does not say when the quota is reset: that of the documentation."""
_LONGEST_WAIT: Final = 60.0
"""Seconds that one answer may make the next query wait: a server that asks for more is not believed."""
_LONGEST_NUMBER: Final = 10


@dataclass(slots=True)
class Quota:
    """How many queries may be sent, as the last answer said; unknown before the first one."""

    clock: Clock
    left: int | None = None
    resets: float = 0
    """When the number is reset, in seconds since the epoch."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def spend(self) -> None:
        """Wait until a query may be sent, and count it."""
        with self.lock:  # whoever comes meanwhile waits, too
            while self.left is not None and self.left <= 0 and (wait := self.resets - self.clock.now()) > 0:
                self.clock.sleep(wait)
            if self.left is not None:
                self.left = self.left - 1 if self.left > 0 else None

    def note(self, answer: Answer) -> None:
        """Note what an answer says; what answers overtake may only make it more careful."""
        left = answer.headers.get("x-ms-user-quota-remaining", "")
        seconds = read_span(answer.headers.get("x-ms-user-quota-resets-after", ""))
        refused = answer.status == TOO_MANY
        if not refused and not (left.isascii() and left.isdigit() and len(left) < _LONGEST_NUMBER):
            return
        with self.lock:
            told, now = 0 if refused else int(left), self.clock.now()
            open_still = self.left is not None and now < self.resets
            self.left = min(told, self.left or 0) if open_still else told
            wait = (_PAUSE if refused else 0) if seconds is None else seconds
            self.resets = now + min(wait, _LONGEST_WAIT)


def read_span(text: str) -> float | None:
    """Return the seconds of a span such as ``00:00:03``; None if it is none."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2}):(\d{2}(?:\.\d{1,7})?)", text.strip(), re.ASCII)
    return None if found is None else int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])
