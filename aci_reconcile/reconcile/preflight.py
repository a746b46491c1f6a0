"""Asking Azure what a plan needs to know before it is carried out: each question once, side by side."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from aci_reconcile.core.errors import AuthenticationError, AzureError, ThrottledError
from aci_reconcile.preflight import Facts, Unanswered, find_own_scopes, judge_changes, list_needs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aci_reconcile.planning.values import Change, ResourceGroupChange
    from aci_reconcile.preflight import Check, Claims, Needs
    from aci_reconcile.preflight.inventory import Permission, Preflight

T = TypeVar("T")
K = TypeVar("K")

_PAUSES: Final = (1.0, 2.0, 4.0)
"""Seconds before a refused question is asked again, at the least."""
_LONGEST_PAUSE: Final = 20.0
"""Seconds. If Azure asks to wait longer, the question counts as not answered."""


def run_preflight(
    changes: Iterable[Change],
    probe: Preflight,
    *,
    resource_groups: Iterable[ResourceGroupChange] = (),
    claimed: Claims | None = None,
    concurrency: int = 8,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Check, ...]:
    """Check everything that can be checked before these changes are carried out; nothing is written.

    Args:
        changes: what is planned, all of it or a part: only what concerns these is asked.
        probe: whom to ask.
        resource_groups: those that are created or deleted with them.
        claimed: the quota that plans take which are applied before this one.
        concurrency: how many questions at once.
        sleep: waits before a question that Azure refused for its rate is asked again.

    Raises:
        AuthenticationError: there is no credential that Azure takes; every other failure is a check that could not be
            made.
    """
    planned, groups = tuple(changes), tuple(resource_groups)
    needs = list_needs(planned, groups)
    with ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="aci-reconcile") as pool:
        facts = _gather(needs, probe, _Asking(pool, sleep))
    return judge_changes(planned, facts, groups, claimed)


def _gather(needs: Needs, probe: Preflight, asking: _Asking) -> Facts:
    """Ask everything at once; ask for a group's own permissions only where those of its resource group do not do."""
    places = needs.places
    usages = asking.begin({each: partial(probe.list_usages, each.subscription, each.location) for each in places})
    offers = asking.begin({each: partial(probe.list_capabilities, each.subscription, each.location) for each in places})
    subnets = asking.begin({each.lower(): partial(probe.get_subnet, each) for each in needs.subnets})
    permissions = asking.begin(_make_permission_questions(needs.scopes, probe))
    facts = Facts(usages(), offers(), subnets(), permissions())
    # Most identities have their roles on the resource group; asking for each group first would be many questions.
    own = asking.begin(_make_permission_questions(find_own_scopes(needs.rights, facts), probe))
    return replace(facts, permissions={**facts.permissions, **own()})


def _make_permission_questions(
    scopes: Iterable[str], probe: Preflight
) -> dict[str, Callable[[], tuple[Permission, ...]]]:
    return {each.lower(): partial(probe.list_permissions, each) for each in scopes}


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks questions side by side."""

    pool: ThreadPoolExecutor
    sleep: Callable[[float], None]

    def begin(self, questions: Mapping[K, Callable[[], T]]) -> Callable[[], dict[K, T | Unanswered]]:
        """Begin to ask; what is returned waits for the answers."""
        futures = {key: self.pool.submit(copy_context().run, self._ask, ask) for key, ask in questions.items()}
        return lambda: {key: future.result() for key, future in futures.items()}

    def _ask(self, ask: Callable[[], T]) -> T | Unanswered:
        """Request, and again where Azure refuses the question for its rate."""
        pauses = iter(_PAUSES)
        while True:
            try:
                return ask()
            except AuthenticationError:
                raise
            except ThrottledError as error:
                pause = next(pauses, None)
                if pause is None or error.retry_after > _LONGEST_PAUSE:
                    return _make_unanswered(error)
                self.sleep(max(error.retry_after, pause))
            except AzureError as error:
                return _make_unanswered(error)


def _make_unanswered(error: AzureError) -> Unanswered:
    return Unanswered(f"{error.code}: {error.message}" if error.code else error.message, error.code)
