"""The file of the count: what somebody else has written since is not overwritten."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from factories import rid
from watched_world import WatchedWorld

from aci_reconcile.app.policy import Allow
from aci_reconcile.app.watch.ledger import DAY, Entry, Kind, Ledger
from aci_reconcile.app.watch.ledger_file import LedgerFile
from aci_reconcile.core.errors import AciReconcileError
from aci_reconcile.reconcile.rounds import Fault, Heal, Trouble

if TYPE_CHECKING:
    from pathlib import Path

fcntl = pytest.importorskip("fcntl")

NOW = 1_800_000_000.0
ONE = Ledger((Entry(NOW, Kind.DELETION, "rg/a"),))


def test_two_files_of_one_name_count_together(tmp_path: Path) -> None:
    """Who has not read what the other one wrote cannot write; once it has read that, it can."""
    first, second = LedgerFile(tmp_path / "state"), LedgerFile(tmp_path / "state")
    first.read("shop", NOW)
    second.read("shop", NOW)
    first.write(ONE, "shop")
    with pytest.raises(AciReconcileError, match="is written by somebody else, too"):
        second.write(Ledger(), "shop")
    kept, why = second.read("shop", NOW)
    second.write(kept.expect([Entry(NOW, Kind.DELETION, "rg/b")]), "shop")
    with pytest.raises(AciReconcileError, match="somebody else"):
        first.write(ONE, "shop")

    assert (kept, why) == (ONE, "")
    assert first.read("shop", NOW)[0].count_spent(NOW).deletions == 2


def test_a_file_that_has_gone_is_made_anew(tmp_path: Path) -> None:
    """Somebody has cleaned up; what this process has counted is still known to it."""
    state = LedgerFile(tmp_path / "state")
    state.read("shop", NOW)
    state.write(ONE, "shop")
    state.file.unlink()
    state.write(ONE.note_owned(3, NOW), "shop")

    assert state.read("shop", NOW)[0].count_spent(NOW).deletions == 1


def test_who_writes_is_alone(tmp_path: Path) -> None:
    """It waits for another one that writes just now, and not for ever."""
    pauses: list[float] = []
    state = LedgerFile(tmp_path / "state", pauses.append)
    other = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(AciReconcileError, match="cannot be written"):
        state.write(ONE, "shop")
    state.sleep = lambda _seconds: os.close(other)
    state.write(ONE, "shop")

    assert 4 < sum(pauses) < 6
    assert state.file.exists()


def test_many_who_write_lose_nothing(tmp_path: Path) -> None:
    """Each count of ten times six is there in the end."""

    def work(name: str) -> None:
        state, done = LedgerFile(tmp_path / "state"), 0
        while done < 10:
            ledger, _ = state.read("shop", NOW)
            try:
                state.write(ledger.expect([Entry(NOW, Kind.RESTART, f"rg/{name}")]), "shop")
            except AciReconcileError:
                continue
            done += 1

    threads = [threading.Thread(target=work, args=(f"{number}",)) for number in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)

    assert LedgerFile(tmp_path / "state").read("shop", NOW)[0].count_spent(NOW).restarts == 60


def test_two_watches_with_one_file_keep_the_limits_of_a_day(tmp_path: Path) -> None:
    """The round of the one that does not know the newest count fails before it writes anything."""
    first = WatchedWorld(tmp_path)
    first.settings = replace(first.settings, heal=Heal.CONFIG, allow=Allow(prune=True, max_deletes=1))
    first.start(state=first.keep_state())
    for name in "abcd":
        first.declare(name)
    first.round()
    first.world.clock.sleep(2 * DAY)
    first.round()
    second = WatchedWorld(tmp_path, world=first.world, settings=first.settings)
    second.start(state=second.keep_state())
    second.round()
    first.go_on(2)  # the second one may have noted how many groups there are in a new hour
    first.forget("a")
    deleted = first.round()
    first.forget("b")
    live = first.world.arm("GET", str(rid("c")))
    live["properties"]["containers"][0]["properties"]["image"] = "nginx:hand"
    first.world.put(rid("c"), live)
    sent = len(first.world.writes)
    refused = second.round()
    unwritten = len(first.world.writes) - sent
    after = second.round()

    assert ["rg-shop/a"] == [each.address for each in deleted.healed]
    assert (refused.fault, refused.healed, unwritten) == (Fault.STATE, (), 0)
    assert "is written by somebody else" in refused.failure
    assert ["rg-shop/c"] == [each.address for each in after.healed]
    assert {"rg-shop/b": Trouble.HELD} == {each.address: each.trouble for each in after.concerns}
    assert after.deletions.used == 1
