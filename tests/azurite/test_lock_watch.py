"""Two watches and one lock on a real server: one is killed, stopped or cut off, and the other goes on."""

from __future__ import annotations

import json
import os
import signal
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from azurite.proxy import proxy
from azurite.storage import wait_until
from e2e.processes import Commands, ended
from e2e.secure import GROUPS

from aci_reconcile.app.lock import open_lock, write_state
from aci_reconcile.app.requests import Target
from aci_reconcile.app.watch.ledger import Ledger
from aci_reconcile.app.watch.ledger_json import render_ledger
from aci_reconcile.azure.lock.address import parse_lock_url
from aci_reconcile.azure.lock.lease import HeldLock, Timing, take
from aci_reconcile.core.lock import Holder

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Generator
    from pathlib import Path

    from azurite.storage import Storage

pytestmark = pytest.mark.lock

CHAIN = 8
"""Groups that wait for each other: the round that creates them takes a while."""
LONG = 120


@dataclass
class Watches:
    """A project, and the watches of it that run."""

    name: str
    commands: Commands
    storage: Storage
    container: str
    running: list[subprocess.Popen[str]] = field(default_factory=list)
    written: int = 0
    """Writes before the test."""

    def declare(self, *numbers: int) -> None:
        """Write manifests; each group waits for the one before it."""
        for number in numbers:
            before = f"lifecycle: {{dependsOn: [{self.name}-{number - 1}]}}\n" if number - 1 in numbers else ""
            self.commands.group(f"{self.name}-{number}", more=before)

    def begin(self, *words: str, container: str = "") -> subprocess.Popen[str]:
        """Start a watch, whose output goes into a file."""
        asked = ("watch", "--heal", "config", "--every", "1s", "--lock", container or self.container, *words)
        with (self.commands.folder / f"log{len(self.running)}").open("w") as log:
            self.running.append(self.commands.begin_into(log, *asked))
        return self.running[-1]

    def log(self, number: int) -> str:
        """Return what a watch has printed."""
        return (self.commands.folder / f"log{number}").read_text()

    def find(self) -> set[str]:
        """Return the groups of this project that are there."""
        return {each for each in self.storage.find_groups() if each.startswith(f"{self.name}-")}

    def count_writes(self) -> int:
        """Return how often groups were written since the test began."""
        return self.storage.count_writes() - self.written

    def look(self) -> Any:
        """Return what `unlock` says."""
        looked = self.commands("unlock", "--lock", self.container, "--format", "json")
        assert looked.code == 0, looked.err
        return json.loads(looked.out)

    def ask(self, method: str, number: int, body: Any = None) -> Any:
        """Do something to a group behind the back of the watches."""
        token = self.storage.arm.get_token()
        sent = None if body is None else json.dumps(body).encode()
        path = f"{GROUPS}/{self.name}-{number}?api-version=2025-09-01"
        return self.storage.arm.ask(
            method, path, sent, **{"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        )

    def is_as_declared(self, number: int) -> bool:
        """Whether a group is as its manifest says, and settled."""
        found = self.ask("GET", number)["properties"]
        image = found["containers"][0]["properties"]["image"]
        return (found["provisioningState"], image) == ("Succeeded", "nginx:1")

    def change_image(self, number: int) -> None:
        """Change a group by hand, and wait until it is put right."""
        wait_until(lambda: self.is_as_declared(number))
        body = self.ask("GET", number)
        body["properties"]["containers"][0]["properties"]["image"] = "nginx:hand"
        self.ask("PUT", number, body)
        wait_until(lambda: self.is_as_declared(number), LONG)
        wait_until(lambda: not self.look()["held"])  # whoever did that has seen it, too


@pytest.fixture
def watches(storage: Storage, tmp_path: Path, request: pytest.FixtureRequest) -> Generator[Watches]:
    """A project with a name and a container of its own; what still runs at the end is killed."""
    name = f"{request.node.name.removeprefix('test_').replace('_', '-')[:20].strip('-')}-{uuid.uuid4().hex[:6]}"
    commands = Commands(tmp_path, storage.environ, LONG)
    text = f"name: {name}\nresourceGroup: rg-shop\nlocation: westeurope\ncreateResourceGroups: true\n"
    commands.write("aci-reconcile.yaml", f"{text}manifests: [manifests/]\n")
    made = Watches(name, commands, storage, storage.make_container(name), written=storage.count_writes())
    yield made
    for each in made.running:
        if each.poll() is None:
            os.killpg(each.pid, signal.SIGKILL)
        each.communicate()


def begin_two(watches: Watches, first_container: str = "") -> subprocess.Popen[str]:
    """Start a watch that has much to create, and another one that waits for it; return the first."""
    watches.declare(*range(CHAIN))
    first = watches.begin(container=first_container)
    wait_until(lambda: len(watches.find()) >= 2)
    watches.begin()
    wait_until(lambda: "is held by" in watches.log(1))
    return first


def test_one_of_two_is_killed(watches: Watches) -> None:
    """The other one goes on when the lease has ended, and no group is written twice."""
    first = begin_two(watches)
    os.killpg(first.pid, signal.SIGKILL)
    took = wait_until(lambda: len(watches.find()) == CHAIN, LONG)

    assert 20 < took < 100
    assert watches.count_writes() == CHAIN
    watches.running[1].send_signal(signal.SIGTERM)
    assert ended(watches.running[1]).code == 0


def test_one_of_two_stands_still(watches: Watches) -> None:
    """For longer than its lease; when it goes on, it writes nothing that is not needed any more."""
    first = begin_two(watches)
    time.sleep(0.5)  # not between the last check and the send, which nothing can guard (docs/locking.md)
    os.killpg(first.pid, signal.SIGSTOP)
    wait_until(lambda: len(watches.find()) == CHAIN, LONG)
    watches.change_image(0)
    there = watches.count_writes()
    os.killpg(first.pid, signal.SIGCONT)
    wait_until(lambda: "the lock" in watches.log(0))
    time.sleep(3)

    assert there == watches.count_writes() == CHAIN + 2
    watches.change_image(1)
    assert watches.count_writes() == CHAIN + 4
    assert first.poll() is None


def test_one_of_two_is_cut_off_from_the_lock(watches: Watches) -> None:
    """It writes no more before its lease ends, still looks at Azure, and the other one goes on."""
    with proxy(watches.storage.port) as between:
        container = watches.container.replace(f":{watches.storage.port}/", f":{between.port}/")
        first = begin_two(watches, container)
        between.cut()
        wait_until(lambda: len(watches.find()) == CHAIN, LONG)
        watches.change_image(0)

        assert watches.count_writes() == CHAIN + 2
        assert first.poll() is None


def test_two_write_in_turn(watches: Watches) -> None:
    """Whichever sees a difference first puts it right, once; a person's apply gets its turn at once."""
    watches.declare(0)
    watches.begin()
    wait_until(lambda: watches.find() == {f"{watches.name}-0"})
    watches.begin()
    time.sleep(2)
    for _ in range(5):
        watches.change_image(0)
    watches.commands.group(f"{watches.name}-1")
    by_hand = watches.commands("apply", "-y", "--lock", watches.container, "--lock-timeout", "30s")

    assert by_hand.code == 0, by_hand.err
    assert watches.count_writes() == 12


def test_the_count_of_a_day_survives_the_watch(
    watches: Watches, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one has deleted is known to the next one, although the first was killed."""
    for name, value in storage.environ.items():
        monkeypatch.setenv(name, value)
    address = parse_lock_url(watches.container, "public").choose_name(watches.name)
    with open_lock(address, Target(endpoint=storage.arm.url), os.environ) as blob:
        held = take(blob, Holder(watches.name), str(uuid.uuid4()), timing=Timing())
        assert isinstance(held, HeldLock)
        write_state(held, render_ledger(Ledger(), watches.name))
        held.release()
    words = ("--prune", "--max-deletes", "1")
    watches.declare(0)
    watches.declare(2)
    watches.declare(4)
    first = watches.begin(*words)
    wait_until(lambda: len(watches.find()) == 3)
    (watches.commands.folder / "manifests" / f"{watches.name}-4.yaml").unlink()
    wait_until(lambda: len(watches.find()) == 2)
    wait_until(lambda: not watches.look()["held"])
    os.killpg(first.pid, signal.SIGKILL)
    (watches.commands.folder / "manifests" / f"{watches.name}-2.yaml").unlink()
    watches.begin(*words)
    wait_until(lambda: "1 deletion" in watches.log(1))

    assert len(watches.find()) == 2
