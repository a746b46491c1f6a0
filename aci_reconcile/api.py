"""The public Python API: the same road as the commands, for scripts. See docs/python-api.md."""

from __future__ import annotations

import os
import random
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile import manifest, reconcile
from aci_reconcile.app.allow import Allow, make_policy
from aci_reconcile.app.connection import Place, open_connection
from aci_reconcile.app.find_drift import find_drift
from aci_reconcile.app.interruption import SystemClock
from aci_reconcile.app.manifests import find_secrets, find_subscription, with_changes, with_subscription
from aci_reconcile.app.origin import add_project_id
from aci_reconcile.app.orphans import make_leftover_filter, make_search
from aci_reconcile.app.propose import propose_plan
from aci_reconcile.app.requests import Target
from aci_reconcile.app.vaults import load_with_vaults
from aci_reconcile.app.verify import verify_plan
from aci_reconcile.core.errors import InvalidManifestsError, UsageError
from aci_reconcile.core.fields import API_VERSION
from aci_reconcile.reconcile import Clearance, Context, Look, Refresh, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from aci_reconcile.azure import CloudName, Credential
    from aci_reconcile.core.backend import Backend
    from aci_reconcile.core.secret import Secret
    from aci_reconcile.findings import Drift
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.preflight import Check
    from aci_reconcile.reconcile.events import Event

_AT_ONCE = 8
"""How many secrets of vaults are asked for at once."""


def load(  # noqa: PLR0913  one door to the outside: each argument is the caller's to decide
    paths: Iterable[str | Path] = (),
    *,
    project: str | Path | None = None,
    environment: str = "",
    variables: Mapping[str, str] | None = None,
    subscription: str = "",
    resource_group: str = "",
    only: Iterable[str] = (),
    changed_since: str = "",
    environ: Mapping[str, str] | None = None,
    cwd: str | Path | None = None,
    resolve: bool = True,
    credential: Credential | None = None,
    cloud: CloudName = "public",
) -> Loaded:
    """Read a project and its manifests. What the authors did wrong is in ``Loaded.diagnostics``.

    Args:
        paths: manifests to select; without a project file, all there is.
        project: the project file; by default it is looked for, from the first path upwards.
        environment: an environment of the project.
        variables: values for ``${var:NAME}``.
        subscription: the subscription; by default the project's.
        resource_group: the resource group of groups that name none.
        only: addresses, names or patterns of groups to select.
        changed_since: a commit; only groups that what changed since then touches are selected.
        environ: what ``${env:NAME}`` reads; by default nothing, not even the process's own environment.
        cwd: where relative paths start; by default the current folder.
        resolve: whether references to the environment, to files and to vaults are replaced.
        credential: gives tokens for Key Vaults, as azure-identity's do; without one, their secrets are missing.
        cloud: the cloud of the vaults. ``ACI_RECONCILE_VAULT_ENDPOINT`` in ``environ`` stands in for them.

    Raises:
        UsageError: an argument names something that does not exist, or Git cannot tell what changed.
    """
    request = manifest.Request(
        paths=tuple(map(Path, paths)),
        project=_path(project),
        environment=environment,
        variables=variables or {},
        subscription=subscription,
        resource_group=resource_group,
        only=tuple(only),
        environ=environ or {},
        cwd=_path(cwd) or Path.cwd(),
        resolve=resolve,
    )
    request = with_changes(request, changed_since, os.environ) if changed_since else request
    return _load(request, credential, cloud)


def _load(request: manifest.Request, credential: Credential | None, cloud: CloudName) -> Loaded:
    if credential is None:
        return manifest.load(request)
    return load_with_vaults(request, lambda names: _secrets(names, request.environ, credential, cloud))


def _path(given: str | Path | None) -> Path | None:
    return Path(given) if given is not None else None


def _secrets(
    names: Iterable[str], environ: Mapping[str, str], credential: Credential, name: CloudName
) -> Mapping[str, Secret]:
    from aci_reconcile.azure import get_cloud, make_vaults

    return make_vaults(get_cloud(name), environ, _AT_ONCE, credential=credential).fetch(names)


