"""Reads ``facts.json`` from a path that somebody named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.errors import UsageError
from aci_reconcile.facts.answers import MOST_BYTES, read_answers
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.facts.answers import Answers


def load_answers(file: Path, folder: Path) -> Answers:
    """Return what a file says.

    Args:
        file: the file, as it was named.
        folder: what the name is relative to.

    Raises:
        UsageError: it cannot be read, or says what no subscription can have answered.
    """
    name = sanitize(str(file))
    try:
        with (folder / file).open("rb") as stream:
            content = stream.read(MOST_BYTES)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "unknown reason"
        raise UsageError(f"{name} cannot be read: {why}", hint="`aci-reconcile facts probe` writes it") from error
    return read_answers(content.decode("utf-8", "replace"), name)
