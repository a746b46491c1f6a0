"""How a write to one group ended: every write of a group runs in here, and what stops it becomes an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.errors import AciReconcileError, LockLostError
from aci_reconcile.reconcile.containers import NotViableError, examine_failure, report_unhealthy
from aci_reconcile.reconcile.context import MovedError
from aci_reconcile.reconcile.events import Failed, Moved, Skipped
from aci_reconcile.reconcile.recreation import GoneError
from aci_reconcile.reconcile.steps import HeldRunError, InterruptedRunError
from aci_reconcile.reconcile.writes import ACCEPTED, PROVISIONED

if TYPE_CHECKING:
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.context import Context
    from aci_reconcile.reconcile.steps import Process


def report_outcome(change: Change, ctx: Context, doing: str, work: Process[bool]) -> Process[bool]:
    """Run a process that writes to one group, and report how it ended; returns whether the group is as it should be.

    The process itself reports a good end, as ``wait_until_running`` does.

    Args:
        change: the group, and what is done to it.
        ctx: how.
        doing: a verb for the span of the trace, such as ``update``.
        work: the process.
    """
    began = ctx.clock.now()
    good = False
    try:
        with ctx.span(f"{doing} container group", change.address):
            good = yield from work
    except MovedError:
        yield Moved(change, ctx.clock.now() - began, written=change.address in ctx.in_flight)
    except InterruptedRunError:
        # A write that is under way stays in `in_flight`: the last event names its group, for nobody saw its end.
        if change.address in ctx.in_flight:
            return False
        yield Skipped(change, "interrupted")
    except HeldRunError as error:
        yield Skipped(change, str(error), unfinished=error.unfinished)
    except NotViableError as error:
        yield from report_unhealthy(change, error.health, ctx, ctx.clock.now() - began, error.live)
    except GoneError as gone:
        seconds, why = ctx.clock.now() - began, gone.unrestored
        yield Failed(change, gone.error, seconds, gone=not gone.restored, restored=gone.restored, unrestored=why)
    except AciReconcileError as error:
        seconds = ctx.clock.now() - began
        # Before Azure has accepted the write, the containers are those of the former state and explain nothing.
        written = ctx.in_flight.get(change.address) in {ACCEPTED, PROVISIONED}
        if isinstance(error, LockLostError) and not written:
            yield Skipped(change, error.message, unfinished=True)
            ctx.in_flight.pop(change.address, None)
            return False
        health, logs = (yield from examine_failure(change, ctx)) if written else (None, ())
        yield Failed(change, error, seconds, health=health, logs=logs)
    ctx.in_flight.pop(change.address, None)
    return good
