"""Reading a project, and connecting to Azure."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile import manifest
from aci_reconcile.app.connection import Place, open_connection
from aci_reconcile.app.manifests import find_secrets, with_changes
from aci_reconcile.app.requests import Target
from aci_reconcile.app.subscription import find_subscription
from aci_reconcile.app.vaults import load_with_vaults
from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.fields import API_VERSION

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from aci_reconcile.azure import CloudName, Credential
    from aci_reconcile.core.backend import Backend
    from aci_reconcile.core.secret import Secret
    from aci_reconcile.manifest import Loaded

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
        project=to_path(project),
        environment=environment,
        variables=variables or {},
        subscription=subscription,
        resource_group=resource_group,
        only=tuple(only),
        environ=environ or {},
        cwd=to_path(cwd) or Path.cwd(),
        resolve=resolve,
    )
    request = with_changes(request, changed_since, os.environ) if changed_since else request
    return load_request(request, credential, cloud)


def load_request(request: manifest.Request, credential: Credential | None, cloud: CloudName) -> Loaded:
    """Load manifests; without a credential, secrets of Key Vaults are missing."""
    if credential is None:
        return manifest.load(request)
    return load_with_vaults(request, lambda names: _fetch_secrets(names, request.environ, credential, cloud))


def to_path(path: str | Path | None) -> Path | None:
    """Return a path that a caller may have given as text."""
    return Path(path) if path is not None else None


def _fetch_secrets(
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
    values = os.environ if environ is None else environ
    with open_connection(Place(target, version, Path(local or "."), values, paced=True)) as connection:
        connection.backend.remember(find_secrets(loaded) if loaded else ())
        connection.backend.place = connection.endpoint
        # A script may use full ids only, which need no subscription.
        with suppress(UsageError):
            connection.backend.subscription = find_subscription(target, values)
        yield connection.backend
