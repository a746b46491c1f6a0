"""docs/cli.md says what there is: every command, every option, every exit code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from unit.cli.command_line import list_commands

from aci_reconcile.cli.option import Option
from aci_reconcile.core.errors import ExitCode

PAGE = (Path(__file__).resolve().parent.parent.parent.parent / "docs" / "cli.md").read_text(encoding="utf-8")
COMMANDS = list_commands()


def options_of(command: str) -> list[Option]:
    """Return the options of a command."""
    return [each for each in COMMANDS[command][0].params if isinstance(each, Option)]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_section(command: str) -> None:
    """Under its name, with its usage."""
    assert f"\n### `{command}`\n" in PAGE
    assert f"    aci-reconcile {command}" in PAGE


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented(command: str) -> None:
    """With its short form and, unless it releases a brake, its environment form."""
    for option in options_of(command):
        short = [each for each in option.opts if not each.startswith("--")]
        rows = [line for line in PAGE.splitlines() if re.match(rf"\| `{option.long}[` ,=\[]", line)]

        assert rows, option.long
        assert [] == [each for each in short if f"`{each}" not in rows[0]]
        told = [re.findall(r"`(ACI_RECONCILE_\w+)`", row) for row in rows]
        assert [option.envvar] * bool(option.envvar) in told


def read_plainly(cell: str) -> str:
    """Return the text of a cell without its marks."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", cell).replace("`", "").replace("\\|", "|").strip()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_page_has_the_words_of_the_help(command: str) -> None:
    """Each row begins with them, and may say more: the wording of an option has one source."""
    for option in options_of(command):
        lines = [line for line in PAGE.splitlines() if re.match(rf"\| `{option.long}[` ,=\[]", line)]
        rows = [re.split(r"(?<!\\)\|", line) for line in lines]
        texts = [read_plainly(row[3]) for row in rows if (option.envvar or "") == row[2].strip().strip("`")]
        known = (option.help or "").replace(", sarif.", ".")

        assert sum(text.startswith(known) for text in texts) == 1, option.long


def test_no_option_is_documented_that_is_not_there() -> None:
    """The page does not promise what the command does not take."""
    known = {spelling for command in COMMANDS for option in options_of(command) for spelling in option.opts}
    known |= {spelling for command in COMMANDS for option in options_of(command) for spelling in option.secondary_opts}

    assert set() == set(re.findall(r"--[a-z][a-z-]+", PAGE)) - known - {"--help", "--version"}


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_is_documented(code: ExitCode) -> None:
    """Somebody writes a pipeline against them."""
    assert re.search(rf"^\| {int(code)} \|", PAGE, re.MULTILINE)
