"""``verify --fleet``: the checks of many projects, with one verdict and one exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.cli.fleets import ONE, TWO, write_fleet

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine, Served


@pytest.fixture
def fleet(cli: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Three projects of two groups each, in two subscriptions of one emulator."""
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", served.url)
    return write_fleet(cli)


def declare_large(fleet: CommandLine, project: str, name: str = "large") -> None:
    """Write the manifest of a group with 30 cores."""
    container = "{name: c, image: 'nginx:1', resources: {cpu: 30, memoryInGB: 1}}"
    fleet.write(
        f"{project}/manifests/{name}.yaml",
        f"name: {project}-{name}\nlocation: westeurope\nosType: Linux\ncontainers: [{container}]\n",
    )


def test_all_projects_are_ready(fleet: CommandLine, served: Served) -> None:
    """Each has its checks, and the end a line for each; nothing is written."""
    ran = fleet("verify", "--fleet", "fleet.yaml")

    assert 0 == ran.code, ran.err
    assert [1, 1, 1] == [
        ran.out.count(f"Checked what the plan needs (project {each}") for each in ("shop", "bill", "desk")
    ]
    assert ran.out.endswith(
        "PROJECT    RESULT\n"
        "shop       Ready: 10 checks passed.\n"
        "bill       Ready: 10 checks passed.\n"
        "desk-prod  Ready: 10 checks passed.\n"
        "\n"
        "3 projects. Ready: 30 checks passed.\n"
    ), ran.out[-400:]
    assert [] == served.writes


def test_it_is_one_document(fleet: CommandLine) -> None:
    """With the place and the checks of each project."""
    ran = fleet("verify", "--fleet", "fleet.yaml", "--format", "json")
    told = ran.document

    assert (0, 0, True) == (ran.code, told["exit_code"], told["passed"])
    assert {"failed": 0, "ok": 30, "unknown": 0} == told["summary"]
    assert [("shop", "shop", ONE), ("bill", "bill", TWO), ("desk-prod", "desk/prod", TWO)] == [
        (each["name"], each["project"], each["subscription"]) for each in told["projects"]
    ]
    assert [(True, None, 10)] * 3 == [(each["passed"], each["error"], len(each["checks"])) for each in told["projects"]]


def test_the_quota_is_that_of_all(fleet: CommandLine) -> None:
    """Each alone would have room, and together they do not: the one that comes later fails."""
    for project in ("shop", "bill", "desk"):
        declare_large(fleet, project)
        declare_large(fleet, project, "larger")
    alone = fleet("verify", "--project", "desk/aci-reconcile.yaml", "-s", TWO, "-e", "prod")
    ran = fleet("verify", "--fleet", "fleet.yaml")

    assert (0, 1) == (alone.code, ran.code)
    assert "0 of 100 used, 61 needed, 61 needed by the projects before\n" in ran.out
    assert "shop       Ready: 10 checks passed.\nbill       Ready: 10 checks passed.\n" in ran.out
    assert "desk-prod  Not ready: 1 check failed, 9 passed.\n" in ran.out
    assert ran.out.endswith("3 projects. Not ready: 1 check failed, 29 passed.\n")


def test_what_a_project_gives_back_counts(fleet: CommandLine) -> None:
    """For those after it."""
    declare_large(fleet, "bill")
    fleet("apply", "-y", "--fleet", "fleet.yaml")
    (fleet.folder / "bill/manifests/large.yaml").unlink()
    declare_large(fleet, "desk")
    ran = fleet("verify", "--fleet", "fleet.yaml", "--prune")

    assert 0 == ran.code, ran.out
    assert "StandardCores in westeurope    32 of 100 used, 30 needed, 30 freed by the projects before\n" in ran.out


def test_one_failure_hides_no_other(fleet: CommandLine) -> None:
    """Whatever becomes of a project, the rest is checked, and the exit code is that of the worst."""
    fleet("apply", "-y", "--fleet", "fleet.yaml")
    fleet.write("bill/manifests/bad.yaml", "name: bad\nosType: BeOS\n")
    file = fleet.folder / "desk/manifests/g0.yaml"
    file.write_text(file.read_text("utf-8").replace("cpu: 1", "cpu: 2"), encoding="utf-8")
    ran = fleet("verify", "--fleet", "fleet.yaml")
    told = fleet("verify", "--fleet", "fleet.yaml", "--format", "json").document
    (fleet.folder / "bill/manifests/bad.yaml").unlink()
    held = fleet("verify", "--fleet", "fleet.yaml")
    released = fleet("verify", "--fleet", "fleet.yaml", "--allow-replace=1")

    assert (1, 3, 0) == (ran.code, held.code, released.code)
    assert "bill/manifests/bad.yaml:2:9: error " in ran.err
    assert "shop       Nothing to check.\nbill       Could not be checked.\ndesk-prod  Not ready: " in ran.out
    assert "3 projects. Not ready: 1 project could not be checked; 1 check failed, " in ran.out
    assert [True, False, False] == [each["passed"] for each in told["projects"]]
    assert ["InvalidManifestsError"] == [each["error"]["kind"] for each in told["projects"] if each["error"]]
    assert (1, False) == (told["exit_code"], told["passed"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--fleet", "nowhere.yaml"), "nowhere.yaml"),
        (("--fleet", ""), "this is a folder"),
        (("--fleet", "fleet.yaml", "--only", "web"), "--only is about one project"),
        (("--fleet", "fleet.yaml", "manifests"), "a path is about one project"),
        (("--fleet", "fleet.yaml", "-e", "prod"), "--environment is about one project"),
    ],
)
def test_what_is_no_fleet(words: tuple[str, ...], said: str, fleet: CommandLine, served: Served) -> None:
    """Nothing is asked."""
    ran = fleet("verify", *words)

    assert (1, "", []) == (ran.code, ran.out, served.asked)
    assert said in ran.err
