"""``show``: a saved plan, and whether it still fits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.given import Target
from aci_reconcile.cli.session import started
from aci_reconcile.errors import AciReconcileError, ExitCode, InvalidManifestsError, StalePlanError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.saved import Document


def _show(ctx: click.Context) -> ExitCode:
    from aci_reconcile.cli.planfile import read_plan
    from aci_reconcile.saved import saved_text, written

    session, given = started(ctx)
    file = given.path("file") or Path()
    saved = read_plan(file)
    problems = tuple(_problems(saved, str(file), given, session))
    console = session.console
    if console.json:
        console.result(written(saved).removesuffix("\n"))
        for each in problems:
            console.warn(each)
    else:
        text = saved_text(saved, console.style, problems=problems, width=console.width, verbose=console.verbose)
        console.result(text)
    return ExitCode.OK


def _problems(saved: Document, name: str, given: Given, session: Session) -> Iterator[str]:
    """Yield why the plan can't be applied as it is; Azure is asked only where the options name a place."""
    from aci_reconcile.cli.promise import fit

    try:
        fit(saved, name, session.clock.now())
    except AciReconcileError as error:
        yield error.message
    if given.flag("local") or any(given.text(each) for each in ("arm_endpoint", "cloud", "subscription")):
        try:
            _compare(saved, given, session)
        except StalePlanError as error:
            yield error.message
        except InvalidManifestsError as error:
            yield f"{error.message}: validate shows them"
        except AciReconcileError as error:
            yield f"it could not be compared: {error.message}"


def _compare(saved: Document, given: Given, session: Session) -> None:
    """Make the plan again.

    Raises:
        StalePlanError: it is another one.
    """
    from aci_reconcile.cli.promise import Promise, replayed
    from aci_reconcile.reconcile import Refresh

    with Promise(replayed(saved, given), saved).planned(Target.of(given), session, Refresh.AUTO):
        return


SHOW = Command(
    "show",
    _show,
    [
        click.Argument(["file"], type=options.FILE, metavar="FILE"),
        *options.azure(),
        *options.output(),
    ],
    help="Show a saved plan, and say whether it is stale. Azure is asked only where an option names it.",
    examples=(
        "aci-reconcile show plan.json             as it was when it was saved",
        "aci-reconcile show plan.json --local     compared with what is there now",
        "aci-reconcile show plan.json --format json",
    ),
)
