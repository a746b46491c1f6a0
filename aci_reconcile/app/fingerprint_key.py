"""The keys that a team fingerprints its secrets with: from the environment, else as the project file names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest.project.fingerprint_keys import KEY_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.manifest.project.fingerprint_keys import Fingerprints


def read_keys(environ: Mapping[str, str], declared: Fingerprints) -> tuple[Secret | None, Secret | None]:
    """Return the key and the former key; None where there is none. An empty variable counts as none.

    Raises:
        UsageError: one of the environment can be guessed.
    """
    key, former = (_read_key(environ, name) for name in KEY_VARIABLES)
    return key or declared.key, former or declared.former


def _read_key(environ: Mapping[str, str], variable: str) -> Secret | None:
    value = environ.get(variable, "").strip()
    if not value:
        return None
    key = Secret(value, source=f"env:{variable}")
    if reason := key.find_weakness():
        hint = "make one with: aci-reconcile key. Fingerprints made without a key still work"
        raise UsageError(f"{variable} can be guessed: {reason}", hint=hint)
    return key
