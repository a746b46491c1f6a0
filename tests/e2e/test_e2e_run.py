"""``run`` in real processes: signals, kills, and what is left behind: nothing, or a group with a tag."""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest
from e2e.processes import PROJECT, SUBSCRIPTION, Commands, azure, ended, until
from e2e.test_e2e_kill import GROUPS, Killing, Moment

from aci_reconcile.core import tags
from aci_reconcile.core.model import ResourceId
from aci_reconcile.core.run_tag import RunTag
from aci_reconcile.emulator import serve

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.e2e

JOB = """\
name: {name}
osType: Linux
restartPolicy: Never
containers:
  - name: job
    image: alpine
    command: [sh, -c, "{script}"]
    resources: {{cpu: 1, memoryInGB: 1}}
"""
QUICK = {"ACI_RECONCILE_PROVISIONING": "0.2s", "ACI_RECONCILE_LOCAL": "1"}


def write_job(commands: Commands, name: str, script: str, folder: str = "manifests") -> None:
    """Write the manifest of a job."""
    commands.write(f"{folder}/{name}.yaml", JOB.format(name=name, script=script))


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """A project with a job, on the embedded emulator."""
    found = Commands(tmp_path, QUICK)
    found.write("aci-reconcile.yaml", f"{PROJECT}manifests: [manifests]\n")
    write_job(found, "job", "echo hello; sleep 1; echo world; exit 3")
    return found


def find_groups(commands: Commands) -> Mapping[str, Any]:
    """Return the live groups by name."""
    found = json.loads(commands("status", "--format", "json").out)
    return {each["address"].rpartition("/")[2]: each for each in found["groups"]}


def test_a_job_runs_to_its_end_and_leaves_nothing(commands: Commands) -> None:
    """Its output is the output, its code is the code."""
    ran = commands("run", "job")

    assert (3, "hello\nworld\n") == (ran.code, ran.out)
    assert "rg-shop/job: container job ended with code 3" in ran.err
    assert {} == find_groups(commands)


@pytest.mark.long
def test_an_apply_leaves_a_run_alone(commands: Commands) -> None:
    """Whatever it may delete: the run's group is in no plan and in no count, and goes on."""
    commands.group("web")
    process = commands.begin("run", "job", "--", "sleep", "1000")
    until(process, "created after")
    pruned = commands("apply", "-y", "--prune", "--wait", "none", "--max-deletes", "9")
    left = find_groups(commands)
    process.send_signal(signal.SIGINT)
    last = ended(process)

    assert (0, 130) == (pruned.code, last.code)
    assert "-run-" not in pruned.out + pruned.err
    assert 3 == len(left)
    assert {"job", "web"} == set(find_groups(commands))


@pytest.mark.long
@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, 130, marks=pytest.mark.sweep),
        (signal.SIGTERM, 143),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.sweep),
    ],
)
def test_a_signal_ends_a_run_and_its_group(commands: Commands, number: int, code: int) -> None:
    """Within seconds; the log so far is told."""
    process = commands.begin("run", "job", "--", "sh", "-c", "echo begun; sleep 1000")
    assert process.stdout is not None
    told = process.stdout.readline()
    process.send_signal(number)
    last = ended(process)

    assert ("begun\n", code) == (told, last.code), last.err
    assert "rg-shop/job: interrupted" in last.err
    assert {} == find_groups(commands)


def run_until_killed(tmp_path: Path, moment: Moment) -> tuple[int, list[dict[str, Any]], Killing, Commands]:
    """Let a run die at a moment; returns how it ended, and the groups that are there then."""
    emulator = Killing()
    emulator.moment = moment
    with serve(emulator) as server:
        commands = Commands(tmp_path, {"ACI_RECONCILE_ARM_ENDPOINT": server.url})
        commands.write("aci-reconcile.yaml", PROJECT)
        emulator.client = commands.begin("run", "--image", "alpine", "--", "echo", "hello")
        first = ended(emulator.client)
        emulator.client = None
        left: list[dict[str, Any]] = (emulator.by_hand("GET", GROUPS) or {}).get("value", [])
        _expire(emulator, left)
        again = commands("run", "--image", "alpine", "--", "echo", "again")

    assert (0, "again\n") == (again.code, again.out), again.err
    assert [] == emulator.by_hand("GET", GROUPS)["value"]
    return first.code, left, emulator, commands


def _expire(emulator: Killing, left: list[dict[str, Any]]) -> None:
    """Let time pass for the groups that are left."""
    for each in left:
        identity = ResourceId(SUBSCRIPTION, "rg-shop", each["name"])
        tag = RunTag(each["tags"][tags.RUN].split(":")[1], int(time.time()) - 1)
        named = {**each["tags"], tags.RUN: tag.render(identity)}
        while "error" in emulator.by_hand("PATCH", f"{GROUPS}/{each['name']}", {"tags": named}):
            time.sleep(0.05)  # it is still being created


@pytest.mark.long
@pytest.mark.parametrize(
    ("moment", "left"),
    [
        pytest.param(Moment(2, "PUT"), 0, marks=pytest.mark.sweep),
        (Moment(2, "PUT", after=True), 1),
        pytest.param(Moment(1, "DELETE"), 1, marks=pytest.mark.sweep),
        pytest.param(Moment(1, "DELETE", after=True), 0, marks=pytest.mark.sweep),
    ],
    ids=["before the creation", "after the creation", "before the deletion", "after the deletion"],
)
def test_a_killed_run_leaves_a_tagged_group_that_the_next_one_deletes(
    tmp_path: Path, moment: Moment, left: int
) -> None:
    """Once it has expired."""
    code, there, *_ = run_until_killed(tmp_path, moment)

    assert (-9, left) == (code, len(there))


@pytest.mark.sweep
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_may_die_at_any_request(tmp_path: Path, after: bool) -> None:
    """One request after the other, until the run has ended before its last moment came."""
    nth = 1
    while True:
        folder = tmp_path / f"work-{nth}"
        folder.mkdir()
        code, there, *_ = run_until_killed(folder, Moment(nth, after=after))
        if code == 0:
            break
        assert (-9, True) == (code, all(tags.RUN in each["tags"] for each in there))
        nth += 1

    assert nth > 5


@pytest.mark.long
def test_it_works_against_a_server(tmp_path: Path) -> None:
    """As it does on the embedded emulator."""
    with azure(tmp_path) as server:
        commands = Commands(tmp_path, {"ACI_RECONCILE_ARM_ENDPOINT": server.url})
        commands.write("aci-reconcile.yaml", PROJECT)
        ran = commands("run", "--image", "alpine", "--", "sh", "-c", "echo a; echo b; exit 9")

    assert (9, "a\nb\n") == (ran.code, ran.out)
