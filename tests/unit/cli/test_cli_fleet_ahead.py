"""The lists of a fleet's next projects are on their way while one is planned: a few, in order, and to no one's harm."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.app.begun import Begun
from aci_reconcile.cli import fleet as cli_fleet

if TYPE_CHECKING:
    from contextlib import ExitStack

    from unit.cli.command_line import CommandLine, Served

    from aci_reconcile.app.prefetch import Prefetched

NAMES = [f"p{number}" for number in range(7)]


def make_subscription(number: int) -> str:
    """Return the subscription of a project."""
    return f"00000000-0000-0000-0000-{number:012}"


@pytest.fixture
def fleet(cli: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Seven projects of one group each, every one in its own subscription."""
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", served.url)
    lines = ["projects:"]
    for number, name in enumerate(NAMES):
        project = f"name: {name}\nresourceGroup: rg-{name}\nlocation: westeurope\ncreateResourceGroups: true\n"
        cli.write(f"{name}/aci-reconcile.yaml", project)
        container = "{name: c, image: 'nginx:1', resources: {cpu: 1, memoryInGB: 1}}"
        cli.write(f"{name}/manifests/g.yaml", f"name: g{number}\nosType: Linux\ncontainers: [{container}]\n")
        lines.append(f"  - {{project: {name}/aci-reconcile.yaml, subscription: {make_subscription(number)}}}")
    cli.write("fleet.yaml", "\n".join(lines) + "\n")
    return cli


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Note what is begun and taken, and of which project."""
    told: list[tuple[str, str]] = []

    class Noted(Begun):
        """Notes it."""

        def __init__(self, sources: Any, *more: Any, **options: Any) -> None:
            self.name = sources.project.parent.name
            told.append(("begun", self.name))
            super().__init__(sources, *more, **options)

        def take(self, stack: ExitStack) -> Prefetched | None:
            """Note it."""
            told.append(("taken", self.name))
            return super().take(stack)

    monkeypatch.setattr(cli_fleet, "Begun", Noted)
    return told


def add_fault(served: Served, **fault: Any) -> None:
    """Make the emulator refuse something."""
    body = json.dumps(fault).encode()
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{served.url}/emulator/faults", body, headers)):
        pass


@pytest.mark.parametrize(
    "words", [("plan",), ("drift", "--exit-zero"), ("status", "--no-graph"), ("shards", "--max", "2", "--out", "plans")]
)
def test_a_few_are_begun_before_their_turn(words: tuple[str, ...], fleet: CommandLine, log: list[Any]) -> None:
    """Never more than four beside the one that is planned; in the order of the file."""
    ran = fleet(*words, "--fleet", "fleet.yaml")
    waiting: list[int] = []
    for kind, _ in log:
        waiting.append((waiting[-1] if waiting else 0) + (1 if kind == "begun" else -1))

    assert 0 == ran.code, ran.err
    assert NAMES == [name for kind, name in log if kind == "begun"]
    assert NAMES == [name for kind, name in log if kind == "taken"]
    assert (5, 0) == (max(waiting), waiting[-1])
    assert NAMES == sorted(NAMES, key=lambda name: ran.out.index(f"{name} ("))


def test_an_apply_lists_nothing_early(fleet: CommandLine, log: list[Any]) -> None:
    """Others may write for hours before its turn comes."""
    assert 0 == fleet("apply", "-y", "--fleet", "fleet.yaml").code
    assert [] == log


def test_nothing_is_asked_twice(fleet: CommandLine, served: Served) -> None:
    """What was begun is what the plan is made from."""
    fleet("apply", "-y", "--fleet", "fleet.yaml")
    served.asked.clear()
    ran = fleet("plan", "--fleet", "fleet.yaml", "--detailed-exitcode")
    asked = Counter(path for method, path in served.asked if method == "GET")

    assert 0 == ran.code, ran.err
    assert {1} == set(asked.values())
    assert 2 * len(NAMES) == len(asked)


def test_one_subscription_that_fails_spoils_no_other(fleet: CommandLine, served: Served) -> None:
    """Its error is told in its place, and the others are planned."""
    fleet("apply", "-y", "--fleet", "fleet.yaml")
    refusal = {"kind": "error", "status": 403, "code": "AuthorizationFailed", "message": "not yours", "times": 99}
    add_fault(served, **refusal, path=make_subscription(3))
    ran = fleet("plan", "--fleet", "fleet.yaml")
    parts = ran.out.split("fleet.yaml:")

    assert 1 == ran.code
    assert ["not yours" in part for part in parts[1:]] == [number == 3 for number in range(7)], ran.out
    assert 6 == sum("No changes." in part for part in parts[1:])


def test_a_project_that_says_nothing_is_left_to_its_own_run(fleet: CommandLine, log: list[Any]) -> None:
    """An error of its file comes once, in its place."""
    fleet.write("p5/aci-reconcile.yaml", "name: [")
    ran = fleet("plan", "--fleet", "fleet.yaml")

    assert 1 == ran.code
    assert 1 == ran.err.count("p5/aci-reconcile.yaml:2:1: error")
    assert "7 projects" in ran.out
    assert ("begun", "p6") in log
