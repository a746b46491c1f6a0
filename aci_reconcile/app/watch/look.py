"""What a round reads, and what it would make of that: nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.app.manifests import find_secrets
from aci_reconcile.app.policy import make_policy
from aci_reconcile.app.proposal import make_reader, propose_plan
from aci_reconcile.app.watch.attempts import find_wait
from aci_reconcile.app.watch.blame import blame
from aci_reconcile.app.watch.choice import Choice, Limits, choose_changes, list_orphans
from aci_reconcile.app.workspace import Workspace
from aci_reconcile.core.errors import AzureError
from aci_reconcile.reconcile import Refresh
from aci_reconcile.reconcile.reader import Search
from aci_reconcile.reconcile.rounds import Fault

if TYPE_CHECKING:
    from aci_reconcile.app.watch.attempts import Attempt
    from aci_reconcile.app.watch.course import Course
    from aci_reconcile.core.model import Key
    from aci_reconcile.planning.values import Change, Plan


@dataclass(frozen=True, slots=True)
class Seen:
    """What a round has read, and what it would make of it."""

    workspace: Workspace
    plan: Plan
    choice: Choice
    bad: tuple[Change, ...]
    """The groups that are as declared and do not run, of those whose run state was read."""
    searched: bool
    """Whether the whole subscription was searched for orphans."""
    pushes: frozenset[Key]
    """The groups that are written once more although Azure did not take the last write."""

    @property
    def wanted(self) -> frozenset[Key]:
        """The groups that may be changed: what is decided of them depends on whether they run."""
        return frozenset(each.id.key for each in (*self.choice.plan.changes, *self.bad))


def look(course: Course, began: float, before: Seen | None = None) -> Seen:
    """Read the manifests and Azure, and choose what to change.

    Args:
        course: the watch.
        began: when the round did, in seconds since the epoch.
        before: what the same round saw before it held the lock: what was due then is due again.

    Raises:
        RoundError: something could not be read.
    """
    pushes = before.pushes if before is not None else course.choose_pushes(began)
    workspace = _prepare(course, began, pushes)
    searching = before.searched if before is not None else began >= course.searched + course.settings.health_every
    due = before.wanted if before is not None else _choose_due(workspace, course, began)
    # What can be wrong besides Azure is the manifests: that none declares a group.
    with blame(Fault.MANIFESTS):
        plan = _propose(workspace, course, due, searching=searching)
        if searching:
            course.searched, course.orphans = began, list_orphans(plan)
        if plan.blind is not None and not plan.changes:
            raise AzureError(f"{plan.blind.address} could not be read: {plan.blind.message}")
    bad = course.states.note(plan.changes, course.run.clock.now())
    _forget_attempts(plan, course)
    return Seen(workspace, plan, choose(plan, course), bad, searching, pushes)


def choose(plan: Plan, course: Course, paused: str = "") -> Choice:
    """Return what a round makes of its plan.

    Args:
        plan: what differs.
        course: the watch.
        paused: why nothing is done, whatever the plan says.
    """
    now = course.run.clock.now()

    def find_attempt(change: Change) -> Attempt | None:
        return find_wait(course.attempts.get(change.address.lower()), change.digest, now)

    reason = course.manifests.pause or paused
    return choose_changes(plan, Limits(course.settings.heal, find_attempt, course.find_rest, reason))


def _prepare(course: Course, now: float, pushes: frozenset[Key]) -> Workspace:
    """Load the manifests, connect, and make the policy."""
    with blame(Fault.MANIFESTS):
        loaded = course.manifests.load()
    with blame(Fault.AZURE):
        connection = course.link.open(loaded.project)
    with blame(Fault.STATE):
        course.open_ledger(loaded.project.owner, course.link.blob)
    with blame(Fault.MANIFESTS):
        course.manifests.check_history(course.get_ledger().commit)
        policy = make_policy(loaded, course.settings.allow, course.run.environ, now=now)
    # A number on the command line was given before anybody could see this plan.
    policy = replace(
        policy,
        deletes_named=False,
        spent=course.get_ledger().count_spent(now),
        redeploy=pushes,
        refused=dict(course.refused),
    )
    course.decisions.begin(policy)
    if loaded is not course.remembered or connection.backend is not course.knows:
        keys = (policy.fingerprint_key, policy.former_key)
        known = tuple(each for each in keys if each is not None and each.available)
        connection.backend.remember((*find_secrets(loaded), *known))
        course.remembered, course.knows = loaded, connection.backend
    return Workspace(course.declare_power(loaded, now), policy, connection)


def _choose_due(workspace: Workspace, course: Course, now: float) -> frozenset[Key]:
    """Return the groups whose run state is read in this round."""
    selected = workspace.loaded.selected
    keys = [each.id.key for each in workspace.loaded.resources if selected is None or each.id.key in selected]
    return course.states.choose(keys, now, course.settings.every)


def _propose(workspace: Workspace, course: Course, due: frozenset[Key], *, searching: bool) -> Plan:
    """Read Azure and plan: by lists, and by single reads of what differs and of those whose run state is due."""
    reader = make_reader(workspace, course.target, course.run, Refresh.AUTO)
    reader = replace(
        reader,
        health=True,
        asks=due.__contains__,
        recall=course.decisions.recall,
        settling=0,
        stopped=course.surroundings.stopped,
        search=reader.search if searching else Search(),
    )
    plan = propose_plan(workspace.loaded, workspace.policy, reader, workspace.connection.endpoint)
    course.decisions.note(plan, workspace.loaded.resources, workspace.listings)
    return plan


def _forget_attempts(plan: Plan, course: Course) -> None:
    """Forget the failures of groups that are as they should be."""
    course.stuck = tuple(each.id for each in plan.changes if each.stuck)
    open_ = {each.address.lower() for each in plan.changes if each.writes or each.stuck}
    open_ |= {each.address.lower() for each in course.states.list_concerns()}
    written: dict[tuple[str, ...], str] = {each.id.key: each.digest for each in plan.changes if each.writes}
    course.refused = {key: digest for key, digest in course.refused.items() if written.get(key) == digest}
    course.attempts = {name: each for name, each in course.attempts.items() if name in open_}
