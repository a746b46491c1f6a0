"""``show``: a saved plan, and whether it still fits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.given import inputs_of, target_of
from aci_reconcile.cli.session import started
from aci_reconcile.core.errors import AciReconcileError, ExitCode, InvalidManifestsError, StalePlanError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.reporting import Reports
    from aci_reconcile.cli.session import Session
    from aci_reconcile.saved import Document


def _show(ctx: click.Context) -> ExitCode:
    from aci_reconcile.app.saved_plan import read_plan
    from aci_reconcile.cli.reporting import reporting

    session, given = started(ctx)
    file = given.path("file") or Path()
    with reporting("plan", given, session) as reports:
        saved = read_plan(file)
        problems = tuple(_problems(saved, str(file), given, session))
        reports.tell(lambda console: _told(saved, problems, console, reports))
    if session.console.json:
        for each in problems:
            session.console.warn(each)
    return ExitCode.OK


def _told(saved: Document, problems: tuple[str, ...], console: Console, reports: Reports) -> str:
    """Return the saved plan in the format that is wanted; its JSON is the file's own."""
    from aci_reconcile.saved import make_saved_page, render_document, render_saved_text

    if console.json:
        return render_document(saved).removesuffix("\n")
    if console.format not in options.PLAIN:
        return reports.page(make_saved_page(saved, problems=problems), console)
    return render_saved_text(saved, console.style, problems=problems, width=console.width, verbose=console.verbose)


def _problems(saved: Document, name: str, given: Given, session: Session) -> Iterator[str]:
    """Yield why the plan can't be applied as it is; Azure is asked only where the options name a place."""
    from aci_reconcile.app.expected_plan import check_usable

    try:
        check_usable(saved, name, session.clock.now())
    except AciReconcileError as error:
        yield error.message
    if given.flag("local") or any(given.text(each) for each in ("arm_endpoint", "cloud", "subscription")):
        try:
            _compare(saved, given, session)
        except StalePlanError as error:
            yield error.message
        except InvalidManifestsError as error:
            yield f"{error.message}; run validate to see them"
        except AciReconcileError as error:
            yield f"the plan could not be compared: {error.message}"


def _compare(saved: Document, given: Given, session: Session) -> None:
    """Make the plan again.

    Raises:
        StalePlanError: it is another one.
    """
    from aci_reconcile.app.expected_plan import Expected, make_expected_plan
    from aci_reconcile.app.saved_inputs import replay_inputs
    from aci_reconcile.reconcile import Refresh

    inputs = replay_inputs(saved["request"], inputs_of(given), with_releases=True)
    with make_expected_plan(Expected(inputs, saved), target_of(given), session, Refresh.AUTO):
        return


SHOW = Command(
    "show",
    _show,
    [
        click.Argument(["file"], type=options.FILE, metavar="FILE"),
        *options.azure(),
        *options.output(options.PAGES),
        *options.reports(options.PAGES),
    ],
    help="Show a saved plan. With --local, --subscription, --arm-endpoint or --cloud, check whether it is stale.",
    examples=(
        "aci-reconcile show plan.json           the plan as it was saved",
        "aci-reconcile show plan.json --local   compared with the emulator now",
        "aci-reconcile show plan.json --format json",
    ),
)
