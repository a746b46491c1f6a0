"""Resource groups: created with our tag, deleted only where they carry it and are empty."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.errors import (
    AciReconcileError,
    BlockedError,
    NoAnswerError,
    NotFoundError,
    RetryableError,
    ThrottledError,
    UnfinishedError,
)
from aci_reconcile.core.model import as_object, as_text
from aci_reconcile.core.resource_types import RESOURCE_GROUPS
from aci_reconcile.reconcile.events import ResourceGroupCreated, ResourceGroupDeleted, ResourceGroupFailed
from aci_reconcile.reconcile.limit_waits import Deadline
from aci_reconcile.reconcile.limits import Request, Verb
from aci_reconcile.reconcile.retries import Backoff, check_deadline, make_failure, retry
from aci_reconcile.reconcile.steps import HeldRunError, Task, pause

_CONFLICT: Final = 409

if TYPE_CHECKING:
    from aci_reconcile.core.backend import Operation
    from aci_reconcile.core.model import Scope
    from aci_reconcile.planning.values import ResourceGroupChange
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.steps import Process


def make_task_name(scope: Scope) -> str:
    """Return the name of the task of a resource group."""
    return str(scope).lower()


def make_creation_task(wanted: ResourceGroupChange, ctx: Context) -> Task:
    """Return the task that creates a resource group."""
    return Task(
        name=make_task_name(wanted.scope),
        process=partial(_create, wanted, ctx),
        skipped=lambda because: ResourceGroupFailed(wanted.scope, AciReconcileError(because)),
    )


def _create(wanted: ResourceGroupChange, ctx: Context) -> Process[bool]:
    """Create a resource group that carries our tag, so that ``destroy --resource-groups`` knows it again."""
    owner = {tags.OWNER: ctx.policy.mark}
    create = partial(ctx.backend.create_resource_group, wanted.scope, wanted.location, owner)
    try:
        with ctx.span("create resource group", wanted.scope.resource_group):
            _check_not_held(ctx)
            yield from retry(ctx, create, ctx.make_deadline(), request=Request(Verb.WRITE))
    except AciReconcileError as error:
        yield ResourceGroupFailed(wanted.scope, error)
        return False
    yield ResourceGroupCreated(wanted.scope)
    return True


def _check_not_held(ctx: Context) -> None:
    """Check that no freeze has begun, and that there is time.

    Raises:
        BlockedError: one has.
        UnfinishedError: the time box has ended.
    """
    try:
        ctx.check_time_box()
    except HeldRunError as held:
        raise UnfinishedError(str(held)) from None
    if why := ctx.find_freeze():
        raise BlockedError(f"a freeze began: {why}")


def make_skipped(scope: Scope, because: str) -> ResourceGroupFailed:
    """Return the event for a resource group whose deletion never began."""
    return ResourceGroupFailed(scope, AciReconcileError(because))


def delete_resource_group(scope: Scope, ctx: Context) -> Process[bool]:
    """Delete a resource group that we created and that is empty."""
    try:
        with ctx.span("delete resource group", scope.resource_group):
            was_there = yield from _delete_empty(scope, ctx)
    except AciReconcileError as error:
        yield ResourceGroupFailed(scope, error)
        return False
    if was_there:
        yield ResourceGroupDeleted(scope)
    return True


def _delete_empty(scope: Scope, ctx: Context) -> Process[bool]:
    """Delete it and wait until it is gone; returns whether it was there."""
    deadline = ctx.make_deadline()
    group = yield from retry(ctx, lambda: ctx.backend.get_resource_group(scope), deadline)
    if group is None:
        return False
    _check_ours(scope, tags.get(as_object(group.get("tags")), tags.OWNER), ctx)
    # Azure deletes a resource group with everything in it, whoever put it there.
    left = yield from retry(ctx, lambda: tuple(ctx.backend.list_resources(scope)), deadline)
    _check_empty(scope, left)
    _check_not_held(ctx)
    delete = partial(ctx.backend.delete_resource_group, scope)
    operation = yield from retry(ctx, delete, deadline, request=Request(Verb.DELETE))
    yield from _wait_until_gone(scope, operation, ctx, deadline)
    return True


def _wait_until_gone(scope: Scope, operation: Operation, ctx: Context, deadline: Deadline) -> Process[None]:
    """Wait until a resource group is gone, and follow its deletion: Azure accepts some that fail minutes later.

    Raises:
        AzureError: the deletion has failed, as its operation says, or as the state of the resource group shows.
        NotConvergedError: it is there at the deadline.
    """
    backoff, begun, ended = Backoff(), False, False
    while (group := (yield from retry(ctx, partial(ctx.backend.get_resource_group, scope), deadline))) is not None:
        ended = ended or (yield from _has_ended(operation, ctx))
        kept = RESOURCE_GROUPS.is_settled(group)
        # It was seen on its way out and is no longer: Azure gave up, such as for a lock on something in it.
        if begun and not ended and kept:
            state = as_text(as_object(group.get("properties")).get("provisioningState")) or "unknown"
            raise make_failure("", f"Azure stopped deleting {scope.resource_group}; its state is {state}")
        begun = begun or not kept
        check_deadline(ctx, deadline, "there")
        yield from pause(backoff.next())


def _has_ended(operation: Operation, ctx: Context) -> Process[bool]:
    """Whether a deletion is known to have ended well.

    What an operation answers it answers for good, so that a conflict is no reason to ask again.

    Raises:
        AzureError: it has failed.
    """
    if not operation.url:
        return False
    try:
        progress = yield from retry(ctx, partial(ctx.backend.poll, operation), Deadline(ctx.clock.now(), 0))
    except (NotFoundError, NoAnswerError, ThrottledError):
        return False
    except RetryableError as error:
        if error.status == _CONFLICT:
            raise
        return False
    if progress.failed:
        raise make_failure(progress.error_code, progress.error_message)
    return progress.done


def _check_empty(scope: Scope, left: tuple[str, ...]) -> None:
    if left:
        raise AciReconcileError(f"{scope.resource_group} still contains {len(left)} resources, such as {left[0]}")


def _check_ours(scope: Scope, owner: str, ctx: Context) -> None:
    if not ctx.policy.owns(owner):
        raise AciReconcileError(
            f"{scope.resource_group} was not created by {ctx.policy.owner} and is kept",
            hint=f"it has no tag {tags.OWNER} of this project",
        )
