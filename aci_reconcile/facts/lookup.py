"""Finds a row by what a person types."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import UsageError
from aci_reconcile.facts.register import REGISTER, get_row

if TYPE_CHECKING:
    from aci_reconcile.facts.register import Row


def find_row(name: str) -> Row:
    """Return the row with an id, in any case.

    Raises:
        UsageError: there is none; the hint names one that is spelled alike, or the row of a knob with this name.
    """
    try:
        return get_row(name.lower())
    except LookupError:
        raise UsageError(f"there is no fact {name!r}", hint=f"{suggest(name)}`facts show` lists all ids") from None


def suggest(name: str) -> str:
    """Return a question that names the id that was probably meant, with a space after it; empty if none is near."""
    knobs = {row.knob: row.id for row in REGISTER if row.knob}
    ids = [row.id for row in REGISTER]
    word = name.lower()
    near = knobs.get(word.replace("-", "_")) or next(iter(get_close_matches(word, ids, n=1, cutoff=0.6)), "")
    return f"did you mean {near}? " if near else ""
