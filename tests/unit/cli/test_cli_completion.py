"""Completion: what a shell is offered, and the scripts that make it ask."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.shell_completion import BashComplete

from aci_reconcile.cli.root import make_root

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

ROOT = Path(__file__).resolve().parents[3]
PROJECT = """\
name: shop
resourceGroup: rg-shop
environments: {prod: {}, "p$(touch x)": {}, test: {resourceGroup: rg-test}}
"""


@pytest.fixture
def shop(cli: CommandLine) -> CommandLine:
    """A project with environments and three groups, one of them in another resource group."""
    cli.write("aci-reconcile.yaml", PROJECT)
    cli.group("web")
    cli.group("db")
    cli.write("manifests/other.yaml", "name: web\nresourceGroup: rg-other\n---\nname: 'x`y`'\n---\n- no manifest\n")
    return cli


def offered(*words: str) -> list[str]:
    """Return what is offered for the last of the words."""
    shell = BashComplete(make_root(), {}, "aci-reconcile", "_ACI_RECONCILE_COMPLETE")
    return [each.value for each in shell.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("pl",), ["plan"]),
        (("plan", "--changed"), ["--changed-since"]),
        (("plan", "--refresh", ""), ["auto", "get"]),
        (("plan", "-e", ""), ["prod", "test"]),
        (("-e", "t"), ["test"]),
        (("plan", "--only", ""), ["db", "rg-other/web", "rg-shop/db", "rg-shop/web"]),
        (("plan", "--only", "rg-s"), ["rg-shop/db", "rg-shop/web"]),
        (("plan", "-e", "test", "--only", "rg-t"), ["rg-test/db", "rg-test/web"]),
        (("-e", "test", "plan", "--redeploy", "rg-test/w"), ["rg-test/web"]),
        (("logs", "d"), ["db"]),
        (("status", "DB"), ["db"]),
        (("schema", "p"), ["plan", "project"]),
        (("explain", "aci08"), ["ACI080", "ACI082", "ACI083", "ACI085", "ACI086"]),
        (("completion", ""), ["bash", "zsh", "fish"]),
        (("facts", "sh"), ["show"]),
        (("facts", "show", "Update-s"), ["update-status"]),
        (("plan", "-e", "nowhere", "--only", ""), []),
    ],
)
@pytest.mark.usefixtures("shop")
def test_what_is_offered(words: tuple[str, ...], expected: list[str]) -> None:
    """Commands, options, environments and groups, read from the manifests; nothing that a shell might run."""
    assert expected == offered(*words)


def test_files_are_the_shells_own_business(shop: CommandLine) -> None:
    """It knows how to complete them."""
    shell = BashComplete(make_root(), {}, "aci-reconcile", "_ACI_RECONCILE_COMPLETE")

    assert ["file"] == [each.type for each in shell.get_completions(["plan", "--out"], "")]
    assert shop.folder.is_dir()


@pytest.mark.parametrize("content", [None, "name: [", "- x", "\0", "manifests: [../..]\n"])
def test_a_project_that_cannot_be_read_offers_nothing(cli: CommandLine, content: str | None) -> None:
    """And says nothing: it would stand in the middle of what is typed."""
    if content is not None:
        cli.write("aci-reconcile.yaml", content)
    cli.capsys.readouterr()

    assert [] == offered("plan", "-e", "")
    assert [] == offered("plan", "--only", "")
    assert ("", "") == cli.capsys.readouterr()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_asks_the_command_itself(cli: CommandLine, shell: str) -> None:
    """Each shell in its own words."""
    ran = cli("completion", shell)

    assert (0, "") == (ran.code, ran.err)
    assert f"_ACI_RECONCILE_COMPLETE={shell}_complete" in ran.out


def test_another_shell_is_a_usage_error(cli: CommandLine) -> None:
    """The known ones are named."""
    ran = cli("completion", "tcsh")

    assert 1 == ran.code
    assert "'bash', 'zsh', 'fish'" in ran.err


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_with_it(shop: CommandLine) -> None:
    """The printed script, sourced, and asked as bash does when Tab is pressed."""
    program = shop.write("bin/aci-reconcile", f'#!/bin/sh\nexec "{sys.executable}" -m aci_reconcile "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    script = shop.write("completion.bash", shop("completion", "bash").out.replace("_setup;", "_setup 2>/dev/null;"))
    asked = "COMP_WORDS=(aci-reconcile plan --only rg-s); COMP_CWORD=3; _aci_reconcile_completion aci-reconcile"
    typed = f'{asked}; echo "${{COMPREPLY[@]}}"'
    environ = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    words = ["bash", "-c", f'source "{script}"; {typed}']
    done = subprocess.run(words, cwd=shop.folder, env=environ, capture_output=True, text=True, timeout=60, check=False)

    assert (0, "rg-shop/db rg-shop/web\n", "") == (done.returncode, done.stdout, done.stderr)
