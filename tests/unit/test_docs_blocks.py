"""Every block of the documentation is what it says: commands exist, manifests load, workflows are the tested ones."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from typing import TYPE_CHECKING, Any

import click
import jsonschema.validators
import pytest
import yaml
from docs_blocks import PAGES, ROOT, Block, blocks
from docs_commands import parse_command

from aci_reconcile.manifest import Request, load, load_schema

if TYPE_CHECKING:
    from pathlib import Path

SHELL = ("sh", "console", "bash")
YAML = (
    "manifest",
    "project",
    "workflow",
    "part of a workflow",
    "steps",
    "gitlab",
    "azure",
    "pre-commit",
    "accepted",
    "fleet",
)
OTHERS = ("json", "python", "text", "rego", "cron", "toml", "xml", "dotenv", "prometheus", "diff", "markdown")
"""What is only read here: python-api.md and emulator.md have tests of their own, and text is what a command printed."""
PROJECT_KEYS = set(load_schema("project")["properties"])


def commands(block: Block) -> list[str]:
    """Return the command lines of a block, continued ones joined, without the prompt and what a console answered."""
    text = block.text.replace("\\\n", " ")
    lines = text.splitlines()
    if block.kind == "console":
        lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return [line for line in lines if line.strip() and not line.startswith("#")]


def ours(line: str) -> list[list[str]]:
    """Return the words of each call of our command in a line of shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="();<>|&")
    lexer.whitespace_split = True
    found: list[list[str]] = []
    taken: list[str] | None = None
    for word in lexer:
        if word == "aci-reconcile":
            taken = []
            found.append(taken)
        elif set(word) <= set("();<>|&"):
            taken = None
        elif taken is not None:
            taken.append(word)
    return found


def test_every_block_is_of_a_known_kind() -> None:
    """Else nobody would check it."""
    assert [] == [(str(each), each.kind) for each in blocks() if each.kind not in (*SHELL, *YAML, *OTHERS)]


def test_every_page_is_understood_by_python_markdown() -> None:
    """It takes one word behind a fence; what more is to be said stands in a comment right above it."""
    texts = {page: page.read_text(encoding="utf-8") for page in PAGES}
    words = [
        (page.name, each) for page, text in texts.items() for each in re.findall(r"^ *```(.*)$", text, re.MULTILINE)
    ]
    comments = sum(text.count("<!-- block:") for text in texts.values())

    assert [] == [each for each in words if not re.fullmatch(r"[a-z]*", each[1])]
    assert comments == sum(
        len(re.findall(r"^<!-- block: [a-z-]+ -->\n```yaml$", text, re.MULTILINE)) for text in texts.values()
    )


@pytest.mark.parametrize("block", blocks(*SHELL), ids=str)
def test_commands_exist(block: Block) -> None:
    """Every command, with every option and value; every target of make; and the shell understands the block."""
    lines = commands(block)
    checked = subprocess.run(["bash", "-n"], input="\n".join(lines), text=True, capture_output=True, check=False)
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    made = [word for line in lines for word in re.findall(r"^make ([a-z0-9-]+)(?= |$)", line)]

    assert "" == checked.stderr
    assert set() == set(made) - targets
    for line in lines:
        for words in ours(line.replace("…", "x")):
            parse_command(words)


@pytest.mark.parametrize("block", blocks("manifest"), ids=str)
def test_manifests_load(block: Block, tmp_path: Path) -> None:
    """Without an error or a warning."""
    (tmp_path / "a.yaml").write_text(block.text, encoding="utf-8")
    loaded = load(Request(cwd=tmp_path, resource_group="", resolve=False))

    assert [] == [str(each) for each in loaded.diagnostics if each.severity.value != "notice"]


@pytest.mark.parametrize("block", blocks("project"), ids=str)
def test_project_files_fit_their_schema(block: Block) -> None:
    """Whole, or a part with the rest left out."""
    found: Any = json.loads(json.dumps(yaml.safe_load(block.text), default=str))
    errors = jsonschema.validators.Draft7Validator(load_schema("project")).iter_errors({"name": "shop", **found})

    assert set(found) <= PROJECT_KEYS
    assert [] == [error.message for error in errors]


@pytest.mark.parametrize("block", blocks("fleet"), ids=str)
def test_fleet_files_fit_their_schema(block: Block) -> None:
    """As an editor would check them."""
    found: Any = yaml.safe_load(block.text)

    assert [] == list(jsonschema.validators.Draft7Validator(load_schema("fleet")).iter_errors(found))


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    """Nothing left out with an ellipsis outside of a text."""
    assert json.loads(block.text)


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_compiles(block: Block) -> None:
    """What it does is tested where the page is about it."""
    assert compile(block.text, str(block), "exec")


