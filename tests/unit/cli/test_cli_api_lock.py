"""The lock of a program, for all that writes in Python: once it is lost, nothing is sent any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lease_model import Account, FakeBlob, Time

import aci_reconcile
from aci_reconcile.azure.lock.lease import HeldLock, Timing, take
from aci_reconcile.core.lock import Holder
from aci_reconcile.reconcile.events import Finished

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine


@pytest.fixture
def lock() -> HeldLock:
    """A lock that is held."""
    taken = take(FakeBlob(Account(Time())), Holder("shop"), "lease", timing=Timing())
    assert isinstance(taken, HeldLock)
    return taken


@pytest.mark.parametrize("verb", ["restart", "stop"])
def test_groups_are_left_alone_once_it_is_lost(project: CommandLine, lock: HeldLock, verb: str) -> None:
    """The last event says why."""
    loaded = aci_reconcile.load()
    act: Any = getattr(aci_reconcile, verb)
    with aci_reconcile.connect(loaded, local=project.folder / ".aci-reconcile") as backend:
        list(aci_reconcile.apply(aci_reconcile.plan(loaded, backend), backend, lock=lock, stable_for=0))
        *_, held = act(loaded, backend, ["web"], lock=lock)
        list(aci_reconcile.start(loaded, backend, ["web"], lock=lock, stable_for=0))
        lock.fence.close("over")
        *_, lost = act(loaded, backend, ["web"], lock=lock)
        *_, free = act(loaded, backend, ["web"])

    assert isinstance(held, Finished)
    assert isinstance(lost, Finished)
    assert isinstance(free, Finished)
    assert [(1, ""), (0, "over"), (1, "")] == [(each.changed, each.unfinished_because) for each in (held, lost, free)]


def test_no_task_is_run_once_it_is_lost(project: CommandLine, lock: HeldLock) -> None:
    """Nothing is made."""
    loaded = aci_reconcile.load()
    with aci_reconcile.connect(loaded, local=project.folder / ".aci-reconcile") as backend:
        done = aci_reconcile.run_task(loaded, backend, "web", command=("echo", "hello"), lock=lock)
        lock.fence.close("over")
        lost = aci_reconcile.run_task(loaded, backend, "web", command=("echo", "hello"), lock=lock)
        left = list(backend.list(done.run.change.id.scope))

    assert (done.ending.code, lost.ending.code, left) == (0, 125, [])
    assert "over" in lost.ending.reason
