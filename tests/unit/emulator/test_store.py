"""The store under threads and processes: what was acknowledged is never lost, and nobody is ever locked out."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, World, group

from aci_reconcile.emulator import Emulator, Request, open_store

if TYPE_CHECKING:
    from pathlib import Path

WRITER = """
import json, sys
from pathlib import Path
from aci_reconcile.emulator import Emulator, Request, open_store
folder, prefix, groups, body = sys.argv[1:]
emulator = Emulator(open_store(Path(folder)))
for number in range(20):
    url = f"{groups}/{prefix}{number}?api-version=2023-05-01"
    print(emulator.handle(Request("PUT", url, {}, body.encode())).status)
"""


def test_threads_lose_nothing(tmp_path: Path) -> None:
    """Sixteen at once, each group acknowledged is there, each with an address of its own."""
    world = World(store=open_store(tmp_path))
    body = group(ipAddress={"type": "Public", "ports": [{"port": 80}]})
    with ThreadPoolExecutor(16) as pool:
        answers = pool.map(world.put, [f"g{number}" for number in range(64)], [body] * 64)
        statuses = [answer.status for answer in answers]
    world.now += 60

    listed = world.send("GET", GROUPS).json()["value"]

    assert [201] * 64 == statuses
    assert (
        64 == len({item["name"] for item in listed}) == len({item["properties"]["ipAddress"]["ip"] for item in listed})
    )
    world.store.close()


def test_only_one_of_many_creates_wins() -> None:
    """The others meet a group in transition."""
    world = World()
    with ThreadPoolExecutor(8) as pool:
        statuses = [answer.status for answer in pool.map(world.put, ["web"] * 8, [group()] * 8)]

    assert [201, *[409] * 7] == sorted(statuses)


def test_processes_lose_nothing(tmp_path: Path) -> None:
    """Two that open the folder at the same moment, and a third that reads what they wrote."""
    world = World(store=open_store(tmp_path))
    body = json.dumps(group())
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [
        subprocess.Popen([*command, prefix, GROUPS, body], stdout=subprocess.PIPE, env=_environment())
        for prefix in ("a", "b")
    ]
    printed = [writer.communicate(timeout=60)[0].split() for writer in writers]

    listed = world.send("GET", GROUPS).json()["value"]

    assert [[b"201"] * 20] * 2 == printed
    assert 40 == len(listed)
    world.store.close()


def test_a_store_outlives_its_emulator(tmp_path: Path) -> None:
    """Another one sees the same truth."""
    first = World(store=open_store(tmp_path / "new" / "folder"))
    expected = first.create("web")
    first.store.close()
    second = open_store(tmp_path / "new" / "folder" / "emulator.sqlite3")
    emulator = Emulator(second, clock=lambda: first.now)

    response = emulator.handle(Request("GET", f"{GROUPS}/web?api-version=2025-09-01"))

    assert expected == response.json()
    second.close()
    second.close()


def test_a_failed_transaction_leaves_nothing_behind() -> None:
    """All or nothing."""
    store = open_store(None)

    def fail() -> None:
        with store.transaction(write=True) as session:
            session.put("group", "k", {})
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with store.transaction() as session:
        found = session.get("group", "k")

    assert found is None


def test_what_is_no_database_is_refused_at_once(tmp_path: Path) -> None:
    """Only a busy database is waited for."""
    file = tmp_path / "emulator.sqlite"
    file.write_bytes(b"something else entirely, and rather long, so that SQLite cannot take it for an empty file" * 9)

    with pytest.raises(sqlite3.DatabaseError):
        open_store(file)


def test_a_key_never_reads_another_ones_prefix() -> None:
    """`rg` is not the beginning of `rg-2`."""
    world = World()
    world.send("PUT", f"{RESOURCE_GROUP}-2", {"location": "westus"})
    world.send("PUT", f"{GROUPS.replace('rg-test', 'rg-test-2')}/web", group())

    assert [] == world.send("GET", GROUPS).json()["value"]


def _environment() -> dict[str, str]:
    """The import path of this process, for one that must find the package too."""
    return {"PYTHONPATH": ":".join(path for path in sys.path if path)}
