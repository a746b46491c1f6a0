"""The documentation names every metric of a watch, and no other."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[3]


def test_every_metric_is_documented() -> None:
    """docs/watch.md has them in a table."""
    _, _, section = (ROOT / "docs" / "watch.md").read_text(encoding="utf-8").partition("## Probes and metrics")
    section = section.partition("\n## ")[0]
    first = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
    documented = {name for cell in first for name in re.findall("`([a-z_]+)`", cell)}
    made = re.findall("^# TYPE aci_reconcile_watch_([a-z_]+) ", (HERE / "watch.prom").read_text(), re.MULTILINE)

    assert len(made) > 20
    assert set(made) == documented
