"""``facts clean``: deletes what probes left, after a run that was killed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli.command import Command
from aci_reconcile.cli.commands.facts.probe import APPROVE
from aci_reconcile.cli.option import declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions
from aci_reconcile.core.errors import ExitCode
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanOptions:
    """The options of ``facts clean``."""

    auto_approve: bool = declare(APPROVE)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)


def clean(session: Session, asked: CleanOptions) -> ExitCode:
    """Show what probes left, ask, and delete it."""
    from aci_reconcile.app.laboratory import LaboratoryRequest, open_laboratory
    from aci_reconcile.cli.approval import ask

    console, place = session.console, asked.azure.place
    request = LaboratoryRequest(asked.azure.target, place.subscription, place.resource_group)
    with open_laboratory(request, session) as laboratory:
        found = laboratory.inspect()
        names = [path.partition("?")[0].rpartition("/")[2] for path in found.leftovers]
        with_group = found.ours and not found.others and not found.leaving
        if names or with_group:
            group = f"the resource group {place.resource_group}" if with_group else ""
            what = " and ".join(filter(None, [", ".join(names), group]))
            ask(session, f"delete {what}", approved=asked.auto_approve)
            with session.interruption.protect(lambda: " Run it again to delete what is left."):
                laboratory.move_out()
        if console.json:
            console.line({"groups": names, "resource_group": with_group})
        else:
            console.result(f"Deleted {count(len(names), 'resource')}{' and the resource group' if with_group else ''}.")
    return ExitCode.OK


CLEAN = Command(
    "clean",
    clean,
    CleanOptions,
    help="Delete what probes left after a run that was killed; nothing else.",
    examples=("aci-reconcile facts clean -g rg-probe",),
)
