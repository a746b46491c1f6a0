"""What a saved plan may do, and how often; freezes that begin meanwhile: with real processes, clocks and terminals."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from e2e.processes import COMMAND, PATIENCE, PROJECT, Commands, azure, ended, until

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from e2e.processes import Azure

pytestmark = [pytest.mark.e2e, pytest.mark.long]

NAMES = ("a", "b", "c", "web")
LONG = "policy: {freeze: [{from: 2020-01-01, to: 2099-01-01, reason: sale}]}\n"


@pytest.fixture
def cloud(tmp_path: Path) -> Generator[Azure]:
    """An Azure in which a group takes a second."""
    with azure(tmp_path) as found:
        yield found


@pytest.fixture
def shop(tmp_path: Path, cloud: Azure) -> Commands:
    """A project of four groups, whose image is a variable."""
    found = Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_ARM_ENDPOINT": cloud.url})
    found.write("aci-reconcile.yaml", PROJECT)
    for name in NAMES:
        found.group(name, image="'nginx:${var:tag}'")
    return found


def live(cloud: Azure) -> dict[str, str]:
    """Return the groups that are there, each with its image."""
    found = cloud.ask("GET", "/providers/Microsoft.ContainerInstance/containerGroups")["value"]
    return {each["name"]: each["properties"]["containers"][0]["properties"]["image"] for each in found}


def test_a_saved_plan_releases_nothing_by_itself(shop: Commands, cloud: Azure) -> None:
    """Four groups, a freeze, a plan that would delete three: its file alone does nothing; its words, said here, do."""
    assert 0 == shop("apply", "-y", "--var", "tag=1").code
    before = live(cloud)
    for name in NAMES[:3]:
        (shop.folder / "manifests" / f"{name}.yaml").unlink()
    shop.write("aci-reconcile.yaml", f"{PROJECT}{LONG}")
    words = "--prune --max-deletes 99 --override-freeze ok --var tag=evil"
    planned = shop("plan", "--out", "plan.json", *shlex.split(words))
    refused = shop("apply", "--plan", "plan.json")
    half = shop("apply", "--plan", "plan.json", "--prune", "--max-deletes", "99", "--var", "tag=evil")
    other = shop("apply", "--plan", "plan.json", *shlex.split(words.replace("evil", "2")))
    untouched = live(cloud)
    printed = refused.err.partition("does not repeat:\n  ")[2].partition("\n")[0]
    done = shop("apply", "--plan", "plan.json", *shlex.split(printed))

    assert [0, 4, 4, 4, 0] == [each.code for each in (planned, refused, half, other, done)], done.err
    assert before == untouched == dict.fromkeys(NAMES, "nginx:1")
    assert words == printed
    assert "does not repeat:\n  --override-freeze ok\n" in half.err
    assert "does not repeat:\n  --var tag=evil\n" in other.err
    assert {"web": "nginx:evil"} == live(cloud)


def test_a_plan_is_good_once(shop: Commands, cloud: Azure) -> None:
    """Applied, taken back by somebody else, and run again: exit code 4, and what was taken back stays."""
    shop("apply", "-y", "--var", "tag=1")
    manifest = shop.folder / "manifests" / "a.yaml"
    text = manifest.read_text(encoding="utf-8")
    words = ("--prune", "--max-deletes", "1", "--var", "tag=2")
    manifest.unlink()
    shop("plan", "--out", "plan.json", *words)
    first = shop("apply", "--plan", "plan.json", *words)
    manifest.write_text(text, encoding="utf-8")
    back = shop("apply", "-y", "--var", "tag=1")
    manifest.unlink()
    again = shop("apply", "--plan", "plan.json", *words)

    assert [0, 0, 4] == [each.code for each in (first, back, again)], first.err + back.err
    assert "rg-shop/a: the live group\n" in again.err
    assert dict.fromkeys(NAMES, "nginx:1") == live(cloud)


def soon(shop: Commands, seconds: float) -> datetime:
    """Let a freeze begin in so many seconds; returns when."""
    begins = (datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0)
    ends = begins + timedelta(hours=1)
    window = f"{{from: '{begins:%Y-%m-%dT%H:%M:%S}', to: '{ends:%Y-%m-%dT%H:%M:%S}', reason: sale}}"
    shop.write("aci-reconcile.yaml", f"{PROJECT}variables: {{tag: '1'}}\npolicy: {{freeze: [{window}]}}\n")
    return begins


def wait_for(moment: datetime) -> None:
    """Let the time pass."""
    time.sleep(max((moment - datetime.now(UTC)).total_seconds(), 0) + 0.1)


def test_a_freeze_that_begins_between_two_writes(shop: Commands, cloud: Azure) -> None:
    """What was begun ends, the rest is skipped and says why: exit code 5; from then on nothing is begun at all: 3."""
    for name, after in (("b", "a"), ("c", "b"), ("web", "c")):
        shop.group(name, image="'nginx:${var:tag}'", more=f"lifecycle: {{dependsOn: [{after}]}}\n")
    begins = soon(shop, 9)
    process = shop.begin("apply", "-y", "--stable-for", "4s")
    until(process, "rg-shop/a")
    last = ended(process)
    there = sorted(live(cloud))
    wait_for(begins)
    next_one = shop("apply", "-y")

    assert (5, 3) == (last.code, next_one.code), last.err
    assert re.search(r"skipped: a freeze began: sale \(until ", last.err), last.err
    assert 0 < len(there) < len(NAMES)
    assert list(NAMES[: len(there)]) == there
    assert there == sorted(live(cloud))


@pytest.mark.parametrize(("command", "before"), [("apply", {}), ("destroy", dict.fromkeys(NAMES, "nginx:1"))])
def test_a_freeze_that_begins_while_the_question_waits(
    shop: Commands, cloud: Azure, command: str, before: dict[str, str]
) -> None:
    """The answer comes too late: exit code 3, and nothing is written."""
    cloud.ask("PUT", "", {"location": "westeurope"})
    shop.write("aci-reconcile.yaml", f"{PROJECT}variables: {{tag: '1'}}\n")
    if before:
        shop("apply", "-y")
    begins = soon(shop, 9)
    code, told = asked(shop, command, answer_at=begins)

    assert 3 == code, told
    assert "Error: a freeze began: sale (until " in told
    assert "nothing was written" in told
    assert before == live(cloud)


def asked(shop: Commands, *words: str, answer_at: datetime) -> tuple[int, str]:
    """Run a command at a terminal, and answer its question with a yes, at that time."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *words],
        cwd=shop.folder,
        env=shop.environment({}),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        wait_for(answer_at)
        os.write(ours, b"yes\n")
        told, _ = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        os.close(ours)
    return process.returncode, told


@pytest.mark.parametrize(
    ("window", "place", "told"),
    [
        ("{from: 20261120, to: 20261128, reason: x}", "5:26", "`20261120`"),
        ('{from: 2026-11-20, to: "2026-W48", reason: x}', "5:42", "`2026-W48`"),
    ],
)
def test_a_freeze_that_is_not_understood_lets_nothing_through(
    shop: Commands, cloud: Azure, window: str, place: str, told: str
) -> None:
    """A form of a date that nobody means is an error at its place, for every command."""
    shop.write("aci-reconcile.yaml", f"{PROJECT}policy: {{freeze: [{window}]}}\n")
    ran = [shop(*words, "--var", "tag=1") for words in (("validate",), ("plan",), ("apply", "-y"))]

    assert [1, 1, 1] == [each.code for each in ran]
    for each in ran:
        assert f"aci-reconcile.yaml:{place}: error ACI190: {told} is not a date or a time" in each.out + each.err
    with pytest.raises(OSError, match="404"):
        live(cloud)
