"""Running groups once: which, under which name, whether that is allowed, and what earlier runs left."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.errors import AzureError, BlockedError, UsageError
from aci_reconcile.core.run_tag import LONGEST, MARGIN, RunTag
from aci_reconcile.manifest import TaskRequest
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.app.workspace import Workspace
    from aci_reconcile.core.model import Key, Resource
    from aci_reconcile.manifest import Image, LoadedTask
    from aci_reconcile.planning.observation import Observation
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Blocker, Change, Plan
    from aci_reconcile.reconcile import Context
    from aci_reconcile.reconcile.tasks import Run as TaskRun

_SUFFIXES: Final = (".yaml", ".yml", ".json")
_NAME: Final = re.compile(r"(?!.*--)[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
"""The documented form, as the rules for manifests have it."""
_ROOM: Final = 63 - len("-run-01234567")
_ID: Final = 4
"""Bytes of a run's id."""
_BESIDE: Final = "run it in a group of its own with --name"


@dataclass(frozen=True, slots=True)
class TaskOptions:
    """What to run, and how."""

    targets: tuple[str, ...] = ()
    """Manifests, and addresses or patterns of declared groups."""
    image: Image | None = None
    command: tuple[str, ...] = ()
    env: tuple[tuple[str, str | None], ...] = ()
    container: str = ""
    name: str = ""
    keep: bool = False
    timeout: float = 1800.0

    def add_to(self, sources: Sources, cwd: Path) -> Sources:
        """Return the sources with what is to run.

        Raises:
            UsageError: nothing is, or options contradict each other.
        """
        if not self.targets and self.image is None:
            raise UsageError(
                "nothing to run", hint="give a manifest, the address of a declared group, or --image IMAGE"
            )
        if self.targets and self.image is not None:
            raise UsageError("--image cannot be combined with a manifest or an address")
        if self.timeout + MARGIN > LONGEST:
            raise UsageError("--timeout: a run may take a week at most")
        if self.name and not _NAME.fullmatch(self.name):
            hint = "use 1 to 63 lowercase letters, digits and single hyphens, with a letter or digit at both ends"
            raise UsageError(f"--name {sanitize(self.name)}: not a valid container group name", hint=hint)
        paths = tuple(Path(each) for each in self.targets if _is_path(each, cwd))
        patterns = tuple(each for each in self.targets if not _is_path(each, cwd))
        task = TaskRequest(paths, patterns, self.image, self.container, self.command, self.env)
        return replace(sources, task=task)

    @property
    def changes(self) -> bool:
        """Whether something is not as declared, so that the run needs a group of its own."""
        return bool(self.command or self.env or self.name)


def _is_path(target: str, cwd: Path) -> bool:
    """Whether a target is meant as a path; a bare word is the name of a group, though a folder may have it, too."""
    if target.lower().endswith(_SUFFIXES) or target.startswith((".", "/", "~")):
        return True
    path = cwd / target
    return path.is_file() or ("/" in target.rstrip("/") and path.is_dir()) or (target.endswith("/") and path.is_dir())


@dataclass(frozen=True, slots=True)
class PlannedRuns:
    """What would be run."""

    runs: tuple[TaskRun, ...]
    plan: Plan
    """The creations and starts, the deletions of what earlier runs left, and missing resource groups."""
    notes: tuple[str, ...] = ()
    """What differs from the manifests, beyond what was asked for."""


