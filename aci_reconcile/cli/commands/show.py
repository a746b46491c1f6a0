"""``show``: a saved plan, and whether it still fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions
from aci_reconcile.core.errors import AciReconcileError, ExitCode, InvalidManifestsError, StalePlanError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.reports import Reports
    from aci_reconcile.cli.session import Session
    from aci_reconcile.saved import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOptions:
    """The options of ``show``."""

    file: Path = declare(options.INPUT)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = options.include_output(options.PAGES)
    report: tuple[tuple[str, str], ...] = declare(options.make_report_option(options.PAGES))


def show(session: Session, asked: ShowOptions) -> ExitCode:
    """Show the plan in the file, with what keeps it from being applied."""
    from aci_reconcile.app.saved_plan import read_plan
    from aci_reconcile.cli.reports import open_reports
    from aci_reconcile.operate.commands import OWN, quote

    with open_reports("plan", session, asked.report) as reports:
        saved = read_plan(asked.file, f"to see a group in Azure, type: {OWN}status {quote(str(asked.file))}")
        problems = tuple(_find_problems(saved, asked, session))
        reports.publish(lambda console: _render(saved, problems, console, reports))
    if session.console.json:
        for each in problems:
            session.console.warn(each)
    return ExitCode.OK


def _render(saved: Document, problems: tuple[str, ...], console: Console, reports: Reports) -> str:
    """Return the saved plan in the format of the console; its JSON is that of the file."""
    from aci_reconcile.saved import make_saved_page, render_document, render_saved_text

    if console.json:
        return render_document(saved).removesuffix("\n")
    if console.format not in options.PLAIN:
        return reports.page(make_saved_page(saved, problems=problems), console)
    return render_saved_text(saved, console.style, problems=problems, width=console.width, verbose=console.verbose)


def _find_problems(saved: Document, asked: ShowOptions, session: Session) -> Iterator[str]:
    """Yield why the plan cannot be applied as it is. Azure is asked only if the options name a place."""
    from aci_reconcile.app.expected_plan import check_usable

    try:
        check_usable(saved, str(asked.file), session.clock.now())
    except AciReconcileError as error:
        yield error.message
    if asked.azure.names_place:
        try:
            _compare(saved, asked, session)
        except StalePlanError as error:
            yield error.message
        except InvalidManifestsError as error:
            yield f"{error.message}; run validate to see them"
        except AciReconcileError as error:
            yield f"the plan could not be compared: {error.message}"


def _compare(saved: Document, asked: ShowOptions, session: Session) -> None:
    """Make the plan again.

    Raises:
        StalePlanError: it is another one.
    """
    from aci_reconcile.app.expected_plan import Expected, make_expected_plan
    from aci_reconcile.app.requests import Sources
    from aci_reconcile.app.saved_inputs import Inputs, replay_inputs
    from aci_reconcile.reconcile import Refresh

    own = Inputs(Sources(subscription=asked.azure.place.subscription))
    inputs = replay_inputs(saved["request"], own, with_releases=True)
    with make_expected_plan(Expected(inputs, saved), asked.azure.target, session, Refresh.AUTO):
        return


SHOW = Command(
    "show",
    show,
    ShowOptions,
    help="Show a saved plan. With --local, --subscription, --arm-endpoint or --cloud, check whether it is stale.",
    examples=(
        "aci-reconcile show plan.json           the plan as it was saved",
        "aci-reconcile show plan.json --local   compared with the emulator now",
        "aci-reconcile show plan.json --format json",
    ),
)
