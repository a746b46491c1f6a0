"""What a saved plan was allowed counts only where the apply says it again."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.app.policy import Allow
from aci_reconcile.app.repetition import Repetition, compare_options, list_words, refuse_unrepeated
from aci_reconcile.app.saved_inputs import Inputs, inputs_to_json, releases_to_json, replay_inputs
from aci_reconcile.cli.commands.apply import APPLY, ApplyOptions
from aci_reconcile.cli.commands.plan import PLAN, PlanOptions
from aci_reconcile.cli.option import fill_options, read_command_line
from aci_reconcile.core.errors import StalePlanError

if TYPE_CHECKING:
    import click
    from unit.cli.command_line import CommandLine

WORDS = {
    "prune": "--prune",
    "max_deletes": "--max-deletes 99",
    "max_restarts": "--max-restarts 0",
    "adopt": "--adopt",
    "take_over": "--take-over shop/old --take-over 'a b'",
    "allow_replace": "--allow-replace=2",
    "touch_secrets": "--touch-secrets",
    "trust_secrets": "--trust-secrets",
    "redeploy": "--redeploy rg-shop/web",
    "create_resource_groups": "--create-resource-groups",
    "override_freeze": "--override-freeze 'it is down'",
    "restore_on_failure": "--restore-on-failure",
}
MORE = {"--no-prune": "--no-prune", "--allow-replace": "--allow-replace", "--max-deletes=0": "--max-deletes 0"}


def parse(command: click.Command, words: str) -> Inputs:
    """Return the inputs that a command line gives."""
    line = read_command_line(command.make_context(str(command.name), shlex.split(words)))
    return fill_options(PlanOptions, line).inputs if command is PLAN else fill_options(ApplyOptions, line).inputs


def save(words: str, **more: Any) -> dict[str, Any]:
    """Return as much of a saved plan as is looked at here."""
    inputs = parse(PLAN, words)
    request = inputs_to_json(inputs, hidden=(), changed=None)
    return {"request": request, "variables": dict(inputs.sources.variables), "hidden_variables": [], **more}


def test_every_release_has_a_row_here() -> None:
    """A new brake cannot be forgotten: what is not repeated does not count."""
    assert set(WORDS) == set(releases_to_json(Allow()))


@pytest.mark.parametrize("words", [*WORDS.values(), *MORE.values()])
def test_what_the_plan_was_allowed_is_named_as_it_is_typed(words: str) -> None:
    """Where the apply does not say it, it is missing; where it says it, all is well."""
    assert words == " ".join(compare_options(save(words), parse(APPLY, ""), Path()).missing)
    assert Repetition() == compare_options(save(words), parse(APPLY, words), Path())


@pytest.mark.parametrize("name", sorted(set(WORDS) - {"override_freeze"}))
def test_what_the_apply_says_alone_is_named(name: str) -> None:
    """It was not looked at with the plan."""
    assert Repetition(extra=(name,)) == compare_options(save(""), parse(APPLY, WORDS[name]), Path())


def test_the_reason_to_override_a_freeze_is_the_operators_own() -> None:
    """A freeze may have begun since, and the words may be others."""
    own = parse(APPLY, "--override-freeze 'so it is'")

    assert Repetition() == compare_options(save(""), own, Path())
    assert Repetition() == compare_options(save("--override-freeze x"), own, Path())


@pytest.mark.parametrize(
    ("then", "now", "missing"),
    [
        ("--max-deletes 99", "--max-deletes 3", "--max-deletes 99"),
        ("--allow-replace", "--allow-replace=1", "--allow-replace"),
        ("--prune", "--no-prune", "--prune"),
        ("--take-over a --take-over b", "--take-over a", "--take-over b"),
        ("--var tag=evil", "--var tag=1", "--var tag=evil"),
        ("--var tag=evil --var color=red", "--var color=red", "--var tag=evil"),
    ],
)
def test_another_value_does_not_repeat_it(then: str, now: str, missing: str) -> None:
    """The plan's is missing."""
    found = compare_options(save(then), parse(APPLY, now), Path())

    assert (missing, ()) == (" ".join(found.missing), found.extra)


@pytest.mark.parametrize(
    ("then", "now", "missing", "alone"),
    [
        ("--take-over a --take-over b", "--take-over b --take-over a", (), ()),
        ("--redeploy a --redeploy a", "--redeploy a", (), ()),
        ("--take-over a --take-over b", "--take-over b", ("--take-over a",), ()),
        ("--take-over a", "--take-over a --take-over b", (), ("take_over",)),
        ("--redeploy a", "--redeploy b", ("--redeploy a",), ()),
    ],
)
def test_what_may_be_said_several_times_counts_word_by_word(
    then: str, now: str, missing: tuple[str, ...], alone: tuple[str, ...]
) -> None:
    """In no order, each once; only the words that are missing are named, and words that the plan lacks are alone."""
    assert Repetition(missing, alone) == compare_options(save(then), parse(APPLY, now), Path())


