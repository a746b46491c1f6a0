"""Workflows, templates and examples under the eyes of the tools that others use; `make test-docs` installs those."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml
from docs.language_server import Editor
from docs_blocks import ROOT, blocks, workflow

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = pytest.mark.docs

MODULES = ROOT / "build" / "docs" / "node_modules"
TEMPLATES = ROOT / ".github" / "ISSUE_TEMPLATE"
FORMS = sorted(set(TEMPLATES.iterdir()) - {TEMPLATES / "config.yml"})
WORKFLOWS = sorted([*(ROOT / "examples").rglob(".github/workflows/*.yml"), *ROOT.glob(".github/workflows/*.yml")])
HOSTILE = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.head_ref }}\n"
EXAMPLES = [
    path
    for folder in ("manifests", "examples")
    for path in sorted((ROOT / folder).rglob("*.yaml"))
    if path.read_text(encoding="utf-8").startswith("# yaml-language-server")
]


def actionlint(folder: Path) -> tuple[int, str]:
    """Run actionlint on the workflows of a folder; return its exit code and what it says."""
    program = MODULES / "@tktco" / "node-actionlint" / "bin" / "node-actionlint.js"
    words = ["node", str(program), "*.yml"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def test_actionlint_has_nothing_to_say(tmp_path: Path) -> None:
    """Of the workflows of the example and of every one in the documentation."""
    shown = blocks("workflow", "part of a workflow", "steps")
    for number, block in enumerate(shown):
        (tmp_path / f"block-{number}.yml").write_text(workflow(block), encoding="utf-8")
    for path in WORKFLOWS:
        (tmp_path / f"example-{path.name}").write_bytes(path.read_bytes())
    code, told = actionlint(tmp_path)

    assert len(WORKFLOWS) > 2
    assert len(shown) > 4
    assert (0, True) == (code, f"Checking {len(WORKFLOWS) + len(shown)} workflow file(s)" in told), told


def test_actionlint_would_notice(tmp_path: Path) -> None:
    """The check itself is checked: with the name of a branch in a script."""
    (tmp_path / "hostile.yml").write_text(HOSTILE, encoding="utf-8")
    code, told = actionlint(tmp_path)

    assert (1, True) == (code, "potentially untrusted" in told), told


@pytest.fixture(scope="module")
def editor() -> Generator[Editor]:
    """One session for all files."""
    with Editor(MODULES / "yaml-language-server" / "bin" / "yaml-language-server", ROOT) as found:
        yield found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_an_editor_has_nothing_to_say(editor: Editor, path: Path) -> None:
    """About an example, by the schema in its first line; but it has about one with a wrong key."""
    text = path.read_text(encoding="utf-8")
    wrong = f"{text.partition(chr(10))[0]}\nnoSuchKey: 1\n"

    assert [] == editor.complaints(path, text)
    assert any("noSuchKey" in each for each in editor.complaints(path.with_name("wrong.yaml"), wrong))


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-actions", [ROOT / "action.yml"]),
        ("github-workflows", WORKFLOWS),
        ("github-issue-forms", FORMS),
        ("github-issue-config", [TEMPLATES / "config.yml"]),
        ("dependabot", [ROOT / ".github" / "dependabot.yml"]),
        ("azure-pipelines", [ROOT / "ci" / "azure-pipelines.yml", ROOT / "ci" / "shards" / "azure-pipelines.yml"]),
        ("gitlab-ci", [ROOT / "ci" / "shards" / "gitlab.yml"]),
    ],
)
def test_the_schemas_of_the_forges(schema: str, files: list[Path]) -> None:
    """As check-jsonschema ships them."""
    check(schema, files)


def test_the_schema_of_gitlab(tmp_path: Path) -> None:
    """Of the jobs, without the inputs that stand above them."""
    documents = yaml.safe_load_all((ROOT / "ci" / "gitlab.yml").read_text(encoding="utf-8"))
    _, jobs = documents
    file = tmp_path / "gitlab.yml"
    file.write_text(json.dumps(jobs), encoding="utf-8")

    check("gitlab-ci", [file])


def check(schema: str, files: list[Path]) -> None:
    """Let check-jsonschema look at files."""
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", "--no-cache"]
    words += ["--data-transform", schema] if schema in {"azure-pipelines", "gitlab-ci"} else []
    done = subprocess.run([*words, *map(str, files)], capture_output=True, text=True, timeout=120, check=False)

    assert 0 == done.returncode, done.stdout[:4000]
