"""What docs/drift.md says about drift is true."""

from __future__ import annotations

import json
import re
from pathlib import Path

from drift_runs import NOON, run_drift
from factories import group, owned
from jsonschema.validators import Draft202012Validator

from aci_reconcile.findings import Finding, Kind
from aci_reconcile.findings.finding import get_severity
from aci_reconcile.manifest import load_schema
from aci_reconcile.manifest.accepted_drift import read_accepted_drift
from aci_reconcile.render.formats.metrics import DriftNumbers, render_drift_metrics
from aci_reconcile.render.header import Header

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "drift.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """Return the first block in a language."""
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)

    assert found is not None
    return found[1]


def test_every_kind_has_its_severity() -> None:
    """In the order and with the words of the table."""
    told = dict(re.findall(r"^\| `([a-z-]+)` \| (error|warning|notice) \|", PAGE, re.MULTILINE))

    assert {kind.value: get_severity(kind).value for kind in Kind} == told


def test_the_accepted_drift_can_be_read(tmp_path: Path) -> None:
    """And the schema has nothing against it."""
    file = tmp_path / "known.yaml"
    file.write_text(block("yaml"), encoding="utf-8")

    found, diagnostics = read_accepted_drift(file, tmp_path)

    assert (3, ()) == (len(found), diagnostics)


def test_the_notification_is_one() -> None:
    """With the fingerprint that such a finding has."""
    document = json.loads(block("json"))

    assert [] == list(Draft202012Validator(load_schema("notification")).iter_errors(document))
    assert (
        Finding(Kind.UNHEALTHY, "rg-shop/web", "containers[web]").fingerprint == document["findings"][0]["fingerprint"]
    )


def test_every_metric_is_documented_with_its_labels() -> None:
    """And no other."""
    numbers = DriftNumbers.of(run_drift([group()], [owned(group())]), Header("shop", "sub"))
    text = render_drift_metrics([numbers], NOON, success=True)
    labels = {
        name: set(re.findall(r"(\w+)=", inner)) - {"project", "environment"}
        for name, inner in re.findall(r"^(\w+)\{(.*)\}", text, re.MULTILINE)
    }
    rows = re.findall(r"^\| `(aci_reconcile_\w+)` \|(.*?)\|", PAGE, re.MULTILINE)

    assert labels == {name: set(re.findall(r"`(severity|kind|what|state|address)`", told)) for name, told in rows}
