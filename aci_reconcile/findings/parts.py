"""The parts of a difference, which are reported and accepted one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.diff import split_leaves
from aci_reconcile.core.fields.paths import to_report_path
from aci_reconcile.core.normalize import POSITION

if TYPE_CHECKING:
    from aci_reconcile.core.diff import FieldChange


def split_parts(field: FieldChange) -> tuple[tuple[str, FieldChange], ...]:
    """Return the parts of a difference by their paths.

    An added or removed object splits into its fields. So a field that is added later is a finding of its own, and the
    earlier ones keep their fingerprints.
    """
    if field.secret:
        return ((to_report_path(field.path), field),)
    leaves = tuple(
        (to_report_path(leaf.path), leaf)
        for leaf in split_leaves(field)
        if leaf is field or leaf.keys[-1:] != (POSITION,)
    )
    return leaves or ((to_report_path(field.path), field),)
