"""Files that are there: written over only by what they hold already."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from aci_reconcile.app.own_files import is_own

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

GOLDEN: Final = Path(__file__).parents[2] / "golden"
FORMATS: Final = ("text", "json", "markdown", "html", "junit", "github")
SUFFIXES: Final = {"html": "html", "log": "github", "md": "markdown", "sarif": "sarif", "xml": "junit"}
NOT_FILES: Final = {"comment.md", "issue.md"}
"""What is sent to a Git host and never written to a file."""

PRECIOUS: Final = {
    "manifests/web.yaml": None,
    "aci-reconcile.yaml": None,
    "README.md": "# Shop\n\n### 1. How to deploy\n\n```text\nNo changes. 1 group matches its manifest.\n```\n",
    "package.json": '{"name": "shop", "version": "1.0.0"}\n',
    "tf.json": '{"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": []}\n',
    "page.html": "<!doctype html>\n<title>Shop</title>\n",
    "tests.xml": '<?xml version="1.0"?>\n<testsuites name="pytest"></testsuites>\n',
    "notes.txt": "Buy milk.\n",
    "bytes.bin": "\x00\x01\x02",
}


@pytest.mark.parametrize("option", ["out", "metrics", *FORMATS])
@pytest.mark.parametrize("name", PRECIOUS)
def test_what_is_not_ours_is_never_written_over(project: CommandLine, name: str, option: str) -> None:
    """A manifest, the project file, a file of somebody else: the run is refused before it begins."""
    text = PRECIOUS[name]
    if text is not None:
        project.write(name, text)
    before = (project.folder / name).read_bytes()
    command = ("drift", "--metrics", name) if option == "metrics" else ("plan", "--out", name)
    ran = project(*command) if option in {"out", "metrics"} else project("plan", "--report", f"{option}={name}")

    assert (1, "") == (ran.code, ran.out)
    assert f"{name}: the file exists and is not a " in ran.err
    assert before == (project.folder / name).read_bytes()


def test_what_is_ours_is_written_over(project: CommandLine) -> None:
    """Every kind of document, by every command that writes it, again and again."""
    files = [word for each in FORMATS for word in ("--report", f"{each}=r.{each}")]
    commands = (
        ("plan", "--out", "plan.json", *files),
        ("validate", *files),
        ("apply", "-y", "--wait", "none", *files),
        ("drift", "--metrics", "m.prom", "--history", "h.json", *files),
        ("plan", *files),
        ("show", "plan.json", *files),
    )
    codes = [project(*words).code for _ in range(2) for words in commands]

    assert {0} == set(codes), codes


def test_the_report_of_a_failure_is_ours_too(project: CommandLine) -> None:
    """The next run may succeed, and takes its place."""
    files = [word for each in FORMATS for word in ("--report", f"{each}=r.{each}")]
    good = (project.folder / "manifests" / "web.yaml").read_text(encoding="utf-8")
    project.write("manifests/web.yaml", f"{good}colour: red\n")
    broken = project("plan", *files)
    project.write("manifests/web.yaml", good)
    unread = project("drift", "--arm-endpoint", "http://127.0.0.1:1", *files)

    assert (1, 1, 0) == (broken.code, unread.code, project("plan", *files).code)


def test_an_empty_file_is_nobodys(project: CommandLine) -> None:
    """Such as one that was made to have a name of its own."""
    project.write("plan.json", "")
    project.write("r.html", "\n")

    assert 0 == project("plan", "--out", "plan.json", "--report", "html=r.html").code


@pytest.mark.parametrize("word", ["out", "report"])
def test_devices_and_pipes_are_no_files(project: CommandLine, word: str) -> None:
    """Stdout has its own option, and a pipe would be waited for."""
    os.mkfifo(project.folder / "pipe")
    for name in ("/dev/stdout", "/dev/null", "pipe", "manifests"):
        given = ("--out", name) if word == "out" else ("--report", f"json={name}")
        ran = project("plan", *given)

        assert (1, "") == (ran.code, ran.out)
        assert "not a regular file" in ran.err


def test_a_plan_is_not_read_from_a_pipe(project: CommandLine) -> None:
    """Nobody may write to it, and then the run would wait for ever."""
    os.mkfifo(project.folder / "pipe")
    ran = project("apply", "--plan", "pipe")

    assert (1, "") == (ran.code, ran.out)
    assert "pipe is not a regular file" in ran.err


def test_two_uses_of_one_file_are_refused(project: CommandLine) -> None:
    """However it is spelt."""
    ran = project("plan", "--out", "plan.json", "--report", "json=manifests/../plan.json")

    assert (1, "") == (ran.code, ran.out)
    assert "another option uses this file" in ran.err


@pytest.mark.parametrize(
    "file",
    [each for each in sorted(GOLDEN.rglob("*")) if each.suffix[1:] in SUFFIXES and each.name not in NOT_FILES],
    ids=lambda file: str(file.relative_to(GOLDEN)),
)
def test_every_report_is_known_again(file: Path) -> None:
    """As the golden files have them."""
    assert is_own(file.read_text(encoding="utf-8"), SUFFIXES[file.suffix[1:]])
