"""``validate``: every environment, each thing said once, and a word where there is nothing to check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

PROJECT = "name: shop\nresourceGroup: rg\nlocation: westeurope\n"
GROUP = "name: web\ncontainers: [{{name: a, image: '{image}', resources: {{cpu: 1, memoryInGB: 1}}}}]\n"


def environments(cli: CommandLine, text: str, image: str = "nginx:1") -> None:
    """Write a project with environments and one group."""
    cli.write("aci-reconcile.yaml", f"{PROJECT}environments:\n{text}")
    cli.write("manifests/web.yaml", GROUP.format(image=image))


@pytest.mark.parametrize(
    ("text", "image", "told"),
    [
        (
            "  test: {groups: {web: {restartPolicy: Sometimes}}}\n",
            "nginx:1",
            "aci-reconcile.yaml:5:40: error ACI120: in the environment `test`: `Sometimes` is not one of",
        ),
        (
            "  test: {variables: {tga: '1'}}\n  prod: {variables: {tag: '1'}}\n",
            "nginx:${var:tag}",
            "manifests/web.yaml:2:31: error ACI150: ",
        ),
        (
            "  test: {groups: {web: {containers: null}}}\n  prod: {groups: {web: {containers: null}}}\n",
            "nginx:1",
            "aci-reconcile.yaml:5:37: error ACI123: in the environment `test`: `containers` is required",
        ),
        (
            "  test: {location: null}\n  prod: {location: null}\n",
            "nginx:1",
            "manifests/web.yaml:1:1: error ACI136: in the environments `test`, `prod`: the group has no location",
        ),
        ("  test: {groups: {wbe: {}}}\n", "nginx:1", "aci-reconcile.yaml:5:19: error ACI175: there is no group `wbe`"),
    ],
)
def test_every_environment_is_checked(cli: CommandLine, text: str, image: str, told: str) -> None:
    """Its patches, its variables, the names of its groups; each finding once, with the environments it is about."""
    environments(cli, text, image)

    ran = cli("validate")

    assert (1, 1) == (ran.code, ran.out.count(told)), ran.out


def test_what_is_wrong_in_all_of_it_is_said_once(cli: CommandLine) -> None:
    """Without the name of an environment."""
    environments(cli, "  test: {}\n  prod: {}\n", "nginx:")

    ran = cli("validate")

    assert 1 == ran.out.count("manifests/web.yaml:2:31: error ACI200: ")
    assert "in the environment" not in ran.out


def test_a_chosen_environment_is_the_one_that_is_checked(cli: CommandLine) -> None:
    """With its paths, and with its own words."""
    environments(cli, "  test: {groups: {web: {restartPolicy: Sometimes}}}\n  prod: {}\n")

    assert 0 == cli("validate", "-e", "prod").code
    assert "error ACI120: `Sometimes` is not one of" in cli("validate", "-e", "test", "manifests").out


def test_environments_count_for_narrowed_runs_too(cli: CommandLine) -> None:
    """A pattern that fits a group without an environment need not fit one in each."""
    environments(cli, "  test: {resourceGroup: rg-test, groups: {web: {restartPolicy: Sometimes}}}\n")

    ran = cli("validate", "--only", "rg/web", "manifests/web.yaml")

    assert (1, True) == (ran.code, "in the environment `test`: `Sometimes`" in ran.out)


@pytest.mark.parametrize("files", [{}, {"aci-reconcile.yaml": PROJECT}, {"a/aci-reconcile.yaml": PROJECT}])
def test_where_there_is_nothing(cli: CommandLine, files: dict[str, str]) -> None:
    """A warning that says what to do: a pipeline that checks the wrong folder should not look as if all were well."""
    for name, text in files.items():
        cli.write(name, text)

    ran = cli("validate")
    strict = cli("validate", "--fail-on", "ACI263")

    assert (0, True) == (ran.code, ".: warning ACI263: no manifest here" in ran.out)
    assert 1 == strict.code


def test_where_there_is_nothing_in_a_folder_that_is_named(cli: CommandLine) -> None:
    """It is the folder that the warning names."""
    (cli.folder / "empty").mkdir()

    assert "empty: warning ACI263: " in cli("validate", "empty").out


def test_an_emptied_file_has_its_own_warning(cli: CommandLine) -> None:
    """And an error its own place: nothing more is said beside it."""
    cli.write("a.yaml", "# nothing\n")
    emptied = cli("validate", "-g", "rg")
    cli.write("a.yaml", "name: [\n")
    wrong = cli("validate", "-g", "rg")

    assert ["ACI138" in emptied.out, "ACI263" in emptied.out] == [True, False]
    assert "ACI263" not in wrong.out


def test_a_name_without_end_is_not_shown_whole(cli: CommandLine) -> None:
    """Where it stands says which one it is; JSON has all of it."""
    cli.write("a.yaml", GROUP.format(image="nginx:1") + f"{'x' * 900}: 1\n")

    shown = [line for line in cli("validate", "-g", "rg").out.splitlines() if line.strip().startswith("at ")]
    page = cli("validate", "-g", "rg", "--format", "markdown").out
    found = cli("validate", "-g", "rg", "--format", "json").document["diagnostics"]

    assert [True] == [len(line) < 450 for line in shown if "xxx" in line]
    assert "x" * 450 not in page
    assert "x" * 900 in [each["path"] for each in found]
