"""Whether a group runs or is stopped, where its manifest says which: a difference like any other.

It concerns stopped groups, never those that have ended by themselves. Whether a PUT starts a stopped group is nowhere
documented, so a write that sends a body always looks at the result.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core.diff import FieldChange
from aci_reconcile.core.health import read_power
from aci_reconcile.core.model import Power
from aci_reconcile.planning.losses import NEW_IP, list_losses
from aci_reconcile.planning.values import POWER_PATH, Action, Impact

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change


def add_power(known: Change, live: Resource, update: Action) -> Change:
    """Return a change with the difference in power, if there is one, and with what that costs.

    Args:
        known: what would be done without it; its ``power`` is what the manifest says.
        live: the group, read with its instance view; without one, no difference is seen.
        update: the action of a write to this group.
    """
    now = read_power(live.body)
    if known.power is None or now is None or now is known.power:
        return known
    difference = FieldChange(POWER_PATH, now.value, known.power.value)
    if known.sends_body:
        return replace(known, fields=(*known.fields, difference))
    # What Azure did not take stays as it is: only the power is written.
    fields = (difference,) if known.stuck else (*known.fields, difference)
    starts = known.power is Power.RUNNING
    return replace(
        known,
        action=update,
        impact=Impact.START if starts else Impact.STOP,
        fields=fields,
        stuck=False,
        loses=list_start_losses(live, known.after) if starts else (),
    )


def list_start_losses(live: Resource, after: Resource | None) -> tuple[str, ...]:
    """Return what starting a group costs: a public address is another one afterwards (recorded).

    An address may change with every start (documented at container-instances-stop-start). What else a stop loses, such
    as what an emptyDir held, is gone already.
    """
    return tuple(each for each in list_losses(live, after or live) if each == NEW_IP)
