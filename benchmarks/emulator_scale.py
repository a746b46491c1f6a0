"""How the emulator fares with thousands of groups: times of whole requests over HTTP on this machine, in seconds.

Usage: python benchmarks/emulator_scale.py [GROUPS] [CLIENTS]
"""

from __future__ import annotations

import http.client
import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator import Emulator, Knobs, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Generator

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
RESOURCE_GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-scale"
GROUPS = f"{RESOURCE_GROUP}/providers/Microsoft.ContainerInstance/containerGroups"
USAGES = f"{SUBSCRIPTION}/providers/Microsoft.ContainerInstance/locations/westus/usages"
VERSION = "?api-version=2025-09-01"
CONTAINER = {"image": "nginx:1", "ports": [{"port": 80}], "resources": {"requests": {"cpu": 1, "memoryInGB": 1}}}
BODY = {
    "location": "westus",
    "properties": {
        "osType": "Linux",
        "ipAddress": {"type": "Public", "ports": [{"port": 80}]},
        "containers": [{"name": "web", "properties": CONTAINER}],
    },
}


def ask(host: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> Any:
    """Send one request and return the JSON of its answer."""
    host.request(method, path, None if body is None else json.dumps(body))
    text = host.getresponse().read()
    return json.loads(text) if text else None


@contextmanager
def timed(what: str) -> Generator[None]:
    """Print how long it took."""
    began = time.perf_counter()
    yield
    print(f"{what:<40} {time.perf_counter() - began:8.3f}")


def create(address: str, first: int, groups: int, step: int) -> None:
    """Create every ``step``th group over a connection of its own."""
    host = http.client.HTTPConnection(address)
    for number in range(first, groups, step):
        ask(host, "PUT", f"{GROUPS}/group-{number}{VERSION}", BODY)


def read_all(host: http.client.HTTPConnection, url: str) -> int:
    """Follow the pages of a list and return how many groups there are."""
    found, page = 0, f"{GROUPS}{VERSION}"
    while page:
        answer = ask(host, "GET", page)
        found += len(answer["value"])
        page = answer.get("nextLink", "").removeprefix(url)
    return found


def main(groups: int = 10_000, clients: int = 16) -> None:
    """Create, list, get, count, delete."""
    with tempfile.TemporaryDirectory() as folder:
        emulator = Emulator(open_store(Path(folder)), knobs=Knobs().at("instant"))
        with serve(emulator) as server:
            address = server.url.removeprefix("http://")
            host = http.client.HTTPConnection(address)
            ask(host, "PUT", f"{RESOURCE_GROUP}?api-version=2021-04-01", {"location": "westus"})
            with timed(f"create {groups} with {clients} clients"), ThreadPoolExecutor(clients) as pool:
                begun = [pool.submit(create, address, first, groups, clients) for first in range(clients)]
                for worker in begun:
                    worker.result()
            with timed(f"list {groups}, in pages of 100"):
                found = read_all(host, server.url)
            with timed("get one"):
                ask(host, "GET", f"{GROUPS}/group-{groups // 2}{VERSION}")
            with timed("usages"):
                ask(host, "GET", f"{USAGES}{VERSION}")
    print(f"{found} groups found")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
