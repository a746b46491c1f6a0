"""Many clients, restarts and sudden death: nothing that was acknowledged is lost."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from unit.emulator.emulator_world import GROUPS, RESOURCE_GROUP, SUBNET, VERSION, World, group, public

from aci_reconcile.emulator import Emulator, Knobs, Request, open_store, serve

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SERVER = """
import sys
from pathlib import Path
from aci_reconcile.emulator import Emulator, Knobs, open_store, serve
server = serve(Emulator(open_store(Path(sys.argv[1])), knobs=Knobs().at("instant")))
print(server.url, flush=True)
server.serve_forever()
"""
INSTANT = Knobs(subnet_collisions="accept").at("instant")


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> int:
    """One request over a kept connection."""
    connection.request(method, f"{path}?api-version={VERSION}", None if body is None else json.dumps(body))
    response = connection.getresponse()
    response.read()
    return response.status


def body_of(number: int) -> Any:
    """Groups with names and addresses, so that there is something to be inconsistent."""
    if number % 2:
        return group(ipAddress=public(80, dnsNameLabel=f"label-{number}"))
    return group(subnetIds=[{"id": SUBNET}], ipAddress={"type": "Private", "ports": [{"port": 80}]})


def test_sixty_four_clients_over_two_servers_never_meet_a_locked_database(tmp_path: Path) -> None:
    """Each creates, reads, updates, lists and deletes; both servers have one store."""
    emulators = [Emulator(open_store(tmp_path), knobs=INSTANT) for _ in range(2)]
    emulators[0].handle(Request("PUT", f"{RESOURCE_GROUP}?api-version=2021-04-01", body=b'{"location": "westus"}'))
    with serve(emulators[0]) as one, serve(emulators[1]) as two:

        def client(number: int) -> list[int]:
            connection = http.client.HTTPConnection((one, two)[number % 2].url.removeprefix("http://"), timeout=60)
            path = f"{GROUPS}/g{number}"
            work = [("PUT", path, body_of(number)), ("GET", path, None), ("PUT", path, body_of(number))]
            found = [ask(connection, *each) for each in [*work, ("GET", GROUPS, None), ("DELETE", path, None)]]
            connection.close()
            return found

        with ThreadPoolExecutor(64) as pool:
            statuses = Counter(status for found in pool.map(client, range(64)) for status in found)

    assert {201: 128, 200: 192} == dict(statuses)


def test_a_restart_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    """What was acknowledged is there for the next server."""
    knobs = INSTANT
    acknowledged: list[int] = []
    for turn in range(3):
        store = open_store(tmp_path)
        emulator = Emulator(store, knobs=knobs)
        emulator.handle(Request("PUT", f"{RESOURCE_GROUP}?api-version=2021-04-01", body=b'{"location": "westus"}'))
        with serve(emulator) as server:
            connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
            acknowledged += [
                number
                for number in range(turn * 10, turn * 10 + 10)
                if ask(connection, "PUT", f"{GROUPS}/g{number}", body_of(number)) == 201
            ]
            connection.close()
        store.close()

    assert list(range(30)) == acknowledged
    assert set(acknowledged) == groups_in(tmp_path)


def groups_in(folder: Path) -> set[int]:
    """The numbers of the groups that a new server finds in a store, which has to be consistent."""
    with contextlib.closing(sqlite3.connect(folder / "emulator.sqlite3")) as database:
        assert [("ok",)] == database.execute("PRAGMA integrity_check").fetchall()
        rows = database.execute("SELECT kind, key, body FROM documents").fetchall()
    groups = {key for kind, key, _ in rows if kind == "group"}
    holders = {json.loads(text)["group"] for kind, _, text in rows if kind == "label"}
    holders |= {key.partition("|")[2] for kind, key, _ in rows if kind == "subnet"}
    assert holders == groups
    world = World(store=open_store(folder), knobs=INSTANT)
    url, found = f"{GROUPS}?api-version={VERSION}", set[int]()
    while url:
        answer = world.send("GET", url).json()
        found |= {int(item["name"].removeprefix("g")) for item in answer["value"]}
        url = answer.get("nextLink", "")
    world.store.close()
    return found


def start(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """A server in a process of its own."""
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip().removeprefix("http://")


def test_sigkill_at_any_moment_leaves_a_consistent_store_with_all_that_was_acknowledged(tmp_path: Path) -> None:
    """Three times, with clients that write without a pause."""
    acknowledged: set[int] = set()
    asked: set[int] = set()
    for turn in range(3):
        process, host = start(tmp_path)
        enough = threading.Event()

        def client(first: int, host: str = host, enough: threading.Event = enough) -> None:
            connection = http.client.HTTPConnection(host, timeout=10)
            with contextlib.suppress(OSError, http.client.HTTPException):
                ask(connection, "PUT", RESOURCE_GROUP, {"location": "westus"})
                for number in range(first, first + 1000):
                    asked.add(number)
                    if ask(connection, "PUT", f"{GROUPS}/g{number}", body_of(number)) == 201:
                        acknowledged.add(number)
                    if len(acknowledged) % 40 == 39:
                        enough.set()
            connection.close()

        clients = [threading.Thread(target=client, args=((turn * 4 + index) * 1000,)) for index in range(4)]
        for thread in clients:
            thread.start()
        enough.wait(timeout=20)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
        assert process.stdout is not None
        process.stdout.close()
        for thread in clients:
            thread.join(timeout=20)

    found = groups_in(tmp_path)
    assert acknowledged
    assert acknowledged <= found <= asked


def test_a_store_that_is_held_for_too_long_is_a_503(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a defect: the client is told to come back."""
    monkeypatch.setattr("aci_reconcile.emulator.store._BUSY_SECONDS", 0.05)
    world = World(store=open_store(tmp_path))
    with contextlib.closing(sqlite3.connect(tmp_path / "emulator.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused = world.put("web", group())
        read = world.send("GET", RESOURCE_GROUP)
        other.execute("ROLLBACK")

    assert (503, "1") == (refused.status, refused.headers["retry-after"])
    assert 200 == read.status
    assert 201 == world.put("web", group()).status
