"""``why``: why a group does not run, and what to try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.live_view import open_view
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session

_LINES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyOptions:
    """The options of ``why``."""

    addresses: tuple[str, ...] = declare(options.SOME_ADDRESSES)
    tail: int = declare(
        Option(
            "--tail",
            section=options.OUTPUT,
            type=options.COUNT,
            metavar="N",
            default=_LINES,
            setting="why_tail",
            help="Show the last N lines of logs (default: 5).",
        )
    )
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)


def explain_groups(session: Session, asked: WhyOptions) -> ExitCode:
    """Explain why groups do not run; 5 if one of them does not, or is not up yet."""
    from aci_reconcile.app.diagnosis import Inquiry
    from aci_reconcile.app.targets import find_groups
    from aci_reconcile.render.json.why import render_why_json
    from aci_reconcile.render.text.why import render_why_text

    console = session.console
    with open_view(asked.sources.make_sources(asked.azure.place), asked.azure.target, session, asked.addresses) as view:
        groups = find_groups(view, asked.addresses)
        words = options.repeat_place(asked.azure.line)
        found = Inquiry(view, session.clock.now(), asked.tail, words).diagnose(groups)
    if console.json:
        console.result(render_why_json(found))
    else:
        width = min(console.width, _WIDEST)
        console.result(render_why_text(found, console.style, width=width, verbose=console.verbose))
    return ExitCode.OK if all(each.good for each in found) else ExitCode.NOT_CONVERGED


_WIDEST: Final = 100
"""Longer lines of prose are hard to read."""

WHY = Command(
    "why",
    explain_groups,
    WhyOptions,
    help="Explain why groups do not run, and what to try.",
    examples=(
        "aci-reconcile why web          what happened, what it means, what to try",
        "aci-reconcile why rg-shop/web rg-shop/db --format json",
    ),
)
