"""From options to manifests and a connection: what each command that plans begins with.

Azure is asked before anything is imported that the first requests do not need.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.app.connection import STATE, Place, connected
from aci_reconcile.app.prefetch import ahead

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from aci_reconcile.app.allow import Allow
    from aci_reconcile.app.connection import Connection
    from aci_reconcile.app.prefetch import Listed
    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.core.backend import Backend
    from aci_reconcile.core.model import Scope
    from aci_reconcile.manifest import Loaded, Project
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.reconcile.effort import Effort
    from aci_reconcile.reconcile.watches import Listing
    from aci_reconcile.render import Header


def _no_effort() -> Effort:
    from aci_reconcile.reconcile.effort import Effort

    return Effort()


@dataclass(frozen=True, slots=True)
class Work:
    """Everything that is known before Azure is asked."""

    loaded: Loaded
    policy: Policy
    connection: Connection
    lists: Mapping[tuple[str, str], Listed] = field(default_factory=dict["tuple[str, str]", "Listed"])
    """Lists of resource groups that are on their way already, by the scope's key."""
    listings: dict[tuple[str, str], Listing] = field(default_factory=dict["tuple[str, str]", "Listing"])
    """What was listed for the plan, by the scope's key."""
    effort: Effort = field(default_factory=_no_effort)
    """What the fingerprints of secrets cost."""

    @property
    def backend(self) -> Backend:
        """The way to Azure."""
        return self.connection.backend

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """Every resource group that the project names."""
        return scopes_of(self.loaded.project)

    @property
    def header(self) -> Header:
        """Where reports say that they apply."""
        return header_of(self.loaded.project, self.connection.endpoint)


@contextmanager
def prepared(sources: Sources, target: Target, allow: Allow, run: Run, *, resolve: bool = True) -> Generator[Work]:
    """Load the manifests, settle what is allowed, and connect.

    Args:
        sources: which manifests.
        target: where to connect to.
        allow: what was allowed on the command line.
        run: the environment, time, and whom to tell.
        resolve: whether secrets are needed; a command that writes no body does without.

    Raises:
        InvalidManifestsError: the manifests have errors.
        UsageError: the options do not fit together, or nothing names a subscription.
    """
    from aci_reconcile.app.manifests import declared_secrets

    with ExitStack() as stack:
        early = ahead(sources, target, run, stack)
        loaded, policy = _read(sources, target, allow, run, resolve=resolve)
        if early is not None and early.fits(loaded.project):
            _introduced(early.connection, loaded.project, target, run)
            work = Work(loaded, policy, early.connection, early.lists)
        else:
            work = Work(loaded, policy, stack.enter_context(opened(loaded.project, target, run, paced=True)))
        keys = (policy.fingerprint_key, policy.former_key)
        held = tuple(each for each in keys if each is not None and each.available)
        work.connection.backend.remember((*declared_secrets(loaded), *held))
        yield work
        _tell_effort(work, run)


def _tell_effort(work: Work, run: Run) -> None:
    """Say what the fingerprints of secrets took, where that was felt."""
    from aci_reconcile.app.hashing import told_of

    if told := told_of(work.effort, keyed=work.policy.fingerprint_key is not None):
        run.console.info(told)


def _read(sources: Sources, target: Target, allow: Allow, run: Run, *, resolve: bool) -> tuple[Loaded, Policy]:
    from aci_reconcile.app.allow import policy_for
    from aci_reconcile.app.manifests import placed, valid
    from aci_reconcile.app.vaults import fetching

    loaded = placed(valid(sources, run, fetching(target, run), resolve=resolve), target, run.environ)
    return loaded, policy_for(loaded, allow, run.environ, now=run.clock.now(), local=target.local)


@contextmanager
def opened(project: Project, target: Target, run: Run, *, paced: bool = False) -> Generator[Connection]:
    """Connect for a project, and say as whom."""
    place = Place(target, project.api_version, project.root / STATE, run.environ, run.clock.sleep, paced)
    with connected(place) as connection:
        _introduced(connection, project, target, run)
        yield connection


def _introduced(connection: Connection, project: Project, target: Target, run: Run) -> None:
    if connection.warning:
        run.console.warn(connection.warning)
    if run.console.quiet or (target.local and not run.console.verbose):
        return
    from aci_reconcile.render.escape import sanitize

    who = ""
    try:
        who = connection.backend.sign_in()
    finally:  # where there is no token, what it was asked of is what a person has to know
        acting = f" ({sanitize(who)})" if who else ""
        subscription = sanitize(project.subscription)  # that of a saved plan is anybody's text
        run.console.info(f"Using subscription {subscription} at {connection.description}{acting}.")


def header_of(project: Project, endpoint: str) -> Header:
    """Return where reports say that they apply."""
    from aci_reconcile.render import Header

    return Header(project.owner, project.subscription, endpoint, project.environment)


def scopes_of(project: Project) -> tuple[Scope, ...]:
    """Return the resource groups that a project names."""
    from aci_reconcile.core.model import Scope

    return tuple(Scope(project.subscription, name) for name in project.resource_groups)
