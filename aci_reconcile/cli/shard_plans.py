"""``shards --out``: each project is planned once as a whole, and each shard gets its part of that plan."""

from __future__ import annotations

import secrets
import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from aci_reconcile.app.fleet import load_fleet, load_groups
from aci_reconcile.app.origin import find_commit
from aci_reconcile.app.plan_folder import name_plan, open_plan_folder
from aci_reconcile.app.shard_plans import Cut
from aci_reconcile.cli.fleet import list_runs, run_each
from aci_reconcile.cli.options import PLAIN
from aci_reconcile.cli.plan_output import render_plan
from aci_reconcile.cli.reports import Ending, open_reports
from aci_reconcile.cli.shards_output import render_shards, warn_of_longest
from aci_reconcile.core.errors import ExitCode
from aci_reconcile.core.shards import find_parts
from aci_reconcile.planning.allotment import weigh_parts
from aci_reconcile.render.formats.result import RunOrigin
from aci_reconcile.render.json.shards import SavedShard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from aci_reconcile.app.plan_folder import PlanFolder
    from aci_reconcile.app.shard_plans import ShardPlan
    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.cut_options import ShardsOptions
    from aci_reconcile.cli.reports import Reports
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.shards import Shard
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.render.header import Header
    from aci_reconcile.render.page.page import Page


@dataclass(slots=True)
class _Saving:
    """What is being saved, and what is known of it afterwards."""

    draft: PlanFolder
    asked: ShardsOptions
    now: float
    projects: Mapping[int, tuple[str, ...]] = field(default_factory=dict[int, "tuple[str, ...]"])
    """Of a fleet: the projects that have a plan for a shard, by its number."""
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    writes: dict[int, int] = field(default_factory=dict[int, int])
    """How many groups each shard writes, by its number."""
    orphans: dict[int, tuple[str, ...]] = field(default_factory=dict[int, "tuple[str, ...]"])
    words: dict[str, None] = field(default_factory=dict[str, None])
    hidden: dict[str, None] = field(default_factory=dict[str, None])
    expires_at: str = ""

    def save(self, each: ShardPlan, project: str = "") -> None:
        """Write the plan of a shard, and note what is told of it."""
        from aci_reconcile.app.repetition import list_words

        sealed, number = each.seal(now=self.now, lifetime=self.asked.expires), each.shard.number
        self.draft.write(name_plan(number, project), sealed.text)
        self.writes[number] = self.writes.get(number, 0) + each.writes
        self.orphans[number] = (*self.orphans.get(number, ()), *each.orphans)
        self.words |= dict.fromkeys(list_words(sealed.document))
        self.hidden |= dict.fromkeys(sealed.document["hidden_variables"])
        self.expires_at = sealed.document["expires_at"]

    def finish(self, shards: Sequence[Shard], *, several: bool) -> tuple[SavedShard, ...]:
        """Put the folder in its place, and return what was saved for each shard."""
        self.draft.finish()
        names = [name_plan(each.number) for each in shards]
        names = [each.removesuffix(".json") if several else each for each in names]
        return tuple(
            SavedShard((self.draft.folder / name).as_posix(), self.writes[each.number], self.orphans[each.number])
            for name, each in zip(names, shards, strict=True)
        )

    def describe(self, saved: Sequence[SavedShard], console: Console) -> None:
        """Say where the plans are, and how they are applied."""
        files = [each.plan for each in saved]
        where = files[0] if len(files) == 1 else f"{files[0]} to {files[-1].rpartition('/')[2]}"
        console.info(f"Saved to {where}, valid until {self.expires_at}.")
        for name in self.hidden:
            console.warn(f"variable {name} is part of a secret and was not saved")
        words = " ".join(("aci-reconcile apply --plan", shlex.quote(files[0]), *self.words))
        console.info(f"To apply {'it' if len(files) == 1 else 'each, side by side'}: {words}")


def save_plans(session: Session, asked: ShardsOptions, folder: Path) -> ExitCode:
    """Plan the whole project, show the plan, and save the plan of each shard; none if it cannot be applied."""
    shards: list[Shard] = []

    def cut(loaded: Loaded, whole: Plan) -> tuple[Shard, ...]:
        shards[:] = asked.cut(weigh_parts(find_parts(loaded.resources), whole))
        warn_of_longest(shards, asked.most_minutes, session.console)
        return tuple(shards)

    with open_plan_folder(folder, f"--out {folder}") as draft:
        saving = _Saving(draft, asked, session.clock.now())
        loaded = _plan_project(session, asked, saving, cut, lambda: len(shards))
        saved = saving.finish(shards, several=False)
    addresses = {"": {each.id.key: each.address for each in loaded.resources}}
    _show_saved(render_shards(shards, addresses, saved, session.console), session.console)
    saving.describe(saved, session.console)
    return ExitCode.OK


