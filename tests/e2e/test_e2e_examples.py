"""Each file of manifests/ is planned, applied and planned again, and so are published examples of ACI's own YAML."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = shlex.split(os.environ.get("ACI_RECONCILE_COMMAND", f"{sys.executable} -m aci_reconcile"))
GROUPS = ("api", "db", "hello", "identity", "init", "logs", "probes", "registry", "sidecar", "volumes", "wordcount")
SECRETS = {
    "DB_PASSWORD": "canary-db",
    "STORAGE_KEY": "Y2FuYXJ5LXN0b3JhZ2U=",
    "TLS_KEY": "canary-tls",
    "REGISTRY_PASSWORD": "canary-registry",
    "WORKSPACE_KEY": "Y2FuYXJ5LXdvcmtzcGFjZQ==",
}
CANARIES = ("canary", "Y2FuYXJ5", "Y2FuYXJ5LXRscw")
FAST = ["--stable-for", "0s"]

pytestmark = [pytest.mark.e2e, pytest.mark.long]


def run(folder: Path, *words: str, expect: int = 0) -> str:
    """Run the command in a folder and return everything it printed."""
    environ = {**os.environ, **SECRETS, "NO_COLOR": "1"}
    done = subprocess.run(
        [*COMMAND, *words], cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False
    )

    assert expect == done.returncode, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the examples."""
    target = tmp_path / "examples"
    shutil.copytree(ROOT / "manifests", target, ignore=shutil.ignore_patterns(".aci-reconcile"))
    return target


def test_every_example_converges(folder: Path) -> None:
    """Plan shows them, apply makes them run, then nothing is left to do and no secret is left anywhere."""
    planned = run(folder, "plan", "--local", "--detailed-exitcode", expect=2)
    applied = run(folder, "apply", "--local", "-y", *FAST)
    again = run(folder, "plan", "--local", "--detailed-exitcode")
    drift = run(folder, "drift", "--local")
    kept = "".join(path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())
    destroyed = run(folder, "destroy", "--local", "-y", "--resource-groups", expect=3)

    assert [] == [name for name in GROUPS if f"+ rg-examples/{name} " not in planned]
    assert [] == [name for name in GROUPS if not re.search(rf"rg-examples/{name} +created after", applied)]
    assert again.startswith("No changes.")
    assert "protected" in destroyed
    assert [] == [canary for canary in CANARIES if canary in planned + applied + again + drift + kept]


def test_the_examples_are_removed_with_their_resource_group(folder: Path) -> None:
    """``destroy --resource-groups`` leaves nothing: the group was created by this project."""
    (folder / "identity.yaml").unlink()
    run(folder, "apply", "--local", "-y", *FAST, "--wait", "provisioned", "--only", "hello", "--only", "sidecar")
    destroyed = run(folder, "destroy", "--local", "-y", "--resource-groups")
    status = run(folder, "status", "--local")

    assert "2 destroyed" in destroyed
    assert "rg-examples" in destroyed
    assert "hello" not in status


def test_published_manifests_converge(shared_data: Path, tmp_path: Path) -> None:
    """Files written for ``az container create --file`` are manifests as they stand."""
    for file in sorted((shared_data / "manifests").glob("*.yaml")):
        shutil.copy(file, tmp_path)
    (tmp_path / "aci-reconcile.yaml").write_text(
        "name: docs\nresourceGroup: rg-docs\nlocation: eastus\ncreateResourceGroups: true\nmanifests: [.]\n",
        encoding="utf-8",
    )

    run(tmp_path, "validate")
    run(tmp_path, "apply", "--local", "-y", *FAST)
    again = run(tmp_path, "plan", "--local", "--detailed-exitcode")

    assert again.startswith("No changes. 3 groups match"), again
