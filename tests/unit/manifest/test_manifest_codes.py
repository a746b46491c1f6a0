"""The diagnostic codes: each is used, documented, and shown by its own example."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.core.errors import Severity
from aci_reconcile.manifest import CODES, evidence, rules
from aci_reconcile.manifest.codes.compute import COMPUTE
from aci_reconcile.manifest.codes.evidence import EVIDENCE
from aci_reconcile.manifest.codes.form import FORM
from aci_reconcile.manifest.codes.rules import RULES
from aci_reconcile.manifest.codes.sent import SENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded
    from aci_reconcile.manifest.rules import Rule

    Loader = Callable[..., Loaded]

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "aci_reconcile" / "manifest"
ASKED = (*rules.ALWAYS, *(rule for some in rules.WHERE.values() for rule in some))
SPEAKS = re.compile(r"Azure|ARM|Microsoft|[Dd]oc|FAQ|[Qq]uota|schema|TCP|Likely|Sense|This tool|#\d")


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
def test_every_code_says_what_it_rests_on(code: str) -> None:
    """A kind and a place for each; an error rests on more than a document, or on what is likely."""
    known = evidence(code)

    assert [] == [each for each in known if not each.where.strip()]
    assert known
    assert CODES[code].severity is not Severity.ERROR or any(each.kind.proves for each in known)


def test_whatever_speaks_of_azure_names_its_evidence() -> None:
    """The others are about files, references and the project, whose rules are this tool's own."""
    assert {*COMPUTE, *FORM, *RULES, *SENT} <= set(EVIDENCE) <= set(CODES)


@pytest.mark.parametrize("rule", ASKED, ids=lambda rule: f"{rule.__module__.rpartition('.')[2]}.{rule.__name__}")
def test_every_rule_says_what_it_rests_on(rule: Rule) -> None:
    """In its first line or below: Azure's words, a document, an example, a schema, or this tool's own reason."""
    assert rule.__doc__ is not None
    assert SPEAKS.search(rule.__doc__), rule.__doc__


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_golden_case_shows_it(code: str) -> None:
    """Every code stands in an expected output, or in a test of what no file can show."""
    golden = "".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "tests/golden/diagnostics").glob("*/expected.txt")
    )
    tests = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_manifest_*.py"))

    assert f" {code}: " in golden or f'"{code}"' in tests
