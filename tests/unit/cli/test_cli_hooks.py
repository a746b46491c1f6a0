"""``validate`` as pre-commit runs it: with the names of changed files, offline, for any number of projects."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

ROOT = Path(__file__).resolve().parents[3]
HOOKS = {each["id"]: each for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
GROUP = "name: {name}\ncontainers: [{{name: a, image: 'nginx:1', resources: {{cpu: 1, memoryInGB: 1}}{more}}}]\n"
FILES = {
    "shop/aci-reconcile.yaml": "name: shop\nresourceGroup: rg\nlocation: westeurope\n",
    "shop/manifests/web.yaml": GROUP.format(name="web", more=""),
    "shop/manifests/db.yaml": GROUP.format(name="db", more=""),
    "data/aci-reconcile.yaml": "name: data\nresourceGroup: rg\nlocation: westeurope\n",
    "data/manifests/job.yaml": GROUP.format(name="job", more=""),
}
CHANGED = ("shop/manifests/web.yaml", "data/manifests/job.yaml", "shop/manifests/db.yaml", "data/aci-reconcile.yaml")
CLEAR = ", environmentVariables: {TOKEN: {secureValue: hunter2}}"
READABLE = ", environmentVariables: {DB_PASSWORD: hunter2}"


@pytest.fixture
def monorepo(cli: CommandLine) -> CommandLine:
    """Two projects in one repository."""
    for name, text in FILES.items():
        cli.write(name, text)
    return cli


def words_of(hook: str) -> list[str]:
    """Return what the hook runs, without the command's own name."""
    command, *words = shlex.split(HOOKS[hook]["entry"])

    assert ("aci-reconcile", "python") == (command, HOOKS[hook]["language"])
    return words


@pytest.mark.parametrize("hook", HOOKS)
def test_good_files_pass_in_silence(monorepo: CommandLine, hook: str) -> None:
    """Files of several projects at once, the project file among them."""
    ran = monorepo(*words_of(hook), *CHANGED)

    assert (0, "", "") == (ran.code, ran.out.strip(), ran.err)


def test_a_mistake_is_told_with_its_place(monorepo: CommandLine) -> None:
    """In any of the projects."""
    monorepo.write("data/manifests/job.yaml", GROUP.format(name="job", more=", imge: x"))
    ran = monorepo(*words_of("aci-reconcile-validate"), *CHANGED)

    assert 1 == ran.code
    assert ran.out.startswith("data/manifests/job.yaml:2:78: error ")


@pytest.mark.parametrize(("more", "code"), [(CLEAR, "ACI082"), (READABLE, "ACI083")])
def test_a_secret_in_the_file_is_refused(monorepo: CommandLine, more: str, code: str) -> None:
    """By one of the two hooks only; the value itself is never shown."""
    monorepo.write("shop/manifests/web.yaml", GROUP.format(name="web", more=more))
    ran = monorepo(*words_of("aci-reconcile-secrets"), *CHANGED)

    assert 0 == monorepo(*words_of("aci-reconcile-validate"), *CHANGED).code
    assert 1 == ran.code
    assert re.match(rf"shop/manifests/web\.yaml:2:\d+: error {code}: ", ran.out)
    assert "hunter2" not in ran.out + ran.err


def test_the_hooks_take_the_files_that_are_manifests() -> None:
    """By the pattern that is theirs unless the user says otherwise."""
    taken = {
        hook: {name for name in (*FILES, "manifests/a.json", ".github/workflows/x.yml", "x.yaml", "manifests/a.md")
               if re.search(HOOKS[hook]["files"], name)}
        for hook in HOOKS
    }  # fmt: skip

    assert [{*FILES, "manifests/a.json"}] * len(HOOKS) == list(taken.values())


def test_an_unknown_code_is_a_usage_error(monorepo: CommandLine) -> None:
    """A misspelt one would let everything pass."""
    ran = monorepo("validate", "--fail-on", "ACI999", "shop/manifests/web.yaml")

    assert (1, "") == (ran.code, ran.out)
    assert "--fail-on ACI999: there is no such code" in ran.err
