"""Which lock a run takes, how it waits for it, and what it keeps there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lease_model import ADDRESS, Account, FakeBlob, Time

from aci_reconcile.app.lock import (
    check_lock,
    find_address,
    make_holder,
    read_state,
    require_cut,
    wait_for_lock,
    write_state,
)
from aci_reconcile.app.requests import LockRequest, Target
from aci_reconcile.app.run import ScriptRun, Silence
from aci_reconcile.azure.lock.lease import HeldLock, Timing, take
from aci_reconcile.core.errors import AciReconcileError, LockedError, LockError
from aci_reconcile.core.lock import Holder
from aci_reconcile.core.shards import ShardNumber
from aci_reconcile.manifest import Project
from aci_reconcile.manifest.project.project import LockSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

URL = "https://other.blob.core.windows.net/locks"
PROJECT = Project("shop", Path(), "prod", lock=LockSettings("shop", "locks"))
GOVERNMENT = "https://shop.blob.core.usgovcloudapi.net/locks/shop/prod.lock"
OWN = "https://shop.blob.core.windows.net/locks/shop/prod.lock"


@dataclass(frozen=True)
class Told(Silence):
    """What was said."""

    texts: list[str] = field(default_factory=list)

    def info(self, text: str) -> None:
        """Note a message."""
        self.texts.append(text)


@dataclass
class Clock:
    """A clock that a sleep turns; the storage account's goes on with it."""

    account: Time

    def now(self) -> float:
        """Return the time."""
        return self.account.now

    def sleep(self, seconds: float, /) -> None:
        """Wait."""
        self.account.now += seconds


def make_run(time: Time, environ: Mapping[str, str] | None = None) -> ScriptRun:
    """Return a run that says what it does."""
    return ScriptRun(environ or {}, Path(), Clock(time), Told())


def said(run: ScriptRun) -> list[str]:
    """Return what it has said."""
    assert isinstance(run.console, Told)
    return run.console.texts


@pytest.mark.parametrize(
    ("url", "project", "target", "shard", "expected"),
    [
        ("", PROJECT, Target(), None, OWN),
        ("", PROJECT, Target(), ShardNumber(2, 4), f"{OWN}@2-of-4"),
        (URL, PROJECT, Target(), None, "https://other.blob.core.windows.net/locks/shop/prod.lock"),
        (f"{URL}/all", PROJECT, Target(), None, f"{URL}/all"),
        (URL, Project("default", Path()), Target(), None, f"{URL}/default.lock"),
        ("", PROJECT, Target(cloud="china"), None, OWN.replace("windows.net", "chinacloudapi.cn")),
        ("", PROJECT, Target(endpoint="https://arm.example", cloud="usgov"), None, GOVERNMENT),
        ("", Project("shop", Path()), Target(), None, None),
        ("", PROJECT, Target(local=True), None, None),
        (URL, PROJECT, Target(local=True), None, None),
        ("", PROJECT, Target(endpoint="http://127.0.0.1:8080"), None, None),
    ],
)  # fmt: skip
def test_which_lock(
    url: str, project: Project, target: Target, shard: ShardNumber | None, expected: str | None
) -> None:
    """The option's before the project's; the cloud supplies the host."""
    found = find_address(project, shard, url, target, {})

    assert expected == (None if found is None else str(found))


def test_the_lock_is_that_of_the_project_that_was_read() -> None:
    """A project file that changes meanwhile is no way around it."""
    blob = FakeBlob(Account(Time()))
    held = take(blob, Holder(), "ours", timing=Timing())
    assert isinstance(held, HeldLock)
    run = make_run(Time())

    check_lock(held, PROJECT, None, "", Target(), run)
    check_lock(None, Project("shop", Path()), None, "", Target(), run)
    other = Project("other", Path())
    for lock, project, shard in ((None, PROJECT, None), (held, PROJECT, ShardNumber(1, 2)), (held, other, None)):
        with pytest.raises(LockError, match="changed while it was read"):
            check_lock(lock, project, shard, "", Target(), run)


def test_a_lock_that_is_held_is_told_at_once() -> None:
    """With its holder, and what to do."""
    account = Account(Time())
    take(FakeBlob(account), Holder("shop/prod", "apply 1", "there"), "theirs", timing=Timing())
    run = make_run(account.time)

    with pytest.raises(LockedError, match=r"is held by shop/prod \(apply 1 on there\)") as refused:
        wait_for_lock(FakeBlob(account), Holder(), LockRequest("apply"), run)

    assert refused.value.exit_code == 3
    assert "--lock-timeout" in refused.value.hint


def test_waiting_says_so_once_and_ends() -> None:
    """With the lock, or with the time."""
    account = Account(Time())
    take(FakeBlob(account), Holder("shop/prod", "apply 1"), "theirs", timing=Timing())
    run = make_run(account.time)
    with pytest.raises(LockedError):
        wait_for_lock(FakeBlob(account), Holder(), LockRequest("apply", timeout=30), run)
    held = wait_for_lock(FakeBlob(account), Holder(), LockRequest("apply", timeout=60), run)

    assert held.find_loss() == ""
    assert said(run) == [
        f"Waiting for the lock {ADDRESS}, held by shop/prod (apply 1).",
        f"Waiting for the lock {ADDRESS}, held by shop/prod (apply 1).",
        f"Holding the lock {ADDRESS}.",
    ]


