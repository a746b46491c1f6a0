"""Before a group is deleted to be created again: everything that can be asked about its creation has been asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.checks import Question, Verdict
from aci_reconcile.errors import AzureError, NotConvergedError, SecretUnavailableError
from aci_reconcile.plan.values import Action, missing_secrets
from aci_reconcile.reconcile.preflight import preflight
from aci_reconcile.reconcile.quota import QUOTA_LAGS, quota_freed
from aci_reconcile.reconcile.steps import Await, Notify, call, pause

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from aci_reconcile.checks import Check
    from aci_reconcile.inventory import Preflight
    from aci_reconcile.plan.values import Change
    from aci_reconcile.reconcile.steps import Process

_KEY = "clearance"


@dataclass(slots=True)
class Clearance:
    """The checks of all planned replacements of a run, asked once for all of them. Without a probe nothing is asked."""

    probe: Preflight | None = None
    planned: tuple[Change, ...] = ()
    asking: bool = False
    checks: tuple[Check, ...] | None = None


def at_hand(change: Change) -> None:
    """Let a write begin only where every secret of it is at hand.

    A plan with one that is not is refused as a whole; but what waited for another group was decided anew since.

    Raises:
        SecretUnavailableError: one is not; nothing was written.
    """
    missing = [f"{secret.source}: {secret.missing}" for _, secret in missing_secrets((change,))]
    if missing:
        raise SecretUnavailableError(f"missing secrets: {'; '.join(missing)}", hint="nothing was written")


def succeeded(
    change: Change, takers: tuple[Change, ...], clearance: Clearance, sleep: Callable[[float], None]
) -> Process[None]:
    """Let a deletion that others wait for begin only where no check says that those could not be written.

    Raises:
        NotConvergedError: a check failed; nothing was deleted.
        AzureError: there is no credential that Azure takes.
    """
    if clearance.probe is None or not takers:
        return
    found = yield from call(partial(preflight, (change, *takers), probe=clearance.probe, sleep=sleep))
    addresses = {each.address for each in takers}
    failed = [each for each in found if each.verdict is Verdict.FAILED and addresses & set(each.addresses)]
    if failed:
        why = "; ".join(f"{each.subject}: {each.why}" for each in failed)
        named = ", ".join(sorted(addresses))
        raise NotConvergedError(f"not deleted, because then {named} could not be written: {why}", hint=failed[0].hint)


def cleared(
    change: Change, clearance: Clearance, sleep: Callable[[float], None], freed: Collection[tuple[str, str]] = ()
) -> Process[None]:
    """Let a replacement begin only where no check says that the group could not be created again.

    What could not be checked does not stop it; ``verify`` tells what that is. Where a quota is missing, what the run
    deletes in the end is deleted first, a group at a time.

    Args:
        change: the replacement.
        clearance: whom to ask, and what was answered.
        sleep: waits before a question is asked again.
        freed: the regions, each with its subscription, in which the run deletes groups.

    Raises:
        NotConvergedError: a check failed; nothing was deleted.
        AzureError: there is no credential that Azure takes.
    """
    if clearance.probe is None:
        return
    ask = partial(preflight, probe=clearance.probe, sleep=sleep)
    alone = partial(ask, [replace(change, action=Action.REPLACE)])
    if change.id.key in {each.id.key for each in clearance.planned}:
        found = yield from _together(clearance, ask)
    else:
        # It was planned as an update, and is asked about as what it is going to be.
        found = yield from call(alone)
    failed = _failed(found, change)
    while failed and all(each.question is Question.QUOTA for each in failed):
        if change.after is None or not (yield from quota_freed(change, change.after, freed)):
            break
        for lag in QUOTA_LAGS:
            yield from pause(lag, idle=True)
            failed = _failed((yield from call(alone)), change)
            if not failed:
                return
    if failed:
        why = "; ".join(f"{each.subject}: {each.why}" for each in failed)
        raise NotConvergedError(f"not deleted, because it could not be created again: {why}", hint=failed[0].hint)


def _failed(found: Iterable[Check], change: Change) -> list[Check]:
    return [each for each in found if each.verdict is Verdict.FAILED and change.address in each.addresses]


def _together(
    clearance: Clearance, ask: Callable[[tuple[Change, ...]], tuple[Check, ...]]
) -> Process[tuple[Check, ...]]:
    """Return the checks of all planned replacements; the first one asks, the others wait for it."""
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
