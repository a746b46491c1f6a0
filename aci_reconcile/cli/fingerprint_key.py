"""The keys that a team fingerprints its secrets with: from the environment, else as the project file names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.errors import UsageError
from aci_reconcile.manifest.fingerprints import KEY_VARIABLES
from aci_reconcile.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.manifest.fingerprints import Fingerprints


def fingerprint_keys(environ: Mapping[str, str], said: Fingerprints) -> tuple[Secret | None, Secret | None]:
    """Return the key and the former one; None where there is none. An empty variable is as none.

    Raises:
        UsageError: one of the environment can be guessed.
    """
    key, former = (_from(environ, name) for name in KEY_VARIABLES)
    return key or said.key, former or said.former


def _from(environ: Mapping[str, str], variable: str) -> Secret | None:
    value = environ.get(variable, "").strip()
    if not value:
        return None
    key = Secret(value, source=f"env:{variable}")
    if reason := key.weakness():
        hint = "make one with: aci-reconcile key. Fingerprints made without a key still work"
        raise UsageError(f"{variable} can be guessed: {reason}", hint=hint)
    return key
