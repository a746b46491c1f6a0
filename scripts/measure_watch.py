"""What ``watch`` costs, and how soon it heals: on the emulator, in this process and in processes of their own.

Usage:
    measure_watch.py cost [GROUPS] [ROUNDS]     CPU and memory of a round, with the clock turned fast
    measure_watch.py latency [CHANGES] [EVERY]  seconds from a change in Azure until it is undone
"""

from __future__ import annotations

import gc
import json
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
if TYPE_CHECKING:
    from collections.abc import Callable

EVERY = 60.0
PROVISIONING = 0.5
GROUP = (
    "name: web\nosType: Linux\ncontainers:\n  - name: web\n    image: nginx:1\n    resources: {cpu: 1, memoryInGB: 1}\n"
)
PROJECT = "name: shop\nresourceGroup: rg-shop\nlocation: westeurope\ncreateResourceGroups: true\n"
PATH = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-shop"
    "/providers/Microsoft.ContainerInstance/containerGroups/web?api-version=2025-09-01"
)


def measure_cost(groups: int, rounds: int) -> None:
    """Print the CPU of a round, and the memory before and after many. The emulator is in this process, too."""
    sys.path[:0] = [str(ROOT / "tests")]
    from watched_world import WatchedWorld  # noqa: PLC0415  it is found only now

    from aci_reconcile.reconcile.rounds import Heal  # noqa: PLC0415  not needed in the process that waits

    with tempfile.TemporaryDirectory() as folder:
        watched = WatchedWorld(Path(folder))
        for number in range(groups):
            watched.declare(f"g{number:05}")
        watched.start(heal=Heal.CONFIG, state=watched.keep_state())
        watched.round()
        spent: list[float] = []
        reads: list[int] = []
        first = 0
        for number in range(rounds):
            requests = len(watched.world.requests)
            done = watched.round()
            if not done.good or done.in_sync != groups:
                raise SystemExit(f"round {done.number}: {done.failure or done.concerns[:1]}")
            spent.append(done.cpu_seconds)
            reads.append(len(watched.world.requests) - requests)
            for kept in (watched.world.requests, watched.world.bodies, watched.rounds, watched.events):
                kept.clear()
            if number in {rounds // 10, rounds - 1}:
                gc.collect()
                first = first or read_memory()
                print(f"after {number + 1:6} rounds: {read_memory()} KiB")
        share = 100 * median(spent) / EVERY
        print(f"{groups} groups: {1000 * median(spent):.0f} ms of CPU a round, {share:.2f} % of a core")
        print(f"at most {1000 * max(spent):.0f} ms; requests: {median(reads):.0f}, at most {max(reads)}")
        print(f"grown by {read_memory() - first} KiB in {rounds - rounds // 10} rounds")


def read_memory() -> int:
    """Return the resident memory of this process in KiB."""
    return int(re.findall(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[0])


def measure_latency(changes: int, every: float) -> None:
    """Print how long it took until each change was undone, and how many took longer than promised."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "manifests").mkdir()
        (folder / "manifests" / "web.yaml").write_text(GROUP)
        (folder / "aci-reconcile.yaml").write_text(PROJECT)
        emulator = begin(stack, folder, "emulator", "--port", "0", "--provisioning", f"{PROVISIONING}s")
        url = read_line(emulator, "Listening on").split()[-1]
        begin(stack, folder, "watch", "--every", f"{every}s", "--heal", "config", "--arm-endpoint", url)
        wait_until(lambda: is_healed(url))
        took: list[float] = []
        dice = random.Random(7)  # noqa: S311
        for _ in range(changes):
            # A change in the moment in which the watch looks at what it wrote would look as if Azure had not taken it.
            time.sleep(1 + dice.random() * every)
            body = ask(url, "GET")
            body["properties"]["containers"][0]["properties"]["image"] = "nginx:hand"
            began = time.monotonic()
            ask(url, "PUT", body)
            wait_until(lambda: is_healed(url))
            took.append(time.monotonic() - began)
        # The change itself is provisioned, too: nobody can undo it before that.
        allowed = every + 2 + 2 * PROVISIONING
        late = sum(each > allowed for each in took)
        print(f"{changes - late} of {changes} within {allowed:g} s: one round of {every:g} s, 2 s, provisioning")
        print(f"median {median(took):.2f} s, at most {max(took):.2f} s")


def begin(stack: ExitStack, folder: Path, *words: str) -> subprocess.Popen[str]:
    """Begin a command that ends with the stack."""
    command = [sys.executable, "-m", "aci_reconcile", *words]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603
    stack.enter_context(process)
    stack.callback(process.terminate)
    return process


def read_line(process: subprocess.Popen[str], text: str) -> str:
    """Return the first line with a text."""
    for line in process.stdout or ():
        if text in line:
            return line
    raise SystemExit(f"{text} never came")


def ask(url: str, method: str, body: Any = None) -> Any:
    """Send a request about the group."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + PATH, content, {"content-type": "application/json"}, method=method)  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  a loopback URL
        return json.loads(answer.read())


def is_healed(url: str) -> bool:
    """Whether the group is as its manifest says, and provisioned."""
    try:
        found = ask(url, "GET")["properties"]
    except OSError:
        return False
    return found["provisioningState"] == "Succeeded" and found["containers"][0]["properties"]["image"] == "nginx:1"


def wait_until(test: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 60
    while not test():
        if time.monotonic() > end:
            raise SystemExit("it was not healed within a minute")
        time.sleep(0.02)


def main(words: list[str]) -> None:
    """Measure what is asked for."""
    match words:
        case ["cost", *numbers]:
            groups, rounds = (*map(int, numbers), *(1000, 60)[len(numbers) :])
            measure_cost(groups, rounds)
        case ["latency", *numbers]:
            changes, every = (*map(int, numbers), *(100, 2)[len(numbers) :])
            measure_latency(changes, float(every))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