def save_fleet_plans(session: Session, asked: ShardsOptions, folder: Path) -> ExitCode:
    """Plan each project of a fleet, and save its part of each shard; nothing if one of them cannot be applied."""
    file = cast("Path", asked.fleet.fleet)
    groups = load_groups(load_fleet(file, session), asked.inputs.sources, session)
    shards = asked.cut(groups.parts)
    warn_of_longest(shards, asked.most_minutes, session.console)
    with (
        open_plan_folder(folder, f"--out {folder}") as draft,
        open_reports("plan", session, asked.report, taken=(file,)) as reports,
    ):
        reports.pages = False
        projects = {each.number: groups.list_projects(each) for each in shards}
        saving = _Saving(draft, asked, session.clock.now(), projects)

        def save_project(own: Session, one: ShardsOptions) -> ExitCode:
            _plan_project(
                own, one, saving, lambda loaded, _: groups.narrow(shards, one.fleet.name, loaded), lambda: len(shards)
            )
            return ExitCode.OK

        origin = RunOrigin("plan", None, find_commit(session.cwd))
        code = run_each(session, origin, reports, list_runs(session, asked), save_project, file.name)
        if code is not ExitCode.OK:
            session.console.error("a project cannot be applied as a whole, so no plan was saved")
            return code
        saved = saving.finish(shards, several=True)
    _show_saved(render_shards(shards, groups.addresses, saved, session.console), session.console)
    saving.describe(saved, session.console)
    return code


def _plan_project(
    session: Session,
    asked: ShardsOptions,
    saving: _Saving,
    cut: Callable[[Loaded, Plan], tuple[Shard, ...]],
    count: Callable[[], int],
) -> Loaded:
    """Plan a whole project, show the plan, and save its part of each shard.

    Args:
        session: the run.
        asked: the options.
        saving: where plans are saved.
        cut: returns the shards that have groups of the project, whose plan may decide how they are cut.
        count: returns how many shards there are; called after ``cut``.

    Raises:
        AciReconcileError: there is no plan that could be applied as it is.
    """
    from aci_reconcile.app.workspace import prepare

    inputs, target, environment = asked.inputs, asked.azure.target, asked.sources.environment
    with open_reports("plan", session, asked.report, environment=environment, shard=asked.shard) as reports:
        reports.pages = False
        with prepare(inputs.sources, target, inputs.allow, session, begun=session.begun) as workspace:
            # Imported while the lists are on their way.
            from aci_reconcile.app.proposal import make_reader
            from aci_reconcile.app.shard_plans import check_whole, make_shard_plans, plan_whole
            from aci_reconcile.reconcile import Refresh

            reader, header = make_reader(workspace, target, session, Refresh(asked.refresh)), workspace.header
            whole = plan_whole(workspace, reader)
            shards = cut(workspace.loaded, whole.plan)
            _show_whole(whole.plan, header, session.console)
            reports.publish(
                lambda console: _render_report(whole.plan, header, console, reports),
                streamed=True,
                ending=Ending(lambda: _make_page(whole.plan, header), ExitCode.OK),
            )
            check_whole(whole.plan)
            parts = Cut(shards, count(), saving.id, asked.fleet.name, saving.projects)
            for each in make_shard_plans(whole, parts, workspace, inputs, session.cwd):
                saving.save(each, asked.fleet.name)
            return workspace.loaded


def _show_whole(plan: Plan, header: Header, console: Console) -> None:
    """Show the plan of a whole project; on stderr if stdout takes something for a program."""
    if console.format == "text":
        console.result(render_plan(plan, header, console))
    else:
        aside = replace(console, style=console.notes, json=False)
        console.plain("info", f"{render_plan(plan, header, aside)}\n")


def _show_saved(text: str, console: Console) -> None:
    console.result(f"\n{text}" if console.format == "text" else text)


def _render_report(plan: Plan, header: Header, console: Console, reports: Reports) -> str:
    """Return the plan of a whole project for a file of ``--report``."""
    return (
        render_plan(plan, header, console)
        if console.format in PLAIN
        else reports.page(_make_page(plan, header), console)
    )


def _make_page(plan: Plan, header: Header) -> Page:
    from aci_reconcile.render.page.plan import make_plan_page

    return make_plan_page(plan, header)
