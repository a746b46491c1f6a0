"""The paths of files from the root of the repository, for readers that need them so."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checkout:
    """The absolute paths of the repository and the current folder; empty if not known."""

    top: str = ""
    cwd: str = ""

    def path(self, file: str) -> str:
        """Return the path of a file from the root of the repository; ``file`` is relative to the current folder.

        A file outside the repository keeps its absolute path.
        """
        absolute = posixpath.normpath(posixpath.join(self.cwd, file))
        if not self.top or not posixpath.isabs(absolute):
            return absolute
        inside = absolute.startswith(f"{self.top.rstrip('/')}/")
        return posixpath.relpath(absolute, self.top) if inside else absolute


NOWHERE = Checkout()
"""Paths stay as they are."""
