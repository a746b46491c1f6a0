"""``shards``: how the project is cut into parts for runs side by side, and a saved plan for each."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from aci_reconcile.app.shards import MOST
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import CommandLine, Option, command_line, declare, include
from aci_reconcile.cli.option_types import Duration
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.safety_options import RESTORE, ReleaseOptions
from aci_reconcile.core.errors import ExitCode, UsageError
from aci_reconcile.render.json.shards import ENGINES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from aci_reconcile.app.saved_inputs import Inputs
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.model import Resource
    from aci_reconcile.core.shards import Shard
    from aci_reconcile.render.json.shards import SavedShard

_JOBS = 256
"""How many jobs a matrix of GitHub has at most (documented); GitLab's has 200."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardsOptions:
    """The options of ``shards``."""

    paths: tuple[Path, ...] = declare(options.PATHS)
    most: int = declare(
        Option(
            "--max",
            "most",
            section=options.MANIFESTS,
            type=click.IntRange(1, MOST),
            default=_JOBS,
            metavar="N",
            setting="shards_max",
            help=f"At most N shards (default: {_JOBS}).",
        )
    )
    minutes: float | None = declare(
        Option(
            "--minutes",
            section=options.MANIFESTS,
            type=Duration(),
            default=None,
            metavar="TIME",
            setting="shards_minutes",
            help="As few shards as are done within TIME by quota alone, such as 50m.",
        )
    )
    out: Path | None = declare(
        Option(
            "--out",
            section=options.SAVED,
            type=options.FILE,
            metavar="DIR",
            setting="shards_out",
            help="Plan the whole project, and save a plan for each shard in DIR.",
        )
    )
    expires: float = declare(options.EXPIRES)
    releases: ReleaseOptions = include(ReleaseOptions)
    restore: bool = declare(RESTORE)
    refresh: str = declare(options.REFRESH)
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = options.include_output((*options.PLAIN, *ENGINES))
    report: tuple[tuple[str, str], ...] = declare(options.make_report_option(options.PAGES))
    line: CommandLine = command_line()

    @property
    def most_minutes(self) -> float | None:
        """How long a shard may take."""
        return None if self.minutes is None else self.minutes / 60

    @property
    def inputs(self) -> Inputs:
        """What decides what is planned."""
        from aci_reconcile.app.saved_inputs import Inputs

        sources = self.sources.make_sources(self.azure.place, self.paths)
        return Inputs(sources, self.releases.make_allow(restore=self.restore), self.line.typed)


def show_shards(session: Session, asked: ShardsOptions) -> ExitCode:
    """Cut, and print the parts; with a folder, plan all and save a plan for each."""
    from aci_reconcile.app.manifests import load_valid
    from aci_reconcile.core.shards import choose_count, cut_into_shards, find_parts

    if asked.out is not None:
        return _save_plans(session, asked, asked.out)
    _check_offline(asked)
    minutes = asked.most_minutes
    loaded = load_valid(asked.inputs.sources, session, resolve=False)
    parts = find_parts(loaded.resources)
    shards = cut_into_shards(parts, choose_count(parts, most=asked.most, minutes=minutes))
    _warn_of_longest(shards, minutes, session)
    session.console.result(_render(shards, loaded.resources, (), session.console))
    return ExitCode.OK


def _save_plans(session: Session, asked: ShardsOptions, folder: Path) -> ExitCode:
    """Plan the whole project, show the plan, and save the plan of each shard; none if it cannot be applied."""
    from aci_reconcile.app.plan_folder import check_plan_folder
    from aci_reconcile.app.workspace import prepare
    from aci_reconcile.cli.reports import open_reports

    inputs, target, environment = asked.inputs, asked.azure.target, asked.sources.environment
    check_plan_folder(folder, f"--out {folder}")
    with open_reports("plan", session, asked.report, environment=environment) as reports:
        reports.pages = False
        with prepare(inputs.sources, target, inputs.allow, session) as workspace:
            # Imported while the lists are on their way.
            from aci_reconcile.app.proposal import make_reader
            from aci_reconcile.app.shard_plans import check_whole, make_shard_plans, plan_whole, save_shard_plans
            from aci_reconcile.cli.shard_plans import describe_saved, render_report, show_whole
            from aci_reconcile.reconcile import Refresh

            reader, header = make_reader(workspace, target, session, Refresh(asked.refresh)), workspace.header
            whole = plan_whole(workspace, reader, most=asked.most, minutes=asked.most_minutes)
            _warn_of_longest(whole.shards, asked.most_minutes, session)
            show_whole(whole.plan, header, session.console)
            reports.publish(lambda console: render_report(whole.plan, header, console, reports), streamed=True)
            check_whole(whole.plan)
            plans = make_shard_plans(whole, workspace, inputs, session.cwd, secrets.token_hex(16))
            saved = save_shard_plans(plans, folder, now=session.clock.now(), lifetime=asked.expires)
    session.console.result(_render(whole.shards, workspace.loaded.resources, saved.shards, session.console))
    describe_saved(saved, session.console)
    return ExitCode.OK


def _check_offline(asked: ShardsOptions) -> None:
    """Refuse what only a plan can do: somebody has forgotten ``--out``.

    Raises:
        UsageError: an option releases a safety limit, or wants a report.
    """
    from aci_reconcile.app.policy import Allow

    if asked.inputs.allow != Allow() or asked.report:
        word = "--report" if asked.report else "what releases a safety limit"
        raise UsageError(f"{word} is for a plan, and nothing is planned", hint="add --out DIR")


def _warn_of_longest(shards: Sequence[Shard], minutes: float | None, session: Session) -> None:
    """Warn where even the best cut has a shard that takes longer than was asked for."""
    longest = max(each.minutes for each in shards)
    if minutes is not None and longest > minutes:
        session.console.warn(
            f"the longest shard takes {longest:.0f} minutes: what shares a subscription and region, a subnet or a "
            "dependency is not cut, and --max may allow more shards"
        )


def _render(
    shards: Sequence[Shard], resources: Iterable[Resource], saved: Sequence[SavedShard], console: Console
) -> str:
    from aci_reconcile.render.json.shards import render_shards_json
    from aci_reconcile.render.text.shards import render_saved_shards_text, render_shards_text

    if console.json:
        return render_shards_json(shards, {each.id.key: each.address for each in resources}, saved)
    if console.format in ENGINES:
        return ENGINES[console.format](shards, saved)
    if saved:
        return render_saved_shards_text(shards, [each.writes for each in saved], console.style)
    return render_shards_text(shards, console.style)


SHARDS = Command(
    "shards",
    show_shards,
    ShardsOptions,
    help="Show how the project is cut into parts that several jobs apply side by side.",
    examples=(
        "aci-reconcile shards --max 8                    what --shard 1/8 to 8/8 are",
        "aci-reconcile shards --format github            a matrix of jobs, in one line",
        "aci-reconcile shards --max 8 --out plans        a saved plan for each, in plans",
    ),
)
