"""Watches that share a lock: each holds it only while it writes, and all count together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from factories import rid
from lease_model import Account, FakeBlob, Time
from watched_world import WatchedWorld

from aci_reconcile.app.policy import Allow
from aci_reconcile.app.watch.ledger import DAY, Entry, Kind
from aci_reconcile.azure.lock.lease import HeldLock, Timing, take
from aci_reconcile.core.errors import LockError, NoAnswerError
from aci_reconcile.core.lock import Holder
from aci_reconcile.reconcile.rounds import Fault, Heal, Trouble

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.emulator import Request, Response
    from aci_reconcile.reconcile.rounds import Round


@pytest.fixture
def account() -> Account:
    """Return a storage account whose leases end only when a test turns its clock."""
    return Account(Time())


@pytest.fixture
def watched(tmp_path: Path, account: Account) -> WatchedWorld:
    """Return a watch that heals everything under a lock, of a project that is as declared."""
    made = WatchedWorld(tmp_path, lock=FakeBlob(account))
    made.settings = replace(made.settings, heal=Heal.ALL, health_every=60)
    made.start()
    for name in "abc":
        made.declare(name)
    made.round()
    made.world.clock.sleep(2 * DAY)
    made.go_on(2)
    return made


def join(watched: WatchedWorld, account: Account) -> WatchedWorld:
    """Start another watch of the same project."""
    second = WatchedWorld(watched.folder, world=watched.world, settings=watched.settings, lock=FakeBlob(account))
    second.start()
    return second


def take_by_hand(account: Account) -> HeldLock:
    """Take the lock, as somebody's apply does."""
    taken = take(FakeBlob(account), Holder("shop", "apply"), "by hand", timing=Timing(), ticks=account.time.read)
    assert isinstance(taken, HeldLock)
    return taken


def break_image(watched: WatchedWorld, name: str) -> None:
    """Change a group in Azure."""
    live = watched.world.arm("GET", str(rid(name)))
    live["properties"]["containers"][0]["properties"]["image"] = "nginx:hand"
    watched.world.put(rid(name), live)


def list_healed(done: Round) -> list[str]:
    """Return what a round has changed."""
    return [each.address for each in done.healed]


def test_rounds_without_a_difference_leave_the_lock_alone(watched: WatchedWorld, account: Account) -> None:
    """A person's apply gets its turn at any time; once an hour, how many groups there are is noted under the lock."""
    taken = len(account.taken)
    done = watched.go_on(60)

    assert all(each.good for each in done)
    assert len(account.taken) - taken in {1, 2}
    assert not account.leased


def test_a_difference_is_healed_under_the_lock_which_is_given_back(watched: WatchedWorld, account: Account) -> None:
    """The group is read again once the lock is held."""
    taken = len(account.taken)
    break_image(watched, "a")

    assert ["rg-shop/a"] == list_healed(watched.round())
    assert (len(account.taken), account.leased) == (taken + 1, False)


def test_while_somebody_applies_nothing_is_healed(watched: WatchedWorld, account: Account) -> None:
    """It goes on looking, says who holds the lock, and heals afterwards."""
    by_hand = take_by_hand(account)
    break_image(watched, "a")
    sent = len(watched.world.writes)
    held = watched.round()
    by_hand.let_go()

    assert (held.good, held.in_sync, sent) == (True, 2, len(watched.world.writes))
    assert "is held by shop (apply" in held.paused
    assert {"rg-shop/a": Trouble.HELD} == {each.address: each.trouble for each in held.concerns}
    assert ["rg-shop/a"] == list_healed(watched.round())


def test_who_has_nothing_to_heal_minds_nobody_else(watched: WatchedWorld, account: Account) -> None:
    """The hourly note of how many groups there are can wait."""
    by_hand = take_by_hand(account)
    held = watched.go_on(70)
    by_hand.let_go()
    taken = len(account.taken)
    watched.round()

    assert all(each.good and not each.paused for each in held)
    assert len(account.taken) == taken + 1


def test_what_was_healed_meanwhile_is_not_written_again(watched: WatchedWorld, account: Account) -> None:
    """Between the look and the lock somebody else may have done it: the second look decides."""
    break_image(watched, "a")
    assert watched.lock is not None
    lock, travelled = watched.lock, list[str]()

    def repair() -> None:
        if lock.asked[-1] == "acquire" and not travelled:
            travelled.append("once")
            live = watched.world.arm("GET", str(rid("a")))
            live["properties"]["containers"][0]["properties"]["image"] = "nginx:1"
            watched.world.put(rid("a"), live)

    lock.travel = repair
    sent = len(watched.world.writes)
    done = watched.round()

    assert travelled
    assert (done.healed, done.in_sync) == ((), 3)
    assert len(watched.world.writes) - sent == 1


