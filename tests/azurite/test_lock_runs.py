"""Two runs and one lock on a real server: killed, stopped, cut off, broken by force, ended by a signal.

Each of these waits for a lease to end, which takes a minute; `make test-lock` runs them side by side.
"""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from azurite.proxy import proxy
from e2e.processes import Commands, Ended, until

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from azurite.storage import Storage

pytestmark = pytest.mark.lock

CHAIN = 40
"""Groups that wait for each other: the run that writes them takes more than a minute."""
LONG = 180


@dataclass(frozen=True, slots=True)
class Project:
    """A project whose apply takes long, and the lock of its groups."""

    name: str
    commands: Commands
    storage: Storage
    container: str

    def begin(self, container: str = "") -> subprocess.Popen[str]:
        """Begin to write the chain, and wait until two groups are there."""
        words = ("apply", "-y", "--only", "*-link-*", "--wait", "provisioned", "--lock", container or self.container)
        process = self.commands.begin(*words)
        until(process, f"{self.name}-link-02 ")
        return process

    def end(self, process: subprocess.Popen[str]) -> Ended:
        """Wait for the end."""
        out, err = process.communicate(timeout=LONG)
        return Ended(process.returncode, out, err)

    def apply(self, name: str, *words: str) -> Ended:
        """Write one other group, under the same lock."""
        return self.commands("apply", "-y", "--only", name, "--lock", self.container, *words)

    def look(self, *words: str) -> Any:
        """Return what `unlock` says."""
        ended = self.commands("unlock", "--lock", self.container, "--format", "json", *words)
        assert ended.code == 0, ended.err
        return json.loads(ended.out)

    def links(self) -> set[str]:
        """Return the groups of the chain that are there."""
        return {each for each in self.storage.find_groups() if each.startswith(f"{self.name}-link-")}


@pytest.fixture
def project(storage: Storage, tmp_path: Path, request: pytest.FixtureRequest) -> Project:
    """A project with a name and a container of its own."""
    name = request.node.name.removeprefix("test_").replace("_", "-")[:24].strip("-")
    commands = Commands(tmp_path, storage.environ, LONG)
    text = f"name: {name}\nresourceGroup: rg-shop\nlocation: westeurope\ncreateResourceGroups: true\n"
    commands.write("aci-reconcile.yaml", f"{text}manifests: [manifests/]\n")
    for number in range(CHAIN):
        before = f"lifecycle: {{dependsOn: [{name}-link-{number - 1:02}]}}\n" if number else ""
        commands.group(f"{name}-link-{number:02}", more=before)
    for each in ("extra", "other"):
        commands.group(f"{name}-{each}")
    return Project(name, commands, storage, storage.make_container(name))


def test_killed(project: Project) -> None:
    """Others see who holds it, and get in a minute after its end; nobody has to clean up."""
    first = project.begin()
    refused = project.apply("*-extra")
    seen = project.look()
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    there, began = project.links(), time.monotonic()
    second = project.apply("*-extra", "--lock-timeout", "90s")

    assert refused.code == 3
    assert f"is held by {project.name} (apply " in refused.err
    assert "nothing was written" in refused.err
    assert (seen["held"], seen["holder"]["owner"]) == (True, project.name)
    assert second.code == 0, second.err
    assert f"Waiting for the lock {project.container}/{project.name}.lock, held by {project.name} (apply " in second.err
    assert 20 < time.monotonic() - began < 75
    assert there == project.links()


def test_stopped(project: Project) -> None:
    """A process that stood still for longer than its lease writes nothing when it goes on, and the next run goes on."""
    first = project.begin()
    time.sleep(0.5)  # not between the last check and the send, which nothing can guard (docs/locking.md)
    os.killpg(first.pid, signal.SIGSTOP)
    second = project.apply("*-extra", "--lock-timeout", "90s")
    there, writes = project.links(), project.storage.count_writes()
    os.killpg(first.pid, signal.SIGCONT)
    ended = project.end(first)

    assert second.code == 0, second.err
    assert ended.code == 6, ended.err
    assert "Unfinished: " in ended.out
    assert there == project.links()
    assert writes == project.storage.count_writes()
    assert project.apply("*-other").code == 0


