"""Options: where they may stand, which of them the environment may set, and what is wrong with a wrong one."""

from __future__ import annotations

import functools
from importlib.metadata import version
from typing import TYPE_CHECKING

import click
import pytest
from unit.cli.command_line import list_commands

from aci_reconcile.cli.option import Option
from aci_reconcile.cli.option_types import Duration

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine, Served

COMMANDS = list_commands()
OWN_FORMS = {
    ("convert", "--out"): "convert-out",
    ("fmt", "--check"): "fmt-check",
    ("fmt", "--diff"): "fmt-diff",
    ("import", "--out"): "import-out",
    ("merge", "--count"): "merge-count",
    ("merge", "--topic"): "merge-topic",
    ("shards", "--max"): "shards-max",
    ("shards", "--out"): "shards-out",
    ("shards", "--minutes"): "shards-minutes",
    ("watch", "--state"): "watch-state",
    ("import", "--tag"): "import-tag",
    ("import", "--all"): "import-all",
    ("verify", "--strict"): "verify-strict",
    ("why", "--tail"): "why-tail",
    **{
        ("run", f"--{each}"): f"run-{each}"
        for each in ("container", "cpu", "env", "image", "keep", "location", "memory", "name", "parallel")
    },
    **{("exec", f"--{name}"): f"exec-{name}" for name in ("container", "stdin", "tty", "raw", "shell")},
    ("wait", "--for"): "wait-for",
    ("init", "--name"): "init-name",
    ("init", "--location"): "init-location",
    ("init", "--environments"): "init-environments",
    ("init", "--git-host"): "init-git-host",
    ("init", "--import"): "init-import",
    ("facts probe", "--only"): "facts-only",
    ("facts probe", "--deep"): "facts-deep",
    ("facts probe", "--network"): "facts-network",
    ("facts probe", "--out"): "facts-out",
}
BRAKES = {
    "--shard",
    "--shards",
    "--any-owner",
    "--no-exit-code",
    "--budget",
    "--heal",
    "--prune",
    "--max-deletes",
    "--max-restarts",
    "--override-freeze",
    "--adopt",
    "--take-over",
    "--allow-replace",
    "--touch-secrets",
    "--trust-secrets",
    "--plan",
    "--checksum",
    "--redeploy",
    "--create-resource-groups",
    "--auto-approve",
    "--yes",
    "--resource-groups",
    "--former-environment",
    "--force",
    "--partial",
}


def options_of(command: str) -> list[Option]:
    """Return the options of a command."""
    return [each for each in COMMANDS[command][0].params if isinstance(each, Option)]


