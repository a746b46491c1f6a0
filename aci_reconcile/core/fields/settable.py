"""What a manifest may ask for: not what Azure chooses whatever is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.fields.table import FIELDS
from aci_reconcile.core.model import as_object

if TYPE_CHECKING:
    from aci_reconcile.core.model import Json


def settable(body: dict[str, Json]) -> dict[str, Json]:
    """Return a declared body without what Azure chooses whatever a manifest says of it: the ``ip`` of a public address.

    The enums are in their own spelling, as a loaded manifest has them.
    """
    for (*above, name), beside, value in _CHOSEN:
        holder = as_object(body)
        for key in above:
            holder = as_object(holder.get(key))
        if name in holder and holder.get(beside) == value:
            body = _without(body, (*above, name))
    return body


_CHOSEN = tuple((tuple(row.path.split(".")), *row.computed_beside) for row in FIELDS if row.computed_beside)


def _without(body: dict[str, Json], keys: tuple[str, ...]) -> dict[str, Json]:
    first, *rest = keys
    if not rest:
        return {name: value for name, value in body.items() if name != first}
    return {**body, first: _without(dict(as_object(body.get(first))), tuple(rest))}
