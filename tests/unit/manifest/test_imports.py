"""What importing the package costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_importing_leaves_the_parsers_alone() -> None:
    """Neither yaml nor jsonschema is loaded before a file is read, and packaging only for ``requiredVersion``."""
    late = {"yaml", "jsonschema", "packaging", "referencing"}
    code = f"import sys, aci_reconcile.manifest; print({late} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"
