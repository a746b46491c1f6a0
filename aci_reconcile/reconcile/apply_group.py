"""One group, from what it is to what it should be: read again, write, settle, read, compare, and see that it runs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.errors import (
    AzureError,
    ImmutableFieldError,
    NotConvergedError,
    RetryableError,
    SecretUnavailableError,
)
from aci_reconcile.core.model import NO_TAGS, as_text
from aci_reconcile.core.resource_types import is_settled
from aci_reconcile.planning.permission import is_protected
from aci_reconcile.planning.policy import UNLIMITED
from aci_reconcile.planning.values import POWER_IMPACTS, Action, Impact, find_missing_secrets
from aci_reconcile.preflight import Verdict
from aci_reconcile.reconcile.comparison import has_moved, is_tag, make_not_taken_error
from aci_reconcile.reconcile.containers import wait_until_running
from aci_reconcile.reconcile.context import MovedError, Wait
from aci_reconcile.reconcile.events import Started
from aci_reconcile.reconcile.handover import note_deletion, put_with_retries
from aci_reconcile.reconcile.limit_waits import wait_for_limits
from aci_reconcile.reconcile.limits import Request, Verb
from aci_reconcile.reconcile.outcome import report_outcome
from aci_reconcile.reconcile.power import keep_power, write_power
from aci_reconcile.reconcile.preflight import run_preflight
from aci_reconcile.reconcile.recreation import recreate
from aci_reconcile.reconcile.references import resolve_deferred
from aci_reconcile.reconcile.retries import repeat_unless_stopped, retry
from aci_reconcile.reconcile.steps import call
from aci_reconcile.reconcile.watch import fresh_since, get_listing, get_watch
from aci_reconcile.reconcile.writes import (
    PROVISIONED,
    add_tags,
    delete,
    finish_write,
    make_deletion_request,
    make_fingerprint,
    make_owner_tag,
    make_serial,
    patch,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.model import Json, Resource
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context, RecreationChecks
    from aci_reconcile.reconcile.limit_waits import Deadline
    from aci_reconcile.reconcile.steps import Process
    from aci_reconcile.reconcile.watch import Listing


def apply_change(change: Change, ctx: Context) -> Process[bool]:
    """Carry out one change; returns whether the group is as it should be."""
    good = yield from report_outcome(change, ctx, change.action.value, _apply_change(change, ctx))
    if good:
        note_deletion(change, ctx)
    return good


def _apply_change(change: Change, ctx: Context) -> Process[bool]:
    try:
        return (yield from _carry_out(change, ctx.finish_what_began(change)))
    finally:
        ctx.give_up_admission(change)


def _carry_out(change: Change, ctx: Context) -> Process[bool]:
    began, deadline = ctx.clock.now(), ctx.make_deadline()
    live = change.before
    if change.writes:
        with get_watch(ctx.watches, change.id.scope).read_one():
            live = yield from _begin(change, ctx, deadline)
        if has_moved(change, change.before, live):
            raise MovedError
        if change.deferred is not None:
            change = yield from resolve_deferred(change, change.deferred, live, ctx, deadline)
            if change.writes:
                yield Started(change)
    if change.writes:
        ctx.check_may_write(change)
        live = yield from _write_all(change, live, ctx, deadline)
        if live is not None:
            ctx.in_flight[change.address] = PROVISIONED
    elif change.stuck:
        raise make_not_taken_error(change.fields)
    return (yield from wait_until_running(change, live, ctx, deadline, began))


def _begin(change: Change, ctx: Context, deadline: Deadline) -> Process[Resource | None]:
    """Wait until the change may begin, and return the group as it is then."""
    yield from _wait_for_first_request(change, ctx, deadline)
    ctx.check_may_write(change)
    if change.deferred is None:  # otherwise the values that it references decide whether anything is written
        yield Started(change)
    # The plan may be minutes old, and ARM has no preconditions: this read is what keeps us from overwriting others.
    return (yield from _read_again(change, ctx, deadline))


def _wait_for_first_request(change: Change, ctx: Context, deadline: Deadline) -> Process[None]:
    """Wait until Azure's limits allow the first request.

    Raises:
        HeldRunError: they do not before the end of the time box; nobody waits for that.
    """
    asked = _make_first_request(change)
    with get_watch(ctx.watches, change.id.scope).hold_one_back():
        if (yield from wait_for_limits(ctx, asked, deadline, idle=True, check=ctx.check_time_box)):
            ctx.admitted[change.address] = asked


def _make_first_request(change: Change) -> Request:
    """Return the request for which Azure's limits must have room before work on the group begins."""
    if change.action in {Action.DELETE, Action.REPLACE}:
        return make_deletion_request(change)
    # The provider counts what is created or deleted; tags, a stop and a start are ARM's to count.
    regional = change.impact is not Impact.TAGS_ONLY and change.impact not in POWER_IMPACTS
    return Request(Verb.WRITE, as_text(change.after.body.get("location")).lower() if change.after and regional else "")


