"""What helps who mistypes, or comes from another tool."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.cli.command_line import list_commands

from aci_reconcile.cli.other_tools import ALIASES, COMMANDS, OPTIONS, VALUES
from aci_reconcile.cli.rewriting import rewrite
from aci_reconcile.cli.root import make_root

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("aply -y", "there is no command 'aply'\n  did you mean: aci-reconcile apply -y\n"),
        ("-e prod Deploy", "there is no command 'Deploy'\n  type: aci-reconcile -e prod apply\n"),
        ("facts list", "there is no command 'list'\n  see aci-reconcile facts --help\n"),
        ("fact shwo", "there is no command 'fact'\n  did you mean: aci-reconcile facts show\n"),
        ("frobnicate", "there is no command 'frobnicate'\n  see aci-reconcile --help\n"),
        ("help plna", "there is no command 'plna'\n  did you mean: aci-reconcile plan --help\n"),
        ("up --help", "there is no command 'up'\n  type: aci-reconcile apply --help\n"),
        ("up -d web", "there is no command 'up'\n  type: aci-reconcile apply --only web\n"),
        ("up --scale web=3", "there is no command 'up'\n  here it is `apply`; see aci-reconcile --help\n"),
        ("top", "there is no command 'top'\n  Azure Monitor has the numbers; see aci-reconcile --help\n"),
        ("get pods -o yaml", "there is no command 'get'\n  type: aci-reconcile status -o json\n"),
        (
            "get pod web -n rg -w",
            "there is no command 'get'\n  type: aci-reconcile status web --resource-group rg -w\n",
        ),
        ("describe pod/web", "there is no command 'describe'\n  type: aci-reconcile status web\n"),
        ("delete pod web", "there is no command 'delete'\n  type: aci-reconcile destroy --only web\n"),
        ("delete -n web -g rg", "there is no command 'delete'\n  type: aci-reconcile destroy --only web -g rg\n"),
        ("delete -f a.yaml", "there is no command 'delete'\n  type: aci-reconcile destroy a.yaml\n"),
        ("delete -l app=web", "there is no command 'delete'\n  here it is `destroy`; see aci-reconcile --help\n"),
        ("rollout restart deploy/web", "there is no command 'rollout'\n  type: aci-reconcile restart web\n"),
        ("container show --name web", "there is no command 'container'\n  type: aci-reconcile status web\n"),
        ("container logs -n web", "there is no command 'container'\n  type: aci-reconcile logs web\n"),
        ("attach web", "there is no command 'attach'\n  type: aci-reconcile logs --follow web\n"),
        (
            "diff -f a.yaml",
            "there is no option -f\n  type: aci-reconcile plan a.yaml\n  see aci-reconcile plan --help\n",
        ),
        ("-f a.yaml apply", "there is no option -f\n  type: aci-reconcile apply a.yaml\n"),
        ("apply -f -", "there is no option -f\n  name files without an option; see aci-reconcile apply --help\n"),
        ("--target web plan", "there is no option --target\n  type: aci-reconcile plan --only web\n"),
        ("apply --target rg/web -y", "there is no option --target\n  type: aci-reconcile apply --only rg/web -y\n"),
        (
            "plan -target=web -out=p.json -var a=b",
            "there is no option -target\n  type: aci-reconcile plan --only web --out=p.json --var a=b\n",
        ),
        (
            "apply -auto-approve -input=false",
            "there is no option -auto-approve\n  type: aci-reconcile apply --auto-approve\n",
        ),
        (
            "apply --dry-run -y --stable-for 1s -e prod web",
            "there is no option --dry-run\n  type: aci-reconcile plan -e prod --only web\n  `plan` shows what apply",
        ),
        (
            "apply --plan p.json --dry-run",
            "there is no option --dry-run\n  `plan` shows what apply would change, and writes nothing; see",
        ),
        (
            "plan --dry-run",
            "there is no option --dry-run\n  type: aci-reconcile plan\n  `plan` writes nothing to Azure; s",
        ),
        ("apply --refresh-only", "there is no option --refresh-only\n  type: aci-reconcile drift\n  `drift` compares"),
        (
            "plan --destroy",
            "there is no option --destroy\n  type: aci-reconcile destroy\n  use the command `destroy`: it shows",
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
        (
            "plan --json",
            "there is no option --json\n  type: aci-reconcile plan --format json\n  see aci-reconcile plan",
        ),
        (
            "plan --enviroment prod",
            "there is no option --enviroment\n  did you mean: aci-reconcile plan --environment=prod\n",
        ),
        (
            "validate --local",
            "there is no option --local\n  type: aci-reconcile validate\n  this command does not use Azure: remove",
        ),
        ("exec -it web ls -l", "there is no option -l\n  type: aci-reconcile exec -it web -- ls -l\n"),
        ("status --yes", "there is no option --yes\n  see aci-reconcile status --help\n"),
        ("import --foo", "there is no option --foo\n  see aci-reconcile import --help\n"),
        ("plan -x", "there is no option -x\n  see aci-reconcile plan --help\n"),
        ("plan --max-deletes x", "Invalid value for '--max-deletes'"),
        ("apply --wait", "Option '--wait' requires an argument\n  it takes none, provisioned, healthy; see aci-rec"),
        ("config", "Missing argument 'show'. Choose from: show\n  see aci-reconcile config --help"),
        ("completion", "Missing argument 'SHELL'. Choose from: bash, zsh, fish\n  see aci-reconcile completion --help"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(cli: CommandLine, words: str, told: str) -> None:
    """By what other tools call it, else by its spelling; nothing is suggested that is something else."""
    ran = cli(*words.split())

    assert ran.err.startswith(f"Error: {told}"), ran.err
    assert (125 if words.startswith("exec") else 1) == ran.code


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        ("plan --format jsn", "did you mean: aci-reconcile plan --format json"),
        ("plan --format JSON", "type: aci-reconcile plan --format json"),
        ("plan -o=json", "type: aci-reconcile plan -o json"),
        ("drift -o table", "type: aci-reconcile drift -o text"),
        ("status -o yaml", "type: aci-reconcile status -o json"),
        ("plan -o p.json", "did you mean: aci-reconcile plan --out p.json"),
        ("import -o groups", "did you mean: aci-reconcile import --out groups"),
        ("apply --wait helthy -y", "did you mean: aci-reconcile apply --wait healthy -y"),
        ("status --cloud AzureUSGovernment", "type: aci-reconcile status --cloud usgov"),
        ("plan --format xml2", ""),
    ],
)
def test_a_wrong_value_is_answered_with_the_right_one(cli: CommandLine, words: str, typed: str) -> None:
    """By its spelling, or by what az, kubectl and Terraform call it."""
    ran = cli(*words.split())

    assert (1, True) == (ran.code, ran.err.startswith("Error: Invalid value for '-")), ran.err
    assert [typed] * bool(typed) == [each.strip() for each in ran.err.splitlines() if ": aci-reconcile" in each]


@pytest.mark.parametrize(
    "words", [("plan", "--json", "--var", "DB_PASSWORD=hunter2"), ("up", "--var", "token=hunter2")]
)
def test_no_secret_is_repeated(cli: CommandLine, words: tuple[str, ...]) -> None:
    """The log of a pipeline is read by many."""
    ran = cli(*words)

    assert (1, False) == (ran.code, "hunter2" in ran.err)


def test_a_suggestion_is_quoted_for_the_shell(cli: CommandLine) -> None:
    """So that it means what was typed, and a terminal obeys nothing in it."""
    ran = cli("up", "--var", "a=b c;d\x1b[2J", "*.yaml")
    line = ran.err.splitlines()[1]

    assert ["aci-reconcile", "apply", "--var", "a=b c;d[2J", "*.yaml"] == shlex.split(line.removeprefix("  type: "))


WORDS = st.sampled_from(
    [
        *COMMANDS,
        *OPTIONS,
        *list_commands(),
        *("-target=x", "--", "-", "--=", "-=", "", "web", "pod/web", "-it", "-yv", "--format", "json", "-o=yaml", "-h"),
        *(
            "help",
            "version",
            "container",
            "-é",
            "\x00",
            "x" * 5000,
            "--var",
            "a=b",
            "--wait",
            "-e",
            "--allow-replace=2",
        ),
    ]
)


@given(st.lists(WORDS, max_size=6))
def test_any_words_are_rewritten_or_not(words: list[str]) -> None:
    """Nothing but an answer or none comes of whatever somebody types; an answer is final."""
    root = make_root()
    typed = [each for word in words for each in word.split(" ")]
    found = rewrite(root, typed)
    # What follows kubectl's -f is a file, also where nothing else says so.
    final = found is None or {"-f", "--file", "--filename"} & set(typed) or rewrite(root, found.words) is None

    assert final, found


def test_the_same_is_told_in_json(cli: CommandLine) -> None:
    """A program reads one text."""
    error = cli("up", "--format", "json").documents[0]["error"]
    short = cli("up", "-o", "json").documents[0]["error"]

    assert ("UsageError", "type: aci-reconcile apply --format json") == (error["kind"], error["hint"])
    assert "type: aci-reconcile apply -o json" == short["hint"]


@pytest.mark.parametrize("more", ["", "web", "pod web -n rg", "-f a.yaml", "-o yaml -y"])
def test_every_suggestion_can_be_typed(more: str) -> None:
    """It is read without an error, and suggests nothing further."""
    root = make_root()
    found = [rewrite(root, (*word.split(), *more.split())) for word in (*COMMANDS, *ALIASES, *list_commands())]
    suggested = {each.words for each in found if each is not None}

    assert suggested
    for words in suggested:
        with root.make_context("aci-reconcile", list(words)) as context:
            name, command, rest = root.resolve_command(context, list(words))

            assert command is not None
            if not isinstance(command, click.Group):
                command.make_context(name, rest, parent=context).close()
        assert rewrite(root, words) is None, words


@pytest.mark.parametrize(
    ("words", "own"), [("ps", "status"), ("list", "status"), ("ls", "status"), ("diff", "plan"), ("LS -o name", "")]
)
def test_some_words_of_other_tools_work(project: CommandLine, words: str, own: str) -> None:
    """Those that write nothing and mean nothing else here; in lower case, as all commands are."""
    ran = project(*words.split())

    assert (own != "") is (ran.code == 0)
    if own:
        assert project(*own.split()).out == ran.out


def test_help_and_version_are_words_too(cli: CommandLine) -> None:
    """`help` takes a command, its group, and words of other tools."""
    for words, own in (
        ("help", "--help"),
        ("help --help", "--help"),
        ("help plan", "plan --help"),
        ("help diff", "plan --help"),
        ("help facts probe", "facts probe --help"),
        ("-e prod help plan", "plan --help"),
        ("version", "--version"),
    ):
        asked, known = cli(*words.split()), cli(*own.split())

        assert (0, known.out, "") == (asked.code, asked.out, asked.err), words
    assert "Error: there is no command 'version'" in cli("version", "--client").err


def test_o_is_short_for_format(project: CommandLine) -> None:
    """Before and after the command; `status` has shapes under it, and JSON among them."""
    assert project("plan", "--format", "json").document == project("plan", "-o", "json").document
    assert project("plan", "--format", "json").document == project("-o", "json", "plan").document
    assert project("status", "-ojson").document == project("status", "--format", "json").document


def test_every_suggestion_exists() -> None:
    """A command by this name, an option of some command; and nothing is listed that exists itself.

    But for some options, which are advice where a command does not have them: `facts probe` asks with --yes before it
    spends money, `run` and `init` have a --name, `run` sets a variable of a container with --env as docker does, `logs`
    ends with a container's --exit-code and follows with -f, `status` has --output as kubectl does, `convert` and `init`
    replace files with --force, `fmt` has --check and --diff as formatters do, and what writes takes a --lock.
    """
    commands = list_commands()
    options = {spelling for each, _ in commands.values() for param in each.params for spelling in param.opts}
    choices = {str(one) for each, _ in commands.values() for param in each.params
               for one in getattr(param.type, "choices", ())}  # fmt: skip
    meant = {word for each in OPTIONS.values() for word in each.words.split()[:1]}

    assert {each.words.split()[0] for each in COMMANDS.values() if each.words} <= set(commands)
    assert {name for each in OPTIONS.values() for name in (*each.of, *each.needless)} <= set(commands)
    assert set(ALIASES.values()) <= set(commands)
    assert not {*COMMANDS, *ALIASES} & set(commands)
    assert {each for each in meant if each.startswith("-")} <= options
    assert {each for each in meant if not each.startswith("-")} - {"ADDRESS", "PATH"} <= set(commands)
    assert set(VALUES.values()) <= choices
    taken = {"--check", "--diff", "--env", "--exit-code", "--force", "--name", "--output", "--yes", "-f"}
    taken |= {"--lock", "--lock-timeout"}
    assert taken == set(OPTIONS) & options
