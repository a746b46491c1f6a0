"""Files that a command reads from a path on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def read_input(file: Path, most: int) -> str:
    """Return the text of a file, at most so many bytes of it.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(most)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or 'unknown reason'}") from error
    return content.decode("utf-8", "replace")