def test_two_watches_count_together(watched: WatchedWorld, account: Account) -> None:
    """One deletion a day is one, whichever of them makes it."""
    allowed = Allow(prune=True, max_deletes=1)
    watched.start(allow=allowed)
    watched.round()
    second = join(watched, account)
    second.round()
    watched.forget("a")
    first_round = watched.round()
    watched.forget("b")
    held = second.round()
    watched.world.clock.sleep(DAY)

    assert ["rg-shop/a"] == list_healed(first_round)
    assert {"rg-shop/b": Trouble.HELD} == {each.address: each.trouble for each in held.concerns}
    assert (held.deletions.used, held.healed) == (1, ())
    assert ["rg-shop/b"] == list_healed(second.round())


def test_two_watches_restart_a_crashing_group_as_often_as_one(watched: WatchedWorld, account: Account) -> None:
    """Three times an hour."""
    second = join(watched, account)
    second.round()
    watched.declare("a", image="sim/crash")
    done = [each for _ in range(14) for each in (*watched.go_on(1), *second.go_on(1))]
    restarts = [each for one in done for each in one.healed if each.impact in {"restart", "start"}]

    assert len(restarts) == 3


def test_the_next_one_goes_on_when_one_was_killed(watched: WatchedWorld, account: Account) -> None:
    """Its lease ends by itself; what it was about to delete counts as deleted."""
    second = join(watched, account)
    course = watched.controller.course
    with course.link.hold() as lock:
        course.read_ledger(lock)
        course.expect([Entry(watched.world.clock.now(), Kind.DELETION, "rg-shop/a")])
    take_by_hand(account)  # which is never given back
    during = second.round()
    account.time.now += 61
    after = second.round()

    assert during.good
    assert (during.deletions.used, after.deletions.used) == (0, 1)


def test_what_azure_did_not_take_is_written_once_more(
    watched: WatchedWorld, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the lock, too: somebody may have written at the same moment."""
    handle, puts = watched.world.emulator.handle, [0]

    def answer(request: Request) -> Response:
        if request.method == "PUT" and b"nginx:2" in request.body:
            puts[0] += 1
            if puts[0] == 1:
                request = replace(request, body=request.body.replace(b"nginx:2", b"nginx:1"))
        return handle(request)

    monkeypatch.setattr(watched.world.emulator, "handle", answer)
    watched.declare("a", image="nginx:2")
    done = watched.go_on(3)

    assert [each for one in done for each in list_healed(one)] == ["rg-shop/a"]
    assert (puts[0], done[-1].in_sync) == (2, 3)


def test_a_stopped_group_is_started_under_the_lock(watched: WatchedWorld, account: Account) -> None:
    """Its run state, which is due now and then only, is read once more under it."""
    watched.world.arm("POST", f"{rid('b')}/stop")

    assert [("rg-shop/b", "start")] == [(each.address, each.impact) for each in watched.round().healed]


def test_a_storage_account_that_does_not_answer_stops_healing_only(watched: WatchedWorld, account: Account) -> None:
    """Azure is still looked at, as often as before."""
    assert watched.lock is not None
    watched.lock.cut = True
    calm = watched.round()
    break_image(watched, "a")
    failed = watched.go_on(3)
    watched.lock.cut = False

    assert calm.good
    assert {Fault.STATE} == {each.fault for each in failed}
    assert (failed[-1].in_sync, round(failed[-1].due - failed[-1].began)) == (2, 60)
    assert ["rg-shop/a"] == list_healed(watched.round())


def test_what_is_no_lock_ends_the_first_round(tmp_path: Path) -> None:
    """Nobody waits for it to become one."""
    account = Account(Time(), exists=True, foreign=True)
    watched = WatchedWorld(tmp_path, lock=FakeBlob(account))
    watched.declare("a")
    watched.start(heal=Heal.CONFIG)

    with pytest.raises(LockError, match="is no lock"):
        watched.round()


def test_a_first_round_that_cannot_have_the_lock_only_looks(tmp_path: Path, account: Account) -> None:
    """And the count is read as soon as it can."""
    watched = WatchedWorld(tmp_path, lock=FakeBlob(account))
    watched.declare("a")
    watched.start(heal=Heal.CONFIG)
    by_hand = take_by_hand(account)
    first = watched.round()
    by_hand.let_go()
    assert watched.lock is not None
    watched.lock.failures = [NoAnswerError("no answer")] * 3
    second = watched.round()

    assert (first.good, first.healed, "is held by" in first.paused) == (True, (), True)
    assert (second.fault, second.healed) == (Fault.STATE, ())
    assert ["rg-shop/a"] == list_healed(watched.round())