@contextmanager
def connect(
    loaded: Loaded | None = None,
    *,
    local: str | Path | None = None,
    arm_endpoint: str = "",
    cloud: CloudName | None = None,
    concurrency: int = 32,
    environ: Mapping[str, str] | None = None,
) -> Generator[Backend]:
    """Open the way to Azure; leaving the block closes it.

    Args:
        loaded: manifests that ask for an api-version of their own.
        local: the folder in which the embedded emulator keeps its state, to use it instead of Azure.
        arm_endpoint: any ARM-compatible server.
        cloud: one of Azure's clouds.
        concurrency: how many requests may be in flight at once.
        environ: where credentials are looked for, and the subscription of manifests that name none; by default the
            process's environment. The emulator has a subscription of its own.

    Raises:
        UsageError: there is no such place.
        AuthenticationError: the credentials are incomplete or contradict the place.
    """
    target = Target(local is not None, arm_endpoint, cloud, concurrency)
    version = loaded.project.api_version if loaded else API_VERSION
    given = os.environ if environ is None else environ
    with open_connection(Place(target, version, Path(local or "."), given, paced=True)) as connection:
        connection.backend.remember(find_secrets(loaded) if loaded else ())
        connection.backend.embedded = target.local
        with suppress(UsageError):
            connection.backend.subscription = find_subscription(target, given)
        yield connection.backend


def plan(
    loaded: Loaded,
    backend: Backend,
    *,
    allow: Allow | None = None,
    refresh: str = "auto",
    concurrency: int = 32,
) -> Plan:
    """Decide what to do. Nothing is written.

    Args:
        loaded: what is declared.
        backend: where.
        allow: what may be done beyond what is harmless.
        refresh: ``auto``, or ``get`` to read every group by itself.
        concurrency: how many requests may be in flight at once.

    Raises:
        InvalidManifestsError: the manifests have errors.
        UsageError: nothing is declared, or no subscription is named.
        AzureError: Azure says no.
    """
    return _planned(loaded, allow or Allow(), Look(backend, SystemClock(), concurrency, Refresh(refresh)))


def drift(loaded: Loaded, backend: Backend, *, concurrency: int = 32) -> Drift:
    """Look for what differs in Azure, and for what does not run. Nothing is written.

    Raises:
        InvalidManifestsError: the manifests have errors.
        UsageError: nothing is declared, or no subscription is named.
        AzureError: Azure says no.
    """
    look = Look(backend, SystemClock(), concurrency, health=True)
    return find_drift(_planned(loaded, Allow(prune=False), look), look.clock)


def verify(loaded: Loaded, backend: Backend, *, allow: Allow | None = None, concurrency: int = 32) -> tuple[Check, ...]:
    """Check what an apply would need before it writes: quota, region, subnets, permissions, limits. Nothing is written.

    Args:
        loaded: what is declared.
        backend: where.
        allow: what the apply would be allowed.
        concurrency: how many requests may be in flight at once.

    Raises:
        InvalidManifestsError: the manifests have errors.
        UsageError: nothing is declared, no subscription is named, or the backend has no ``preflight`` to ask.
        AzureError: Azure says no.
    """
    questions = getattr(backend, "preflight", None)
    if questions is None:
        raise UsageError("this backend cannot be asked before a write", hint="use the one that connect() gives you")
    proposal = plan(loaded, backend, allow=allow, concurrency=concurrency)
    return verify_plan(proposal, questions, concurrency=concurrency)


def apply(  # noqa: PLR0913  one door to the outside: each argument is the caller's to decide
    plan: Plan,
    backend: Backend,
    *,
    wait: str = "healthy",
    stable_for: float = 10,
    timeout: float = 1800,
    concurrency: int = 32,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:
    """Carry out a plan and yield what happens, as it happens; the last event is ``Finished``.

    Args:
        plan: what to do.
        backend: where.
        wait: ``none``, ``provisioned`` or ``healthy``.
        stable_for: for how many seconds a container must have been running to count as healthy.
        timeout: seconds of patience with one group.
        concurrency: how many requests may be in flight at once.
        stopped: asked again and again; once true, nothing new begins.

    Raises:
        HeldBackError: a blocker stands.
        SecretUnavailableError: a secret that a write needs is not at hand.
    """
    from aci_reconcile.azure import start_span

    clearance = Clearance(getattr(backend, "preflight", None))
    context = Context(
        backend,
        SystemClock(),
        plan.policy,
        os.urandom,
        random.random,
        Wait(wait),
        stable_for,
        timeout,
        clearance=clearance,
        span=start_span,
    )
    return reconcile.apply(plan, context, concurrency=concurrency, stopped=stopped)


def _planned(loaded: Loaded, allow: Allow, look: Look) -> Plan:
    if loaded.errors:
        raise InvalidManifestsError(loaded.diagnostics)
    if not loaded.project.subscription:
        assumed = getattr(look.backend, "subscription", "")
        loaded = with_subscription(loaded, assumed or find_subscription(Target(), os.environ))
    loaded = add_project_id(loaded, os.environ)
    local = getattr(look.backend, "embedded", False)
    policy = make_policy(loaded, allow, os.environ, now=look.clock.now(), local=local)
    needed = look.health or (policy.prune and policy.selected is None)
    search = make_search(loaded.project, make_leftover_filter(policy), None, needed=needed)
    return propose_plan(loaded, policy, replace(look, search=search))
