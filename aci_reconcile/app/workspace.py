"""From options to manifests and a connection, for each command that plans.

The first requests are sent before anything is imported that they do not need.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aci_reconcile.app.connection import STATE, Place, open_connection
from aci_reconcile.app.prefetch import load_settings, prefetch
from aci_reconcile.app.subscription import check_actor, describe_account

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from aci_reconcile.app.begun import Begun
    from aci_reconcile.app.connection import Connection
    from aci_reconcile.app.policy import Allow
    from aci_reconcile.app.prefetch import Listed, Prefetched
    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.azure.lock.lease import HeldLock
    from aci_reconcile.core.backend import Backend
    from aci_reconcile.core.model import Scope
    from aci_reconcile.core.shards import ShardNumber
    from aci_reconcile.manifest import Loaded, Project
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.reconcile.hash_cost import HashCost
    from aci_reconcile.reconcile.watch import Listing
    from aci_reconcile.render.header import Header


def _make_hash_cost() -> HashCost:
    from aci_reconcile.reconcile.hash_cost import HashCost

    return HashCost()


@dataclass(frozen=True, slots=True)
class Workspace:
    """The project, its policy and a connection: everything that is known before Azure is asked."""

    loaded: Loaded
    policy: Policy
    connection: Connection
    lists: Mapping[tuple[str, str], Listed] = field(default_factory=dict["tuple[str, str]", "Listed"])
    """Lists of resource groups that were requested already, by the scope's key."""
    listings: dict[tuple[str, str], Listing] = field(default_factory=dict["tuple[str, str]", "Listing"])
    """The lists that the plan was made from, by the scope's key; an apply uses them again."""
    hash_cost: HashCost = field(default_factory=_make_hash_cost)
    """The time that fingerprints of secrets take."""

    @property
    def backend(self) -> Backend:
        """The connection to Azure."""
        return self.connection.backend

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The resource groups that the project names."""
        return list_scopes(self.loaded.project)

    @property
    def header(self) -> Header:
        """The header of reports: the project and where it is."""
        return make_run_header(self.loaded, self.connection.endpoint)


@contextmanager
def prepare(
    sources: Sources, target: Target, allow: Allow, run: Run, *, resolve: bool = True, begun: Begun | None = None
) -> Generator[Workspace]:
    """Load the manifests, make the policy, and connect.

    Args:
        sources: which manifests.
        target: where to connect to.
        allow: what the caller allows.
        run: the environment, time and messages.
        resolve: whether secrets are needed; a command that writes no body needs none.
        begun: what was begun before, for a run that writes nothing.

    Raises:
        InvalidManifestsError: the manifests have errors.
        UsageError: options contradict each other, or nothing names a subscription.
    """
    from aci_reconcile.app.manifests import find_secrets

    with ExitStack() as stack:
        announced = load_settings(sources, target, run)
        # What is listed before the lock is held may be older than what its former holder wrote.
        lock = take_lock(announced, sources, target, run, stack)
        prefetched = begun.take(stack) if begun is not None else None
        prefetched = prefetched or prefetch(announced, sources, target, run, stack)
        loaded, policy = _load(sources, target, allow, run, resolve=resolve)
        require_lock(lock, loaded.project, sources, target, run)
        lock = name_cut(lock, loaded, run)
        workspace = Workspace(loaded, policy, *choose_connection(prefetched, loaded.project, target, run, stack))
        workspace = replace(workspace, connection=guard(workspace.connection, lock))
        keys = (policy.fingerprint_key, policy.former_key)
        known = tuple(each for each in keys if each is not None and each.available)
        workspace.connection.backend.remember((*find_secrets(loaded), *known))
        yield workspace
        _report_hash_cost(workspace, run)


def take_lock(project: Project | None, sources: Sources, target: Target, run: Run, stack: ExitStack) -> HeldLock | None:
    """Take the lock of the project, which the stack gives back; None if the run needs none.

    Raises:
        LockedError: another run holds it.
        AciReconcileError: it could not be taken.
    """
    named = project is not None and project.lock is not None
    if target.lock is None or target.local or not (target.lock.url or named):
        return None
    from aci_reconcile.app.lock import hold_lock
    from aci_reconcile.manifest import Project

    known = project or Project("default", run.cwd, sources.environment)
    return stack.enter_context(hold_lock(known, _read_shard(sources, run), target, run))


def require_lock(lock: HeldLock | None, project: Project, sources: Sources, target: Target, run: Run) -> None:
    """Check that the lock of a project is held, if it has one: it may have been read from another file before.

    Raises:
        LockError: it is not.
    """
    if target.lock is not None and (lock or target.lock.url or project.lock):
        from aci_reconcile.app.lock import check_lock

        check_lock(lock, project, _read_shard(sources, run), target.lock.url, target, run)


def name_cut(lock: HeldLock | None, loaded: Loaded, run: Run) -> HeldLock | None:
    """Say in the lock of a shard which cut that is of, once the manifests tell.

    Raises:
        LockedError: a shard of another cut is being written.
        AciReconcileError: the lock is lost, or the storage account does not answer.
    """
    shard = loaded.request.shard
    if lock is None or shard is None:
        return lock
    from aci_reconcile.app.lock import require_cut

    return require_cut(lock, shard.cut, run)


def _read_shard(sources: Sources, run: Run) -> ShardNumber | None:
    from aci_reconcile.app.shards import read_shard

    return read_shard(sources.shard, sources.shards, run.environ)


def guard(connection: Connection, lock: HeldLock | None) -> Connection:
    """Return the connection so that it sends no write once the lock is lost."""
    if lock is None:
        return connection
    connection.backend.guard_writes(lock.fence)
    return replace(connection, lock=lock)


def _report_hash_cost(workspace: Workspace, run: Run) -> None:
    """Report the time that fingerprints of secrets took, if it was long."""
    from aci_reconcile.app.messages import render_hash_cost

    if text := render_hash_cost(workspace.hash_cost, keyed=workspace.policy.fingerprint_key is not None):
        run.console.info(text)


def _load(sources: Sources, target: Target, allow: Allow, run: Run, *, resolve: bool) -> tuple[Loaded, Policy]:
    from aci_reconcile.app.manifests import load_valid, locate
    from aci_reconcile.app.policy import make_policy
    from aci_reconcile.app.vaults import make_fetch

    loaded = locate(load_valid(sources, run, make_fetch(target, run), resolve=resolve), target, run.environ)
    return loaded, make_policy(loaded, allow, run.environ, now=run.clock.now())


def choose_connection(
    prefetched: Prefetched | None, project: Project, target: Target, run: Run, stack: ExitStack, *, paced: bool = True
) -> tuple[Connection, Mapping[tuple[str, str], Listed]]:
    """Return the early connection with its lists where the manifests need the same one, else a new one."""
    # A manifest may name another api-version than the project file: then the early lists are of no use.
    if prefetched is not None and prefetched.fits(project):
        _report_identity(prefetched.connection, project, target, run)
        return prefetched.connection, prefetched.lists
    return stack.enter_context(connect(project, target, run, paced=paced)), {}


@contextmanager
def connect(project: Project, target: Target, run: Run, *, paced: bool = False) -> Generator[Connection]:
    """Connect for a project, and report the identity."""
    state = project.root / STATE
    place = Place(target, project.api_version, state, run.environ, run.clock.sleep, paced, project.local_facts)
    with open_connection(place) as connection:
        _report_identity(connection, project, target, run)
        yield connection


def _report_identity(connection: Connection, project: Project, target: Target, run: Run) -> None:
    if connection.warning:
        run.console.warn(connection.warning)
    account = project.account
    if account is None and (run.console.quiet or (target.local and not run.console.verbose)):
        return
    from aci_reconcile.azure import NOBODY
    from aci_reconcile.render.escape import sanitize

    if account is not None:
        run.console.info(f"Subscription: {describe_account(account)}, az's default account.")
    # The identity is shown before anything is asked: a wrong one explains most refusals.
    actor = NOBODY
    try:
        actor = connection.backend.sign_in()
    finally:  # where there is no token, what it was asked of is what a person has to know
        # The subscription of a saved plan is anybody's text, as is what a token says.
        used = sanitize(f"{project.subscription} at {connection.describe(actor)}")
        run.console.info(f"Using subscription {used}.")
    if account is not None:
        check_actor(account, actor)


def make_header(project: Project, endpoint: str) -> Header:
    """Return the header of reports: the project and where it is."""
    from aci_reconcile.render.header import Header

    return Header(project.owner, project.subscription, endpoint, project.environment)


def make_run_header(loaded: Loaded, endpoint: str) -> Header:
    """Return the header of the report of a run that loaded manifests: with their commit, and which shard it is."""
    from aci_reconcile.app.origin import find_commit

    commit = find_commit(loaded.project.root)
    return replace(make_header(loaded.project, endpoint), commit=commit, shard=loaded.request.shard)


def list_scopes(project: Project) -> tuple[Scope, ...]:
    """Return the resource groups that a project names."""
    from aci_reconcile.core.model import Scope

    return tuple(Scope(project.subscription, name) for name in project.resource_groups)
