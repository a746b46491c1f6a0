"""``deploy/kubernetes`` against Kubernetes' own schemas, and built by kustomize (``make test-kubernetes``)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.kubernetes

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
VALIDATE = ROOT / "build" / "kubernetes" / "bin" / "kubernetes-validate"
KUSTOMIZATIONS = sorted(each.parent for each in FOLDER.rglob("kustomization.yaml"))
VERSIONS = ("1.31.0", "1.37.0")
"""The oldest in which all that is used here is on by default, and the newest whose schemas the package has."""


def validate(version: str, *files: Path) -> str:
    """Return what the validator says of files; empty if nothing is wrong."""
    words = [str(VALIDATE), "--kubernetes-version", version, "--strict", "--quiet", *map(str, files)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("version", VERSIONS)
def test_every_resource_is_valid(version: str) -> None:
    """No property among them that Kubernetes does not know; it would be dropped without a word."""
    files = [each for each in FOLDER.rglob("*.yaml") if each.name != "kustomization.yaml"]

    assert "" == validate(version, *files)


def test_what_is_not_valid_is_found(tmp_path: Path) -> None:
    """A property that is misspelt."""
    file = tmp_path / "drift.yaml"
    text = (FOLDER / "base" / "drift.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("readOnlyRootFilesystem", "readOnlyRootFileSystem"), encoding="utf-8")

    assert "readOnlyRootFileSystem" in validate(VERSIONS[-1], file)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl, whose kustomize builds the base")
@pytest.mark.parametrize("folder", KUSTOMIZATIONS, ids=lambda each: each.name)
def test_kustomize_builds_it(folder: Path, tmp_path: Path) -> None:
    """With every file, in one namespace; what it builds is valid, too."""
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=True, timeout=60)
    file = tmp_path / "built.yaml"
    file.write_text(done.stdout, encoding="utf-8")
    built = list(yaml.safe_load_all(done.stdout))

    assert "" == validate(VERSIONS[-1], file)
    assert {"aci-reconcile"} == {each["metadata"].get("namespace", each["metadata"]["name"]) for each in built}
    assert {"aci-reconcile"} == {each["metadata"]["labels"]["app.kubernetes.io/name"] for each in built}
