"""The lock itself on a real server, in this process: what each request does, a clock that jumps, many who want it."""

from __future__ import annotations

import os
import threading
import time
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from azurite.storage import Storage, wait_until
from e2e.processes import SUBSCRIPTION

import aci_reconcile
from aci_reconcile.app.lock import open_lock, read_state, write_state
from aci_reconcile.app.requests import Target
from aci_reconcile.azure.http.fence import read_ticks
from aci_reconcile.azure.lock.address import LockAddress, parse_lock_url
from aci_reconcile.azure.lock.lease import HeldLock, Seen, Timing, take
from aci_reconcile.core.errors import LockedError, LockLostError
from aci_reconcile.core.lock import Holder
from aci_reconcile.core.model import Scope
from aci_reconcile.core.shards import ShardNumber
from aci_reconcile.reconcile.events import Finished

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from aci_reconcile.azure.lock.lease import Blob

pytestmark = pytest.mark.lock

SHORT = Timing(lease=15, renewal=5, fence=10, again=1)
"""The shortest lease that Azure grants."""


@pytest.fixture
def address(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> LockAddress:
    """A lock of its own, and the variables of this process."""
    for name, value in storage.environ.items():
        monkeypatch.setenv(name, value)
    container = storage.make_container(f"c{uuid.uuid4().hex}")
    return parse_lock_url(container, "public").choose_name("shop/prod")


@contextmanager
def opened(address: LockAddress) -> Generator[Blob]:
    """Open the way to a lock."""
    with open_lock(address, Target(endpoint=os.environ["ACI_RECONCILE_ARM_ENDPOINT"]), os.environ) as blob:
        yield blob


def hold(blob: Blob, timing: Timing = SHORT, name: str = "run") -> HeldLock | Seen:
    """Take it, or say who has it."""
    return take(blob, Holder("shop/prod", name), str(uuid.uuid4()), timing=timing)


def test_the_states_of_a_lease(address: LockAddress) -> None:
    """Taken, seen, renewed, broken, lost, and taken again."""
    with opened(address) as one, opened(address) as other:
        assert one.look() == Seen(exists=False)
        held = hold(one, name="J\u00fcrgen \U0001f680")
        assert isinstance(held, HeldLock)
        assert hold(other) == Seen(holder=held.holder, leased=True)
        assert one.acquire(held.lease, 15)
        assert held.renew()
        assert not other.renew(str(uuid.uuid4()))
        assert not other.release(str(uuid.uuid4()))
        left = other.break_lease(60)
        assert left is not None
        assert 0 < left <= 15
        held.renew()

        assert held.find_loss() == "somebody else ended the lease of the lock"
        assert isinstance(hold(other), Seen)
        wait_until(lambda: isinstance(hold(other), HeldLock), 20)
        assert not one.release(held.lease)
        assert other.break_lease(0) == 0
        assert other.break_lease(0) in {0, None}


def test_state_is_kept_by_the_holder_only(address: LockAddress) -> None:
    """The server refuses everybody else, and a lock with content is still a lock."""
    with opened(address) as one, opened(address) as other:
        held = hold(one)
        assert isinstance(held, HeldLock)
        assert read_state(held) is None
        write_state(held, {"deletions": [1, 2], "text": "\u00fc"})
        with pytest.raises(LockLostError, match="no longer held"):
            other.write(str(uuid.uuid4()), Holder("shop/prod"), b"{}")
        assert read_state(held) == {"deletions": [1, 2], "text": "\u00fc"}
        held.release()
        with pytest.raises(LockLostError, match="given back"):
            write_state(held, {})
        again = hold(other)

        assert isinstance(again, HeldLock)
        assert read_state(again) == {"deletions": [1, 2], "text": "\u00fc"}
        again.release()


def test_a_clock_that_jumps_closes_the_fence(address: LockAddress) -> None:
    """As after a sleep of the machine: it goes on meanwhile, and the renewals did not."""
    jump = 0.0

    with opened(address) as blob:
        held = take(blob, Holder(), str(uuid.uuid4()), timing=SHORT, ticks=lambda: read_ticks() + jump)
        assert isinstance(held, HeldLock)
        with held:
            before = held.find_loss()
            jump = 3600.0

            assert (before, held.find_loss()) == ("", "the lock was not renewed for 10 s")


def test_a_lease_ends_by_itself(address: LockAddress) -> None:
    """And its former holder has noticed by then, although it renews nothing."""
    with opened(address) as one, opened(address) as other:
        held = hold(one)
        assert isinstance(held, HeldLock)
        took = wait_until(lambda: isinstance(hold(other), HeldLock), 30)

        assert 13 < took < 20
        assert held.find_loss()
        assert not held.renew() or held.find_loss()


def test_it_is_renewed_for_as_long_as_it_is_held(address: LockAddress) -> None:
    """Beyond the end of a lease."""
    with opened(address) as one, opened(address) as other:
        held = hold(one)
        assert isinstance(held, HeldLock)
        with held:
            time.sleep(SHORT.lease + 3)
            assert held.find_loss() == ""
            assert isinstance(hold(other), Seen)
        assert isinstance(hold(other), HeldLock)


def test_many_who_want_it(address: LockAddress) -> None:
    """Sixty times, by six: never two at once, and nobody waits for ever."""
    writing = threading.Semaphore()
    doubles: list[str] = []
    done: list[str] = []

    def work(name: str) -> None:
        with opened(address) as blob:
            while done.count(name) < 10:
                found = hold(blob, name=name)
                if not isinstance(found, HeldLock):
                    time.sleep(0.05)
                    continue
                with found, found.fence.guard():
                    if writing.acquire(blocking=False):
                        time.sleep(0.01)
                        writing.release()
                    else:
                        doubles.append(name)
                done.append(name)

    threads = [threading.Thread(target=work, args=(f"run {number}",)) for number in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(120)

    assert (len(done), doubles) == (60, [])


def test_the_whole_project_and_its_shards(address: LockAddress) -> None:
    """Blobs beside each other: the list says which are held."""
    first, second = (address.choose_name("shop/prod", ShardNumber(number, 2)) for number in (1, 2))
    with opened(address) as whole, opened(first) as one, opened(second) as two:
        held = hold(one)
        assert isinstance(held, HeldLock)
        sibling = hold(two)
        assert isinstance(sibling, HeldLock)
        assert hold(whole) in {Seen(holder=held.holder, leased=True), Seen(holder=sibling.holder, leased=True)}
        held.release()
        sibling.release()
        all_of_it = hold(whole)

        assert isinstance(all_of_it, HeldLock)
        assert isinstance(hold(one), Seen)
        assert set(whole.look_around()) == {address.blob, first.blob, second.blob}
        all_of_it.release()


def test_the_python_api(storage: Storage, address: LockAddress, tmp_path: Path) -> None:
    """A program holds the lock, and what it applies is fenced by it."""
    (tmp_path / "aci-reconcile.yaml").write_text("name: api\nresourceGroup: rg-api\nlocation: westeurope\n")
    (tmp_path / "web.yaml").write_text(
        "name: web\ncontainers:\n  - {name: web, image: nginx:1, resources: {cpu: 1, memoryInGB: 1}}\n"
    )
    url, arm = f"{address.account}/{address.container}", storage.arm.url
    loaded = aci_reconcile.load(cwd=tmp_path, subscription=SUBSCRIPTION)
    with aci_reconcile.connect(loaded, arm_endpoint=arm) as backend:
        allowed = aci_reconcile.Allow(create_resource_groups=True)
        with aci_reconcile.hold_lock(loaded, url=url, arm_endpoint=arm) as lock:
            assert lock.address.blob == "api.lock"
            with (
                pytest.raises(LockedError, match="is held by api"),
                aci_reconcile.hold_lock(loaded, url=url, arm_endpoint=arm),
            ):
                raise AssertionError
            proposal = aci_reconcile.plan(loaded, backend, allow=allowed)
            lock.fence.close("over")
            *_, fenced = aci_reconcile.apply(proposal, backend, lock=lock)
        with aci_reconcile.hold_lock(loaded, url=url, arm_endpoint=arm) as lock:
            *_, done = aci_reconcile.apply(proposal, backend, lock=lock, stable_for=0)
        with pytest.raises(LockLostError, match="given back"):
            backend.create_resource_group(Scope(SUBSCRIPTION, "rg-other"), "westeurope", {})

    assert isinstance(fenced, Finished)
    assert isinstance(done, Finished)
    assert (fenced.added, fenced.unfinished_because) == (0, "over")
    assert (done.added, done.unfinished) == (1, 0)
