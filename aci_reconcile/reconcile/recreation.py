"""A group is deleted and created again; if Azure refuses that for good, the former one may be restored."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.core import tags
from aci_reconcile.core.errors import (
    AciReconcileError,
    AzureError,
    ForbiddenError,
    InvalidRequestError,
    LockLostError,
    NoAnswerError,
    NotConvergedError,
    NotFoundError,
    QuotaError,
)
from aci_reconcile.planning.dns_labels import find_dns_label
from aci_reconcile.planning.losses import Restoration, make_restoration
from aci_reconcile.planning.values import Action
from aci_reconcile.preflight import Question, Verdict
from aci_reconcile.reconcile.comparison import has_moved
from aci_reconcile.reconcile.context import MovedError, Wait
from aci_reconcile.reconcile.events import Waiting
from aci_reconcile.reconcile.handover import QUOTA_LAGS, wait_for_quota
from aci_reconcile.reconcile.operations import wait_until_settled
from aci_reconcile.reconcile.preflight import run_preflight
from aci_reconcile.reconcile.retries import Backoff, repeat_unless_stopped, retry
from aci_reconcile.reconcile.steps import Await, Notify, call, compute, pause
from aci_reconcile.reconcile.writes import delete, finish_write, make_serial, put, stop

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.preflight import Check
    from aci_reconcile.reconcile.context import Context, RecreationChecks
    from aci_reconcile.reconcile.limit_waits import Deadline
    from aci_reconcile.reconcile.steps import Process

SeenTo: TypeAlias = "Callable[[Change, Resource, Context, Deadline, Resource | None], Process[Resource | None]]"


class GoneError(Exception):
    """The group was deleted for a recreation, and creating it again failed."""

    def __init__(self, error: AciReconcileError, *, restored: bool = False, unrestored: str = "") -> None:
        super().__init__(error.message)
        self.error = error
        self.restored = restored
        """Whether the former group is back."""
        self.unrestored = unrestored
        """Why it is not, although it should be."""


def recreate(change: Change, wanted: Resource, ctx: Context, deadline: Deadline) -> Process[Resource | None]:
    """Delete a group, wait until it is gone, and create it; first check as far as possible that this will work.

    Raises:
        GoneError: it was deleted and could not be created again.
    """
    yield from check_recreation(change, ctx.recreation_checks, ctx.clock.sleep, ctx.regions_to_free)
    ctx.check_may_write(change)
    # After the deletion nothing shows any more what the group was, so it is read before.
    former = (yield from _read_former(change, ctx, deadline)) if ctx.policy.restore else Restoration()
    yield from _remove(change, ctx, deadline)
    yield Waiting(change, "deleted, creating it again")
    try:
        seen = yield from _create(change, wanted, ctx, deadline)
    except GoneError as gone:
        if ctx.policy.restore and _is_refusal(gone.error):
            yield from _restore(change, former, gone.error, ctx)
        raise
    return seen


def _read_former(change: Change, ctx: Context, deadline: Deadline) -> Process[Restoration]:
    """Read the group once more, with its run state, and return what it can be restored from."""
    again = partial(repeat_unless_stopped, ctx)
    live = yield from retry(ctx, lambda: ctx.backend.get(change.id), deadline, again=again, idle=True)
    if live is None or change.after is None or has_moved(change, change.before, live):
        raise MovedError
    after = change.after
    return (yield from compute(partial(make_restoration, live, after, ctx.policy)))


def _remove(change: Change, ctx: Context, deadline: Deadline) -> Process[None]:
    """Delete the group that is created again; a failed deletion is fine if the group is gone all the same.

    Raises:
        AzureError: the group is still there.
        GoneError: nobody knows whether it is.
    """
    try:
        yield from delete(change, ctx, deadline)
    except AzureError as error:
        # The deletion may have been carried out although its answer was an error.
        there = yield from _exists(change, ctx, deadline)
        if there:
            raise
        if there is None:
            raise GoneError(error) from error


def _create(
    change: Change, wanted: Resource, ctx: Context, deadline: Deadline, finish: SeenTo = finish_write
) -> Process[Resource | None]:
    """Create a group whose name was just in use; ``finish`` verifies the result.

    A creation that fails is tried again until the deadline: many causes pass (a DNS label or a quota that is not free
    yet, a registry that does not answer). A final refusal ends it.

    Raises:
        GoneError: it could not be created.
    """
    backoff, refusals = Backoff(delay=1, factor=2, ceiling=30), Refusals(change, wanted, ctx)
    there: bool | None = False
    while True:
        try:
            if there is None:  # a creation may have been carried out: nothing is sent before that is known
                there = yield from _exists(change, ctx, deadline)
            seen = (yield from put(change, wanted, ctx, deadline, expected=None)) if there is False else None
            return (yield from finish(change, wanted, ctx, deadline, seen))
        except LockLostError as error:  # from now on it may be somebody else's to create
            raise GoneError(error) from error
        except (AzureError, NotConvergedError) as error:
            there = yield from _exists(change, ctx, deadline)
            if there:
                raise
            delay = backoff.next()
            # The group is gone, so every second without it counts: a refusal that no waiting cures ends it at once.
            if refusals.is_final(error) or ctx.stopped() or ctx.clock.now() + delay > deadline.at:
                raise GoneError(error) from error
            said = error.code if isinstance(error, AzureError) else ""
            yield Waiting(change, f"not created yet ({said or error.message}), retrying in {delay:.0f} s")
            if isinstance(error, QuotaError):
                yield from wait_for_quota(change, wanted, ctx.regions_to_free)
        yield from pause(delay, idle=True)


def _wait_until_settled(
    change: Change, _wanted: Resource, ctx: Context, deadline: Deadline, seen: Resource | None
) -> Process[Resource | None]:
    """Wait until the former group exists again. It is not verified: there is nothing better to send."""
    return seen or (yield from wait_until_settled(change, ctx, deadline))


def _exists(change: Change, ctx: Context, deadline: Deadline) -> Process[bool | None]:
    """Whether the group exists; None if Azure does not answer."""
    try:
        return (yield from retry(ctx, lambda: ctx.backend.get(change.id), deadline)) is not None
    except AzureError:
        return None


def _is_refusal(error: AciReconcileError) -> bool:
    """Whether Azure refused: if it did not answer, the new group may yet come."""
    return isinstance(error, AzureError) and not isinstance(error, NoAnswerError)


def _renew_serial(former: Resource, ctx: Context) -> Resource:
    """Return a former group with a new serial, so that a plan made before this write is stale."""
    applied = replace(tags.Applied.of(former.tags), serial=make_serial(ctx))
    return former.with_body({**former.body, "tags": tags.merge(former.tags, {tags.APPLIED: str(applied)})})


def _restore(change: Change, former: Restoration, refusal: AciReconcileError, ctx: Context) -> Process[None]:
    """Create the former group again, even after an interruption, because the recreation was begun.

    Raises:
        GoneError: always; it says whether the group is back.
    """
    group = former.group
    if group is None:
        raise GoneError(refusal, unrestored=former.why_not) from refusal
    yield Waiting(change, "refused; restoring the former group")
    group = _renew_serial(group, ctx)
    deadline, settled = ctx.make_deadline(), replace(ctx, wait=Wait.PROVISIONED)
    try:
        yield from _create(replace(change, after=group), group, settled, deadline, _wait_until_settled)
        if former.stopped:
            yield from stop(change, ctx, deadline)
    except GoneError as failed:
        raise GoneError(refusal, unrestored=failed.error.message) from refusal
    except (AzureError, NotConvergedError) as failed:  # it is there, and not quite as it was
        raise GoneError(refusal, restored=True, unrestored=failed.message) from refusal
    raise GoneError(refusal, restored=True) from refusal


_CHECKED = "checks"


def check_recreation(
    change: Change,
    shared: RecreationChecks,
    sleep: Callable[[float], None],
    freed_regions: Collection[tuple[str, str]] = (),
) -> Process[None]:
    """Check that a group that is to be replaced could be created again.

    A question without an answer does not stop the replacement; ``verify`` reports those. Where quota is missing, groups
    that the run deletes at its end are deleted first, one at a time.

    Args:
        change: the replacement.
        shared: the checks of all replacements of the run.
        sleep: waits before a question is asked again.
        freed_regions: the regions, each with its subscription, in which the run deletes groups.

    Raises:
        NotConvergedError: a check failed; nothing was deleted.
        AzureError: there is no credential that Azure takes.
    """
    if shared.probe is None:
        return
    ask = partial(run_preflight, probe=shared.probe, sleep=sleep)
    alone = partial(ask, [replace(change, action=Action.REPLACE)])
    if change.id.key in {each.id.key for each in shared.planned}:
        checks = yield from _ask_once(shared, ask)
    else:
        # It was planned as an update, and is asked about as what it is going to be.
        checks = yield from call(alone)
    failed = _find_failures(checks, change)
    # Quota is the one thing that this run can free: its deletions come last, and one of them may come first.
    while failed and all(each.question is Question.QUOTA for each in failed):
        if change.after is None or not (yield from wait_for_quota(change, change.after, freed_regions)):
            break
        # Azure does not count a deletion at once; how soon is not documented.
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
    shared: RecreationChecks, ask: Callable[[tuple[Change, ...]], tuple[Check, ...]]
) -> Process[tuple[Check, ...]]:
    """Return the checks of all planned replacements: the first caller asks Azure, the others wait for the answer."""
    while shared.checks is None:
        if shared.asking:
            yield Await(_CHECKED)
            continue
        shared.asking = True
        try:
            shared.checks = yield from call(partial(ask, shared.planned))
        except AzureError:
            shared.asking = False
            yield Notify(_CHECKED)
            raise
        yield Notify(_CHECKED)
    return shared.checks


_FINAL: Final = (InvalidRequestError, ForbiddenError, NotFoundError)
"""Azure refuses the body, the identity, or what the body names: the same request has the same answer."""

_TRIES: Final[Mapping[str, int]] = {"inaccessibleimage": 3, "multipleerrorsoccurred": 3}
"""After how many refusals to give up: a registry can fail for a moment (users' reports), and several errors at once are
mostly about images."""

_PASSING: Final = frozenset({"invalidresourcelocation"})
"""ARM may still know the group that was just deleted, in its former location."""

_LABEL: Final = "dnsnamelabelalreadytaken"


@dataclass(frozen=True, slots=True)
class Refusals:
    """The refusals that one creation has met."""

    change: Change
    wanted: Resource
    ctx: Context
    _met: Counter[str] = field(default_factory=Counter[str])

    def is_final(self, error: AciReconcileError) -> bool:
        """Count a refusal; return whether sending the request again is useless."""
        code = str(getattr(error, "code", "")).lower()
        self._met[code] += 1
        if code in _TRIES:
            return self._met[code] >= _TRIES[code]
        if code == _LABEL:
            return not self._is_label_freed()
        return isinstance(error, _FINAL) and code not in _PASSING

    def _is_label_freed(self) -> bool:
        """Whether the DNS label is the group's own, or one that this run frees: Azure takes a while to notice."""
        label = find_dns_label(self.wanted)
        return label is not None and (label == find_dns_label(self.change.before) or label in self.ctx.freed_labels)
