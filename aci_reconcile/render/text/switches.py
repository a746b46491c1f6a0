"""What a schedule does next, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.model import Power
from aci_reconcile.render.words import format_age, format_moment

if TYPE_CHECKING:
    from aci_reconcile.core.model import Switch


def describe_switch(switch: Switch) -> str:
    """Return what happens to a group, and at which time."""
    return f"{_name(switch)} at {format_moment(switch.at)}"


def describe_wait(switch: Switch, now: float) -> str:
    """Return what happens to a group, and how soon after a moment."""
    return f"{_name(switch)} in {format_age(switch.at - now)}"


def _name(switch: Switch) -> str:
    return "stops" if switch.power is Power.STOPPED else "starts"