def test_without_a_command_there_is_help(cli: CommandLine) -> None:
    """Alone, the command explains itself and is content."""
    ran = cli()

    assert (0, "") == (ran.code, ran.err)
    assert ran.out.startswith("Usage: aci-reconcile [OPTIONS] COMMAND ...")
    assert [] == [name for name in COMMANDS if " " not in name and f"\n  {name} " not in ran.out]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(cli: CommandLine, command: str) -> None:
    """The help of a command names it, its options in sections, and an example; no line is longer than a terminal."""
    ran = cli(*command.split(), "--help")

    assert 0 == ran.code
    assert ran.out.startswith(f"Usage: aci-reconcile {command}")
    assert "\nOutput:\n" in ran.out
    assert f"\nExamples:\n  aci-reconcile {command}" in ran.out
    assert [] == [line for line in ran.out.splitlines() if len(line) > 100]
    assert [] == [option.long for option in options_of(command) if not option.help]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_a_terminal_of_80_columns(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Nothing is cut, and no line is longer but a command that is to be pasted."""
    monkeypatch.setenv("COLUMNS", "80")
    ran = cli(*command.split(), "--help")
    wide = [line for line in ran.out.splitlines() if len(line) > 80]

    assert [] == [line for line in wide if not line.startswith("  aci-reconcile ")]
    many = (
        "COMMAND ...",
        "PATH=VALUE...",
        "-- COMMAND...",
        "[PATH]...",
        "[ADDRESS]...",
        "[MANIFEST|ADDRESS]...",
        "ADDRESS...",
        "FILE...",
        "RESULT...",
    )
    assert "..." not in functools.reduce(lambda text, each: text.replace(each, ""), many, ran.out)


def test_the_version_is_that_of_the_package(cli: CommandLine) -> None:
    """``--version`` says which version is installed."""
    ran = cli("--version")

    assert (0, f"aci-reconcile {version('aci-reconcile')}\n") == (ran.code, ran.out)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_but_a_brake_has_an_environment_form(command: str) -> None:
    """A pipeline may set anything but what releases a brake: that is said by the person who runs it."""
    for option in options_of(command):
        name = OWN_FORMS.get((command, option.long), option.long[2:])
        wanted = None if option.long in BRAKES else f"ACI_RECONCILE_{name.replace('-', '_').upper()}"

        assert (option.long, wanted) == (option.long, option.envvar)


@pytest.mark.parametrize(
    "words",
    [
        ("--bogus",),
        ("plan", "--bogus"),
        ("plna",),
        ("logs",),
        ("schema",),
        ("plan", "--concurrency", "0"),
        ("plan", "--format", "xml"),
        ("plan", "--timeout", "soon"),
        ("plan", "--timeout", "9999h"),
        ("plan", "--max-deletes", "-1"),
        ("plan", "--var", "novalue"),
        ("plan", "--allow-replace=some"),
        ("plan", "--quiet", "--verbose"),
        ("plan", "--project"),
        ("emulator", "--port", "70000"),
    ],
)
def test_a_usage_error_exits_1(cli: CommandLine, words: tuple[str, ...]) -> None:
    """Never 2, which would read as "there are differences"; and nothing is on stdout."""
    ran = cli(*words)

    assert (1, "") == (ran.code, ran.out)
    assert ran.err.startswith("Error: ")


def test_a_usage_error_says_where_help_is(cli: CommandLine) -> None:
    """The hint names the command whose help is to be read."""
    assert "Error: there is no option --bogus" in cli("plan", "--bogus").err
    assert "\n  see aci-reconcile plan --help\n" in cli("plan", "--bogus").err


def test_global_options_stand_before_or_after_the_command(project: CommandLine) -> None:
    """The place makes no difference; after the command wins, and what may be repeated adds up."""
    project.group("db")
    project.group("api")

    before = project("--format", "json", "--only", "web", "plan", "--only", "db")
    after = project("plan", "--format", "json", "--only", "web", "--only", "db")
    last = project("--format", "json", "plan", "--format", "text")

    assert before.document == after.document
    assert ["rg-shop/db", "rg-shop/web"] == [each["address"] for each in before.document["resource_changes"]]
    assert last.out.startswith("aci-reconcile will perform")


def test_a_flag_wins_over_the_environment_and_that_over_the_project(
    project: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flag, environment, project file, default: in this order."""
    subscriptions = [f"{digit * 8}-0000-0000-0000-000000000000" for digit in "123"]

    def planned(*words: str) -> str:
        document = project("plan", "--format", "json", *words).document
        return str(document["subscription"])

    assert "00000000-0000-0000-0000-000000000000" == planned()

    with (project.folder / "aci-reconcile.yaml").open("a", encoding="utf-8") as file:
        file.write(f"subscription: {subscriptions[0]}\n")

    assert subscriptions[0] == planned()

    monkeypatch.setenv("ACI_RECONCILE_SUBSCRIPTION", subscriptions[1])

    assert subscriptions[1] == planned()
    assert subscriptions[2] == planned("-s", subscriptions[2])


def test_a_brake_is_not_released_by_the_environment(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """``ACI_RECONCILE_AUTO_APPROVE`` and the like mean nothing."""
    for name in ("AUTO_APPROVE", "PRUNE", "ALLOW_REPLACE", "ADOPT"):
        monkeypatch.setenv(f"ACI_RECONCILE_{name}", "1")
    ran = project("apply")

    assert 1 == ran.code
    assert "cannot ask whether to apply these changes: no terminal" in ran.err


def test_a_replacement_may_be_allowed_with_or_without_a_number(project: CommandLine) -> None:
    """``--allow-replace`` takes a number only with ``=``: what follows it is a path."""
    project("apply", "-y")
    project.group("web", more="restartPolicy: Never\n")

    assert 3 == project("plan", "--detailed-exitcode").code
    assert 2 == project("plan", "--detailed-exitcode", "--allow-replace", "manifests/web.yaml").code
    assert 2 == project("plan", "--detailed-exitcode", "--allow-replace=1").code
    assert 3 == project("plan", "--detailed-exitcode", "--allow-replace=0").code


def test_a_path_may_look_like_an_option_after_two_dashes(project: CommandLine) -> None:
    """After ``--`` everything is a path."""
    ran = project("plan", "--", "--allow-replace")

    assert "Error: --allow-replace does not exist" in ran.err


def test_local_goes_with_no_other_place(cli: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two places on the command line contradict each other; one there wins over one in the environment."""
    assert "cannot be combined" in cli("status", "--local", "--arm-endpoint", "http://127.0.0.1:9").err
    assert "cannot be combined" in cli("status", "--local", "--cloud", "china").err

    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", "http://127.0.0.1:9")

    assert 0 == cli("status", "--local", "-g", "rg").code

    monkeypatch.setenv("ACI_RECONCILE_LOCAL", "1")
    ran = cli("status", "-g", "rg", "--arm-endpoint", served.url)

    assert 0 == ran.code
    assert served.url in ran.err


def test_plain_http_is_for_this_machine_only(cli: CommandLine) -> None:
    """A token would be readable on the way."""
    ran = cli(
        "status", "-g", "rg", "-s", "00000000-0000-0000-0000-000000000000", "--arm-endpoint", "http://example.com"
    )

    assert 1 == ran.code
    assert "plain http is allowed on loopback only" in ran.err


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("10", 10),
        ("10s", 10),
        ("30m", 1800),
        ("1h30m", 5400),
        ("500ms", 0.5),
        ("1.5s", 1.5),
        ("2h", 7200),
        ("7d", 604800),
    ],
)
def test_lengths_of_time(text: str, seconds: float) -> None:
    """Numbers with units, largest first; a number alone is seconds."""
    assert seconds == Duration().convert(text, None, None)


@pytest.mark.parametrize("text", ["", "s", "10x", "m10", "-5s", "1s1h", "8w", "1e9", "nan"])
def test_what_is_no_length_of_time(text: str) -> None:
    """Anything else is refused, with an example."""
    with pytest.raises(click.BadParameter, match="is not a duration"):
        Duration().convert(text, None, None)


def test_variables_come_from_flags_files_and_the_environment(
    project: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--var`` wins over files, a later file over an earlier one; in the environment there is one a line.

    What the environment says of other variables than the command line counts, too.
    """
    project.group("web", more="tags: {is: '${var:image}:${var:tag}'}\n")
    project.write("one.vars", "# values\nimage=one\ntag=1\n\n")
    project.write("two.json", '{"tag": 2}')

    def tag(*words: str) -> str:
        return str(project("render", "--format", "json", *words).document[0]["tags"]["is"])

    assert "one:2" == tag("--var-file", "one.vars", "--var-file", "two.json")
    assert "one:a=b" == tag("--var-file", "one.vars", "--var", "tag=a=b")

    monkeypatch.setenv("ACI_RECONCILE_VAR", "image=spaced name\ntag=3\n")

    assert "spaced name:3" == tag()
    assert "spaced name:4" == tag("--var", "tag=4")
    assert "spaced name:3" == tag("--var-file", "one.vars")

    monkeypatch.setenv("ACI_RECONCILE_VAR_FILE", "one.vars")
    monkeypatch.delenv("ACI_RECONCILE_VAR")

    assert "one:2" == tag("--var-file", "two.json")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("no equals sign\n", "bad.vars:1:1: line 1 is not NAME=VALUE"),
        ("a=1\na=2\n", "bad.vars:2:1: duplicate key `a`; the first is in line 1"),
        ('{"a": [1]}', "bad.vars:1:7: the value of `a` is a list; expected text, a number or a boolean"),
        ('{"a": ', "bad.vars:1:7: this is not JSON: a value is missing"),
        ("".join(f"x{n}\n" for n in range(12)), "and 2 more"),
    ],
)
def test_a_file_of_variables_that_says_something_else(cli: CommandLine, text: str, complaint: str) -> None:
    """It is refused, and each complaint names its place."""
    cli.write("bad.vars", text)
    ran = cli("validate", "--var-file", "bad.vars")

    assert 1 == ran.code
    assert "--var-file bad.vars has errors:\n" in ran.err
    assert complaint in ran.err


@pytest.mark.parametrize("name", ["export tag", "1tag", "tag:", "é"])
def test_a_variable_that_no_reference_can_name(cli: CommandLine, name: str) -> None:
    """It would be a value that nothing uses; a file of values refuses it, too."""
    ran = cli("validate", "--var", f"{name}=1")

    assert 1 == ran.code
    assert f"{name!r} is not a variable name" in ran.err


def test_a_file_of_variables_that_cannot_be_read(cli: CommandLine) -> None:
    """Missing, not text, or far too large: each has its message."""
    cli.write("huge.vars", "#" * (1024 * 1024 + 1))
    (cli.folder / "latin.vars").write_bytes(b"a=\xff\n")

    assert "No such file" in cli("validate", "--var-file", "none.vars").err
    assert "larger than 1 MiB" in cli("validate", "--var-file", "huge.vars").err
    assert "not UTF-8" in cli("validate", "--var-file", "latin.vars").err
    assert "larger than 1 MiB" in cli("validate", "--var-file", "/dev/zero").err


@pytest.mark.parametrize(
    "words",
    [
        ("apply", "-y", "-e", ""),
        ("apply", "-y", "--environment="),
        ("apply", "-y", "-e", " "),
        ("apply", "-y", "-g", ""),
        ("apply", "-y", "-s", ""),
        ("apply", "-y", "--only", ""),
        ("apply", "-y", "--shard", ""),
        ("destroy", "-y", "--former-environment", ""),
        ("stop", "-y", ""),
        ("restart", ""),
    ],
    ids=" ".join,
)
def test_a_name_that_is_empty_is_a_usage_error(project: CommandLine, words: tuple[str, ...]) -> None:
    """A job whose variable is not set must act on nothing else, least of all on everything."""
    project("apply", "-y")
    project.group("late")
    ran = project(*words)
    left = project("plan", "--format", "json").document

    assert 1 == ran.code
    assert [("rg-shop/late", "create")] == [
        (each["address"], each["action"]) for each in left["resource_changes"] if each["action"] != "no-op"
    ]


def test_an_empty_variable_is_no_environment(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As pipelines set it where there is none."""
    monkeypatch.setenv("ACI_RECONCILE_ENVIRONMENT", "")

    assert 0 == project("plan").code
