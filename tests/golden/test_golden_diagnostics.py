"""Whole outputs of the loader: a folder per case, its files in, its diagnostics out.

``GOLDEN_UPDATE=1`` writes what comes out; its difference is then reviewed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.manifest import Request, load

if TYPE_CHECKING:
    from aci_reconcile.errors import Diagnostic

CASES = Path(__file__).parent / "diagnostics"
UPDATE = bool(os.environ.get("GOLDEN_UPDATE"))
CANARY = "CANARY"


def render(diagnostic: Diagnostic) -> str:
    """Return a diagnostic as the command line shows it."""
    head = f"{diagnostic.where}: {diagnostic.severity} {diagnostic.code}: {diagnostic.message}"
    path = f" [{diagnostic.path}]" if diagnostic.path else ""
    hint = f"\n    {diagnostic.hint}" if diagnostic.hint else ""
    return f"{head}{path}{hint}\n"


@pytest.mark.parametrize("case", sorted(each.parent.name for each in CASES.glob("*/expected.txt")))
def test_diagnostics(case: str) -> None:
    """All problems of all files, each at its place, and no secret among them."""
    folder = CASES / case
    environ = {"CANARY": "CANARY-ENV", "PUBLIC": "1.2.3", "AZURE_CLIENT_SECRET": "CANARY-OWN"}

    loaded = load(Request(cwd=folder, environ=environ, version="0.1.0"))

    actual = "".join(render(each) for each in loaded.diagnostics)
    expected = folder / "expected.txt"
    if UPDATE:
        expected.write_text(actual, encoding="utf-8")
    assert expected.read_text(encoding="utf-8") == actual
    assert not [each for each in loaded.diagnostics if f"{CANARY}-" in each.message + each.hint + each.path]
    assert f"{CANARY}-" not in repr(loaded)
