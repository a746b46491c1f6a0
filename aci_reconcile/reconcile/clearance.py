"""Before a group is deleted to be created again: everything that can be asked about its creation has been asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.checks import Verdict
from aci_reconcile.errors import AzureError, NotConvergedError, SecretUnavailableError
from aci_reconcile.plan.values import Action, missing_secrets
from aci_reconcile.reconcile.preflight import preflight
from aci_reconcile.reconcile.steps import Await, Notify, call

if TYPE_CHECKING:
    from collections.abc import Callable

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
        raise SecretUnavailableError(f"not at hand: {'; '.join(missing)}", hint="nothing was written")


def cleared(change: Change, clearance: Clearance, sleep: Callable[[float], None]) -> Process[None]:
    """Let a replacement begin only where no check says that the group could not be created again.

    What could not be checked does not stop it; ``verify`` tells what that is.

    Raises:
        NotConvergedError: a check failed; nothing was deleted.
        AzureError: there is no credential that Azure takes.
    """
    if clearance.probe is None:
        return
    ask = partial(preflight, probe=clearance.probe, sleep=sleep)
    if change.id.key in {each.id.key for each in clearance.planned}:
        found = yield from _together(clearance, ask)
    else:
        # It was planned as an update, and is asked about as what it is going to be.
        found = yield from call(partial(ask, [replace(change, action=Action.REPLACE)]))
    failed = [each for each in found if each.verdict is Verdict.FAILED and change.address in each.addresses]
    if failed:
        why = "; ".join(f"{each.subject}: {each.why}" for each in failed)
        raise NotConvergedError(f"not deleted, for it could not be created again: {why}", hint=failed[0].hint)


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
