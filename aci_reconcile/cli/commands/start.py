"""``start``: start stopped or ended groups, and wait until they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.cli.command import Command
from aci_reconcile.cli.power import PowerOptions, change_power

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.errors import ExitCode


def start_groups(session: Session, asked: PowerOptions) -> ExitCode:
    """Start stopped or ended groups, and wait."""
    from aci_reconcile.planning.power_plan import PowerVerb

    return change_power(session, asked, PowerVerb.START, asking=False)


START = Command(
    "start",
    start_groups,
    PowerOptions,
    help="Start stopped or ended groups, and wait until they run.",
    examples=(
        "aci-reconcile start web                 one group, until it runs",
        "aci-reconcile start 'rg-shop/*' --timeout 5m  all of a resource group",
    ),
)
