"""Metrics of a look: which series there are."""

from __future__ import annotations

from dataclasses import replace

from drift_runs import run_drift
from factories import group, owned, rid

from aci_reconcile.core.model import Resource
from aci_reconcile.render.formats.metrics import DriftNumbers, render_drift_metrics
from aci_reconcile.render.header import Header

HEADER = Header("shop", "s")


def series(text: str, name: str) -> list[str]:
    """Return the lines of one metric."""
    return [line for line in text.splitlines() if line.startswith(f"aci_reconcile_drift_{name}{{")]


def test_two_spellings_of_an_address_are_one_series() -> None:
    """Whoever spells it so: the manifest, Azure, or the last look."""
    upper = Resource(rid("WEB", "RG-Shop"), group(tags={"team": "a"}).body)
    drift = run_drift([upper], [owned(group())])
    told = render_drift_metrics([DriftNumbers.of(drift, HEADER)], 0, success=True)
    finding = replace(drift.findings[0], address="rg-shop/Web")
    both = replace(drift, findings=(*drift.findings, finding))
    twice = render_drift_metrics([DriftNumbers.of(both, HEADER)], 0, success=True)

    for text in (told, twice):
        assert ['aci_reconcile_drift_group_drifted{address="rg-shop/web",environment="",project="shop"} 1.0'] == series(
            text, "group_drifted"
        )
