"""``restart``: restart the containers of groups, and wait until they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.cli.command import Command
from aci_reconcile.cli.power import PowerOptions, change_power

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.errors import ExitCode


def restart_groups(session: Session, asked: PowerOptions) -> ExitCode:
    """Restart the containers of groups, and wait."""
    from aci_reconcile.planning.power_plan import PowerVerb

    return change_power(session, asked, PowerVerb.RESTART, asking=False)


RESTART = Command(
    "restart",
    restart_groups,
    PowerOptions,
    help="Restart the containers of groups, and wait until they run.",
    examples=(
        "aci-reconcile restart web                  one group, until it runs again",
        "aci-reconcile restart 'rg-shop/*' --wait none  all of a resource group, without waiting",
    ),
)