@pytest.mark.parametrize("block", blocks("gitlab", "azure", "pre-commit"), ids=str)
def test_what_is_included_exists(block: Block) -> None:
    """The templates have these inputs, and the hooks these names."""
    found = yaml.safe_load(block.text)
    if block.kind == "pre-commit":
        hooks = {each["id"] for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
        assert {each["id"] for repo in found["repos"] for each in repo["hooks"]} <= hooks
    elif block.kind == "gitlab":
        (spec, _) = yaml.safe_load_all((ROOT / "ci" / "gitlab.yml").read_text(encoding="utf-8"))
        for each in found["include"]:
            assert (ROOT / each["file"]).is_file()
            assert set(each["inputs"]) <= set(spec["spec"]["inputs"])
    else:
        template = yaml.safe_load((ROOT / "ci" / "azure-pipelines.yml").read_text(encoding="utf-8"))
        known = {each["name"]: "default" in each for each in template["parameters"]}
        (given,) = [each["parameters"] for each in found["stages"]]
        assert {name for name, optional in known.items() if not optional} <= set(given) <= set(known)


def test_the_workflows_of_the_page_are_the_tested_ones() -> None:
    """Block by block the files of the example, which the end-to-end tests run."""
    shown = [each.text for each in blocks("workflow") if each.page == "docs/ci.md"]
    folder = ROOT / "examples" / "gitops" / ".github" / "workflows"

    assert [(folder / name).read_text(encoding="utf-8") for name in ("plan.yml", "apply.yml", "drift.yml")] == shown


def test_the_workflow_of_shards_is_the_tested_one() -> None:
    """The file that the end-to-end tests run, as a whole."""
    (shown,) = [each.text for each in blocks("workflow") if each.page == "docs/fleet.md"]

    assert (ROOT / "ci" / "shards" / "github.yml").read_text(encoding="utf-8") == shown


@pytest.mark.parametrize(("kind", "name"), [("gitlab", ".gitlab-ci.yml"), ("azure", "azure-pipelines.yml")])
def test_the_pipelines_of_the_page_are_those_of_the_example(kind: str, name: str) -> None:
    """`init` writes them from there."""
    (shown,) = [each.text for each in blocks(kind) if each.page == "docs/ci.md"]

    assert (ROOT / "examples" / "gitops" / name).read_text(encoding="utf-8") == shown


def test_the_inputs_and_outputs_of_the_action_are_documented() -> None:
    """Each in its table, with its default, and no other."""
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    tables = [
        re.findall(r"^\| (`[^|]+) \|", part, re.MULTILINE)
        for part in page.split("### The action")[1].split("\n| output")[:2]
    ]
    inputs, outputs = ([name for cell in table for name in re.findall(r"`([\w-]+)`", cell)] for table in tables)

    assert list(action["inputs"]) == inputs
    assert list(action["outputs"]) == [each for each in outputs if each in action["outputs"]]


def files_with_schema() -> list[Path]:
    """Return the examples, which editors check."""
    folders = (ROOT / "manifests", ROOT / "examples")
    found = [path for folder in folders for path in sorted(folder.rglob("*.yaml"))]
    return [path for path in found if not path.name.startswith(".") and ".aci-reconcile" not in path.parts]


@pytest.mark.parametrize("path", files_with_schema(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_examples_name_their_schema_and_fit_it(path: Path) -> None:
    """In the first line, relative to themselves; an unabridged file for azure-cli may do without."""
    text = path.read_text(encoding="utf-8")
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)

    if named is None:
        assert path.name == "logs.yaml"
        return
    target = (path.parent / named[1]).resolve()
    validator = jsonschema.validators.Draft7Validator(json.loads(target.read_text(encoding="utf-8")))
    assert ROOT / "schemas" == target.parent
    for document in yaml.safe_load_all(text):
        plain = json.loads(json.dumps(document, default=str))
        assert [] == [error.message for error in validator.iter_errors(plain)]


def test_an_unknown_option_would_be_found() -> None:
    """The check itself is checked."""
    with pytest.raises(click.UsageError):
        parse_command(["plan", "--no-such-option"])
    with pytest.raises(click.UsageError):
        parse_command(["no-such-command"])
    assert [["plan", "--only", "web-*"], ["drift"]] == ours(
        "A=1 aci-reconcile plan --only 'web-*' && aci-reconcile drift > x"
    )
