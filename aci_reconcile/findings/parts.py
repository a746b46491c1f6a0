"""A difference, part by part: what is found and accepted one by one, named as reports name it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.diff import split_leaves
from aci_reconcile.core.fields.paths import to_report_path
from aci_reconcile.core.normalize import POSITION

if TYPE_CHECKING:
    from aci_reconcile.core.diff import FieldChange


def parts(field: FieldChange) -> tuple[tuple[str, FieldChange], ...]:
    """Return the parts of a difference by their paths.

    Where a whole object was added or removed that is each of its fields: one that comes later is a finding of its own,
    and what was found before keeps its fingerprint.
    """
    if field.secret:
        return ((to_report_path(field.path), field),)
    told = tuple(
        (to_report_path(leaf.path), leaf)
        for leaf in split_leaves(field)
        if leaf is field or leaf.keys[-1:] != (POSITION,)
    )
    return told or ((to_report_path(field.path), field),)
