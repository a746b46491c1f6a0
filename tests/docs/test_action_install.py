"""The action installs its own version, from pinned and hashed requirements, on each system's shell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml
from actions_runner import Job, Runner, outputs_of
from docs_blocks import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.docs

MANIFEST = """
name: web
resourceGroup: rg-shop
location: westeurope
containers: [{name: web, image: "nginx:1", resources: {cpu: 1, memoryInGB: 1}}]
"""
SCRIPTS = sorted((ROOT / "action").glob("*.sh"))
NEWER = r"\b(mapfile|readarray|coproc)\b|declare -[An]|\$\{\w+(\^|,,?|@[A-Z])|\|&|&>>|\bEPOCHSECONDS\b"
"""What bash 3.2 does not know, which macOS has."""
STUB = "#!/bin/sh\necho 'Python was not found; run without arguments to install it' >&2\nexit 9\n"
PYTHON = """#!/bin/sh
# as on Windows: the programs of an environment are in Scripts
"{python}" "$@" || exit
if [ "$2 $3" = "-m venv" ]; then mv "$4/bin" "$4/Scripts" && ln -s Scripts "$4/bin"; fi
"""


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """Runs a workflow that names the action by its tag; one job has run, and kept what it downloaded."""
    folder = tmp_path_factory.mktemp("runner")
    project = folder / "project"
    project.mkdir()
    (project / "web.yaml").write_text(MANIFEST, encoding="utf-8")
    step = {
        "uses": "example-org/aci-reconcile@v1.2.3",
        "with": {"command": "validate", "working-directory": str(project)},
    }
    workflow = folder / ".github" / "workflows" / "one.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(yaml.safe_dump({"jobs": {"one": {"steps": [step]}}}), encoding="utf-8")
    found = Runner(folder, folder / "runs", "", {"PYTHONPATH": ""})
    job = run(found)

    assert "success" == job.result, job.log
    return found


def run(runner: Runner, **environ: str) -> Job:
    """Run the job."""
    event = {"event_name": "push", "event": {}, "ref": "refs/heads/main", "sha": "unused"}
    return replace(runner, environ={**runner.environ, **environ}).workflow("one.yml", event)[1]["one"]


def test_downloads_are_kept(runner: Runner) -> None:
    """Under the system, the Python and the pins; with no package index at hand, the next job has them from there."""
    ((key, kept),) = runner.caches.items()
    job = run(runner, PIP_INDEX_URL="http://127.0.0.1:9/", PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull)

    assert re.fullmatch(r"aci-reconcile-Linux-\w+-3\.\d+-[0-9a-f]{16}", key)
    assert len(list(kept.glob("*.whl"))) > 40
    assert "success" == job.result, job.log
    assert "aci-reconcile 0." in job.log


def test_what_was_put_into_the_cache_is_not_installed(runner: Runner, tmp_path: Path) -> None:
    """Its hash is wrong. Where there is nothing else, the job fails rather than run it."""
    ((key, kept),) = runner.caches.items()
    forged = shutil.copytree(kept, tmp_path / "forged")
    (wheel,) = forged.glob("click-*.whl")
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("click/evil.py", "")
    attacked = replace(runner, caches={key: forged})
    job = run(
        attacked, PIP_INDEX_URL="http://127.0.0.1:9/", PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull, PIP_RETRIES="0"
    )

    assert "failure" == job.result
    assert "aci-reconcile 0." not in job.log


def test_it_installs_itself_on_windows(tmp_path: Path) -> None:
    """As far as that can be played here: `python3` is a stub, and programs are in Scripts. A second step finds them."""
    programs, output = tmp_path / "programs", tmp_path / "output"
    programs.mkdir()
    for name, text in (("python3", STUB), ("python", PYTHON.format(python=sys.executable))):
        (programs / name).write_text(text, encoding="utf-8")
        (programs / name).chmod(0o755)
    known = {"INPUT_COMMAND": "apply", "INPUT_PLAN": "run", "INPUT_KEY": "", "INPUT_ENVIRONMENT": "prod"}
    places = {"RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(output), "GITHUB_ACTION_PATH": str(ROOT)}
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, **known, **places, "INPUT_EXECUTABLE": "", "RUNNER_OS": "Windows", "PATH": path}
    words = ["bash", str(ROOT / "action" / "install.sh")]
    done = [
        subprocess.run(words, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=400, check=False)
        for _ in range(2)
    ]
    told = outputs_of(output.read_text(encoding="utf-8"))

    assert [0, 0] == [each.returncode for each in done], done[0].stdout + done[0].stderr
    assert "aci-reconcile 0." in done[1].stdout
    assert str(tmp_path / "aci-reconcile" / "venv" / "Scripts" / "aci-reconcile") == told["executable"]
    assert ("aci-reconcile-plan-prod", "run", "plan-prod") == (told["artifact"], told["source"], told["topic"])


def test_without_python_it_says_what_to_do(tmp_path: Path) -> None:
    """Where there is only the stub."""
    (tmp_path / "python3").write_text(STUB, encoding="utf-8")
    (tmp_path / "python3").chmod(0o755)
    environ = {"PATH": str(tmp_path), "RUNNER_TEMP": str(tmp_path), "GITHUB_ACTION_PATH": str(ROOT)}
    environ["GITHUB_OUTPUT"] = str(tmp_path / "output")
    words = ["/bin/bash", str(ROOT / "action" / "cache.sh")]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=False, timeout=60)

    assert (1, "") == (done.returncode, done.stderr)
    assert (
        "::error title=aci-reconcile::Python 3.11 or later is needed: use actions/setup-python before\n" == done.stdout
    )


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_old_shells_understand_the_scripts(path: Path) -> None:
    """The bash of macOS is of 2007, and takes an empty list for one that is not set."""
    text = path.read_text(encoding="utf-8")
    empty = re.findall(r"^(\w+)=\(\)", text, re.MULTILINE)

    assert None is re.search(NEWER, text)
    for name in empty:
        assert f'"${{{name}[@]}}"' not in text.replace(f'${{{name}[@]+"${{{name}[@]}}"}}', "")
