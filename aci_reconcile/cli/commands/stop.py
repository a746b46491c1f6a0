"""``stop``: stop groups. What their containers hold is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.cli.command import Command
from aci_reconcile.cli.power import PowerOptions, change_power

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.errors import ExitCode


def stop_groups(session: Session, asked: PowerOptions) -> ExitCode:
    """Stop groups. What their containers hold is lost."""
    from aci_reconcile.planning.power_plan import PowerVerb

    return change_power(session, asked, PowerVerb.STOP, asking=True)


STOP = Command(
    "stop",
    stop_groups,
    PowerOptions,
    help="Stop groups. What their containers hold is lost.",
    examples=(
        "aci-reconcile stop web              asks first",
        "aci-reconcile stop 'rg-shop/*' -y   all of a resource group, without asking",
    ),
)
