"""Drift against an earlier run, in every format, compared as files like the other reports."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from drift_runs import DAY, NOON, ONE, OTHER, acceptance, public, run_drift, seen
from factories import container, group, owned
from jsonschema.validators import Draft202012Validator
from prometheus_client.parser import text_string_to_metric_families

from aci_reconcile.core.secret import Secret
from aci_reconcile.findings import dump_history, to_moment
from aci_reconcile.manifest import load_schema
from aci_reconcile.planning import Unreadable
from aci_reconcile.render.formats.issue import ReportedDrift, make_issue_body, make_issue_comment, make_issue_title
from aci_reconcile.render.formats.metrics import DriftNumbers, render_drift_metrics, render_failure_metrics
from aci_reconcile.render.header import Header
from aci_reconcile.render.json.drift import render_drift_json
from aci_reconcile.render.json.notification import DriftNews, make_notification
from aci_reconcile.render.text.drift import render_drift_text
from aci_reconcile.render.text.style import ANSI, PLAIN

if TYPE_CHECKING:
    from aci_reconcile.findings import Drift

HERE = Path(__file__).parent / "drift_runs"
HEADER = Header("shop/prod", "00000000-0000-0000-0000-000000000000", environment="prod")
HOSTILE = 'x | `@mallory` <img src=x> [y](https://evil.example) --> "\\\n'
LATER = to_moment(NOON + DAY)


def make_runs() -> tuple[Drift, Drift]:
    """Return two runs: in the second, groups have changed, gone, moved, stopped, and stayed unread."""
    names = ("api", "cron", "dark", "job", "web")
    desired = [*(group(name, tags={"team": "shop"}) for name in names), public("front")]
    same = [owned(group(name, tags={"team": "shop"})) for name in ("api", "dark", "job")]
    changed = owned(group("cron", tags={"team": HOSTILE}))
    first = run_drift(desired, [*same, changed, seen("front", ip="192.0.2.1", digest=ONE), owned(desired[4])])
    now = [
        owned(group("api", container(image=HOSTILE), tags={"team": "x"})),
        changed,
        owned(group("job", tags={"team": "shop"}), state="Waiting", detailStatus="CrashLoopBackOff: @mallory"),
        seen("front", ip="192.0.2.2", digest=OTHER),
        owned(group("old")),
    ]
    accepted = [
        acceptance(address="rg-shop/api", paths=["tags.team"]),
        acceptance("2026-01-01", address="rg-shop/job"),
        acceptance(address="rg-shop/never"),
    ]
    dark = [Unreadable("rg-shop/dark", f"no answer {HOSTILE}")]
    return first, run_drift(desired, now, first, days=1, accept=accepted, unreadable=dark)


def forms() -> dict[str, str]:
    """Return the second run in every format."""
    first, drift = make_runs()
    told = make_notification(DriftNews.of(drift), HEADER, LATER, tool_version="0.1.0")
    return {
        "text.txt": render_drift_text(drift, HEADER, PLAIN),
        "verbose.txt": render_drift_text(drift, HEADER, PLAIN, verbose=True),
        "drift.json": render_drift_json(drift, HEADER, tool_version="0.1.0"),
        "notification.json": json.dumps(told, indent=2),
        "metrics.prom": render_drift_metrics(
            [DriftNumbers.of(drift, HEADER)], NOON + DAY, success=drift.plan.complete
        ).rstrip("\n"),
        "issue.md": make_issue_body(ReportedDrift.of(drift, HEADER)),
        "comment.md": make_issue_comment(
            ReportedDrift.of(drift, HEADER),
            make_issue_body(ReportedDrift.of(first, HEADER)),
            "https://forge.example/shop/infra/actions/runs/42",
        ),
    }


@pytest.mark.parametrize("name", sorted(forms()))
def test_the_whole_form(name: str) -> None:
    """Every form is the expected one, to the last space; ``GOLDEN_UPDATE=1`` rewrites it."""
    actual = forms()[name]
    path = HERE / name
    if os.environ.get("GOLDEN_UPDATE"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{actual}\n", encoding="utf-8")

    assert path.read_text(encoding="utf-8").removesuffix("\n") == actual


def test_colour_is_only_a_table() -> None:
    """The coloured text without its escapes is the plain one."""
    _, drift = make_runs()

    assert render_drift_text(drift, HEADER, PLAIN) == re.sub(
        r"\x1b\[[0-9]+m", "", render_drift_text(drift, HEADER, ANSI)
    )


def test_the_notification_is_as_its_schema_says() -> None:
    """With findings, without any, and with what is resolved."""
    first, second = make_runs()
    validator = Draft202012Validator(load_schema("notification"))

    for drift in (first, second, run_drift([group()], [owned(group())], run_drift([group()], []))):
        document: Any = make_notification(DriftNews.of(drift), HEADER, LATER, tool_version="0.1.0")

        assert [] == list(validator.iter_errors(document))


def samples(text: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Return the samples of a metrics file as Prometheus reads them."""
    return {
        family.name: [(dict(each.labels), each.value) for each in family.samples]
        for family in text_string_to_metric_families(text)
    }


