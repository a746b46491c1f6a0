"""Manifests with secrets from Key Vaults: found first, then fetched all at once, and only those that are needed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.manifest import load
from aci_reconcile.normalize import secrets_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aci_reconcile.cli.given import Target
    from aci_reconcile.cli.session import Session
    from aci_reconcile.manifest import Loaded, Request
    from aci_reconcile.secret import Secret

Fetch: TypeAlias = "Callable[[Iterable[str]], Mapping[str, Secret]]"
SCHEME = "keyvault"
_SOURCE = re.compile(rf"{SCHEME}:([^\s,]+)")


class _Known:
    """Resolves what was fetched."""

    def __init__(self, secrets: Mapping[str, Secret]) -> None:
        self._secrets = secrets

    def resolve(self, _scheme: str, name: str, /) -> Secret | None:
        """Return the secret; None where it was not fetched."""
        return self._secrets.get(name)


def loaded_with(request: Request, fetch: Fetch) -> Loaded:
    """Load manifests; where selected groups need secrets of vaults, fetch those and load once more with them.

    Manifests with errors ask no vault.

    Raises:
        UsageError: the options name something that does not exist.
    """
    loaded = load(request)
    wanted: set[str] = set() if loaded.errors or not request.resolve else _needed(loaded)
    return load(request, resolvers={SCHEME: _Known(fetch(sorted(wanted)))}) if wanted else loaded


def fetching(target: Target, session: Session) -> Fetch:
    """Return what fetches secrets from the vaults of the cloud that requests go to."""

    def fetch(names: Iterable[str]) -> Mapping[str, Secret]:
        from aci_reconcile.arm import vaults_of
        from aci_reconcile.cli.connection import endpoint_of

        place = endpoint_of(target, session.environ)
        found = vaults_of(place, session.environ, target.concurrency, session.clock.sleep)
        return replace(found, waiting=session.console.info).fetch(names)

    return fetch


def _needed(loaded: Loaded) -> set[str]:
    """Return the names of the secrets that the selected groups need."""
    chosen = [each for each in loaded.resources if loaded.selected is None or each.id.key in loaded.selected]
    sources = [secret.source for each in chosen for secret in secrets_in(each).values()]
    sources += [key.source for key in loaded.project.fingerprints.keys]
    return {name for source in sources for name in _SOURCE.findall(source)}
