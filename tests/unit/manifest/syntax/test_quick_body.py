"""Which bodies are read quickly: those of nearly all groups, and none of which there is anything to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.manifest import Request, load
from aci_reconcile.manifest.syntax.body import BodyReader
from benchmarks import project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aci_reconcile.manifest import Loaded

GROUP = """
name: web
containers:
  - name: web
    image: nginx:1
    resources: {{cpu: 1, memoryInGB: 1}}
    environmentVariables:
      A: {value}
"""


@pytest.fixture
def careful(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return a list of the bodies that are read with care, as far as the run has come."""
    found: list[object] = []
    read = BodyReader.read

    def note(self: BodyReader, node: Any, spec: Any, path: Any, at: str) -> Any:
        if not path and "containers" in str(node):
            found.append(node)
        return read(self, node, spec, path, at)

    monkeypatch.setattr(BodyReader, "read", note)
    return found


@pytest.mark.parametrize(
    "value", ["b", "1.0", "'true'", "x${env:PUBLIC}", '{secureValue: "${env:SECRET}"}', "${var:v}"]
)
def test_quick(load_text: Callable[..., Loaded], careful: list[object], value: str) -> None:
    """Texts, secrets and variables."""
    project_file = "name: shop\npublicEnv: [PUBLIC]\nvariables: {v: x}\nmanifests: [a.yaml]\n"
    environ = {"PUBLIC": "a", "SECRET": "b"}

    loaded = load_text({"a.yaml": GROUP.format(value=value), "aci-reconcile.yaml": project_file}, environ=environ)

    assert not loaded.errors
    assert not careful


@pytest.mark.parametrize("value", ["", "{value: ~}", "[b]", "${env:SECRET}", "${NAME}", "{secureValue: b}", "{c: d}"])
def test_careful(load_text: Callable[..., Loaded], careful: list[object], value: str) -> None:
    """What there is something to say about, or no value."""
    load_text(GROUP.format(value=value), environ={"SECRET": "b"})

    assert careful


def test_a_place_is_found_for_a_rule(load_text: Callable[..., Loaded], careful: list[object]) -> None:
    """A body that reads well and breaks a rule: only then its places are looked for."""
    loaded = load_text(GROUP.format(value="b").replace("cpu: 1", "cpu: 100"))

    (found, *_) = loaded.diagnostics
    assert (found.where.line, found.where.column) == (6, 22)
    assert found.path == "containers[web].resources.requests.cpu"
    assert len(careful) == 1


def test_the_place_of_the_project_s_location(load_text: Callable[..., Loaded]) -> None:
    """It is no part of the manifest, and is pointed at where it stands."""
    files = {
        "a.yaml": GROUP.format(value="b"),
        "aci-reconcile.yaml": "name: shop\nlocation: nowhere\nmanifests: [a.yaml]\n",
    }

    loaded = load_text(files, location="")

    assert [each.where.file for each in loaded.diagnostics if each.path == "location"] == ["aci-reconcile.yaml"]


def test_the_manifests_of_the_benchmark(tmp_path: Path, careful: list[object]) -> None:
    """With passwords, keys and mounted shares: none is read with care."""
    project.write(tmp_path, project.STEP)

    loaded = load(Request(cwd=tmp_path, environ=project.environ(project.STEP)))

    assert len(loaded.resources) == project.STEP
    assert not loaded.diagnostics
    assert not careful
