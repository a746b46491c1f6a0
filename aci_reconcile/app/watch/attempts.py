"""When a group whose change failed is tried again, and when it is given up for a while. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FIRST: Final = 30.0
"""Seconds until the first repetition; twice as many after each further failure."""
LONGEST: Final = 900.0
MOST: Final = 5
"""Failures in a row after which a group is given up."""
LEFT_ALONE: Final = 1800.0
"""Seconds for which it is left alone then; after that it is tried once."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A group whose last change failed. Times are seconds since the epoch."""

    digest: str
    """Of the manifest that failed: another manifest is tried at once."""
    failures: int
    """In a row."""
    again: float
    """When it is tried again."""
    text: str
    """What went wrong the last time."""

    @property
    def given_up(self) -> bool:
        """Whether the circuit is open: nothing is tried for a while, and then one change."""
        return self.failures >= MOST


def note_failure(before: Attempt | None, digest: str, text: str, now: float, jitter: float) -> Attempt:
    """Return what is known of a group after its change failed.

    Args:
        before: what was known; None if its last change did not fail.
        digest: of the manifest.
        text: what went wrong.
        now: seconds since the epoch.
        jitter: from 0 to 1, so that groups that failed together are not tried together.
    """
    known = before is not None and before.digest == digest
    failures = before.failures + 1 if known and before is not None else 1
    wait = LEFT_ALONE if failures >= MOST else min(FIRST * 2 ** (failures - 1), LONGEST)
    return Attempt(digest, failures, now + wait * (1 + jitter / 10), text)


def find_wait(attempt: Attempt | None, digest: str, now: float) -> Attempt | None:
    """Return the attempt that a group still has to wait for; None if it may be tried now."""
    if attempt is None or attempt.digest != digest or now >= attempt.again:
        return None
    return attempt
