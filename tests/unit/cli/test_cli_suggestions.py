"""What helps who mistypes, or comes from another tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.cli.command_line import list_commands

from aci_reconcile.cli.suggestions import ELSEWHERE, OPTIONS_ELSEWHERE

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("aply", "there is no command 'aply'\n  did you mean apply? see aci-reconcile --help"),
        ("Deploy", "there is no command 'Deploy'\n  did you mean apply? see aci-reconcile --help"),
        ("facts list", "there is no command 'list'\n  see aci-reconcile facts --help"),
        ("frobnicate", "there is no command 'frobnicate'\n  see aci-reconcile --help"),
        (
            "apply --dry-run",
            "there is no option --dry-run\n  `plan` shows what apply would change, and writes nothing; see",
        ),
        (
            "plan --destroy",
            "there is no option --destroy\n  use the command `destroy`: it shows what it would delete, ",
        ),
        (
            "destroy --dry-run",
            "there is no option --dry-run\n  `destroy` shows what it would delete and asks; only yes",
        ),
        ("import --dry-run", "there is no option --dry-run\n  without --out, `import` writes no files; see"),
        (
            "status --dry-run",
            "there is no option --dry-run\n  `plan` shows what apply would change, and writes nothing; ",
        ),
        ("plan --json", "there is no option --json\n  write --format json; see aci-reconcile plan --help"),
        (
            "plan --enviroment prod",
            "there is no option --enviroment\n  did you mean --environment? see aci-reconcile plan --help",
        ),
        (
            "validate --local",
            "there is no option --local\n  this command does not use Azure: remove the option; see",
        ),
        (
            "render --timeout 1s",
            "there is no option --timeout\n  this command does not use Azure: remove",
        ),
        ("status --yes", "there is no option --yes\n  see aci-reconcile status --help"),
        ("import --foo", "there is no option --foo\n  see aci-reconcile import --help"),
        ("plan -x", "there is no option -x\n  see aci-reconcile plan --help"),
        ("plan --max-deletes x", "Invalid value for '--max-deletes'"),
        ("config", "Missing argument 'show'. Choose from: show\n  see aci-reconcile config --help"),
        ("completion", "Missing argument 'SHELL'. Choose from: bash, zsh, fish\n  see aci-reconcile completion --help"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(cli: CommandLine, words: str, told: str) -> None:
    """By what other tools call it, else by its spelling; nothing is suggested that is something else."""
    ran = cli(*words.split())

    assert (1, True) == (ran.code, ran.err.startswith(f"Error: {told}")), ran.err


def test_every_suggestion_exists() -> None:
    """A command by this name, an option of some command; and nothing is listed that exists itself.

    But for seven, which are advice where a command does not have them: `facts probe` asks with --yes before it spends
    money, `run` sets a variable of a container with --env as docker does, `logs` ends with a container's --exit-code,
    `status` has --output as kubectl does, `convert` and `init` replace files with --force, and `fmt` has
    --check and --diff as formatters do.
    """
    commands = list_commands()
    options = {spelling for each, _ in commands.values() for param in each.params for spelling in param.opts}

    assert set(ELSEWHERE.values()) <= set(commands)
    assert not set(ELSEWHERE) & set(commands)
    assert {needs for needs, _ in OPTIONS_ELSEWHERE.values() if needs} <= options
    taken = {"--check", "--diff", "--env", "--exit-code", "--force", "--output", "--yes"}
    assert taken == set(OPTIONS_ELSEWHERE) & options