def _read_again(change: Change, ctx: Context, deadline: Deadline) -> Process[Resource | None]:
    """Read the group just before it is written; where many are written, read all of them with one list.

    What the plan read counts while it is fresh: its list, or the group itself, if it read that after the list.
    """
    if change.deferred is None:
        if _is_fresh(change, ctx):
            return change.before
        watch, since = get_watch(ctx.watches, change.id.scope), fresh_since(ctx)
        besides = _find_outdated_list(change, ctx)
        if watch.is_worthwhile(watch.unread) or watch.has_listing(since, besides):
            listing = yield from get_listing(watch, ctx, deadline, since=since, idle=True, besides=besides)
            seen = listing.groups.get(change.id.key) if listing else None
            # A list may be older than the end of a transition; only a read of the group itself shows where that
            # stands.
            if listing and (seen is None or is_settled(seen)):
                return seen
    again = partial(repeat_unless_stopped, ctx)
    return (yield from retry(ctx, lambda: ctx.backend.get(change.id), deadline, again=again, idle=True))


def _is_fresh(change: Change, ctx: Context) -> bool:
    """Whether the plan read the group itself moments ago: after a list that is fresh, so not before it."""
    planned = _find_outdated_list(change, ctx)
    settled = change.before is not None and is_settled(change.before)
    return settled and planned is not None and planned.began >= fresh_since(ctx)


def _find_outdated_list(change: Change, ctx: Context) -> Listing | None:
    """Return the plan's list if the plan read the group again after it; None otherwise."""
    planned = ctx.listings.get(change.id.scope_key)
    return planned if planned is not None and planned.groups.get(change.id.key) is not change.before else None


def _write_all(change: Change, current: Resource | None, ctx: Context, deadline: Deadline) -> Process[Resource | None]:
    """Send the writes of a change, and then start, stop or restart the group, where that belongs to the change."""
    if change.impact in POWER_IMPACTS:
        if change.after is not None and (change.stamp or any(map(is_tag, change.fields))):
            yield from _write_tags(change, change.after, ctx, deadline)
        return (yield from write_power(change, ctx, deadline))
    if change.power is None or not change.sends_body:
        return (yield from _write(change, current, ctx, deadline))
    # Azure takes no stop or start before the group is provisioned; how its containers do until then is no matter.
    stopping = ctx.wait is Wait.NONE or change.keeps_stopped
    live = yield from _write(change, current, replace(ctx, wait=Wait.PROVISIONED) if stopping else ctx, deadline)
    live = yield from keep_power(change, live, ctx, deadline)
    return None if ctx.wait is Wait.NONE else live


