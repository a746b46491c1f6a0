"""``verify``: what it asks, what it shows, how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest
    from unit.cli.command_line import CommandLine, Served

NETWORK = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/n/providers/Microsoft.Network"
IN_SUBNET = f"subnetIds: [{{id: {NETWORK}/virtualNetworks/v/subnets/s}}]\n"


def test_a_project_that_is_ready(project: CommandLine) -> None:
    """Everything that the first apply needs, and the last line says so."""
    ran = project("verify")

    assert (0, "") == (ran.code, ran.err)
    assert "    ok                    ContainerGroups in westeurope  0 of 100 used, 1 needed\n" in ran.out
    assert "Microsoft.Resources/subscriptions/resourceGroups/write on the subscription\n" in ran.out
    assert ran.out.endswith("\nReady: 7 checks passed.\n")


def test_nothing_to_do_needs_nothing(project: CommandLine) -> None:
    """After an apply there is nothing to check, unless something is deleted."""
    project("apply", "-y")
    assert project("verify").out.startswith("Nothing to check. The plan writes nothing (project shop, ")

    project.group("db")
    project("apply", "-y")
    (project.folder / "manifests/db.yaml").unlink()
    assert project("verify").out.startswith("Nothing to check.")
    assert "containerGroups/delete on rg-shop" in project("verify", "--prune").out


def test_paths_narrow_what_is_checked(project: CommandLine) -> None:
    """As they narrow what is written."""
    project.group("db")

    assert "0 of 100 used, 2 needed" in project("verify").out
    assert "0 of 100 used, 1 needed" in project("verify", "manifests/db.yaml").out
    assert "0 of 100 used, 1 needed" in project("verify", "--only", "web").out


def test_a_plan_that_is_held_back_is_not_ready(project: CommandLine) -> None:
    """What holds the apply is a check that failed, with its release; the exit code is the apply's, 3."""
    project("apply", "-y")
    file = project.group("web")
    file.write_text(file.read_text(encoding="utf-8").replace("cpu: 1", "cpu: 2"), encoding="utf-8")
    ran = project("verify", "-q")

    assert (3, 3) == (ran.code, project("apply", "-y").code)
    assert "\n  Held back\n    FAILED                rg-shop/web  must be deleted and created again\n" in ran.out
    assert "release with --allow-replace\n" in ran.out
    assert "\nNot ready: 1 check failed, " in ran.out
    assert 0 == project("verify", "--allow-replace").code


def test_a_check_that_failed_weighs_more_than_a_brake(project: CommandLine) -> None:
    """Both are told; the exit code is that of the apply, which stops at the worse one."""
    project("apply", "-y")
    more = 'imageRegistryCredentials: [{server: a.io, username: u, password: "${env:NOPE}"}]\n'
    file = project.group("web", more=more)
    file.write_text(file.read_text(encoding="utf-8").replace("cpu: 1", "cpu: 2"), encoding="utf-8")
    told = project("verify", "--format", "json")

    assert (1, False) == (told.code, told.document["passed"])
    assert {"held", "secrets"} == {each["question"] for each in told.document["checks"] if each["verdict"] == "failed"}


def test_a_missing_secret_fails(project: CommandLine) -> None:
    """It is named with where it should come from; the exit code is 1."""
    project.group("web", more='imageRegistryCredentials: [{server: a.io, username: u, password: "${env:NOPE}"}]\n')
    ran = project("verify", "-q")

    assert 1 == ran.code
    assert "    FAILED                rg-shop/web  env:NOPE: the environment variable NOPE is not set\n" in ran.out
    assert "\nNot ready: 1 check failed, 7 passed.\n" in ran.out


def test_what_could_not_be_checked(project: CommandLine) -> None:
    """No failure, and under ``--strict`` one: the network is not there to ask."""
    project.group("web", more=IN_SUBNET)
    ran = project("verify")

    assert 0 == ran.code
    assert "    could not be checked  region of n/v/s  ResourceGroupNotFound: " in ran.out
    assert "Ready as far as could be checked: 1 check could not be made, 9 passed." in ran.out
    assert 1 == project("verify", "--strict").code


def test_strict_by_the_environment(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under a name of its own: ``drift`` means something else by it."""
    project.group("web", more=IN_SUBNET)
    monkeypatch.setenv("ACI_RECONCILE_STRICT", "1")
    assert 0 == project("verify").code

    monkeypatch.setenv("ACI_RECONCILE_VERIFY_STRICT", "1")
    assert 1 == project("verify").code


def test_json(project: CommandLine) -> None:
    """One document with every check."""
    project.group("web", more=IN_SUBNET)
    told = project("verify", "--format", "json").document

    assert ("1.0", "shop", True) == (told["format_version"], told["project"], told["passed"])
    assert {"ok": 9, "failed": 0, "unknown": 1} == told["summary"]
    assert {"quota", "region", "subnet", "permission"} == {each["question"] for each in told["checks"]}
    assert {
        "question": "quota",
        "subject": "ContainerGroups in westeurope",
        "verdict": "ok",
        "why": "0 of 100 used, 1 needed",
        "hint": "",
        "addresses": ["rg-shop/web"],
    } == told["checks"][0]


def test_nothing_is_written(project: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions only."""
    monkeypatch.delenv("ACI_RECONCILE_LOCAL")
    monkeypatch.setenv("ACI_RECONCILE_SUBSCRIPTION", "00000000-0000-0000-0000-000000000000")
    ran = project("verify", "--arm-endpoint", served.url)

    assert 0 == ran.code
    assert [] == served.writes
    assert any(path.endswith("/usages") for _, path in served.asked)


def test_a_group_that_cannot_be_read(project: CommandLine) -> None:
    """Nothing is known of what it needs, and that fails."""
    project.group("web", more="subscription: 0\n")
    assert 1 == project("verify").code

    project.group("web")
    ran = project("verify", "-s", "no-guid")
    assert 1 == ran.code
    assert "  Reading\n    FAILED                rg-shop/web  InvalidSubscriptionId: " in ran.out
