"""The count beside the lock: whoever takes the lock next goes on with it, and nobody writes it without the lock."""

from __future__ import annotations

import pytest
from lease_model import Account, FakeBlob, Time

from aci_reconcile.app.watch.ledger import Entry, Kind, Ledger
from aci_reconcile.app.watch.ledger_lock import LedgerBesideLock
from aci_reconcile.azure.lock.lease import HeldLock, Timing, take
from aci_reconcile.core.errors import LockLostError, UsageError
from aci_reconcile.core.lock import Holder

NOW = 1_800_000_000.0
LEDGER = Ledger((Entry(NOW - 60, Kind.DELETION, "rg/a"),), commit="abc")


def hold(account: Account, name: str) -> HeldLock:
    """Take the lock, which is free."""
    taken = take(
        FakeBlob(account), Holder("shop", f"watch {name}", name), name, timing=Timing(), ticks=account.time.read
    )
    assert isinstance(taken, HeldLock)
    return taken


def test_the_next_holder_goes_on_with_the_count() -> None:
    """On another machine, too."""
    account = Account(Time())
    first = hold(account, "first")
    LedgerBesideLock(first).write(LEDGER, "shop")
    first.let_go()

    assert (LEDGER, "") == LedgerBesideLock(hold(account, "second")).read("shop", NOW)


def test_a_new_lock_knows_nothing() -> None:
    """So the day counts as used up."""
    ledger, why = LedgerBesideLock(hold(Account(Time()), "first")).read("shop", NOW)

    assert ledger.count_spent(NOW).unknown
    assert "nothing is kept" in why


def test_who_has_lost_the_lock_counts_no_more() -> None:
    """Then it may not delete either."""
    account = Account(Time())
    held = hold(account, "first")
    account.time.now += 61

    with pytest.raises(LockLostError):
        LedgerBesideLock(held).write(LEDGER, "shop")
    assert account.content == b""


def test_what_another_project_keeps_is_not_overwritten() -> None:
    """It is an error."""
    account = Account(Time())
    state = LedgerBesideLock(hold(account, "first"))
    state.write(LEDGER, "other")

    with pytest.raises(UsageError, match="that of other"):
        state.read("shop", NOW)


@pytest.mark.parametrize("content", [b'{"format_version": 1', b"[]", b'{"format_version": 1, "project": "shop"}'])
def test_what_is_damaged_counts_as_used_up(content: bytes) -> None:
    """Or is an error of the round: in no case nothing was deleted."""
    account = Account(Time())
    held = hold(account, "first")
    account.content = content
    state = LedgerBesideLock(held)
    if content.endswith(b"1"):
        with pytest.raises(Exception, match="something else than JSON"):
            state.read("shop", NOW)
        return

    assert state.read("shop", NOW)[0].count_spent(NOW).unknown