def _write(change: Change, current: Resource | None, ctx: Context, deadline: Deadline) -> Process[Resource | None]:
    """Send the writes of a change; returns the settled read, None once deleted."""
    if change.action is Action.DELETE or change.after is None:
        if current is not None:
            yield from check_label_takers(
                change, ctx.label_takers.get(change.address.lower(), ()), ctx.recreation_checks, ctx.clock.sleep
            )
            ctx.check_may_write(change)
            yield from delete(change, ctx, deadline)
        return None
    if change.impact is Impact.TAGS_ONLY:
        return (yield from _write_tags(change, change.after, ctx, deadline))
    check_secrets(change)
    wanted = add_tags(change, change.after, (yield from make_fingerprint(change.after, ctx)), ctx)
    if change.action is Action.REPLACE:
        return (yield from recreate(change, wanted, ctx, deadline))
    try:
        seen = yield from put_with_retries(change, wanted, ctx, deadline)
    # Azure's answers differ for some fields (ports, DNS label): the update is tried, and its refusal decides.
    except (ImmutableFieldError, RetryableError) as error:
        if isinstance(error, RetryableError) and not _is_hung(change, error):
            raise
        if not _can_recreate(change, ctx):
            raise _explain_refusal(error) from error
        ctx.in_flight.pop(change.address, None)  # it was refused: nothing of the group is under way
        return (yield from recreate(change, wanted, ctx, deadline))
    return (yield from finish_write(change, wanted, ctx, deadline, seen))


def _can_recreate(change: Change, ctx: Context) -> bool:
    """Whether a group that Azure refuses to update may be deleted and created again in this run."""
    allowed = ctx.policy.allow_replace == UNLIMITED or (change.after is not None and change.after.lifecycle.replace)
    # A shard deletes nothing, and a run with limits of a day has counted only the recreations of its plan.
    counted = not ctx.policy.sharded and ctx.policy.spent is None
    return change.before is not None and allowed and not is_protected(change) and counted


def _is_hung(change: Change, error: AzureError) -> bool:
    """Whether Azure takes no update of a group that was in transition before the run, and still is."""
    hung = change.before is not None and not is_settled(change.before)
    return hung and error.code == "ContainerGroupTransitioning"


def _explain_refusal(error: AzureError) -> AzureError:
    """Return the refusal of an update with a hint that allows a replacement."""
    return type(error)(
        error.message,
        code=error.code,
        status=error.status,
        request_id=error.request_id,
        hint="allow its replacement with --allow-replace, or with lifecycle.replace: allow in its manifest",
    )


def _write_tags(change: Change, after: Resource, ctx: Context, deadline: Deadline) -> Process[Resource]:
    """Write the tags alone.

    A group that we wrote before keeps the digest of its manifest in them. An adopted one gets no digest: its body was
    never sent.
    """
    live = change.before.tags if change.before else NO_TAGS
    if after.lifecycle.detach:
        ctx.check_may_write(change)
        yield from patch(change, tags.merge(NO_TAGS, after.tags), ctx, deadline)
        return (yield from verify(change, after, ctx, deadline))
    known = change.digest if tags.Applied.of(live).desired else ""
    memory: dict[str, Json] = {
        **make_owner_tag(after, ctx),
        tags.APPLIED: str(tags.Applied(known, serial=make_serial(ctx))),
    }
    if change.stamp:
        memory[tags.SECRETS] = yield from make_fingerprint(after, ctx)
    wanted = tags.merge(after.tags, memory)
    ctx.check_may_write(change)
    yield from patch(change, wanted, ctx, deadline)
    return (yield from verify(change, replace(after, body={**after.body, "tags": wanted}), ctx, deadline))


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


def check_label_takers(
    change: Change, takers: tuple[Change, ...], shared: RecreationChecks, sleep: Callable[[float], None]
) -> Process[None]:
    """Check that the groups that wait for a deletion could be written after it.

    Raises:
        NotConvergedError: a check failed; nothing was deleted.
        AzureError: there is no credential that Azure takes.
    """
    if shared.probe is None or not takers:
        return
    checks = yield from call(partial(run_preflight, (change, *takers), probe=shared.probe, sleep=sleep))
    addresses = {each.address for each in takers}
    failed = [each for each in checks if each.verdict is Verdict.FAILED and addresses & set(each.addresses)]
    if failed:
        why = "; ".join(f"{each.subject}: {each.why}" for each in failed)
        named = ", ".join(sorted(addresses))
        raise NotConvergedError(f"not deleted, because then {named} could not be written: {why}", hint=failed[0].hint)