def plan_runs(
    workspace: Workspace, options: TaskOptions, target: Target, run: Run, entropy: Callable[[int], bytes]
) -> PlannedRuns:
    """Plan the runs.

    Raises:
        UsageError: nothing matches, or a name is taken.
        BlockedError: a declared group differs, or still runs; or the project's rules or a freeze forbid it.
        AzureError: a group could not be read.
    """
    from aci_reconcile.app.proposal import apply_rules, block_invalid_bodies, make_reader
    from aci_reconcile.planning import plan
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.reconcile import Refresh, observe

    tasks = _check_tasks(workspace.loaded.tasks, options)
    now = run.clock.now()
    own = [_Own.make(each, options, now, entropy) for each in tasks]
    candidates = [] if options.changes else [each.declared for each in tasks if each.declared is not None]
    policy = replace(workspace.policy, prune=False, selected=None)
    reader = make_reader(workspace, target, run, Refresh.AUTO, health=True)
    seen = observe((*candidates, *(each.resource for each in own)), workspace.scopes, policy, reader)
    live = {each.id.key: each for each in seen.resources}
    _check_readable(seen, (*candidates, *(each.resource for each in own)))
    started = {
        each.id.key: _make_start(each, live[each.id.key], seen, policy) for each in candidates if each.id.key in live
    }
    made = [each for each in own if not (each.task.declared and each.task.declared.id.key in started)]
    _check_names(made, workspace, live)
    planned = plan([each.resource for each in made], seen, policy) if made else Plan(policy.owner, policy=policy)
    planned = apply_rules(block_invalid_bodies(planned), workspace.loaded.project, workspace.header)
    changes = {each.id.key: each for each in planned.changes} | started
    runs = tuple(_make_run(each, changes, options) for each in own)
    leftovers = tuple(_find_leftovers(seen, workspace, policy, [each.change.id.key for each in runs]))
    notes = tuple(dict.fromkeys(f"{each.resource.address} has {note}" for each in made for note in each.task.notes))
    blockers = (*planned.blockers, *_block_starts(started.values(), policy, planned))
    whole = replace(
        planned, changes=(*(each.change for each in runs), *leftovers), blockers=blockers, unreadable=(), notices=()
    )
    return PlannedRuns(runs, whole, notes)


@dataclass(frozen=True, slots=True)
class _Own:
    """A task in a group of its own."""

    task: LoadedTask
    resource: Resource
    id: str

    @classmethod
    def make(cls, task: LoadedTask, options: TaskOptions, now: float, entropy: Callable[[int], bytes]) -> _Own:
        """Return a task under a name that no other run has, with the tag of its run."""
        run = entropy(_ID).hex()
        base = task.resource.id.name.lower()[:_ROOM].rstrip("-")
        identity = replace(task.resource.id, name=options.name or f"{base}-run-{run}")
        mark = RunTag(run, int(now + options.timeout + MARGIN)).render(identity)
        body = {**task.resource.body, "tags": {**task.resource.tags, tags.RUN: mark}}
        return cls(task, replace(task.resource, id=identity, body=body), run)


def _check_tasks(tasks: Sequence[LoadedTask], options: TaskOptions) -> Sequence[LoadedTask]:
    if options.name and len(tasks) > 1:
        raise UsageError(f"--name is for one group, and {len(tasks)} are to run")
    return tasks


def _check_readable(seen: Observation, wanted: Iterable[Resource]) -> None:
    """Check that what is to run could be read.

    Raises:
        AzureError: it could not.
    """
    keys = {each.address.lower() for each in wanted} | {each.id.resource_group.lower() for each in wanted}
    for each in seen.unreadable:
        if each.address.lower() in keys:
            raise AzureError(f"{each.address} could not be read: {each.message}")


def _check_names(made: Iterable[_Own], workspace: Workspace, live: dict[Key, Resource]) -> None:
    """Check that the names of new groups are free.

    Raises:
        UsageError: one is declared, or there is a group that has it.
    """
    declared = {each.id.key for each in workspace.loaded.resources}
    for each in made:
        if each.resource.id.key in declared:
            raise UsageError(
                f"--name {each.resource.id.name}: the project declares this group", hint="use another name"
            )
        if each.resource.id.key in live:
            raise UsageError(f"there is already a group {each.resource.address}", hint="use another --name, or none")


