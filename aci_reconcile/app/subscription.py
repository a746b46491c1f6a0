"""The subscription of a run that neither an option nor the project names."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import UsageError
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.app.requests import Target
    from aci_reconcile.azure import Actor
    from aci_reconcile.core.default_account import DefaultAccount

LOCAL_SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"
"""The subscription of the emulator, and of a server on this machine."""
_MISSING: Final = "no subscription is given"
_HINT: Final = "use --subscription, set AZURE_SUBSCRIPTION_ID, write it into aci-reconcile.yaml, or try --local"


def find_subscription(target: Target, environ: Mapping[str, str]) -> str:
    """Return the subscription that the environment names, or that of a server on this machine.

    Raises:
        UsageError: nothing names one.
    """
    if named := _find_named(target, environ):
        return named
    raise UsageError(_MISSING, hint=_HINT)


def choose_subscription(target: Target, environ: Mapping[str, str]) -> str | DefaultAccount:
    """Return the subscription that the environment names, else az's default account, if the run may take that.

    Raises:
        UsageError: nothing names one, and there is no such account, or it must not be taken.
    """
    if named := _find_named(target, environ):
        return named
    account, objection = find_account(target, environ)
    if account is None:
        raise UsageError(_MISSING, hint=_HINT)
    if objection:
        message = f"{_MISSING}, and that of az is not taken: {objection}"
        raise UsageError(message, hint=_HINT)
    if target.unattended:
        # Az's default changes with the next `az account set`, in whichever window that is typed.
        name = f"{sanitize(account.name)}, az's default account" if account.name else "az's default account"
        hint = f"for {name}: {_flag(account)}"
        raise UsageError(f"{target.unattended} needs a subscription that you name", hint=hint)
    return account


def find_account(target: Target, environ: Mapping[str, str]) -> tuple[DefaultAccount | None, str]:
    """Return az's default account, if there is one, and what is against using it, if something is."""
    from aci_reconcile.app.connection import find_endpoint
    from aci_reconcile.azure import find_objection, read_default_account

    endpoint = find_endpoint(target, environ)
    account = read_default_account(environ, endpoint)
    return account, find_objection(environ, endpoint, account) if account else ""


def check_actor(account: DefaultAccount, actor: Actor) -> None:
    """Check that it is az's own sign-in that acts.

    Raises:
        UsageError: somebody else does.
    """
    from aci_reconcile.azure import find_stranger

    if stranger := find_stranger(account, actor):
        message = f"az's default account is that of {account.user}, but this run acts as {stranger}"
        raise UsageError(sanitize(message), hint=f"name the subscription, such as {_flag(account)}")


def describe_account(account: DefaultAccount) -> str:
    """Return its name and its id, for a person."""
    return sanitize(f"{account.name} ({account.subscription})" if account.name else account.subscription)


def _flag(account: DefaultAccount) -> str:
    return f"--subscription {shlex.quote(account.subscription)}"


def _find_named(target: Target, environ: Mapping[str, str]) -> str:
    if target.local:
        return LOCAL_SUBSCRIPTION
    from aci_reconcile.azure import find_subscription as find_in_environment
    from aci_reconcile.azure import make_endpoint

    if found := find_in_environment(environ):
        return found[0]
    # A server on this machine is an emulator, which takes any subscription.
    local = target.endpoint and not make_endpoint(target.endpoint).needs_token
    return LOCAL_SUBSCRIPTION if local else ""
