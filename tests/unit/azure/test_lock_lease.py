"""A lease of a blob: taken, shown, renewed, given back, and lost."""

from __future__ import annotations

import threading

import pytest
from lease_model import Account, FakeBlob, Time

from aci_reconcile.azure.lock.lease import HeldLock, Seen, Timing, take
from aci_reconcile.core.errors import ForbiddenError, LockError, LockLostError, NoAnswerError
from aci_reconcile.core.lock import Holder

OURS, THEIRS = Holder("shop/prod", "apply 1", "here"), Holder("shop/prod", "apply 2", "there")
QUICK = Timing(renewal=0.01, again=0.01)


def hold(blob: FakeBlob, holder: Holder = OURS, lease: str = "ours", timing: Timing | None = None) -> HeldLock:
    """Take a lock that is free."""
    taken = take(blob, holder, lease, timing=timing or Timing(), ticks=blob.account.time.read)
    assert isinstance(taken, HeldLock)
    return taken


def wait_for(asked: list[str], what: str, times: int = 1) -> None:
    """Wait until the thread that renews has asked."""
    for _ in range(1000):
        if asked.count(what) >= times:
            return
        threading.Event().wait(0.005)
    raise AssertionError(asked)


def test_the_blob_is_created_and_says_who_holds_it() -> None:
    """Whoever waits sees the owner, the run and the host."""
    account = Account(Time())

    held = hold(FakeBlob(account))
    other = take(FakeBlob(account), THEIRS, "theirs", timing=Timing(), ticks=account.time.read)

    assert held.find_loss() == ""
    assert other == Seen(holder=OURS, leased=True)


def test_a_blob_that_is_no_lock_stays_as_it_is() -> None:
    """Somebody else's data has the name."""
    account = Account(Time(), exists=True, foreign=True, content=b"data")
    blob = FakeBlob(account)

    with pytest.raises(LockError, match="is no lock"):
        take(blob, OURS, "ours", timing=Timing())

    assert blob.asked == ["look"]


def test_giving_it_back_lets_the_next_one_in_at_once() -> None:
    """Nobody waits for a lease that ended well."""
    account = Account(Time())
    with hold(FakeBlob(account)) as held:
        pass

    assert held.find_loss() == "the lock was given back"
    assert isinstance(take(FakeBlob(account), THEIRS, "theirs", timing=Timing()), HeldLock)


def test_a_killed_holder_blocks_for_as_long_as_its_lease_lasts() -> None:
    """And no longer: nobody has to clean up."""
    account = Account(Time())
    hold(FakeBlob(account))

    account.time.now += 59
    early = take(FakeBlob(account), THEIRS, "theirs", timing=Timing(), ticks=account.time.read)
    account.time.now += 1
    late = take(FakeBlob(account), THEIRS, "theirs", timing=Timing(), ticks=account.time.read)

    assert isinstance(early, Seen)
    assert isinstance(late, HeldLock)


def test_renewals_keep_the_fence_open() -> None:
    """Each counts from the moment at which it was sent."""
    account = Account(Time())
    blob = FakeBlob(account)
    with hold(blob, timing=QUICK) as held:
        account.time.now += 39
        wait_for(blob.asked, "renew", 3)
        account.time.now += 39

        assert held.find_loss() == ""


def test_without_an_answer_the_fence_closes_and_stays_closed() -> None:
    """A network that comes back too late opens nothing."""
    account = Account(Time())
    blob = FakeBlob(account, cut=False)
    with hold(blob, timing=QUICK) as held:
        blob.cut = True
        wait_for(blob.asked, "renew", 3)
        account.time.now += 40
        assert held.find_loss() == "the lock was not renewed for 40 s (no answer)"
        blob.cut = False

    assert held.find_loss() == "the lock was not renewed for 40 s (no answer)"
    assert account.lease == ""


def test_a_lease_that_was_broken_closes_the_fence_at_the_next_renewal() -> None:
    """And until then the next holder waits anyway."""
    account = Account(Time())
    blob = FakeBlob(account)
    with hold(blob, timing=QUICK) as held:
        assert FakeBlob(account).break_lease(60) == 60
        wait_for(blob.asked, "renew", 1)
        for _ in range(200):
            if held.find_loss():
                break
            threading.Event().wait(0.005)

        assert held.find_loss() == "somebody else ended the lease of the lock"


def test_after_a_break_the_former_holder_is_fenced_before_the_next_one_comes() -> None:
    """Whatever the moment, and even if the former one hears nothing of it."""
    for gone in range(61):
        account = Account(Time())
        held = hold(FakeBlob(account))
        account.time.now += gone
        left = FakeBlob(account).break_lease(60)
        account.time.now += left or 0

        assert isinstance(take(FakeBlob(account), THEIRS, "theirs", timing=Timing()), HeldLock), gone
        assert held.find_loss(), gone


def test_a_lost_answer_is_asked_for_again_with_the_same_id() -> None:
    """The lease that was taken without our knowing is ours."""
    account = Account(Time())
    blob = FakeBlob(account, failures=[NoAnswerError("no answer"), NoAnswerError("no answer")])

    assert hold(blob).find_loss() == ""
    assert blob.asked[:3] == ["look", "look", "look"]


def test_a_refusal_after_the_lease_was_taken_gives_it_back() -> None:
    """A right to lease and not to write metadata is possible."""
    account = Account(Time(), exists=True, holder=THEIRS)

    class Denied(FakeBlob):
        def describe(self, lease: str, holder: Holder) -> None:
            raise ForbiddenError("no")

    blob = Denied(account)
    with pytest.raises(ForbiddenError):
        take(blob, OURS, "ours", timing=Timing())

    assert not account.leased


def test_the_state_beside_the_lock_is_the_holders_to_write() -> None:
    """The storage account refuses it from anybody else, and the fence from a former holder."""
    account = Account(Time())
    former = hold(FakeBlob(account))
    former.write(b"{}")
    account.time.now += 60
    held = hold(FakeBlob(account), THEIRS, "theirs")

    assert held.read() == b"{}"
    with pytest.raises(LockLostError, match="not renewed for 40 s"):
        former.write(b"[]")
    with pytest.raises(LockLostError, match="no longer held"):
        former.blob.write(former.lease, OURS, b"[]")
    assert account.content == b"{}"


def test_a_write_that_is_on_its_way_is_waited_for_before_the_lock_is_given_back() -> None:
    """Otherwise the next holder would write beside it."""
    account = Account(Time())
    held = hold(FakeBlob(account))
    sending, sent = threading.Event(), threading.Event()

    def send() -> None:
        with held.fence.guard():
            sending.set()
            sent.wait(10)

    writer = threading.Thread(target=send)
    writer.start()
    sending.wait(10)
    ending = threading.Thread(target=held.release)
    ending.start()
    ending.join(0.05)
    during = account.leased
    sent.set()
    ending.join(10)
    writer.join(10)

    assert during
    assert not account.leased
    with pytest.raises(LockLostError), held.fence.guard():
        raise AssertionError
