"""``key``: make a fingerprint key."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.session import started
from aci_reconcile.core.errors import ExitCode
from aci_reconcile.core.key_strength import find_weakness
from aci_reconcile.manifest.project.fingerprint_keys import KEY_VARIABLES

if TYPE_CHECKING:
    import click

_BYTES: Final = 32
_HINTS: Final = (
    "The key is shown only once. To keep it off the screen, make and store it with one of these:",
    f"  aci-reconcile key -q | gh secret set {KEY_VARIABLES[0]}",
    "  aci-reconcile key -q | az keyvault secret set --vault-name VAULT --name aci-reconcile --file /dev/stdin -o none",
    "Then name it in the project file, fingerprintKey: ${keyvault:VAULT/aci-reconcile},",
    f"or set it as {KEY_VARIABLES[0]} in every job that plans or applies.",
)


def _key(ctx: click.Context) -> ExitCode:
    session, _ = started(ctx)
    key = secrets.token_urlsafe(_BYTES)
    while find_weakness(key):  # hardly ever
        key = secrets.token_urlsafe(_BYTES)
    session.console.result(key)
    for each in _HINTS:
        session.console.info(each)
    return ExitCode.OK


KEY = Command(
    "key",
    _key,
    [*options.output()],
    help="Print a new key for fingerprints of secrets. With a key, comparing secrets takes no time.",
    examples=(
        "aci-reconcile key -q | gh secret set ACI_RECONCILE_FINGERPRINT_KEY",
        "aci-reconcile key   also says where to keep it",
    ),
)