def test_cut_off(project: Project) -> None:
    """Without the storage account, the run stops to write before its lease ends."""
    with proxy(project.storage.port) as between:
        first = project.begin(project.container.replace(f":{project.storage.port}/", f":{between.port}/"))
        between.cut()
        began = time.monotonic()
        ended = project.end(first)
        took = time.monotonic() - began
    there = project.links()
    second = project.apply("*-extra", "--lock-timeout", "60s")

    assert ended.code == 6, ended.err
    assert "The lock was not renewed for 40 s (the lock https://" in ended.out
    assert 15 < took < 59  # 40 s after the last renewal, the release that nobody answers, and the requests under way
    assert second.code == 0, second.err
    assert there == project.links()


def test_broken_by_force(project: Project) -> None:
    """The holder learns of it at its next renewal, and gives the rest of its time back once it writes no more."""
    first = project.begin()
    broken = project.look("--force")
    ended = project.end(first)
    there = project.links()
    second = project.apply("*-extra", "--lock-timeout", "90s")

    assert 30 < broken["free_in_seconds"] <= 60
    assert ended.code == 6, ended.err
    assert "Somebody else ended the lease of the lock. Unfinished: " in ended.out
    assert second.code == 0, second.err
    assert there == project.links()


def test_ended_by_a_signal(project: Project) -> None:
    """The lock is free at once; what was begun is finished before."""
    first = project.begin()
    held = project.look()["held"]
    os.killpg(first.pid, signal.SIGTERM)
    ended = project.end(first)

    assert held
    assert ended.code == 143, ended.err
    assert not project.look()["held"]
    assert project.apply("*-extra").code == 0


def test_shards(project: Project) -> None:
    """Shards of one cut write side by side; the whole project and another cut do not, even into as many."""
    words = ("--lock", project.container, "--wait", "provisioned")
    first = project.commands.begin("apply", "-y", "--shard", "1/2", *words)
    until(first, f"{project.name}-link-02 ")
    whole = project.apply("*-extra")
    sibling = project.commands("apply", "-y", "--shard", "2/2", *words)
    other_cut = project.commands("apply", "-y", "--shard", "1/3", *words)
    same = project.commands("apply", "-y", "--shard", "1/2", *words)
    project.commands.group(f"{project.name}-new", more="location: northeurope\n")
    newer = project.commands("apply", "-y", "--shard", "2/2", *words)
    first.send_signal(signal.SIGTERM)
    project.end(first)

    after = project.commands("apply", "-y", "--shard", "2/2", *words)

    assert [whole.code, sibling.code, other_cut.code, same.code, newer.code] == [3, 0, 3, 3, 3]
    assert f"a shard of another cut is being written by {project.name} (apply " in newer.err
    assert after.code == 0, after.err


def test_mistakes(project: Project) -> None:
    """Each is said, and nothing is written."""
    project.storage.ask("PUT", f"{project.name}/foreign", x_ms_blob_type="BlockBlob")
    mistakes = {
        f"{project.storage.url}/missing": ("has no container missing", "az storage container create"),
        f"{project.container}/foreign": ("is no lock: somebody else's blob has that name", "nothing was written"),
        f"{project.container}?sig=hush": ("a shared access signature (SAS), which is refused",),
        "https://shop.blob.core.windows.net.example/locks": ("is no storage account of the cloud",),
    }
    for url, texts in mistakes.items():
        for words in (("apply", "-y", "--only", "*-extra"), ("destroy", "-y"), ("unlock", "--force")):
            ended = project.commands(*words, "--lock", url)

            assert ended.code == 1, ended.err
            assert [] == [each for each in texts if each not in ended.err and words[0] != "unlock"]
            assert "hush" not in ended.err + ended.out
    assert f"{project.name}-extra" not in project.storage.find_groups()
