"""``key``: make a fingerprint key."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import include
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.core.errors import ExitCode
from aci_reconcile.core.key_strength import find_weakness
from aci_reconcile.manifest.project.fingerprint_keys import KEY_VARIABLES

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session

_BYTES: Final = 32
_HINTS: Final = (
    "The key is shown only once. To keep it off the screen, make and store it with one of these:",
    f"  aci-reconcile key -q | gh secret set {KEY_VARIABLES[0]}",
    "  aci-reconcile key -q | az keyvault secret set --vault-name VAULT --name aci-reconcile --file /dev/stdin -o none",
    "Then name it in the project file, fingerprintKey: ${keyvault:VAULT/aci-reconcile},",
    f"or set it as {KEY_VARIABLES[0]} in every job that plans or applies.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOptions:
    """The options of ``key``."""

    output: OutputOptions = include(OutputOptions)


def print_key(session: Session, _asked: KeyOptions) -> ExitCode:
    """Print a new key, and where to keep it."""
    key = secrets.token_urlsafe(_BYTES)
    while find_weakness(key):  # about once in a million keys
        key = secrets.token_urlsafe(_BYTES)
    session.console.result(key)
    for each in _HINTS:
        session.console.info(each)
    return ExitCode.OK


KEY = Command(
    "key",
    print_key,
    KeyOptions,
    help="Print a new key for fingerprints of secrets. With a key, comparing secrets takes no time.",
    examples=(
        "aci-reconcile key -q | gh secret set ACI_RECONCILE_FINGERPRINT_KEY",
        "aci-reconcile key   also says where to keep it",
    ),
)
