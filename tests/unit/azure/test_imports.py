"""What is imported, and when."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

_PACKAGE = Path(__file__).parents[3] / "aci_reconcile"


def _modules_after(program: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
        cwd=_PACKAGE.parent,
    )
    return set(done.stdout.split())


def test_importing_the_package_imports_nothing_of_azure() -> None:
    """A command that never talks to Azure does not pay for it."""
    modules = _modules_after("import aci_reconcile.azure")

    assert set() == modules & {"azure.core", "azure.identity", "azure.mgmt", "requests", "urllib3", "msal"}


def test_a_local_run_needs_no_identity_and_no_network_library() -> None:
    """In process, the pipeline of the SDK runs without requests."""
    modules = _modules_after(
        "from aci_reconcile.azure import Endpoint, connect\n"
        "from aci_reconcile.core.model import ResourceId\n"
        'def send(*_): return 404, {}, b\'{"error": {"code": "ResourceNotFound"}}\'\n'
        "backend = connect(Endpoint.local(), api_version='2025-09-01', concurrency=1, environ={}, send=send)\n"
        "assert backend.get(ResourceId('s', 'g', 'n')) is None"
    )

    assert "azure.mgmt.containerinstance" in modules
    assert set() == modules & {"azure.identity", "azure.mgmt.resource.resources", "requests", "urllib3", "msal"}


def test_secrets_are_opened_in_few_places() -> None:
    """Two calls: one writes the body of a request, one makes the credential of the classic file."""
    found = [
        path.name
        for path in sorted((_PACKAGE / "azure").rglob("*.py"), key=lambda path: path.name)
        if "reveal" in (text := path.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr == "reveal"
    ]

    assert found == ["body.py", "credentials.py"]


def test_only_what_takes_secrets_out_asks_for_their_parts() -> None:
    """The parts of a join are as secret as the whole."""
    found = {
        path.name
        for path in sorted(_PACKAGE.rglob("*.py"))
        if "pieces" in (text := path.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and node.attr == "pieces"
    }

    assert found == {"secret.py", "redactor.py"}
