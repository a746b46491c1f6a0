"""``facts``: what is believed about Azure, and what Azure says to it."""

from __future__ import annotations

from aci_reconcile.cli.command import Group

FACTS = Group(
    "facts",
    {
        "show": "aci_reconcile.cli.commands.facts.show",
        "diff": "aci_reconcile.cli.commands.facts.diff",
        "submit": "aci_reconcile.cli.commands.facts.submit",
        "probe": "aci_reconcile.cli.commands.facts.probe",
        "clean": "aci_reconcile.cli.commands.facts.clean",
    },
    help="Show what this tool and its emulator believe about Azure, and why.",
    examples=("aci-reconcile facts show", "aci-reconcile facts show update-status"),
)
