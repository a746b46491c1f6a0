"""A plan of the whole project, cut into one saved plan for each shard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.app.execution import check_applyable
from aci_reconcile.app.manifests import read_variables
from aci_reconcile.app.plan_folder import name_plan, write_plan_folder
from aci_reconcile.app.proposal import complete_plan
from aci_reconcile.app.repetition import list_words
from aci_reconcile.app.saved_inputs import Inputs
from aci_reconcile.app.saved_plan import Basis, find_secret_variables, make_content
from aci_reconcile.app.workspace import list_scopes, make_run_header
from aci_reconcile.core.errors import AciReconcileError, BlockedError, UsageError
from aci_reconcile.core.shards import ShardNumber, Whole, choose_count, cut_into_shards, find_parts
from aci_reconcile.planning import plan
from aci_reconcile.planning.allotment import WholeObservation, allot, narrow_policy
from aci_reconcile.reconcile import observe
from aci_reconcile.render.json.plan import emit_summary
from aci_reconcile.render.json.shards import SavedShard
from aci_reconcile.saved import add_seal, render_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from aci_reconcile.app.workspace import Workspace
    from aci_reconcile.core.model import Key, Resource
    from aci_reconcile.core.shards import Shard
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.planning.policy import Allotment
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.reconcile import Reader
    from aci_reconcile.saved import Document


@dataclass(frozen=True, slots=True)
class WholePlan:
    """The plan of the whole project, what it was made from, and its cut."""

    plan: Plan
    live: WholeObservation
    shards: tuple[Shard, ...]


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """The plan of one shard, and what is saved of it."""

    shard: Shard
    plan: Plan
    content: Document
    orphans: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SavedPlans:
    """What is known of the saved plans of all shards."""

    shards: tuple[SavedShard, ...]
    expires_at: str
    words: tuple[str, ...]
    """What an apply of each of them repeats."""
    hidden: tuple[str, ...]
    """Names of the variables that are part of secrets, and were not saved."""


def plan_whole(workspace: Workspace, reader: Reader, *, most: int, minutes: float | None) -> WholePlan:
    """Plan the whole project, and cut it.

    Args:
        workspace: the project and the connection.
        reader: how to read.
        most: how many shards there may be.
        minutes: how long a shard may take by quota alone; None: as short as it gets.

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
    parts = find_parts(loaded.resources)
    shards = cut_into_shards(parts, choose_count(parts, most=most, minutes=minutes))
    return WholePlan(whole, WholeObservation.of(seen), shards)


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
    whole: WholePlan, workspace: Workspace, inputs: Inputs, cwd: Path, name: str
) -> Iterator[ShardPlan]:
    """Yield the plan of each shard, with what was counted over all of them.

    Args:
        whole: the plan of the whole project.
        workspace: what it was made from.
        inputs: the options that it was made with.
        cwd: the folder of relative paths of files with variables.
        name: what the plans of all shards have in common, and no other plan.

    Raises:
        BlockedError: one shard alone could not be applied as the whole could.
    """
    loaded = workspace.loaded
    groups = {each.id.key: each for each in loaded.resources}
    hidden = find_secret_variables(read_variables(inputs.sources, cwd), loaded.resources)
    summary = emit_summary(whole.plan)
    for shard, given in zip(whole.shards, allot(whole.plan, whole.shards), strict=True):
        own = tuple(groups[key] for key in sorted(shard.keys))
        orphans = _list_orphans(given, whole.plan)
        counted = Whole(name, given.live, summary, orphans, _list_files(own, loaded), loaded.project.api_version)
        number = ShardNumber(shard.number, len(whole.shards), counted)
        addresses = (*(each.address for each in own), *orphans)
        request = replace(loaded.request, shard=number, addresses=addresses)
        narrowed = replace(loaded, resources=own, selected=shard.keys, request=request)
        proposal = _plan_shard(whole, own, given, workspace)
        _check_shard(proposal, whole.plan, number)
        sources = replace(inputs.sources, shard=str(number), whole=counted, addresses=addresses)
        header = make_run_header(narrowed, workspace.connection.endpoint)
        basis = Basis(Inputs(sources, inputs.allow), narrowed, header, cwd, workspace.hash_cost, hidden)
        yield ShardPlan(shard, proposal, make_content(proposal, basis), orphans)


def save_shard_plans(plans: Iterable[ShardPlan], folder: Path, *, now: float, lifetime: float) -> SavedPlans:
    """Write the plans into a folder, all of them or none.

    Args:
        plans: the plans, each of which is made when it is written.
        folder: the folder; its former plans are replaced.
        now: seconds since the epoch.
        lifetime: seconds that the plans are valid.

    Raises:
        UsageError: the folder cannot be written.
    """
    saved: list[SavedShard] = []
    heads: list[Document] = []

    def render_each() -> Iterator[tuple[str, str]]:
        for each in plans:
            document = add_seal(each.content, created=now, expires=now + lifetime)
            name = name_plan(each.shard.number)
            writes = sum(change.writes for change in each.plan.changes)
            saved.append(SavedShard((folder / name).as_posix(), writes, each.orphans))
            heads[:] = [document]  # they say the same but for their groups
            yield name, render_document(document)

    write_plan_folder(folder, render_each(), f"--out {folder}")
    (head,) = heads
    return SavedPlans(tuple(saved), head["expires_at"], list_words(head), tuple(head["hidden_variables"]))


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