def test_a_shard_and_the_whole_project_exclude_each_other() -> None:
    """Whoever comes second gives its own lock back."""
    time = Time()
    base, shard = Account(time), Account(time)
    beside = {"shop/prod.lock@1-of-2": shard, "shop/prod.lock": base, "shop/prod.locksmith": Account(time, until=1e9)}
    one = FakeBlob(shard, address=ADDRESS.choose_name("shop/prod", ShardNumber(1, 2)), beside=beside)
    held = take(one, Holder("shop/prod", "apply 1"), "one", timing=Timing(), ticks=time.read)
    assert isinstance(held, HeldLock)

    with pytest.raises(LockedError, match="apply 1"):
        wait_for_lock(FakeBlob(base, beside=beside), Holder(), LockRequest("apply"), make_run(time))
    refused = base.leased
    held.release()
    whole = wait_for_lock(FakeBlob(base, beside=beside), Holder("shop/prod", "2"), LockRequest("apply"), make_run(time))

    assert (refused, whole.find_loss()) == (False, "")
    with pytest.raises(LockedError):
        wait_for_lock(one, Holder(), LockRequest("apply"), make_run(time))


def hold_shard(accounts: dict[str, Account], number: int, time: Time, run: str) -> HeldLock:
    """Take the lock of one of two shards."""
    address = ADDRESS.choose_name("shop/prod", ShardNumber(number, 2))
    blob = FakeBlob(accounts[address.blob], address=address, beside=accounts)
    return wait_for_lock(blob, Holder("shop/prod", run), LockRequest("apply"), make_run(time))


def test_shards_of_one_cut_write_side_by_side_and_those_of_two_do_not() -> None:
    """Whoever says it first goes on; one that has not read its manifests yet looks later."""
    time = Time()
    accounts = {f"shop/prod.lock@{number}-of-2": Account(time) for number in (1, 2)}
    first, second = (hold_shard(accounts, number, time, f"apply {number}") for number in (1, 2))
    unread = require_cut(first, "old", make_run(time))
    sibling = require_cut(second, "old", make_run(time))
    sibling.release()
    newer = hold_shard(accounts, 2, time, "apply 3")
    with pytest.raises(LockedError, match=r"a shard of another cut is being written by shop/prod \(apply 1\)"):
        require_cut(newer, "new", make_run(time))
    newer.release()
    first.release()
    newer = hold_shard(accounts, 2, time, "apply 4")

    assert (unread.holder.cut, sibling.holder.cut) == ("old", "old")
    assert require_cut(newer, "new", make_run(time)).find_loss() == ""


def test_what_a_lock_says_of_its_last_holder_is_waited_for() -> None:
    """Between the lease and its first words, a blob still tells the cut of the run before."""
    time = Time()
    accounts = {f"shop/prod.lock@{number}-of-2": Account(time) for number in (1, 2)}
    first, second = (hold_shard(accounts, number, time, f"apply {number}") for number in (1, 2))
    accounts["shop/prod.lock@1-of-2"].holder = Holder("shop/prod", "the run before", cut="old")
    run = make_run(time)

    @dataclass
    class Describing(Clock):
        """The first shard says who it is while the second waits."""

        def sleep(self, seconds: float, /) -> None:
            """Wait."""
            require_cut(first, "new", run)
            super().sleep(seconds)

    told = require_cut(second, "new", replace(run, clock=Describing(time)))

    assert told.holder.cut == "new"


def test_the_holder_names_the_job() -> None:
    """With a link that the pipeline vouches for."""
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_RUN_ID": "7",
    }
    holder = make_holder("shop/prod", "apply", make_run(Time(0.0), environ))

    assert (holder.owner, holder.since) == ("shop/prod", "1970-01-01T00:00:00Z")
    assert holder.link == "https://github.com/o/r/actions/runs/7"
    assert holder.run.startswith("apply ")
    assert holder.host


@pytest.mark.parametrize("state", [None, {"a": [1, "ü"]}, []])
def test_state(state: Any) -> None:
    """What was written is read."""
    held = take(FakeBlob(Account(Time())), Holder(), "ours", timing=Timing())
    assert isinstance(held, HeldLock)
    before = read_state(held)
    write_state(held, state)

    assert (before, read_state(held)) == (None, state)


def test_content_that_is_no_json() -> None:
    """Somebody wrote it by hand."""
    held = take(FakeBlob(Account(Time(), content=b"{")), Holder(), "ours", timing=Timing())
    assert isinstance(held, HeldLock)
    with pytest.raises(AciReconcileError, match="something else than JSON"):
        read_state(held)
