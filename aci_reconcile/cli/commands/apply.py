"""``apply``: plan, ask, carry out the plan, wait until containers run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.fleet_options import FleetOptions
from aci_reconcile.cli.option import CommandLine, Option, command_line, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.safety_options import APPROVE, RESTORE, TIME_BOX, LockOptions, ReleaseOptions, WaitOptions
from aci_reconcile.cli.shard_options import ShardOptions
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aci_reconcile.app.expected_plan import Expected
    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.saved_inputs import Inputs
    from aci_reconcile.cli.reports import Reports
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.errors import ExitCode

_PLACE: Final = ("environment", "resource_group", "subscription", "local", "arm_endpoint", "cloud")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """The options of ``apply``."""

    paths: tuple[Path, ...] = declare(options.PATHS)
    plan: Path | None = declare(
        Option(
            "--plan",
            section=options.SAVED,
            safety=True,
            type=options.FILE,
            metavar="FILE",
            help="Apply the plan that plan --out saved, or a folder of shards --out, if it still holds. Does not ask.",
        )
    )
    checksum: str | None = declare(
        Option(
            "--checksum",
            section=options.SAVED,
            safety=True,
            metavar="DIGEST",
            help="Apply only if the plan has this digest; plan --verbose prints it.",
        )
    )
    auto_approve: bool = declare(APPROVE)
    releases: ReleaseOptions = include(ReleaseOptions)
    restore: bool = declare(RESTORE)
    waiting: WaitOptions = include(WaitOptions)
    time_box: float | None = declare(TIME_BOX)
    lock: LockOptions = include(LockOptions)
    refresh: str = declare(options.REFRESH)
    sources: SourceOptions = include(SourceOptions)
    shard: ShardOptions = include(ShardOptions)
    fleet: FleetOptions = include(FleetOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = options.include_output(options.PAGES)
    report: tuple[tuple[str, str], ...] = declare(options.make_report_option(options.PAGES))
    line: CommandLine = command_line()

    @property
    def target(self) -> Target:
        """Where requests go."""
        unattended = "-y" if self.auto_approve else "--plan" if self.plan else ""
        return replace(self.azure.target, unattended=unattended, lock=self.lock.make_request("apply"))

    @property
    def inputs(self) -> Inputs:
        """What decides what is planned."""
        from aci_reconcile.app.saved_inputs import Inputs

        sources = self.shard.narrow(self.sources.make_sources(self.azure.place, self.paths))
        return Inputs(sources, self.releases.make_allow(restore=self.restore), self.line.typed)


def apply(session: Session, asked: ApplyOptions) -> ExitCode:
    """Plan, show, ask, apply and report; or do that for each project of a fleet, or each plan in a folder."""
    if asked.fleet.fleet is not None:
        from aci_reconcile.cli.fleet import run_fleet

        return run_fleet(session, asked, "apply", _make_timed(session, asked.time_box))
    from aci_reconcile import reconcile
    from aci_reconcile.app.execution import Waiting, check_applyable, check_freeze, make_context
    from aci_reconcile.app.expected_plan import make_expected_plan
    from aci_reconcile.app.former_groups import save_former_groups
    from aci_reconcile.cli.apply_record import ApplyRecord
    from aci_reconcile.cli.approval import ask
    from aci_reconcile.cli.plan_output import show_plan
    from aci_reconcile.cli.progress import follow_events, report_end
    from aci_reconcile.cli.reports import Ending, open_reports
    from aci_reconcile.reconcile import Refresh, Wait

    if asked.plan is not None and asked.plan.is_dir():
        return _apply_folder(session, asked, asked.plan)
    asked = _take_plan_file(asked)
    ends_at = None if asked.time_box is None else session.clock.now() + asked.time_box
    target, wait, environment = asked.target, Wait(asked.waiting.wait), asked.sources.environment
    with open_reports(
        "apply", session, asked.report, environment=environment, taken=(asked.plan,), shard=asked.shard
    ) as reports:
        expected = _expect_plan(session, asked, reports)
        health = wait is Wait.HEALTHY
        with make_expected_plan(expected, target, session, Refresh(asked.refresh), health=health) as (workspace, plan):
            header = workspace.header
            reports.name_run(header.commit, header.shard)
            record = ApplyRecord(plan, header, reports, session.clock)
            show_plan(plan, header, session)
            check_applyable(plan, named=session.console.format == "text")
            waiting = Waiting(wait, asked.waiting.stable_for, target.timeout, ends_at)
            context = make_context(workspace, workspace.policy, waiting, session)
            stopped = session.interruption.has_come
            events = reconcile.apply(plan, context, concurrency=target.concurrency, stopped=stopped)
            # The embedded emulator is for trying things out: what is lost there need not come back.
            if not asked.azure.local:
                place = asked.line.repeat("arm_endpoint", "cloud")
                events = save_former_groups(events, workspace.loaded.project, session, place)
            events = record.follow(events)
            if plan:
                ask(session, "apply these changes", approved=asked.auto_approve or expected.saved is not None)
                check_freeze(workspace.policy, session.clock.now())
            (finished,) = follow_events(events, context, session, verb="Apply")
            code = report_end(finished, session, verb="Apply")
            reports.publish(record.render, streamed=True, ending=Ending(record.make_page, code))
            return code


def _apply_folder(session: Session, asked: ApplyOptions, folder: Path) -> ExitCode:
    """Apply all plans in a folder: those of all shards, or of a fleet those of one shard for each project.

    Raises:
        UsageError: the folder holds no plan, or one digest is to be that of several.
        StalePlanError: one of them is not as it was saved, is missing, or is of another whole: then none is applied.
    """
    from aci_reconcile.app.origin import find_commit
    from aci_reconcile.app.plan_folder import list_plan_files
    from aci_reconcile.app.plan_sets import check_plan_set, read_part, sort_parts
    from aci_reconcile.app.saved_plan import glance_at_plan
    from aci_reconcile.cli.fleet import OneRun, run_each
    from aci_reconcile.cli.reports import open_reports
    from aci_reconcile.render.formats.result import RunOrigin

    if asked.checksum is not None:
        raise UsageError(f"--checksum is about one plan, and {folder} is a folder", hint="name one of the plans in it")
    files = list_plan_files(folder)
    with open_reports("apply", session, asked.report, taken=files) as reports:
        # Of each no more is kept than which part it is: plans are large.
        parts = sort_parts(read_part(glance_at_plan(each), each) for each in files)
        of_fleet, commit = bool(parts[0].project), find_commit(session.cwd)
        origin = RunOrigin("apply", parts[0].shard if of_fleet else None, commit)
        reports.name_run(commit, origin.shard)
        check_plan_set(parts, folder)
        runs = (
            OneRun(each.file.stem, str(each.file), replace(asked, plan=each.file), shard=each.own_shard)
            for each in parts
        )
        subject = folder.parent.name if of_fleet else parts[0].owner
        return run_each(session, origin, reports, runs, _make_timed(session, asked.time_box), subject)


def _make_timed(session: Session, time_box: float | None) -> Callable[[Session, ApplyOptions], ExitCode]:
    """Return an apply for each of several runs, which share one time box."""
    ends_at = None if time_box is None else session.clock.now() + time_box

    def apply_in_time(session: Session, asked: ApplyOptions) -> ExitCode:
        left = None if ends_at is None else max(ends_at - session.clock.now(), 0.0)
        return apply(session, replace(asked, time_box=left))

    return apply_in_time


def _take_plan_file(asked: ApplyOptions) -> ApplyOptions:
    """Return the options with a saved plan that is named as a path, as Terraform takes it, under ``--plan``.

    Raises:
        UsageError: something else is named beside it.
    """
    from aci_reconcile.app.saved_plan import is_plan_file

    # A YAML file is never taken for one: in a pull request it would be applied without a question.
    saved = [each for each in asked.paths if each.suffix.lower() not in {".yaml", ".yml"} and is_plan_file(each)]
    if not saved:
        return asked
    if len(asked.paths) > 1 or asked.plan is not None:
        raise UsageError(f"{saved[0]} is a saved plan, which has its own paths", hint="apply it alone")
    line = replace(asked.line, typed=asked.line.typed - {"paths"} | {"plan"})
    return replace(asked, plan=saved[0], paths=(), line=line)


def _expect_plan(session: Session, asked: ApplyOptions, reports: Reports) -> Expected:
    """Return the plan that ``--plan`` and ``--checksum`` allow."""
    from aci_reconcile.app.expected_plan import Expected, expect_saved, parse_digest
    from aci_reconcile.app.origin import find_commit
    from aci_reconcile.app.saved_plan import find_shard, read_plan
    from aci_reconcile.operate.commands import OWN, quote

    digest = "" if asked.checksum is None else parse_digest(asked.checksum)
    if asked.plan is None:
        return Expected(asked.inputs, digest=digest)
    again = ("apply", str(asked.plan), *asked.line.repeat(*_PLACE))
    manifests = f"nothing was written; for manifests, type: {OWN}{' '.join(map(quote, again))}"
    saved, now = read_plan(asked.plan, manifests), session.clock.now()
    # Also where it turns out to be stale, the report says which shard that was.
    reports.name_run(find_commit(session.cwd), find_shard(saved))
    return expect_saved(saved, str(asked.plan), asked.inputs, cwd=session.cwd, now=now, digest=digest)


APPLY = Command(
    "apply",
    apply,
    ApplyOptions,
    help="Show the plan, ask for approval, apply it, and wait until containers run.",
    examples=(
        "aci-reconcile apply                       the whole project, asks first",
        "aci-reconcile apply -y --only web         one group, without asking",
        "aci-reconcile apply -y --allow-replace=1  allow one group to be replaced",
        "aci-reconcile apply plan.json             a saved plan, if it still holds",
        "aci-reconcile apply --local -y            on the embedded emulator",
    ),
)
