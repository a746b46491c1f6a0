"""``status``: which groups are live, and how they are. Manifests are not needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.live_view import measure_room, open_view
from aci_reconcile.cli.option import declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.core.errors import ExitCode, UsageError
from aci_reconcile.core.resource_types import assess_health

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusOptions:
    """The options of ``status``."""

    addresses: tuple[str, ...] = declare(options.ADDRESSES)
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)


def show_status(session: Session, asked: StatusOptions) -> ExitCode:
    """List groups and their state, or show some in detail."""
    from aci_reconcile.render.escape import sanitize
    from aci_reconcile.render.json.status import render_status_json
    from aci_reconcile.render.text.status import render_group_text, render_status_text, render_unread

    console = session.console
    with open_view(asked.sources.make_sources(asked.azure.place), asked.azure.target, session) as view:
        if not (view.scopes or view.search.subscriptions or asked.addresses):
            raise UsageError("no resource group is given", hint="use -g, or run this where the manifests are")
        seen = view.read_named(asked.addresses) if asked.addresses else view.read_all()
    now = session.clock.now()
    judged = tuple((each, assess_health(each, now=now)) for each in seen.groups)
    if console.json:
        console.result(render_status_json(judged, seen.unread))
    elif not asked.addresses:
        console.result(render_status_text(judged, console.style, seen.unread, width=measure_room(session)))
        if view.environments and not (judged or seen.unread):
            names = sanitize(", ".join(view.environments))
            console.info(f"Each environment has its own groups. Choose one with -e: {names}.")
    else:
        details = [render_group_text(live, health, console.style) for live, health in judged]
        console.result("\n\n".join((*details, *render_unread(seen.unread, console.style))))
    return ExitCode.ERROR if seen.unread else ExitCode.OK


STATUS = Command(
    "status",
    show_status,
    StatusOptions,
    help="List groups and their state, or show some in detail.",
    examples=(
        "aci-reconcile status              the project's resource groups and groups",
        "aci-reconcile status -g rg-shop   one resource group",
        "aci-reconcile status rg-shop/web  one group in detail",
    ),
)
