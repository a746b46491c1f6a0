"""Groups that are stopped, in transition, unhealthy or unread, in every report there is: ``tests/golden/sick``.

``GOLDEN_UPDATE=1`` rewrites them; the difference is reviewed like code.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from factories import body, container, group, make_plan, owned, policy, rid
from jsonschema.validators import Draft202012Validator

from aci_reconcile.core.errors import AzureError
from aci_reconcile.core.health import assess
from aci_reconcile.core.model import Resource
from aci_reconcile.findings import Baseline, History, Place, judge
from aci_reconcile.manifest import load_schema
from aci_reconcile.planning import Action, Change, Unreadable
from aci_reconcile.reconcile.events import Event, Failed, Finished, Settling, Skipped, Succeeded, Unhealthy, Waiting
from aci_reconcile.render.formats.checkout import Checkout
from aci_reconcile.render.formats.github import render_github
from aci_reconcile.render.formats.html import render_html
from aci_reconcile.render.formats.junit import render_junit
from aci_reconcile.render.formats.markdown import render_markdown
from aci_reconcile.render.header import Header
from aci_reconcile.render.json.apply import render_event_json
from aci_reconcile.render.json.drift import render_drift_json
from aci_reconcile.render.json.plan import render_plan_json
from aci_reconcile.render.json.status import render_status_json
from aci_reconcile.render.page.apply import make_apply_page
from aci_reconcile.render.page.drift import make_drift_page
from aci_reconcile.render.page.plan import make_plan_page
from aci_reconcile.render.text.apply import render_event_text
from aci_reconcile.render.text.drift import render_drift_text
from aci_reconcile.render.text.plan import render_plan_text
from aci_reconcile.render.text.status import render_group_text, render_status_text
from aci_reconcile.render.text.style import ANSI, PLAIN

HERE = Path(__file__).parent / "sick"
HEADER = Header("shop/prod", "00000000-0000-0000-0000-000000000000", environment="prod")
HOSTILE = 'x | `@mallory` <img src=x> [y](https://evil.example) --> "\\\n\x1b[0m'
NOW = 1_700_000_000.0
NAMES = ("again", "front", "hangs", "idle", "sick", "web")


def event(name: str, message: str, count: int = 1, kind: str = "Warning") -> dict[str, Any]:
    """Return an event as Azure tells it."""
    times = {"firstTimestamp": "2023-11-14T22:10:00Z", "lastTimestamp": "2023-11-14T22:12:00Z"}
    return {"name": name, "type": kind, "message": message, "count": count, **times}


def state(name: str, provisioning: str, instance: str = "Running", **more: Any) -> Resource:
    """Return our live group in a state; ``events`` are its own, ``init`` is the view of its init container."""
    view = {"state": instance, "events": more.pop("events", [])}
    init = [{"name": "setup", "properties": {"image": "setup:1", "instanceView": more.pop("init")}}] if more else []
    shown = owned(group(name, initContainers=init), state="Waiting" if instance == "Pending" else "Running")
    properties = {**shown.properties, "provisioningState": provisioning, "instanceView": view}
    return replace(shown, body={**shown.body, "properties": properties})


LOOP = {
    "restartCount": 4,
    "currentState": {"state": "Waiting", "detailStatus": "CrashLoopBackOff: Back-off restarting failed"},
    "events": [event("Started", "Started container", 4, "Normal"), event("BackOff", "Back-off restarting", 3)],
}
MOUNT = event("FailedMountAzureFileVolume", f"Failed to mount Azure File Volume {HOSTILE}", 5)
LIVE = (
    state("again", "Repairing"),
    state("front", "Creating", "Pending", events=[MOUNT]),
    state("hangs", "Creating", "Pending", init=LOOP),
    state("idle", "Succeeded", "Stopped"),
    state("sick", "Unhealthy"),
    state("web", "Succeeded"),
)
DARK = Unreadable("rg-shop/dark", f"AuthorizationFailed: {HOSTILE}", rid("dark"))
INIT = [{"name": "setup", "properties": {"image": "setup:1"}}]
DESIRED = [group(name, initContainers=INIT if name == "hangs" else []) for name in (*NAMES, "dark")]
PLAN = make_plan(DESIRED, LIVE, policy(), unreadable=(DARK,))
DRIFT = judge(
    PLAN,
    tuple((each.address, assess(each.body, now=NOW)) for each in LIVE),
    Baseline(History(Place("shop/prod", ""))),
    "2026-01-01T12:00:00Z",
)


def events() -> tuple[Event, ...]:
    """Return what an apply tells of them."""
    changes = {each.id.name: each for each in PLAN.changes}
    health = {each.id.name: assess(each.body, now=NOW) for each in LIVE}
    made = Change(rid("new"), Action.CREATE, after=Resource(rid("new"), body(container("new"))))
    late = replace(made, id=rid("late"))
    return (
        Settling("rg-shop/again", "Repairing", 60),
        Waiting(changes["again"], "Repairing, 0/1 running, for up to 60 s"),
        Unhealthy(changes["hangs"], health["hangs"], 2, (("setup", ("no database",)),)),
        Unhealthy(changes["front"], health["front"], 65),
        Unhealthy(changes["sick"], health["sick"], 0),
        Succeeded(changes["idle"], None, 0, health["idle"]),
        Succeeded(made, None, 12, health["again"]),
        Failed(Change(rid("dark"), Action.NO_OP), AzureError(f"could not be read: {DARK.message}"), 0),
        Skipped(late, "rg-shop/dark did not succeed"),
        Finished(added=1, unchanged=1, failed=4, unhealthy=3, skipped=1, unread=1, unseen=("rg-shop/new",), seconds=66),
    )


def forms() -> dict[str, str]:
    """Return everything that is said of these groups, by the name of its file."""
    told, checkout = events(), Checkout("/repo", "/repo/infra")
    assert isinstance(told[-1], Finished)
    pages = {
        "plan": make_plan_page(PLAN, HEADER),
        "drift": make_drift_page(DRIFT, HEADER),
        "apply": make_apply_page(PLAN, told, told[-1], HEADER),
    }
    statuses = [(each, assess(each.body, now=NOW)) for each in LIVE]
    return {
        "plan.txt": render_plan_text(PLAN, HEADER, PLAIN),
        "plan.json": render_plan_json(PLAN, HEADER, tool_version="0.1.0"),
        "drift.txt": render_drift_text(DRIFT, HEADER, PLAIN),
        "drift.json": render_drift_json(DRIFT, HEADER, tool_version="0.1.0"),
        "apply.txt": "\n".join(render_event_text(each, PLAIN) for each in told),
        "apply.json": "\n".join(render_event_json(each, timestamp=NOW + at) for at, each in enumerate(told)),
        "status.txt": render_status_text(statuses, PLAIN, [DARK]),
        "status-detail.txt": "\n\n".join(render_group_text(each, health, PLAIN) for each, health in statuses),
        "status.json": render_status_json(statuses, [DARK]),
        **{f"{name}.md": render_markdown(page) for name, page in pages.items()},
        **{f"{name}.html": render_html(page, tool_version="0.1.0") for name, page in pages.items()},
        **{f"{name}.xml": render_junit(page) for name, page in pages.items()},
        **{f"{name}.log": render_github(page, checkout) for name, page in pages.items()},
    }


FORMS = forms()


@pytest.mark.parametrize("name", FORMS)
def test_the_whole_form(name: str) -> None:
    """It is the expected one, to the last space."""
    file = HERE / name
    if os.environ.get("GOLDEN_UPDATE"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{FORMS[name]}\n", encoding="utf-8")

    assert file.read_text(encoding="utf-8").removesuffix("\n") == FORMS[name]


def test_no_file_is_left_over() -> None:
    """Each is a form."""
    assert set(FORMS) == {each.name for each in HERE.iterdir()}


def test_the_plan_is_as_the_schema_says() -> None:
    """Notices and what was not read are as before."""
    Draft202012Validator(load_schema("plan")).validate(json.loads(FORMS["plan.json"]))


@pytest.mark.parametrize("told", [render_plan_text(PLAN, HEADER, ANSI), render_drift_text(DRIFT, HEADER, ANSI)])
def test_colour_is_only_a_table(told: str) -> None:
    """The coloured text without its escapes is the plain one."""
    assert re.sub(r"\x1b\[[0-9]+m", "", told) in {FORMS["plan.txt"], FORMS["drift.txt"]}


@pytest.mark.parametrize("name", [name for name in FORMS if not name.endswith(".json")])
def test_what_azure_writes_cannot_steer_a_terminal(name: str) -> None:
    """Nor a page: of an event's message no escape is left, and in markup no tag; Markdown quotes it as code."""
    assert "\x1b" not in FORMS[name]
    assert "<img" not in FORMS[name] or not name.endswith((".html", ".xml"))
