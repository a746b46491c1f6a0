"""The diagnostic codes: their numbers, and that each is used, documented, and shown by its own example."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cases import naming

from aci_reconcile.core.errors import Severity
from aci_reconcile.manifest import CODES, rules
from aci_reconcile.manifest.code import Basis, Code, Evidence
from aci_reconcile.manifest.code_table import RETIRED, collect_codes, list_free_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "aci_reconcile" / "manifest"
SOURCES = {file: file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py")}
DEFINITION = re.compile(r"^(ACI\d{3}): Final = Code\($", re.MULTILINE)
ASKED = tuple(rule for some in rules.RULES.values() for rule in some)
SPEAKS = re.compile(r"Azure|ARM|Microsoft|[Dd]oc|FAQ|[Qq]uota|schema|TCP|Likely|Sense|This tool|#\d")
FREE = list_free_numbers(CODES)


def _code(number: str, title: str = "A title") -> Code:
    return Code(number, title, "An explanation.")


def test_every_code_is_used_and_every_used_code_is_known() -> None:
    """A constant that nothing passes on would be a code that nobody ever sees."""
    used = {
        node.id
        for text in SOURCES.values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id.startswith("ACI")
    }

    assert set(CODES) == used


def test_a_number_is_given_out_once() -> None:
    """In one file, a second constant of the same name would hide the first."""
    defined = [number for text in SOURCES.values() for number in DEFINITION.findall(text)]
    twice = sorted({each for each in defined if defined.count(each) > 1})

    assert [] == twice, f"taken: {twice}; free numbers: {', '.join(FREE[:12])}, …"
    assert sorted(CODES) == sorted(defined)


def test_a_taken_number_fails_with_the_free_ones() -> None:
    """At the first import, so no test needs to be found first."""
    codes = [("ACI001", _code("ACI001", "Old")), ("ACI001", _code("ACI001", "New"))]

    with pytest.raises(
        ValueError, match=r"ACI001 has two meanings, 'Old' and 'New': .*; free numbers: ACI002, ACI003, "
    ):
        collect_codes(codes)


def test_a_retired_number_is_not_used_again() -> None:
    """Old logs and searches still have it."""
    with pytest.raises(ValueError, match=r"ACI001 is retired, .*; free numbers: ACI003, "):
        collect_codes([("ACI001", _code("ACI001"))], retired={"ACI001", "ACI002"})


def test_a_constant_is_named_as_its_number() -> None:
    """A search for the number finds every place that reports it."""
    with pytest.raises(ValueError, match=r"ACI001 is assigned to ACI002: .*; free numbers: ACI002, "):
        collect_codes([("ACI002", _code("ACI001"))])


def test_an_imported_code_counts_once() -> None:
    """Several files may report the same code."""
    code = _code("ACI001")

    assert {"ACI001": code} == collect_codes([("ACI001", code), ("ACI001", code)])


def test_a_published_number_is_known_or_retired() -> None:
    """The page of diagnostics is the record of what was published."""
    page = (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^## (ACI\d{3})$", page, re.MULTILINE)) <= {*CODES, *RETIRED}
    assert not CODES.keys() & RETIRED


def test_codes_are_in_order_and_explained() -> None:
    """Each has a title that is no sentence and an explanation that is one."""
    assert list(CODES) == sorted(CODES)
    assert [] == [
        code for code, each in CODES.items() if each.title.endswith(".") or not each.explanation.endswith(".")
    ]


def test_every_code_says_what_it_rests_on() -> None:
    """A kind and a place for each; an error rests on more than a document, or on what is likely."""
    for number, code in CODES.items():
        with naming(number):
            assert [] == [each for each in code.evidence if not each.where.strip()]
            assert code.evidence
            assert code.severity is not Severity.ERROR or any(each.basis.proves for each in code.evidence)


def test_a_rule_names_its_own_evidence() -> None:
    """The default is for files, references and the project, whose rules are this tool's own."""
    default = (Evidence(Basis.OURS, "docs/manifests.md"),)
    lazy = [
        number
        for file, text in SOURCES.items()
        if file.parent.name == "rules"
        for number in DEFINITION.findall(text)
        if CODES[number].evidence == default
    ]

    assert [] == lazy


def test_every_rule_says_what_it_rests_on() -> None:
    """In its first line or below: Azure's words, a document, an example, a schema, or this tool's own reason."""
    silent = [rule for rule in ASKED if rule.__doc__ is None or not SPEAKS.search(rule.__doc__)]

    assert [] == [f"{rule.__module__.rpartition('.')[2]}.{rule.__name__}: {rule.__doc__}" for rule in silent]


def test_a_golden_case_shows_it() -> None:
    """Every code stands in an expected output, or in a test of what no file can show."""
    golden = "".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "tests/golden/diagnostics").glob("*/expected.txt")
    )
    tests = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.rglob("test_*.py"))

    assert [] == [code for code in sorted(CODES) if f" {code}: " not in golden and f'"{code}"' not in tests]
