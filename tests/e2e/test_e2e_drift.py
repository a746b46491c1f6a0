"""A scheduled look at Azure in real processes: drift comes, is remembered, accepted, repaired, and gone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from e2e.processes import PROJECT, Commands, azure
from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

LOOK = ("drift", "--local", "--history", "drift.json", "--metrics", "drift.prom", "--format", "json")


def metrics(folder: Path) -> dict[str, float]:
    """Return the sum of each metric."""
    families = text_string_to_metric_families((folder / "drift.prom").read_text(encoding="utf-8"))
    return {each.name: sum(sample.value for sample in each.samples) for each in families}


def changed(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a live group as somebody would send it back with another tag and a variable more."""
    properties = {name: each for name, each in body["properties"].items() if name != "instanceView"}
    for each in properties["containers"]:
        each["properties"].pop("instanceView", None)
        each["properties"]["environmentVariables"] = [{"name": "DEBUG", "value": "1"}]
    return {"location": body["location"], "tags": body["tags"] | {"team": "x"}, "properties": properties}


def test_a_scheduled_look(tmp_path: Path) -> None:
    """Apply, look, change by hand, look twice, accept a part, repair, look: codes, history and metrics all along."""
    run = Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_PROVISIONING": "0s"})
    run.write("aci-reconcile.yaml", PROJECT)
    run.group("web", more="tags: {team: shop}\n")
    run.group("api")

    assert 0 == run("apply", "--local", "-y").code
    first = run(*LOOK)
    with azure(tmp_path, "--state", ".aci-reconcile") as hand:
        hand.ask("PUT", hand.group("web"), changed(hand.ask("GET", hand.group("web"))))
        hand.ask("POST", f"{hand.group('api')}/stop")
    second, third = run(*LOOK), run(*LOOK)
    drifted = metrics(tmp_path)
    run.write(
        "aci-reconcile.accepted.yaml",
        "- {address: rg-shop/api, kind: stopped, reason: asleep at night, until: 2999-12-31}\n",
    )

    run("apply", "--local", "-y", "--wait", "provisioned")
    fourth = run(*LOOK)
    documents = [json.loads(each.out) for each in (first, second, third, fourth)]

    assert [0, 2, 2, 0] == [each.code for each in (first, second, third, fourth)]
    assert [0, 3, 3, 1] == [len(each["findings"]) for each in documents]
    # a stop by hand is a notice where no manifest declares `power`
    assert [0, 2, 0, 0] == [len(each["appeared"]) for each in documents]
    assert [0, 0, 0, 2] == [len(each["resolved"]) for each in documents]
    assert documents[1]["findings"] == documents[2]["findings"]
    assert (2, 0) == (
        drifted["aci_reconcile_drift_findings"],
        metrics(tmp_path)["aci_reconcile_drift_findings"],
    )
    assert (1, 1) == (
        metrics(tmp_path)["aci_reconcile_drift_accepted_findings"],
        metrics(tmp_path)["aci_reconcile_drift_last_run_success"],
    )
