"""``watch`` as a process: it heals in time, reloads, ends well, and is killed without harm."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from e2e.processes import PATIENCE, PROJECT, Azure, Commands, azure, ended

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Generator, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]
WATCH = ("watch", "--every", "1s", "--heal", "config", "--format", "json", "--state", "watch.state")


@pytest.fixture
def emulated(tmp_path: Path) -> Generator[Azure]:
    """An emulator."""
    with azure(tmp_path) as found:
        yield found


@pytest.fixture
def commands(tmp_path: Path, emulated: Azure) -> Commands:
    """A project with a group, on that emulator."""
    found = Commands(tmp_path, {"ACI_RECONCILE_ARM_ENDPOINT": emulated.url})
    found.write("aci-reconcile.yaml", PROJECT)
    found.group("web")
    return found


def read_until(process: subprocess.Popen[str], kind: str) -> list[dict[str, Any]]:
    """Read the log until a line of a type comes; return what was read."""
    assert process.stdout is not None
    seen: list[dict[str, Any]] = []
    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    try:
        while not seen or seen[-1]["type"] != kind:
            line = process.stdout.readline()

            assert line, f"no {kind} came, but: {seen}"
            seen.append(json.loads(line))
    finally:
        timer.cancel()
    return seen


@contextmanager
def begin(commands: Commands, *words: str) -> Generator[subprocess.Popen[str]]:
    """Begin a command; whatever happens, it does not outlive the test."""
    with commands.begin(*words) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def watching(commands: Commands) -> Iterator[subprocess.Popen[str]]:
    """A watch whose first round has ended."""
    with begin(commands, *WATCH) as process:
        read_until(process, "round")
        yield process


def change(emulated: Azure, image: str) -> None:
    """Change the group by hand."""
    body = emulated.ask("GET", emulated.group("web"))
    body["properties"]["containers"][0]["properties"]["image"] = image
    emulated.ask("PUT", emulated.group("web"), body)


def read_image(emulated: Azure) -> str:
    """Return the image of the live group."""
    image: str = emulated.ask("GET", emulated.group("web"))["properties"]["containers"][0]["properties"]["image"]
    return image


def test_a_change_by_hand_is_undone_in_time(watching: subprocess.Popen[str], emulated: Azure) -> None:
    """Within a round, two seconds, and the time to provision it twice: the hand's change and its own."""
    for number in range(3):
        time.sleep(0.3 * number)
        change(emulated, "nginx:hand")
        began = time.monotonic()
        assert read_until(watching, "succeeded")[-1]["address"] == "rg-shop/web"
        took = time.monotonic() - began

        assert read_image(emulated) == "nginx:1"
        assert took <= 1 + 2 + 2 * 1.5


def test_sigterm_ends_it_well(watching: subprocess.Popen[str]) -> None:
    """With nothing but a word, and 0."""
    watching.send_signal(signal.SIGTERM)
    last = ended(watching)

    assert 0 == last.code
    assert "Ended." in last.err


def test_a_broken_manifest_is_said_once_and_does_not_end_it(
    watching: subprocess.Popen[str], commands: Commands
) -> None:
    """And the manifest that is mended is applied."""
    broken = commands.write("manifests/db.yaml", "name: [")
    failed = read_until(watching, "round_failed")
    time.sleep(2.5)
    broken.unlink()
    again = read_until(watching, "rounds_good_again")

    assert "manifests/db.yaml" in failed[-1]["message"]
    assert ["rounds_good_again"] == [each["type"] for each in again]


def test_sighup_begins_a_round_at_once(commands: Commands) -> None:
    """Long before the next one is due."""
    with begin(commands, "watch", "--every", "10m", "--heal", "config", "--format", "json") as process:
        read_until(process, "round")
        commands.group("web", image="nginx:2")
        process.send_signal(signal.SIGHUP)

        assert read_until(process, "succeeded")[-1]["address"] == "rg-shop/web"
        process.send_signal(signal.SIGINT)
        assert 0 == ended(process).code


def test_it_can_be_killed_at_any_time(commands: Commands, emulated: Azure) -> None:
    """The next one goes on; the state is whole."""
    for wait in (0.2, 0.6, 1.0, 1.4):
        process = commands.begin(*WATCH, "--prune", "--max-deletes", "9")
        time.sleep(wait)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        state = commands.folder / "watch.state"
        assert not state.exists() or json.loads(state.read_text())["format_version"] == 1
    with begin(commands, *WATCH) as last:
        done = read_until(last, "round")[-1]
        last.send_signal(signal.SIGTERM)

        assert (1, 1) == (done["declared"], done["in_sync"])
        assert 0 == ended(last).code
    assert read_image(emulated) == "nginx:1"


def test_it_can_be_probed(commands: Commands) -> None:
    """It is ready after a good round."""
    with begin(commands, *WATCH, "--listen", "0") as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        url = next(line for line in lines if "/metrics at" in line).split()[-1]
        read_until(process, "round")
        deadline, answer = time.monotonic() + PATIENCE, ""
        while answer != "ok\n" and time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{url}/readyz", timeout=5) as response:
                    answer = response.read().decode()
            except urllib.error.HTTPError as error:
                error.close()
                time.sleep(0.1)

        assert answer == "ok\n"
        with urllib.request.urlopen(f"{url}/metrics", timeout=5) as response:
            assert b"aci_reconcile_watch_info{" in response.read()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--every", "0s"), "shorter than a second"),
        (("--git-ref", "main"), "need --git"),
        (("--git", "", "--heal", "config"), "empty"),
        (("--state", "aci-reconcile.yaml", "--heal", "config"), "no state of a watch"),
        (("--listen", "nowhere"), "not an address"),
        (("manifests/none.yaml",), "none.yaml"),
    ],
)
def test_mistakes_on_the_command_line_end_it(commands: Commands, words: tuple[str, ...], told: str) -> None:
    """At once, with 1, and nothing is written."""
    last = commands("watch", *words)

    assert 1 == last.code
    assert told in last.err
