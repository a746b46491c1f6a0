"""Asking Azure what a plan needs to know before it is carried out: each question once, side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from aci_reconcile.checks import Facts, Unanswered, checks, needs_of, scopes_left
from aci_reconcile.errors import AuthenticationError, AzureError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aci_reconcile.checks import Check, Needs
    from aci_reconcile.inventory import Permission, Preflight
    from aci_reconcile.plan.values import Change, ResourceGroupChange

T = TypeVar("T")
K = TypeVar("K")


def preflight(
    changes: Iterable[Change],
    probe: Preflight,
    *,
    resource_groups: Iterable[ResourceGroupChange] = (),
    concurrency: int = 8,
) -> tuple[Check, ...]:
    """Check everything that can be checked before these changes are carried out; nothing is written.

    Args:
        changes: what is planned, all of it or a part: only what concerns these is asked and told.
        probe: whom to ask.
        resource_groups: those that are created or deleted with them.
        concurrency: how many questions at once.

    Raises:
        AuthenticationError: there is no credential that Azure takes; every other failure is a check that could not be
            made.
    """
    planned, groups = tuple(changes), tuple(resource_groups)
    needs = needs_of(planned, groups)
    with ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="aci-reconcile") as pool:
        facts = _gathered(needs, probe, pool)
    return checks(planned, facts, groups)


def _gathered(needs: Needs, probe: Preflight, pool: ThreadPoolExecutor) -> Facts:
    """Ask everything at once; the groups' own permissions only where those of their resource group leave something."""
    places = needs.places
    usages = _begun(pool, {each: partial(probe.usages, each.subscription, each.location) for each in places})
    offers = _begun(pool, {each: partial(probe.capabilities, each.subscription, each.location) for each in places})
    subnets = _begun(pool, {each.lower(): partial(probe.subnet, each) for each in needs.subnets})
    permissions = _begun(pool, _permissions(needs.scopes, probe))
    facts = Facts(usages(), offers(), subnets(), permissions())
    own = _begun(pool, _permissions(scopes_left(needs.rights, facts), probe))
    return replace(facts, permissions={**facts.permissions, **own()})


def _permissions(scopes: Iterable[str], probe: Preflight) -> dict[str, Callable[[], tuple[Permission, ...]]]:
    return {each.lower(): partial(probe.permissions, each) for each in scopes}


def _begun(pool: ThreadPoolExecutor, questions: Mapping[K, Callable[[], T]]) -> Callable[[], dict[K, T | Unanswered]]:
    """Begin to ask; what is returned waits for the answers."""
    futures = {key: pool.submit(copy_context().run, _answer, ask) for key, ask in questions.items()}
    return lambda: {key: future.result() for key, future in futures.items()}


def _answer(ask: Callable[[], T]) -> T | Unanswered:
    try:
        return ask()
    except AuthenticationError:
        raise
    except AzureError as error:
        return Unanswered(f"{error.code}: {error.message}" if error.code else error.message, error.code)
