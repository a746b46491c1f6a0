"""A plan of the whole project, cut into one saved plan for each shard."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aci_reconcile.app.execution import check_applyable
from aci_reconcile.app.manifests import read_variables
from aci_reconcile.app.proposal import complete_plan
from aci_reconcile.app.saved_inputs import Inputs
from aci_reconcile.app.saved_plan import Basis, find_secret_variables, make_content
from aci_reconcile.app.workspace import list_scopes, make_run_header
from aci_reconcile.core.errors import AciReconcileError, BlockedError, UsageError
from aci_reconcile.core.shards import ShardNumber, Whole
from aci_reconcile.planning import plan
from aci_reconcile.planning.allotment import WholeObservation, allot, narrow_policy
from aci_reconcile.reconcile import observe
from aci_reconcile.render.json.plan import emit_summary
from aci_reconcile.saved import add_seal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from aci_reconcile.app.workspace import Workspace
    from aci_reconcile.core.model import Key, Resource
    from aci_reconcile.core.shards import Shard
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.planning.policy import Allotment
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.reconcile import Reader
    from aci_reconcile.saved import Document, Sealed


@dataclass(frozen=True, slots=True)
class WholePlan:
    """The plan of a whole project, and what it was made from."""

    plan: Plan
    live: WholeObservation


@dataclass(frozen=True, slots=True)
class Cut:
    """The shards to make plans for, as far as they have groups of a project, of how many there are."""

    shards: tuple[Shard, ...]
    count: int
    plan: str
    """The id that the plans of all shards have in common, and no other plan."""
    project: str = ""
    """What a fleet calls the project; empty without one."""
    projects: Mapping[int, tuple[str, ...]] = field(default_factory=dict[int, "tuple[str, ...]"])
    """All projects of that fleet with groups in a shard, by its number."""


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """The plan of one shard, and what is saved of it."""

    shard: Shard
    plan: Plan
    content: Document
    orphans: tuple[str, ...]

    @property
    def writes(self) -> int:
        """How many groups it writes."""
        return sum(change.writes for change in self.plan.changes)

    def seal(self, *, now: float, lifetime: float) -> Sealed:
        """Return the document to save, and its text, valid for so many seconds."""
        return add_seal(self.content, created=now, expires=now + lifetime)


def plan_whole(workspace: Workspace, reader: Reader) -> WholePlan:
    """Plan the whole project.

    Raises:
        UsageError: options narrow the run: then it is not about the whole project.
    """
    loaded, policy = workspace.loaded, workspace.policy
    if loaded.selected is not None:
        hint = "the limits are counted over all of them; save a plan for some groups with plan --out"
        raise UsageError(f"--out plans the whole project, without {loaded.narrowed_by}", hint=hint)
    seen = observe(loaded.resources, list_scopes(loaded.project), policy, reader)
    endpoint = workspace.connection.endpoint
    whole = complete_plan(plan(loaded.resources, seen, policy), loaded.project, endpoint)
    return WholePlan(whole, WholeObservation.of(seen))


def check_whole(whole: Plan) -> None:
    """Check that the plan of the whole project may be saved for its shards: it could be applied as it is.

    Raises:
        BlockedError: it is blocked.
        AciReconcileError: a group could not be read, or a secret that a write needs is missing.
    """
    check_applyable(whole, named=True)
    if whole.unreadable:
        first = whole.unreadable[0]
        raise AciReconcileError(f"{first.address} could not be read: {first.message}", hint="nothing was written")


def make_shard_plans(
    whole: WholePlan, cut: Cut, workspace: Workspace, inputs: Inputs, cwd: Path
) -> Iterator[ShardPlan]:
    """Yield the plan of each shard, with what was counted over all of them.

    Args:
        whole: the plan of the whole project.
        cut: the shards; each group of the project is in one of them.
        workspace: what it was made from.
        inputs: the options that it was made with.
        cwd: the folder of relative paths of files with variables.

    Raises:
        BlockedError: one shard alone could not be applied as the whole could.
        UsageError: a group is in no shard.
    """
    loaded = workspace.loaded
    groups = {each.id.key: each for each in loaded.resources}
    if left := groups.keys() - {key for each in cut.shards for key in each.keys}:
        raise UsageError(f"{groups[min(left)].address} is in no shard: its name depends on a secret or on the machine")
    hidden = find_secret_variables(read_variables(inputs.sources, cwd), loaded.resources)
    summary = emit_summary(whole.plan)
    for shard, given in zip(cut.shards, allot(whole.plan, cut.shards), strict=True):
        own = tuple(groups[key] for key in sorted(shard.keys))
        orphans = _list_orphans(given, whole.plan)
        counted = Whole(
            cut.plan,
            given.live,
            summary,
            orphans,
            _list_files(own, loaded),
            loaded.project.api_version,
            cut.project,
            cut.projects.get(shard.number, ()),
        )
        number = ShardNumber(shard.number, cut.count, counted)
        addresses = (*(each.address for each in own), *orphans)
        request = replace(loaded.request, shard=number, addresses=addresses)
        narrowed = replace(loaded, resources=own, selected=shard.keys, request=request)
        proposal = _plan_shard(whole, own, given, workspace)
        _check_shard(proposal, whole.plan, number)
        sources = replace(inputs.sources, shard=str(number), whole=counted, addresses=addresses)
        header = make_run_header(narrowed, workspace.connection.endpoint)
        basis = Basis(Inputs(sources, inputs.allow), narrowed, header, cwd, workspace.hash_cost, hidden)
        yield ShardPlan(shard, proposal, make_content(proposal, basis), orphans)


def _list_orphans(given: Allotment, whole: Plan) -> tuple[str, ...]:
    return tuple(each.address for each in whole.changes if each.id.key in given.orphans)


def _list_files(own: Iterable[Resource], loaded: Loaded) -> tuple[str, ...]:
    """Return the manifests of some groups, by their paths below the project's folder."""
    shown = {each.where.file for each in own if each.where is not None}
    paths = (loaded.request.cwd.absolute() / each for each in shown)
    return tuple(sorted(each.relative_to(loaded.project.root).as_posix() for each in paths))


def _plan_shard(whole: WholePlan, own: tuple[Resource, ...], given: Allotment, workspace: Workspace) -> Plan:
    """Plan again from what was read, just as the apply of the shard will."""
    keys: frozenset[Key] = frozenset(each.id.key for each in own)
    policy = narrow_policy(workspace.policy, keys, given)
    proposal = plan(own, whole.live.narrow(own, given), policy)
    return complete_plan(proposal, workspace.loaded.project, workspace.connection.endpoint)


def _check_shard(proposal: Plan, whole: Plan, number: ShardNumber) -> None:
    """Check that a shard alone does its part of the whole plan.

    Raises:
        BlockedError: a rule of the project holds it back, or it would make a resource group elsewhere.
    """
    if proposal.blockers:
        first = proposal.blockers[0]
        raise BlockedError(f"shard {number} is blocked, and the whole is not: {first.reason}", hint=first.release)
    planned = {each.scope.key: each.location for each in whole.resource_groups}
    for each in proposal.resource_groups:
        location = planned.get(each.scope.key, "")
        if each.location != location:
            name = each.scope.resource_group
            raise BlockedError(
                f"several shards would make the resource group {name}, in {location} and in {each.location}",
                hint=f"nothing was written; make {name} first, or say its location in the project file",
            )
