"""``watch`` as a process: a Git repository in, probes and metrics out, and killed in between."""

from __future__ import annotations

import os
import re
import signal
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest
from e2e.processes import PATIENCE, PROJECT, Commands, azure, ended, until
from git_repository import Repository

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Generator
    from pathlib import Path

    from e2e.processes import Azure

pytestmark = [pytest.mark.e2e, pytest.mark.long]


@pytest.fixture
def cloud(tmp_path: Path) -> Generator[Azure]:
    """An emulator in a process of its own."""
    folder = tmp_path / "cloud"
    folder.mkdir()
    with azure(folder) as found:
        yield found


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    """A repository with a project of one group in a folder."""
    made = Repository.make(tmp_path / "shop")
    sources = Commands(made.folder / "azure")
    sources.write("aci-reconcile.yaml", PROJECT)
    sources.group("web")
    made.commit({})
    return made


def ask(address: str, path: str) -> tuple[int, str]:
    """Return status and text."""
    try:
        with urllib.request.urlopen(f"{address}{path}", timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def wait_for(address: str, path: str, text: str) -> str:
    """Ask until a text is in the answer."""
    answer, end = "", time.monotonic() + PATIENCE
    while time.monotonic() < end:
        _, answer = ask(address, path)
        if text in answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"{text!r} never came, but: {answer}")


def begin(tmp_path: Path, shop: Repository, cloud: Azure, *words: str) -> tuple[subprocess.Popen[str], str]:
    """Begin a watch of the repository that heals everything; return it with its address."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    git = ("--git", str(shop.folder), "--git-ref", "main", "--git-path", "azure", *words)
    heal = ("--heal", "all", "--every", "1s", "--state", str(tmp_path / "state"), "--listen", "0")
    process = Commands(elsewhere, {"TMPDIR": str(tmp_path / "tmp")}).begin(
        "watch", *git, *heal, "--arm-endpoint", cloud.url
    )
    found = re.search(r"http://\S+[0-9]", until(process, "/metrics at http"))
    assert found is not None
    return process, found[0]


def test_a_commit_is_applied_and_a_probe_says_so(tmp_path: Path, shop: Repository, cloud: Azure) -> None:
    """From a push to Azure; a process that was killed leaves nothing behind that the next one does not remove."""
    (tmp_path / "tmp").mkdir()
    process, address = begin(tmp_path, shop, cloud)
    first = shop.git("rev-parse", "main")
    wait_for(address, "/metrics", f'revision="{first}"')
    assert (200, "ok\n") == ask(address, "/healthz")
    assert (200, "ok\n") == ask(address, "/readyz")
    assert (404, "not found\n") == ask(address, "/metrics/../etc/passwd")

    Commands(shop.folder / "azure").group("web", image="nginx:2")
    second = shop.commit({})
    wait_for(address, "/metrics", f'revision="{second}"')
    live = cloud.ask("GET", cloud.group("web"))
    assert "nginx:2" == live["properties"]["containers"][0]["properties"]["image"]

    process.send_signal(signal.SIGKILL)
    ended(process)
    (left,) = (tmp_path / "tmp").iterdir()
    os.utime(left, (0, 0))  # as if that were some minutes ago

    process, address = begin(tmp_path, shop, cloud)
    assert not left.exists()
    shop.git("reset", "--quiet", "--hard", first)
    wait_for(address, "/metrics", 'aci_reconcile_watch_paused{environment="",project="shop"} 1.0')
    live = cloud.ask("GET", cloud.group("web"))
    assert "nginx:2" == live["properties"]["containers"][0]["properties"]["image"]

    process.send_signal(signal.SIGTERM)
    last = ended(process)
    assert (0, "Ended.") == (last.code, last.err.splitlines()[-1])
    assert f"went back in history: {second[:12]} is not in" in last.out
    assert "Traceback" not in last.err


def test_probes_answer_before_azure_does(tmp_path: Path, shop: Repository, cloud: Azure) -> None:
    """A watch that cannot read anything is alive, not ready, and says why."""
    (tmp_path / "tmp").mkdir()
    shop.commit({"azure/manifests/web.yaml": "name: ["})
    process, address = begin(tmp_path, shop, cloud)
    try:
        wait_for(address, "/metrics", 'last_round_fault{environment="",project="",reason="manifests"} 1.0')
        assert (503, "no good round yet\n") == ask(address, "/readyz")
        assert (200, "ok\n") == ask(address, "/healthz")
    finally:
        process.send_signal(signal.SIGTERM)
        last = ended(process)
    assert 0 == last.code
    assert [] == list((tmp_path / "tmp").iterdir())


@pytest.mark.parametrize("moment", ["ls-remote", "fetch", "worktree"])
def test_a_signal_while_git_works_ends_it(tmp_path: Path, shop: Repository, cloud: Azure, moment: str) -> None:
    """At once, and with everything that it has started."""
    (tmp_path / "tmp").mkdir()
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(
        f'#!/bin/sh\ncase "$*" in *" {moment} "*) echo $$ > {tmp_path}/pid; sleep 600;; esac\n'
        f'PATH="${{PATH#*:}}" exec git "$@"\n'
    )
    slow.chmod(0o700)
    elsewhere = Commands(tmp_path, {"TMPDIR": str(tmp_path / "tmp"), "PATH": f"{slow.parent}:{os.environ['PATH']}"})
    process = elsewhere.begin("watch", "--git", str(shop.folder), "--arm-endpoint", cloud.url, "--git-path", "azure")
    end = time.monotonic() + PATIENCE
    while not (tmp_path / "pid").exists() and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    start = time.monotonic()
    last = ended(process)

    assert (0, "Ended.") == (last.code, last.err.splitlines()[-1])
    assert time.monotonic() - start < PATIENCE
    assert [] == list((tmp_path / "tmp").iterdir())