def test_variables_count_by_their_values_however_they_are_given(tmp_path: Path) -> None:
    """A file here, options there; an apply may say in a file what the plan was told one by one."""
    (tmp_path / "prod.env").write_text("tag=2\ncolor=red\n", encoding="utf-8")
    plan = save("--var tag=2 --var color=red")

    assert Repetition() == compare_options(plan, parse(APPLY, "--var-file prod.env"), tmp_path)


def test_a_file_of_variables_is_named_with_its_options(tmp_path: Path) -> None:
    """And a value that stands in a secret, which no file holds."""
    plan = save("--var-file prod.env --var color=red", variables={"tag": "2", "color": "red"}, hidden_variables=["pw"])
    missing = compare_options(plan, parse(APPLY, ""), tmp_path).missing

    assert ("--var color=red", "--var-file prod.env", "--var pw=VALUE") == missing


def test_variables_of_the_environment_are_the_operators_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """As are options."""
    monkeypatch.setenv("ACI_RECONCILE_VAR", "tag=2")
    monkeypatch.setenv("ACI_RECONCILE_RESTORE_ON_FAILURE", "1")

    assert Repetition() == compare_options(save("--var tag=2 --restore-on-failure"), parse(APPLY, ""), Path())


def test_nothing_that_a_plan_was_allowed_is_taken_from_it() -> None:
    """Neither a release nor a value; where and what it is about is. Only to be shown it is taken whole."""
    plan = save(" ".join(WORDS.values()) + " --var tag=evil --var-file x")
    plan["request"]["only"] = ["web"]
    own = parse(APPLY, "")
    request = plan["request"]
    taken, shown = replay_inputs(request, own), replay_inputs(request, own, with_releases=True)

    assert (own.allow, (), ()) == (taken.allow, taken.sources.variables, taken.sources.variable_files)
    assert (("web",), True, 99) == (taken.sources.only, shown.allow.adopt, shown.allow.max_deletes)


def test_words_from_a_file_are_words_and_no_commands() -> None:
    """Whoever writes the file does not write the shell's command line."""
    plan = save("")
    plan["request"]["var"] = [["a", "$(rm -rf /)"]]
    plan["variables"] = {"a": "$(rm -rf /)"}

    assert ["--var", "a=$(rm -rf /)"] == shlex.split(" ".join(list_words(plan)))


def test_the_words_work_as_they_are_printed(project: CommandLine) -> None:
    """Four groups, three of which would go, in a freeze, with a variable: nothing of it by the file alone."""
    image = "'nginx:${var:tag}'"
    for name in ("web", "a", "b", "c"):
        project.group(name, image=image)
    project("apply", "-y", "--var", "tag=1")
    for name in ("a", "b", "c"):
        (project.folder / "manifests" / f"{name}.yaml").unlink()
    file = project.folder / "aci-reconcile.yaml"
    freeze = "{from: 2020-01-01, to: 2099-01-01, reason: sale}"
    file.write_text(f"{file.read_text(encoding='utf-8')}policy: {{freeze: [{freeze}]}}\n", encoding="utf-8")
    words = "--prune --max-deletes 99 --override-freeze ok --var tag=evil"
    planned = project("plan", "--out", "plan.json", *shlex.split(words))
    refused = project("apply", "--plan", "plan.json")
    still = project("status", "--format", "json")
    printed = refused.err.partition("does not repeat:\n  ")[2].partition("\n")[0]
    done = project("apply", "--plan", "plan.json", *shlex.split(printed))

    assert (0, 4, 0) == (planned.code, refused.code, done.code), done.err
    assert words == printed
    assert f"To apply it, repeat these options: {words}" in planned.err
    assert 4 == still.out.count('"address"')
    assert "Resources: 0 added, 1 changed, 3 destroyed." in done.out


def test_the_message_is_whole() -> None:
    """What, and what to do."""
    with pytest.raises(StalePlanError) as refused:
        refuse_unrepeated(Repetition(("--prune", "--max-deletes 99")), "plan.json")

    assert (
        "plan.json was made with options that this apply does not repeat:\n  --prune --max-deletes 99"
        == refused.value.message
    )
    assert refused.value.hint.endswith("repeat the options you mean: --prune --max-deletes 99")
