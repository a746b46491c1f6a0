"""Where files are, for readers that count from the root of the repository."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checkout:
    """Where the repository and the current folder are, both from the root of the machine; empty: not known."""

    top: str = ""
    cwd: str = ""

    def path(self, file: str) -> str:
        """Return a file, named from the current folder, as seen from the repository's root.

        What lies outside the repository is named as a whole.
        """
        whole = posixpath.normpath(posixpath.join(self.cwd, file))
        if not self.top or not posixpath.isabs(whole):
            return whole
        inside = whole.startswith(f"{self.top.rstrip('/')}/")
        return posixpath.relpath(whole, self.top) if inside else whole


NOWHERE = Checkout()
"""Files are named as they are."""