def test_the_metrics_can_be_read() -> None:
    """By Prometheus' own parser, whatever stands in a label."""
    _, drift = make_runs()
    header = Header(HOSTILE, "sub", environment='a"b\\c\nd')
    found = samples(render_drift_metrics([DriftNumbers.of(drift, header)], NOON, success=drift.plan.complete))
    common = {"project": HOSTILE, "environment": 'a"b\\c\nd'}

    assert [({**common}, NOON)] == found["aci_reconcile_drift_last_run_timestamp_seconds"]
    assert [({**common}, 0)] == found["aci_reconcile_drift_last_run_success"]
    assert ({**common, "what": "group"}, 1) in found["aci_reconcile_drift_not_compared"]
    assert ({**common, "severity": "error", "kind": "vanished"}, 1) in found["aci_reconcile_drift_findings"]
    assert ({**common, "severity": "error", "kind": "missing"}, 0) in found["aci_reconcile_drift_findings"]
    assert ({**common, "address": "rg-shop/job"}, 0) in found["aci_reconcile_drift_group_healthy"]
    assert ({**common, "state": "undeclared"}, 1) in found["aci_reconcile_drift_groups"]
    assert len(drift.counted) == sum(value for _, value in found["aci_reconcile_drift_findings"])


def test_the_metrics_of_a_run_that_failed() -> None:
    """When it was, and that it was no success; nothing else is known."""
    found = samples(render_failure_metrics(HEADER.project, HEADER.environment, NOON))

    assert {"aci_reconcile_drift_last_run_timestamp_seconds", "aci_reconcile_drift_last_run_success"} == set(found)


def test_the_issue_stays_the_same() -> None:
    """Two runs that find the same make the same body and no comment; the title never changes."""
    first, second = make_runs()
    again = run_drift([group()], [], run_drift([group()], []), days=1)
    before = make_issue_body(ReportedDrift.of(run_drift([group()], []), HEADER))

    assert (make_issue_body(ReportedDrift.of(again, HEADER)), "") == (
        before,
        make_issue_comment(ReportedDrift.of(again, HEADER), before),
    )
    assert "Drift in shop/prod" == make_issue_title(HEADER.project)
    assert "" != make_issue_comment(ReportedDrift.of(second, HEADER), make_issue_body(ReportedDrift.of(first, HEADER)))


def test_nothing_in_an_issue_is_live() -> None:
    """A mention, a link or HTML from elsewhere stands in code, where a Git host leaves it alone."""
    first, second = make_runs()
    text = make_issue_body(ReportedDrift.of(second, HEADER)) + make_issue_comment(
        ReportedDrift.of(second, HEADER), make_issue_body(ReportedDrift.of(first, HEADER))
    )
    plain = re.sub(r"(`+).*?\1", "", re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE))

    assert [] == [each for each in ("@mallory", "evil.example", "<img") if each in plain]


def test_no_secret_is_told() -> None:
    """Neither one that the manifest holds, nor what stood in Azure in clear where it belongs."""
    secret = [{"name": "A", "secureValue": Secret("canary", source="env:A")}]
    there = owned(group("web", container(environmentVariables=[{"name": "A", "value": "canary"}])))
    drift = run_drift([group("web", container(environmentVariables=secret))], [there])

    assert drift.history is not None
    forms = (
        render_drift_text(drift, HEADER, PLAIN, verbose=True),
        render_drift_json(drift, HEADER, tool_version="0.1.0"),
        str(make_notification(DriftNews.of(drift), HEADER, LATER, tool_version="0.1.0")),
        render_drift_metrics([DriftNumbers.of(drift, HEADER)], NOON, success=True),
        make_issue_body(ReportedDrift.of(drift, HEADER)),
        make_issue_comment(ReportedDrift.of(drift, HEADER), ""),
        str(dump_history(drift.history)),
        repr(drift.findings),
    )
    assert drift
    assert [] == [each for each in forms if "canary" in each]


def test_an_issue_about_very_many_findings() -> None:
    """It is cut, and makes no comments: it could not remember what it told."""
    many = [group(f"g{number:04}") for number in range(1100)]
    drift = run_drift(many, [])
    body = make_issue_body(ReportedDrift.of(drift, HEADER))

    assert len(body) <= 65_000
    assert "<!-- aci-reconcile-findings: too many -->" in body
    assert ("", "") == (
        make_issue_comment(ReportedDrift.of(drift, HEADER), body),
        make_issue_comment(ReportedDrift.of(run_drift(many[:1], []), HEADER), body),
    )
