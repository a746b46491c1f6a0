"""The pytest fixture that ships in the package, as another project uses it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROJECT = """
import json
import ssl
import urllib.request

import pytest


def test_a_group_is_there(aci_emulator):
    group = aci_emulator.resource_group("rg")
    url = f"{aci_emulator.url}{group}?api-version=2021-04-01"
    with urllib.request.urlopen(url) as response:
        assert json.load(response)["name"] == "rg"
    assert [("PUT", group, 201)] == aci_emulator.writes()


def test_each_test_has_its_own(aci_emulator):
    assert aci_emulator.requests == []


@pytest.mark.aci_emulator(tls=True, require_token=True)
def test_tls_and_knobs(aci_emulator):
    trusting = ssl.create_default_context(cafile=aci_emulator.ca_file)
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{aci_emulator.url}/subscriptions?api-version=2021-04-01", context=trusting)


def test_faults(aci_emulator):
    from aci_reconcile.emulator import Fault

    aci_emulator.add_fault(Fault("error", status=500))
    with pytest.raises(urllib.error.HTTPError, match="500"):
        urllib.request.urlopen(f"{aci_emulator.url}/subscriptions?api-version=2021-04-01")
"""


def run_pytest(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run pytest on another project, with no plugin but those that are asked for."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-W",
        "error",
        "--strict-markers",
        "-p",
        "no:cacheprovider",
        *words,
    ]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("conftest.py", 'pytest_plugins = ["aci_reconcile.emulator.pytest_plugin"]\n'),
        ("pytest.ini", "[pytest]\naddopts = -p aci_reconcile.emulator.pytest_plugin\n"),
    ],
)
def test_another_project_can_use_the_fixture(tmp_path: Path, name: str, text: str) -> None:
    """With one line, in either of the two places that docs/emulator.md names."""
    (tmp_path / "test_project.py").write_text(PROJECT, "utf-8")
    (tmp_path / name).write_text(text, "utf-8")
    ran = run_pytest(tmp_path)

    assert 0 == ran.returncode, ran.stdout + ran.stderr
    assert "4 passed" in ran.stdout


def test_no_run_of_pytest_loads_it_by_itself() -> None:
    """It is nobody's plugin until somebody names it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert "entry-points" not in project
    assert ["pytest>=8.3"] == project["optional-dependencies"]["pytest"]
