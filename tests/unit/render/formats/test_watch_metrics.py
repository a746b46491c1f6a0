"""The metrics of a watch: which there are, what is in them, and that nothing grows."""

from __future__ import annotations

import os
import shutil
import subprocess
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from aci_reconcile.reconcile.rounds import Allowance, Concern, Fault, Heal, NextSwitch, Round, Totals, Trouble, Watched
from aci_reconcile.render.formats.watch_metrics import render_watch_metrics

HERE = Path(__file__).parent
GOLDEN = HERE / "watch.prom"
DRIFT = HERE.parents[2] / "golden" / "drift_runs"
HOSTILE = '"}\n# HELP x\x1b[31m\u202e\\'
LAST = Round(
    7,
    1_795_608_000,
    2.5,
    0.125,
    declared=12,
    owned=11,
    in_sync=9,
    concerns=(
        Concern("rg-shop/Web", Trouble.GIVEN_UP, "quota"),
        Concern("rg-shop/api", Trouble.HELD, "delete"),
    ),
    revision="1f0d0e5c" * 5,
    fetch_failure="https://host/shop: git took longer than 300 s, and was ended",
    deletions=Allowance(1, 1),
    recreations=Allowance(0, 5),
    restarts=Allowance(3, -1),
    due=1_795_608_060,
    switch=NextSwitch(1_795_640_400, "rg-shop/web stops at 19:00"),
)
WATCHED = Watched(
    "shop/prod",
    Heal.CONFIG,
    1_795_600_000,
    60,
    1_795_608_003,
    LAST,
    1_795_608_002,
    Totals(7, 1, 5, 2, 1, 3, 1, 0.5, 20),
    "prod",
)


def own(text: str) -> str:
    """Return the metrics without those of this process, which are always others."""
    return "".join(
        line
        for line in text.splitlines(keepends=True)
        if not line.removeprefix("# HELP ").startswith("process_") and not line.startswith("# TYPE process_")
    )


def test_the_whole_text() -> None:
    """It is the expected one; ``GOLDEN_UPDATE=1`` rewrites it."""
    actual = own(render_watch_metrics(WATCHED, "0.1.0"))
    if os.environ.get("GOLDEN_UPDATE"):
        GOLDEN.write_text(actual)

    assert GOLDEN.read_text() == actual


def test_the_process_is_in_it() -> None:
    """CPU and memory have the names that every exporter gives them."""
    text = render_watch_metrics(WATCHED, "0.1.0")
    assert "\nprocess_cpu_seconds_total " in text
    assert "\nprocess_resident_memory_bytes " in text


def test_before_the_first_round() -> None:
    """What is not known yet is left out, and counters are 0."""
    text = own(render_watch_metrics(Watched("shop", Heal.NONE, 0, 60, 0), "0.1.0"))

    assert 'aci_reconcile_watch_rounds_total{environment="",project="shop"} 0.0' in text
    assert "last_round" not in text
    assert "last_good_round" not in text


def test_texts_of_others_stay_values_of_labels() -> None:
    """Prometheus' own parser reads what was meant, without what a terminal would obey."""
    concern = Concern(HOSTILE, Trouble.FAILED, "x")
    text = render_watch_metrics(
        replace(WATCHED, project=HOSTILE, last=replace(LAST, concerns=(concern,), revision="x" * 9999)), HOSTILE
    )
    found = {
        each.name: [(each.labels, each.value) for each in family.samples]
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }

    clean = '"} # HELP x\\'
    assert [({"project": clean, "environment": "prod", "address": clean.lower(), "trouble": "failed"}, 1)] == found[
        "aci_reconcile_watch_group_in_trouble"
    ]
    assert 200 == len(found["aci_reconcile_watch_info"][0][0]["revision"])


def test_a_thousand_groups_are_not_a_thousand_series() -> None:
    """All are counted, and some are named."""
    many = tuple(Concern(f"rg/{number}", Trouble.FAILED, "x") for number in range(1000))
    text = render_watch_metrics(replace(WATCHED, last=replace(LAST, concerns=many)), "0.1.0")

    assert 200 == text.count("\naci_reconcile_watch_group_in_trouble{")
    assert (
        'aci_reconcile_watch_groups_in_trouble{environment="prod",project="shop/prod",trouble="failed"} 1000.0' in text
    )


def test_nothing_is_kept_between_two_scrapes() -> None:
    """Not in a registry of this process, either."""
    render_watch_metrics(WATCHED, "0.1.0")
    tracemalloc.start()
    try:
        for number in range(50):
            render_watch_metrics(replace(WATCHED, last=replace(LAST, revision=f"{number:040}")), "0.1.0")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 200_000


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian's package prometheus)")
@pytest.mark.parametrize("name", ["watch", "failed round", "fresh watch", "drift"])
def test_promtool_has_nothing_to_say(name: str) -> None:
    """Prometheus' own checker reads the metrics, and finds their names good."""
    failed = replace(WATCHED, last=replace(LAST, fault=Fault.AZURE, failure="403"))
    watches = {"watch": WATCHED, "failed round": failed, "fresh watch": Watched("shop", Heal.NONE, 0, 60, 0)}
    text = (DRIFT / "metrics.prom").read_text() if name == "drift" else render_watch_metrics(watches[name], "0.1.0")
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
