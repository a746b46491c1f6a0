"""What is imported, in a fresh process: starting fast is importing little."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = (
    "azure",
    "deepdiff",
    "jsonschema",
    "rich",
    "yaml",
    "click",
    "requests",
    "prometheus_client",
    "opentelemetry",
    "aci_reconcile.emulator",
    "aci_reconcile.reconcile.execution",
)
CODE = """
import json, sys
from aci_reconcile.__main__ import main
code = main()
print(json.dumps([code, sorted(set(sys.modules) & set({heavy!r}))]), file=sys.stderr)
"""


def imported(folder: Path, *words: str) -> tuple[int, list[str]]:
    """Run a command in a process of its own; return its exit code and which of the heavy modules it imported."""
    code = CODE.format(heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    found: tuple[int, list[str]] = json.loads(done.stderr.splitlines()[-1])
    return found[0], found[1]


@pytest.mark.parametrize(
    ("words", "needs"),
    [
        (("--version",), []),
        (("--help",), ["click"]),
        (("plan", "--help"), ["click"]),
        (("validate",), ["click"]),
        (("plan", "--local"), ["aci_reconcile.emulator", "azure", "click"]),
        (("drift", "--local", "--exit-zero"), ["aci_reconcile.emulator", "azure", "click"]),
    ],
)
def test_what_a_command_imports(tmp_path: Path, words: tuple[str, ...], needs: list[str]) -> None:
    """Nothing heavy that it does not need: simple manifests are read without the parser, too."""
    manifest = "name: web\nresourceGroup: rg\nlocation: westeurope\nosType: Linux\n"
    containers = "containers: [{name: web, image: 'nginx:1', resources: {cpu: 1, memoryInGB: 1}}]\n"
    (tmp_path / "web.yaml").write_text(manifest + containers, encoding="utf-8")

    assert (0, needs) == tuple(imported(tmp_path, *words))
