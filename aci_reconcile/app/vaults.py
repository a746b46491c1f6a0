"""Manifests with secrets from Key Vaults: only those that are needed are fetched, all at once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.core.normalize import secrets_in
from aci_reconcile.manifest import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aci_reconcile.app.requests import Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.core.secret import Secret
    from aci_reconcile.manifest import Loaded, Request

Fetch: TypeAlias = "Callable[[Iterable[str]], Mapping[str, Secret]]"
SCHEME = "keyvault"
_SOURCE = re.compile(rf"{SCHEME}:([^\s,]+)")


class _Known:
    """Resolves what was fetched."""

    def __init__(self, secrets: Mapping[str, Secret]) -> None:
        self._secrets = secrets

    def resolve(self, _scheme: str, name: str, /) -> Secret | None:
        """Return the secret; None if it was not fetched."""
        return self._secrets.get(name)


def load_with_vaults(request: Request, fetch: Fetch) -> Loaded:
    """Load manifests; if selected groups need secrets of vaults, fetch those and load once more with them.

    Raises:
        UsageError: the options name something that does not exist.
    """
    loaded = load(request)
    # A run that ends with errors must not leave an entry in the audit log of a vault.
    wanted: set[str] = set() if loaded.errors or not request.resolve else _find_needed(loaded)
    return load(request, resolvers={SCHEME: _Known(fetch(sorted(wanted)))}) if wanted else loaded


def make_fetch(target: Target, run: Run) -> Fetch:
    """Return a function that fetches secrets from the vaults of the cloud that requests go to."""

    def fetch(names: Iterable[str]) -> Mapping[str, Secret]:
        from aci_reconcile.app.connection import find_endpoint
        from aci_reconcile.azure import make_vaults

        place = find_endpoint(target, run.environ)
        found = make_vaults(place, run.environ, target.concurrency, run.clock.sleep)
        return replace(found, on_wait=run.console.info).fetch(names)

    return fetch


def _find_needed(loaded: Loaded) -> set[str]:
    """Return the names of the secrets that the selected groups need."""
    chosen = [each for each in loaded.resources if loaded.selected is None or each.id.key in loaded.selected]
    if loaded.request.task is not None:  # a run sends nothing but what it runs
        chosen = [group for each in loaded.tasks for group in (each.resource, each.declared) if group is not None]
    sources = [secret.source for each in chosen for secret in secrets_in(each).values()]
    sources += [key.source for key in loaded.project.fingerprints.keys]
    return {name for source in sources for name in _SOURCE.findall(source)}
