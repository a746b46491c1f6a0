"""`facts show`: the register on a terminal and as JSON, and what becomes of an id that there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cases import naming

from aci_reconcile.facts.register import REGISTER

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine


def test_without_a_command_there_is_the_help_of_the_group(cli: CommandLine) -> None:
    """As for `aci-reconcile` itself."""
    ran = cli("facts")

    assert (0, "") == (ran.code, ran.err)
    assert "\nCommands:\n  show " in ran.out


@pytest.mark.parametrize("words", [(), ("--verbose",)])
def test_the_list_has_each_fact_and_fits_80_columns(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Whatever is said of each."""
    monkeypatch.setenv("COLUMNS", "80")
    ran = cli("facts", "show", *words)
    lines = ran.out.splitlines()

    assert (0, "") == (ran.code, ran.err)
    assert [row.id for row in REGISTER] == [line.split()[0] for line in lines[1:] if not line.startswith(" ")]
    assert [] == [line for line in lines if len(line) > 80]
    assert bool(words) == ("    A PUT on an existing group answers 201." in lines)


def test_a_fact_is_explained_in_80_columns(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long words, such as names of threads, are not cut in two."""
    monkeypatch.setenv("COLUMNS", "80")
    for row in REGISTER:
        with naming(row.id):
            ran = cli("facts", "show", row.id)
            assert (0, "") == (ran.code, ran.err)
            assert [] == [line for line in ran.out.splitlines() if len(line) > 80]


def test_what_is_said_of_a_fact(cli: CommandLine) -> None:
    """Its statement, what is believed and why, and where it can be switched."""
    ran = cli("facts", "show", "Update-Status")

    for told in (
        "update-status\n  A PUT on an existing group answers 201.\n",
        "  believed       201 (one of 200, 201)\n",
        "  evidence       recording: Azure/azure-libraries-for-net's session records",
        "  verified live  not yet\n",
        "  emulator       --knob update_status=VALUE\n",
    ):
        assert told in ran.out


def test_json_has_each_fact_whole(cli: CommandLine) -> None:
    """One document, with one fact or all."""
    one = cli("facts", "show", "update-status", "--format", "json").document
    all_of_them = cli("--format", "json", "facts", "show").document

    assert "1.0" == one["format_version"]
    assert [row.id for row in REGISTER] == [each["id"] for each in all_of_them["facts"]]
    (fact,) = one["facts"]
    assert fact in all_of_them["facts"]
    assert ("201", ["200", "201"], "update_status") == (fact["default"], fact["values"], fact["knob"])
    assert ("recording", "2026-11-29") == (fact["evidence"]["kind"], fact["evidence"]["date"])
    assert "7 of 7 updates" in fact["evidence"]["where"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("update-statsu", "did you mean update-status? "),
        ("update_status", "did you mean update-status? "),
        ("put-updates-tags", "did you mean put-takes-tags? "),
        ("xyzzy", ""),
    ],
)
def test_an_id_that_there_is_not_is_answered_with_one_that_is_near(cli: CommandLine, name: str, meant: str) -> None:
    """By its spelling, or by the name of the emulator's switch."""
    ran = cli("facts", "show", name)

    assert (1, "") == (ran.code, ran.out)
    assert f"Error: there is no fact {name!r}\n  {meant}`facts show` lists all ids\n" == ran.err


def test_an_unknown_command_of_the_group_is_answered(cli: CommandLine) -> None:
    """With the command to type."""
    ran = cli("facts", "shwo")

    assert 1 == ran.code
    assert "there is no command 'shwo'\n  did you mean: aci-reconcile facts show\n" in ran.err