def _make_start(desired: Resource, live: Resource, seen: Observation, policy: Policy) -> Change:
    """Return the start of a declared group that is there.

    Raises:
        BlockedError: it is somebody else's, still runs, or is not as declared.
    """
    from aci_reconcile.core.health import State, has_ended
    from aci_reconcile.core.model import as_text
    from aci_reconcile.core.resource_types import assess_health
    from aci_reconcile.operate.commands import quote
    from aci_reconcile.planning import plan
    from aci_reconcile.planning.permission import block_group_write
    from aci_reconcile.planning.values import Action, Change, Impact

    address = desired.address
    for blocker in block_group_write(live, desired, policy):
        raise BlockedError(blocker.reason, hint=blocker.advice)
    decided = next(iter(plan((desired,), seen, policy).of(*Action)))
    if (decided.writes and decided.impact is not Impact.START) or decided.stuck:
        fields = ", ".join(each.path for each in decided.fields) or "; ".join(decided.reasons)
        raise BlockedError(f"{address} is not as declared: {fields}", hint=f"apply it first, or {_BESIDE}")
    stopped = assess_health(live).state is State.STOPPED
    if not (has_ended(live.body) or stopped):
        raise BlockedError(
            f"{address} has not ended yet",
            hint=f"follow it with `aci-reconcile logs -f {quote(address)}`, or {_BESIDE}",
        )
    if (as_text(live.properties.get("restartPolicy")) or "Always").lower() == "always":
        raise BlockedError(f"{address} would never end: its restartPolicy is Always", hint=_BESIDE)
    return Change(live.id, Action.UPDATE, Impact.START, before=live, after=decided.after, reasons=("it runs again",))


def _make_run(own: _Own, changes: dict[Key, Change], options: TaskOptions) -> TaskRun:
    from aci_reconcile.reconcile.tasks import Run as TaskRun

    declared = own.task.declared
    started = changes.get(declared.id.key) if declared is not None else None
    change = started or changes[own.resource.id.key]
    asked = own.resource if options.name else own.task.resource
    name = asked.address if declared is None else declared.address
    return TaskRun(
        name, change, "" if started else own.id, _find_container(own, options), options.keep, options.timeout
    )


def _find_container(own: _Own, options: TaskOptions) -> str:
    """Return the container whose end is the run's, as its manifest spells it."""
    from aci_reconcile.core.model import as_list, as_object, as_text

    names = [as_text(as_object(each).get("name")) for each in as_list(own.resource.properties.get("containers"))]
    return next((each for each in names if each.lower() == options.container.lower()), "")


def _block_starts(started: Iterable[Change], policy: Policy, planned: Plan) -> Iterator[Blocker]:
    from aci_reconcile.planning.permission import block_writes

    known = {each.code for each in planned.blockers}
    addresses = tuple(each.address for each in started)
    yield from (each for each in block_writes(addresses, policy) if each.code not in known)


def _find_leftovers(
    seen: Observation, workspace: Workspace, policy: Policy, running: Sequence[Key]
) -> Iterator[Change]:
    """Yield the deletions of what earlier runs left and should have deleted."""
    from aci_reconcile.planning.runs import delete_leftover, is_leftover, may_delete_leftovers

    declared = {each.id.key for each in workspace.loaded.resources} | set(running)
    for each in seen.resources if may_delete_leftovers(policy) else ():
        if each.id.key not in declared and is_leftover(each, policy):
            yield delete_leftover(each, policy)


def make_run_context(workspace: Workspace, planned: PlannedRuns, run: Run) -> Context:
    """Return what the engine needs to carry out runs.

    Raises:
        BlockedError: something forbids it.
        SecretUnavailableError: secrets are missing.
    """
    from aci_reconcile.app.execution import Waiting, check_freeze, make_context
    from aci_reconcile.core.errors import SecretUnavailableError

    plan, policy = planned.plan, workspace.policy
    if plan.blockers:
        first = plan.blockers[0]
        raise BlockedError(first.reason, hint=first.advice)
    if plan.missing_secrets:
        needs = dict.fromkeys(
            f"{address} needs {each.source}: {each.missing}" for address, each in plan.missing_secrets
        )
        raise SecretUnavailableError("; ".join(needs), hint="nothing was run; set what is missing")
    check_freeze(policy, run.clock.now())
    return make_context(workspace, policy, Waiting(), run)


def parse_variables(texts: Iterable[str]) -> tuple[tuple[str, str | None], ...]:
    """Return the variables that ``--env`` names; the last of a name wins.

    Raises:
        UsageError: one has no name.
    """
    found: dict[str, str | None] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name.strip():
            raise UsageError("--env needs a name", hint="write --env NAME=VALUE, or --env NAME for its value here")
        found[name] = value if equals else None
    return tuple(found.items())
