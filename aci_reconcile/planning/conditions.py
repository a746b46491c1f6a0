"""Notices about the state of groups: stopped, in transition, or not provisioned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.health import State, assess, describe_condition
from aci_reconcile.core.model import as_object
from aci_reconcile.planning.values import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.model import Body
    from aci_reconcile.planning.values import Change

CONDITION: Final = "condition"
"""The code of these notices."""


def note_conditions(changes: Iterable[Change]) -> Iterator[Notice]:
    """Yield a notice for each group that is stopped, in transition, or failed to provision."""
    for change in changes:
        if change.before is not None and describe_condition(change.before.body):
            yield Notice(CONDITION, change.address, _render_condition(change, change.before.body))


def _render_condition(change: Change, body: Body) -> str:
    health = assess(body)
    if health.state is State.STOPPED:
        return f"is stopped; {'this write starts' if change.sends_body else 'an apply does not start'} it"
    has_details = "instanceView" in as_object(body.get("properties"))  # Azure's lists leave the instance view out
    head, *rest = f"is {describe_condition(body)} in Azure", *(health.reasons[1:] if has_details else ())
    return ": ".join((head, "; ".join(rest))) if rest else head
