"""What the package offers, and what it costs to import."""

from __future__ import annotations

import subprocess
import sys

from aci_reconcile import render as report


def test_public_names_are_sorted_and_there() -> None:
    """``__all__`` is complete and in order (constants, classes, functions)."""
    names = report.__all__

    assert sorted(names, key=lambda name: (not name.isupper(), name[0].islower(), name)) == names


def test_it_imports_nothing_heavy() -> None:
    """No library but the standard one is loaded to write a report."""
    script = "import sys, aci_reconcile.render; print({name.partition('.')[0] for name in sys.modules} & set(sys.argv))"
    heavy = ["azure", "click", "deepdiff", "jsonschema", "rich", "yaml"]
    done = subprocess.run([sys.executable, "-c", script, *heavy], capture_output=True, text=True, check=True)

    assert "set()" == done.stdout.strip()
