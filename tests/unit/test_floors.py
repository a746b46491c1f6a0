"""What the project says that it runs on: the lowest versions of its dependencies, and the Pythons that it names."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
DECLARED = [Requirement(each) for each in (*PROJECT["dependencies"], *EXTRAS["build"], *EXTRAS["test"])]
PINS = {
    canonicalize_name(name): Version(version)
    for name, version in re.findall(
        r"^([\w.-]+)==(\S+)", (ROOT / "requirements" / "lowest.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
}


@pytest.fixture(scope="module", name="sources")
def _sources() -> list[Path]:
    """List all modules: a look at thousands of files, so only where a test wants them."""
    folders = ("aci_reconcile", "benchmarks", "scripts", "tests")
    return sorted(path for folder in folders for path in ROOT.glob(f"{folder}/**/*.py"))


@pytest.mark.parametrize("wanted", DECLARED, ids=str)
def test_the_floors_are_what_the_suite_runs_on(wanted: Requirement) -> None:
    """``make test-lowest`` installs the lowest version of each that the project allows, where there is such a one."""
    floor = max(Version(each.version) for each in wanted.specifier if each.operator in {">=", "=="})
    pinned = PINS[canonicalize_name(wanted.name)]

    assert wanted.specifier.contains(pinned)
    assert floor.release == pinned.release[: len(floor.release)]


def test_the_workflow_has_each_python_that_is_named() -> None:
    """And no other: what the classifiers say is tested."""
    named = [each.rpartition(" ")[2] for each in PROJECT["classifiers"] if re.fullmatch(r".* Python :: 3\.\d+", each)]
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8"))["jobs"]

    assert named == jobs["python"]["strategy"]["matrix"]["python"]


def test_no_private_name_is_asked_for_by_a_text(sources: list[Path]) -> None:
    """The linter sees ``client._send``, and not ``getattr(client, "_send")``."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources
        if "getattr" in (text := path.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr"
        if isinstance(node.args[1], ast.Constant) and re.match(r"_[^_]", str(node.args[1].value))
    ]

    assert [] == found


def test_the_linter_is_not_told_to_look_away_from_private_names(sources: list[Path]) -> None:
    """Neither in the package nor in the tools around it."""
    package = [path for path in sources if not path.is_relative_to(ROOT / "tests")]

    assert [] == [path.name for path in package if "SLF001" in path.read_text(encoding="utf-8")]
