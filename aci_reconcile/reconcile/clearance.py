"""Before a group is deleted to be created again: everything that can be asked about its creation has been asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import AzureError, NotConvergedError, SecretUnavailableError
from aci_reconcile.planning.values import Action, find_missing_secrets
from aci_reconcile.preflight import Question, Verdict
from aci_reconcile.reconcile.preflight import preflight
from aci_reconcile.reconcile.quota import QUOTA_LAGS, wait_for_quota
from aci_reconcile.reconcile.steps import Await, Notify, call, pause

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from aci_reconcile.planning.values import Change
    from aci_reconcile.preflight import Check
    from aci_reconcile.preflight.inventory import Preflight
    from aci_reconcile.reconcile.steps import Process

_KEY = "clearance"


@dataclass(slots=True)
class Clearance:
    """The checks of all planned replacements of a run, asked once for all of them. Without a probe nothing is asked."""

    probe: Preflight | None = None
    planned: tuple[Change, ...] = ()
    asking: bool = False
    checks: tuple[Check, ...] | None = None


def check_secrets(change: Change) -> None:
    """Check that every secret of a write is available.

    A plan that lacks one is refused before it begins. A change that waited for another group was decided again since,
    so it is checked here.

    Raises:
        SecretUnavailableError: one is not; nothing was written.
    """
    missing = [f"{secret.source}: {secret.missing}" for _, secret in find_missing_secrets((change,))]
    if missing:
        raise SecretUnavailableError(f"missing secrets: {'; '.join(missing)}", hint="nothing was written")


def check_takers(
    change: Change, takers: tuple[Change, ...], clearance: Clearance, sleep: Callable[[float], None]
) -> Process[None]:
    """Check that the groups that wait for a deletion could be written after it.

    Raises:
        NotConvergedError: a check failed; nothing was deleted.
        AzureError: there is no credential that Azure takes.
    """
    if clearance.probe is None or not takers:
        return
    checks = yield from call(partial(preflight, (change, *takers), probe=clearance.probe, sleep=sleep))
    addresses = {each.address for each in takers}
    failed = [each for each in checks if each.verdict is Verdict.FAILED and addresses & set(each.addresses)]
    if failed:
        why = "; ".join(f"{each.subject}: {each.why}" for each in failed)
        named = ", ".join(sorted(addresses))
        raise NotConvergedError(f"not deleted, because then {named} could not be written: {why}", hint=failed[0].hint)


def check_recreation(
    change: Change,
    clearance: Clearance,
    sleep: Callable[[float], None],
    freed_regions: Collection[tuple[str, str]] = (),
) -> Process[None]:
    """Check that a group that is to be replaced could be created again.

    A question without an answer does not stop the replacement; ``verify`` reports those. Where quota is missing, groups
    that the run deletes at its end are deleted first, one at a time.

    Args:
        change: the replacement.
        clearance: whom to ask, and what was answered.
        sleep: waits before a question is asked again.
        freed_regions: the regions, each with its subscription, in which the run deletes groups.

    Raises:
        NotConvergedError: a check failed; nothing was deleted.
        AzureError: there is no credential that Azure takes.
    """
    if clearance.probe is None:
        return
    ask = partial(preflight, probe=clearance.probe, sleep=sleep)
    alone = partial(ask, [replace(change, action=Action.REPLACE)])
    if change.id.key in {each.id.key for each in clearance.planned}:
        checks = yield from _ask_once(clearance, ask)
    else:
        # It was planned as an update, and is asked about as what it is going to be.
        checks = yield from call(alone)
    failed = _find_failures(checks, change)
    while failed and all(each.question is Question.QUOTA for each in failed):
        if change.after is None or not (yield from wait_for_quota(change, change.after, freed_regions)):
            break
        for lag in QUOTA_LAGS:
            yield from pause(lag, idle=True)
            failed = _find_failures((yield from call(alone)), change)
            if not failed:
                return
    if failed:
        why = "; ".join(f"{each.subject}: {each.why}" for each in failed)
        raise NotConvergedError(f"not deleted, because it could not be created again: {why}", hint=failed[0].hint)


def _find_failures(checks: Iterable[Check], change: Change) -> list[Check]:
    return [each for each in checks if each.verdict is Verdict.FAILED and change.address in each.addresses]


def _ask_once(
    clearance: Clearance, ask: Callable[[tuple[Change, ...]], tuple[Check, ...]]
) -> Process[tuple[Check, ...]]:
    """Return the checks of all planned replacements; the first caller asks, the others wait for the answer."""
    while clearance.checks is None:
        if clearance.asking:
            yield Await(_KEY)
            continue
        clearance.asking = True
        try:
            clearance.checks = yield from call(partial(ask, clearance.planned))
        except AzureError:
            clearance.asking = False
            yield Notify(_KEY)
            raise
        yield Notify(_KEY)
    return clearance.checks
