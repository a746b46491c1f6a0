"""The diagnostic codes: each is used, documented, and shown by its own example."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.manifest import CODES

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "aci_reconcile" / "manifest"


def test_every_code_is_used_and_every_used_code_is_known() -> None:
    """The table and the code agree."""
    sources = [file for file in PACKAGE.rglob("*.py") if file.parent.name != "codes"]

    used = {code for file in sources for code in re.findall(r'"(ACI\d{3})"', file.read_text(encoding="utf-8"))}

    assert set(CODES) == used


def test_codes_are_in_order_and_explained() -> None:
    """Each has a title that is no sentence and an explanation that is one."""
    assert list(CODES) == sorted(CODES)
    assert [] == [
        code for code, each in CODES.items() if each.title.endswith(".") or not each.explanation.endswith(".")
    ]


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_golden_case_shows_it(code: str) -> None:
    """Every code stands in an expected output, or in a test of what no file can show."""
    golden = "".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "tests/golden/diagnostics").glob("*/expected.txt")
    )
    tests = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_manifest_*.py"))

    assert f" {code}: " in golden or f'"{code}"' in tests
