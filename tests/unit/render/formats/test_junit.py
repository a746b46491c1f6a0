"""JUnit: what fails, what is skipped, and what is an error."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from report_pages import PAGES, hostile

from aci_reconcile.render.formats.junit import render_junit


def ends(name: str) -> dict[str, str]:
    """Return how each case of a report ended."""
    suite = ET.fromstring(render_junit(PAGES[name]()).encode()).find("testsuite")

    assert suite is not None
    return {
        case.attrib["name"]: next((each.tag for each in case if each.tag != "system-out"), "passed")
        for case in suite.findall("testcase")
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "plan",
            {
                "rg-shop": "passed",
                "rg-shop/api": "passed",
                "rg-shop/web": "passed",
                "rg-shop/db": "failure",
                "rg-shop/jobs": "passed",
                "rg-shop/old": "passed",
                "rg-shop/same": "passed",
                "rg-shop/lost": "error",
                "Held back": "failure",
            },
        ),
        (
            "drift",
            {
                "rg-shop/web": "failure",
                "rg-shop/api": "failure",
                "rg-shop/sick": "failure",
                "rg-shop/same": "passed",
                "rg-shop/old": "failure",
                "rg-shop/lost": "error",
            },
        ),
        (
            "apply",
            {
                "rg-shop": "passed",
                "rg-data": "failure",
                "rg-shop/api": "passed",
                "rg-shop/web": "failure",
                "rg-shop/db": "failure",
                "rg-shop/jobs": "skipped",
                "rg-shop/late": "skipped",
                "rg-shop/same": "passed",
            },
        ),
    ],
)
def test_how_a_group_ends(name: str, expected: dict[str, str]) -> None:
    """A planned change is no failure; a drift, an unhealthy group and what is held back are."""
    assert expected == ends(name)


def test_a_file_without_errors_passes() -> None:
    """Warnings are no failures."""
    found = ends("validate")

    assert ["passed", "passed", "failure"] == [found[f"manifests/{each}.yaml"] for each in ("api", "db", "web")]


def test_what_xml_cannot_hold_is_dropped() -> None:
    """Everything else comes back as it was."""
    root = ET.fromstring(render_junit(hostile()).encode())
    texts = "".join(root.itertext())

    assert "<script>alert(1)</script>" in texts
    assert not set("\x1b\x07\ufffe") & set(texts)
