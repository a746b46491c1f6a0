"""The subscription that a new project gets if nobody names one: that of the environment, else az's default account.

It is written down, so that the next run, of whomever, means the same.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.app.init_values import check_subscription
from aci_reconcile.app.requests import Target
from aci_reconcile.app.subscription import find_account
from aci_reconcile.core.errors import AciReconcileError
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Default:
    """A subscription, and where it comes from, for a person."""

    subscription: str
    origin: str


def find_default(environ: Mapping[str, str]) -> Default | None:
    """Return the subscription that nobody has to type; None if there is none.

    Nothing is wrong with a new project that has none yet, so what cannot be read counts as absent.
    """
    from aci_reconcile.azure import find_subscription

    with suppress(AciReconcileError):
        if found := find_subscription(environ):
            return Default(check_subscription(found[0]), f"from {found[1]}")
        account, objection = find_account(Target(), environ)
        if account and not objection:
            name = f"{sanitize(account.name)}, " if account.name else ""
            return Default(account.subscription, f"{name}az's default account")
    return None
