"""`facts probe` and `facts clean` on the embedded emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from unit.cli.command_line import PROJECT

from aci_reconcile.facts.answers import read_answers
from aci_reconcile.facts.probes import PROBES

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

WHERE = ("-g", "rg-probe", "-l", "westeurope", "--local")
QUICK = ("--only", "capital-names", "--only", "reserved-ports")


@pytest.fixture(autouse=True)
def _instant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACI_RECONCILE_PROVISIONING", "0s")
    monkeypatch.setenv("COLUMNS", "100")


def test_it_says_first_what_it_will_do(cli: CommandLine) -> None:
    """And does nothing where nobody can be asked."""
    ran = cli("facts", "probe", *WHERE)

    assert (1, "") == (ran.code, ran.out)
    usual = [probe.id for probe in PROBES if not (probe.deep or probe.network)]
    assert [] == [name for name in usual if name not in ran.err]
    assert "groups of one core in westeurope" in ran.err
    assert "network-collisions" not in ran.err
    assert "cannot ask whether to create these groups" in ran.err


def test_it_shows_what_was_found_and_leaves_nothing(cli: CommandLine) -> None:
    """Neither groups nor the resource group."""
    ran = cli("facts", "probe", *WHERE, *QUICK, "--yes")

    assert 0 == ran.code, ran.err
    assert ["capitals", "accept", "accept"] == ran.out.splitlines()[1].split()[:3]
    assert ran.out.endswith("2 facts found out, 0 not as believed, 0 unclear.\n")

    left = cli("facts", "clean", "-g", "rg-probe", "--local", "-y")

    assert (0, "Deleted 0 resources.\n") == (left.code, left.out)


def test_networks_are_asked_about_if_that_is_wished(cli: CommandLine) -> None:
    """They are announced, and nothing is left of them."""
    usual = cli("facts", "probe", *WHERE, "--network")
    ran = cli("facts", "probe", *WHERE, "--only", "subnet-not-delegated", "--yes")
    left = cli("facts", "clean", "-g", "rg-probe", "--local", "-y")

    assert "groups of one core and 3 virtual networks in westeurope" in usual.err
    assert "up to 0 groups of one core and 1 virtual network" in ran.err
    assert "2 facts found out, 0 not as believed, 0 unclear." in ran.out
    assert "Deleted 0 resources.\n" == left.out


def test_the_result_as_json(cli: CommandLine) -> None:
    """Standard output has nothing else."""
    ran = cli("facts", "probe", *WHERE, *QUICK, "-y", "--format", "json")
    facts = {each["id"]: each for each in ran.document["facts"]}

    assert {"capitals", "reserved-ports"} == set(facts)
    assert ("westeurope", "1.0") == (ran.document["region"], ran.document["format_version"])
    assert {"probe": "reserved-ports", "value": "accept", "believed": "accept"}.items() <= facts[
        "reserved-ports"
    ].items()


def test_the_files_tell_what_was_found_and_not_where(cli: CommandLine) -> None:
    """A run that a reader of the files cannot trace back."""
    subscription = "8f0c3a52-77aa-4be1-9d51-2f6d0c1e9b44"
    ran = cli("facts", "probe", *WHERE, *QUICK, "-s", subscription, "-y", "--out", "found/here")
    facts, recording = (cli.folder / "found" / "here" / name for name in ("facts.json", "recording.json"))
    answers = read_answers(facts.read_text("utf-8"), "facts.json")
    exchanges = json.loads(recording.read_text("utf-8"))
    both = facts.read_text("utf-8") + recording.read_text("utf-8")

    assert 0 == ran.code
    assert [("capitals", "accept"), ("reserved-ports", "accept")] == [(one.fact, one.value) for one in answers.findings]
    assert {"westeurope"} == {one.region for one in answers.findings}
    assert {"DELETE", "GET", "PUT"} == {each["method"] for each in exchanges}
    assert ["method", "url", "request", "status", "headers", "response"] == list(exchanges[0])
    assert [] == [word for word in (subscription, "rg-probe", "probe-Capitals", "probe-port") if word in both]


def test_a_folder_that_cannot_be_made_is_said_before_anything_is_created(cli: CommandLine) -> None:
    """Nobody pays for answers that are lost."""
    cli.write("file", "")
    ran = cli("facts", "probe", *WHERE, *QUICK, "-y", "--out", "file/x")

    assert (1, "") == (ran.code, ran.out)
    assert "the folder cannot be made" in ran.err
    assert "Asking." not in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-l", "westeurope"), "no resource group is given"),
        (("-g", "rg"), "no region is given"),
        (("-g", "rg", "-l", "westeurop"), "did you mean westeurope?"),
        (("-g", "rg", "-l", "West Europe"), "did you mean westeurope?"),
        (("-g", "rg", "-l", "../x"), "`../x` is not the name of a region"),
        (("-g", "a/b", "-l", "westeurope"), "`a/b` is not a valid resource group name"),
        (("-g", "rg", "-l", "westeurope", "-s", "a b"), "`a b` is not a subscription ID"),
        (("-g", "rg", "-l", "westeurope", "--only", "capital-name"), "did you mean capital-names?"),
        (("-g", "rg", "-l", "westeurope", "--only", "xyz"), "`facts show` lists the facts"),
        (("-g", "rg", "-l", "westeurope", "--budget", "0.001"), "more than the budget of 0.00 USD"),
        (("-g", "rg", "-l", "westeurope", "--budget", "-1"), "-1.0 is not in the range"),
    ],
)
def test_bad_input(cli: CommandLine, words: tuple[str, ...], said: str) -> None:
    """What is wrong, and what to do."""
    ran = cli("facts", "probe", *words, "--local", "-y")

    assert (1, "") == (ran.code, ran.out)
    assert said in ran.err


def test_a_resource_group_with_something_in_it_is_refused(cli: CommandLine) -> None:
    """Probes never work beside what others made."""
    cli.write("aci-reconcile.yaml", PROJECT)
    cli.group("web")
    assert 0 == cli("apply", "--local", "-y").code

    ran = cli("facts", "probe", "-g", "rg-shop", "-l", "westeurope", "--local", "-y")

    assert (1, "") == (ran.code, ran.out)
    assert "the resource group rg-shop is not empty: web" in ran.err
    assert "Deleted 0 resources.\n" == cli("facts", "clean", "-g", "rg-shop", "--local", "-y").out
