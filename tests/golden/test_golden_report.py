"""Whole reports, compared as files: a folder per case with ``expected.txt`` and ``expected.json``.

``GOLDEN_UPDATE=1`` rewrites them; the difference is reviewed like code.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from aci_reconcile.core.diff import ABSENT, FieldChange, Replaces, diff, make_secret_change
from aci_reconcile.core.errors import (
    AciReconcileError,
    Diagnostic,
    InvalidRequestError,
    NotConvergedError,
    Severity,
    ThrottledError,
    Where,
)
from aci_reconcile.core.health import ContainerEvent, ContainerHealth, Health, State
from aci_reconcile.core.model import Body, Power, Resource, ResourceId, Scope, Switch
from aci_reconcile.core.normalize import normalize
from aci_reconcile.core.secret import Secret
from aci_reconcile.findings import Baseline, History, Place, judge
from aci_reconcile.planning.values import (
    Action,
    Blocker,
    Cause,
    Change,
    Impact,
    Notice,
    Plan,
    ResourceGroupChange,
    Unreadable,
)
from aci_reconcile.preflight import Check, Question, Verdict
from aci_reconcile.reconcile.events import (
    Event,
    Failed,
    Finished,
    FreezeOverridden,
    Moved,
    Reached,
    ResourceGroupCreated,
    ResourceGroupDeleted,
    ResourceGroupFailed,
    Skipped,
    Started,
    Succeeded,
    Unhealthy,
    Waiting,
)
from aci_reconcile.render.header import Header
from aci_reconcile.render.json.apply import render_event_json
from aci_reconcile.render.json.checks import render_checks_json, render_fleet_checks_json
from aci_reconcile.render.json.diagnostics import render_diagnostics_json
from aci_reconcile.render.json.drift import render_drift_json
from aci_reconcile.render.json.plan import render_plan_json
from aci_reconcile.render.json.status import render_status_json
from aci_reconcile.render.project_checks import ProjectChecks
from aci_reconcile.render.text.apply import render_event_text
from aci_reconcile.render.text.checks import render_checks_text, render_fleet_checks_text
from aci_reconcile.render.text.diagnostics import render_diagnostics_text
from aci_reconcile.render.text.drift import render_drift_text
from aci_reconcile.render.text.plan import render_plan_text
from aci_reconcile.render.text.status import render_group_text, render_status_text
from aci_reconcile.render.text.style import ANSI, PLAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.core.model import Json
    from aci_reconcile.render.text.style import Style

HERE = Path(__file__).parent
VALIDATOR: Any = jsonschema.Draft202012Validator(
    json.loads((HERE.parent.parent / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))
)
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
HEADER = Header("shop/prod", SUBSCRIPTION, environment="prod")
CANARY = "canary-s3cr3t"
HOSTILE = "a\x1b[31mb\x1b]0;title\x07\u202ec\u2028d\r\ne\x9b2Jf\x7f\ud800"


@dataclass(frozen=True, slots=True)
class Case:
    """One report in both formats."""

    text: Callable[[Style], str]
    json: str


def group_id(name: str, resource_group: str = "rg-shop") -> ResourceId:
    """Return the id of a group."""
    return ResourceId(SUBSCRIPTION, resource_group, name)


def group(name: str, properties: Body | None = None, /, *, line: int = 1, **body: Json) -> Resource:
    """Return a group that is declared in a file of its own name."""
    shape: Body = {"location": "westeurope", **body, "properties": properties or {}}
    return Resource(group_id(name), shape, where=Where(f"manifests/{name}.yaml", line))


def container(name: str, image: str, **properties: Json) -> Body:
    """Return a container in ARM's shape."""
    return {"name": name, "properties": {"image": image, **properties}}


def change(
    name: str,
    action: Action,
    impact: Impact,
    fields: tuple[FieldChange, ...] = (),
    *,
    line: int = 1,
    cause: Cause = Cause.UNKNOWN,
    **rest: Any,
) -> Change:
    """Return a change between two empty bodies whose differences are given."""
    side = group(name, line=line)
    return Change(side.id, action, impact, side, side, fields, cause=cause, **rest)


def between(before: Resource, after: Resource, action: Action, impact: Impact, **rest: Any) -> Change:
    """Return the change between two bodies."""
    found = diff(normalize(before.body), normalize(after.body))
    return Change(after.id, action, impact, before, after, found, **rest)


def plan_case(*changes: Change, header: Header = HEADER, **rest: Any) -> Case:
    """Return the reports of a plan."""
    plan = Plan("shop/prod", changes, **rest)
    return Case(
        lambda style: render_plan_text(plan, header, style), render_plan_json(plan, header, tool_version="0.1.0")
    )


def same(name: str, **rest: Any) -> Change:
    """Return a group that is as declared."""
    return change(name, Action.NO_OP, Impact.NONE, **rest)


def task(name: str, state: str) -> Change:
    """Return a group that is as declared and has ended."""
    ended: Json = {"instanceView": {"currentState": {"state": "Terminated"}}}
    live = group(name, {"instanceView": {"state": state}, "containers": [{"name": name, "properties": ended}]})
    return Change(live.id, Action.NO_OP, before=live, after=group(name))


WEB: Body = {
    "osType": "Linux",
    "restartPolicy": "Always",
    "containers": [
        container(
            "web",
            "mcr.microsoft.com/azuredocs/aci-helloworld:latest",
            command=["node", "/usr/src/app/index.js"],
            environmentVariables=[
                {"name": "LOG_LEVEL", "value": "info"},
                {"name": "MOTTO", "value": "two\nlines\tand a \u201cquote\u201d"},
                {"name": "DB_PASSWORD", "secureValue": Secret(CANARY, source="env:DB_PASSWORD")},
            ],
            ports=[{"port": 80, "protocol": "TCP"}],
            resources={"requests": {"cpu": 1, "memoryInGB": 1.5}},
            volumeMounts=[{"name": "data", "mountPath": "/mnt/data"}],
        )
    ],
    "volumes": [
        {
            "name": "data",
            "azureFile": {"shareName": "s", "storageAccountName": "a", "storageAccountKey": Secret(CANARY)},
        },
        {"name": "scratch", "emptyDir": {}},
    ],
    "ipAddress": {"type": "Public", "ports": [{"port": 80}], "dnsNameLabel": "shop-web"},
    "subnetIds": None,
}


def create() -> Case:
    """A group, and the resource group it lives in."""
    after = group("web", WEB, tags={"team": "shop", "cost center": "42"}, identity={"type": "SystemAssigned"})
    return plan_case(
        Change(after.id, Action.CREATE, after=after),
        resource_groups=(ResourceGroupChange(Scope(SUBSCRIPTION, "rg-shop"), "westeurope"),),
    )


def sample() -> Case:
    """The very sample of docs/cli.md."""
    team = FieldChange("tags.team", "data", "shop")
    web = (
        FieldChange("containers[web].image", "shop/web:1.4.1", "shop/web:1.4.2"),
        FieldChange("containers[web].environmentVariables[LOG_LEVEL].value", "debug", "info"),
        make_secret_change("containers[web].environmentVariables[DB_PASSWORD].secureValue", before=True, after=True),
    )
    memory = FieldChange("containers[db].resources.requests.memoryInGB", 1.5, 4, replaces=Replaces.YES)
    return plan_case(
        change("db", Action.REPLACE, Impact.RECREATE, (memory,), loses=("new IP",)),
        change("jobs", Action.UPDATE, Impact.TAGS_ONLY, (team,), in_azure=(team.path,)),
        change("web", Action.UPDATE, Impact.RESTART, web, line=2),
        blockers=(
            Blocker("replace", "rg-shop/db must be deleted and created again", ("rg-shop/db",), "--allow-replace"),
        ),
    )


def replace() -> Case:
    """Everything a recreation may lose, for a group that has ended, with a live address and run state."""
    before = group(
        "web",
        {
            "osType": "Windows",
            "provisioningState": "Succeeded",
            "instanceView": {"state": "Failed", "events": []},
            "containers": [container("web", "shop/web:1", instanceView={"restartCount": 3})],
            "ipAddress": {"type": "Public", "ip": "20.1.2.3", "ports": [{"port": 80, "protocol": "TCP"}]},
        },
    )
    after = group(
        "web",
        {
            "containers": [container("web", "shop/web:1")],
            "ipAddress": {"type": "Public", "ports": [{"port": 80, "protocol": "TCP"}]},
        },
    )
    loses = ("new IP", "system-assigned identity and its role assignments", "emptyDir contents")
    reasons = ("the group has ended (Failed), and Azure does not update an ended group",)
    return plan_case(between(before, after, Action.REPLACE, Impact.RECREATE, loses=loses, reasons=reasons))


def delete() -> Case:
    """Two groups, one with something to lose, and the resource group with the last of them."""
    old, older = (Resource(group_id(name), {"location": "westeurope"}) for name in ("old", "older"))
    return plan_case(
        Change(old.id, Action.DELETE, before=old, loses=("IP", "emptyDir contents")),
        Change(older.id, Action.DELETE, before=older),
        resource_groups=(ResourceGroupChange(Scope(SUBSCRIPTION, "rg-shop"), "", create=False),),
        blockers=(
            Blocker(
                "delete",
                "2 groups would be deleted; the limit is 1",
                ("rg-shop/old", "rg-shop/older"),
                "--max-deletes 2",
            ),
        ),
    )


def adopt() -> Case:
    """A group without an owner, whose secrets nobody can compare."""
    owner = FieldChange("tags.aci-reconcile-project", ABSENT, "shop/prod", ("tags", "aci-reconcile-project"))
    paths = ("containers[web].environmentVariables[DB_PASSWORD].secureValue",)
    return plan_case(
        change("web", Action.ADOPT, Impact.TAGS_ONLY, (owner,), not_compared=paths), same("api"), same("db")
    )


def no_changes() -> Case:
    """Groups as declared, of which some have ended."""
    return plan_case(same("api"), same("web"), task("nightly", "Succeeded"), task("weekly", "Succeeded"))


def no_changes_one() -> Case:
    """One group, as declared, on an endpoint of one's own."""
    return plan_case(same("api"), header=Header("shop", SUBSCRIPTION, "http://127.0.0.1:8080"))


def nothing() -> Case:
    """No group anywhere."""
    return plan_case()


def not_compared() -> Case:
    """Groups as declared as far as anyone can tell."""
    paths = ("volumes[data].azureFile.storageAccountKey",)
    return plan_case(same("api"), same("web", not_compared=paths))


def held_back() -> Case:
    """Several rules, a secret that is not at hand, and a group that Azure may refuse."""
    ports = FieldChange(
        "ipAddress.ports[443/TCP]", ABSENT, {}, ("properties", "ipAddress", "ports", "443/TCP"), Replaces.MAY
    )
    missing = Secret.unavailable("env:DB_PASSWORD", "not set")
    env: Json = [{"name": "DB_PASSWORD", "secureValue": missing}]
    after = group("web", {"containers": [container("web", "shop/web:1", environmentVariables=env)]})
    return plan_case(
        Change(after.id, Action.UPDATE, Impact.RESTART, group("web"), after, (ports,), may_replace=True),
        change("api", Action.ADOPT, Impact.NONE),
        blockers=(
            Blocker(
                "owner", "rg-shop/db belongs to ops, not to shop/prod", ("rg-shop/db",), "remove its manifest here"
            ),
            Blocker("unowned", "rg-shop/api exists and has no owner", ("rg-shop/api",), "--adopt"),
            Blocker("freeze", "Deployments are frozen until Monday", (), ""),
        ),
    )


def orphan() -> Case:
    """Nothing to do, and a group that stands in no manifest."""
    message = "has this project's tag but no manifest"
    return plan_case(same("api"), notices=(Notice("orphan", "rg-shop/old", message, "delete it with --prune"),))


def secrets() -> Case:
    """Secrets that changed, could not be compared, and one that was readable in Azure until now."""
    before = group(
        "web", {"containers": [container("web", "w:1", environmentVariables=[{"name": "KEY", "value": CANARY}])]}
    )
    secret: Json = [{"name": "KEY", "secureValue": Secret(CANARY)}]
    after = group("web", {"containers": [container("web", "w:1", environmentVariables=secret)]})
    found = between(before, after, Action.UPDATE, Impact.RESTART)
    key = make_secret_change("containers[web].environmentVariables[KEY].secureValue", before=False, after=True)
    paths = ("imageRegistryCredentials[shop.azurecr.io].password",)
    told = Change(found.id, found.action, found.impact, before, after, (*found.fields, key), not_compared=paths)
    return plan_case(told)


def unknown_fields() -> Case:
    """Live fields that no table knows."""
    image = FieldChange("containers[web].image", "shop/web:1", "shop/web:2")
    return plan_case(
        change("web", Action.UPDATE, Impact.RESTART, (image,), cause=Cause.GIT, unknown=("properties.novelty",)),
        notices=(
            Notice("unknown-field", "rg-shop/web", "novelty is unknown to this version; this write may reset it"),
            Notice("unknown-field", "rg-shop/api", "oddity is unknown to this version and was not compared"),
        ),
    )


def unreadable() -> Case:
    """A group that could not be read; nothing is said to be unchanged without a look."""
    message = "AuthorizationFailed: The client may not read this.\r\nRequest id 1234"
    return plan_case(same("api"), unreadable=(Unreadable("rg-shop/web", message), Unreadable("rg-data", "no answer")))


def stuck() -> Case:
    """A difference that Azure does not take."""
    live, declared = (
        group("web", {"containers": [container("web", "Shop/web:1")]}),
        group("web", {"containers": [container("web", "shop/web:1")]}),
    )
    reasons = ("Azure did not take this at the last write",)
    found = between(live, declared, Action.NO_OP, Impact.NONE, reasons=reasons)
    told = Change(
        found.id, found.action, found.impact, live, declared, found.fields, reasons, cause=Cause.AZURE, stuck=True
    )
    return plan_case(told, same("api"))


def many() -> Case:
    """Containers added and removed, long values, long paths, long lists."""
    digest = "mcr.microsoft.com/shop/a-service-with-a-long-name@sha256:"
    hosts: list[Json] = [f"host-{number:02}.shop.example.com" for number in range(12)]
    probe: Json = {"httpGet": {"path": "/healthz", "port": 8080, "httpHeaders": [{"name": "X", "value": "y"}]}}
    before = group(
        "web",
        {
            "containers": [
                container("web", digest + "0" * 64, command=["run", "--fast", "--hosts", "a"]),
                container("old", "old:1", environmentVariables=[{"name": "GONE", "value": "x"}, {"name": "EMPTY"}]),
            ],
            "dnsConfig": {"nameServers": ["10.0.0.1"]},
        },
    )
    after = group(
        "web",
        {
            "containers": [
                container(
                    "web", digest + "0" * 60 + "1234", command=["run", "--slow", "--hosts", *hosts], livenessProbe=probe
                ),
                container(
                    "side",
                    "side:1",
                    ports=[{"port": port, "protocol": "TCP"} for port in (8080, 8081)],
                    environmentVariables=[
                        {"name": "A_VERY_LONG_NAME_FOR_AN_ENVIRONMENT_VARIABLE", "value": "1"},
                        {"name": "LONG", "value": "lorem ipsum " * 20},
                    ],
                    resources={"requests": {"cpu": 0.5, "memoryInGB": 1}},
                ),
            ],
            "dnsConfig": {"nameServers": ["10.0.0.1", "10.0.0.2"], "searchDomains": "shop.example.com"},
        },
    )
    return plan_case(
        between(before, after, Action.UPDATE, Impact.RESTART), change("api", Action.UPDATE, Impact.RESTART)
    )


def hostile() -> Case:
    """Names, values and messages that would command a terminal."""
    evil = group(HOSTILE, {"containers": [container(HOSTILE, HOSTILE)]}, tags={HOSTILE: HOSTILE})
    field = FieldChange(f"tags.{HOSTILE}", HOSTILE, HOSTILE * 3, ("tags", HOSTILE), Replaces.YES)
    return plan_case(
        Change(evil.id, Action.CREATE, after=evil),
        Change(evil.id, Action.REPLACE, Impact.RECREATE, evil, evil, (field,), (HOSTILE,), (HOSTILE,), (HOSTILE,)),
        header=Header(HOSTILE, HOSTILE, HOSTILE),
        blockers=(Blocker(HOSTILE, HOSTILE, (HOSTILE,), HOSTILE),),
        notices=(Notice(HOSTILE, HOSTILE, HOSTILE),),
        unreadable=(Unreadable(HOSTILE, HOSTILE),),
        resource_groups=(ResourceGroupChange(Scope(SUBSCRIPTION, HOSTILE), HOSTILE),),
    )


def live(name: str, owner: str = "shop/prod") -> Resource:
    """Return a live group."""
    address: Json = {"type": "Public", "ip": "20.1.2.3", "fqdn": f"{name}.westeurope.azurecontainer.io"}
    properties: Body = {
        "provisioningState": "Succeeded",
        "containers": [container("web", "shop/web:1"), container("side", "side:1")],
        **({"ipAddress": address} if name == "web" else {}),
    }
    return group(name, properties, tags={"aci-reconcile-project": owner} if owner else {})


CRASHING = Health(
    State.UNHEALTHY,
    "Succeeded",
    "Running",
    (
        ContainerHealth("setup", State.FINISHED, "Terminated", "Completed", exit_code=0, image="setup:1", init=True),
        ContainerHealth("web", State.HEALTHY, "Running", started="2025-06-01T08:00:03Z", image="shop/web:1"),
        ContainerHealth(
            "side",
            State.UNHEALTHY,
            "Waiting",
            "CrashLoopBackOff: Back-off 40s restarting failed",
            restarts=4,
            exit_code=1,
            image="side:1",
            events=(
                ContainerEvent(
                    "BackOff", "Warning", "Back-off restarting", 3, "2025-06-01T08:01:00Z", "2025-06-01T08:03:00Z"
                ),
                ContainerEvent(
                    "Pulled", "Normal", 'pulled image "side:1"', 1, "2025-06-01T08:00:00Z", "2025-06-01T08:00:00Z"
                ),
            ),
        ),
    ),
    ("container side: CrashLoopBackOff",),
)
RUNNING = Health(
    State.HEALTHY,
    "Succeeded",
    "Running",
    tuple(ContainerHealth(name, State.HEALTHY, "Running", image=f"{name}:1") for name in ("web", "side")),
)


def status_list() -> Case:
    """Healthy, crashing, unread and hostile groups."""
    groups = [(live("web"), CRASHING), (live("api"), RUNNING), (live("guest", ""), None), (group(HOSTILE), None)]
    return Case(lambda style: render_status_text(groups, style), render_status_json(groups))


def status_narrow() -> Case:
    """On a terminal of 80 columns, what has no room stands below its row."""
    groups = [(live("web"), CRASHING), (live("api"), RUNNING), (live("guest", ""), None)]
    return Case(lambda style: render_status_text(groups, style, width=80), render_status_json(groups))


def status_wide() -> Case:
    """With age, ports, images and digests, each group on one line."""
    digest = "sha256:" + "0123456789ab" + "c" * 52
    moment = "2025-06-01T08:00:00Z"
    pulled = ContainerEvent(
        "Pulled",
        "Normal",
        f'Successfully pulled image "web@{digest}"',
        1,
        moment,
        moment,
    )
    web, side = RUNNING.containers
    known = dataclasses.replace(RUNNING, containers=(dataclasses.replace(web, events=(pulled,)), side))
    body = live("api").body
    ports: Any = {"type": "Public", "ports": [{"port": 80}, {"port": 53, "protocol": "UDP"}]}
    api = dataclasses.replace(live("api"), body={**body, "properties": {**live("api").properties, "ipAddress": ports}})
    api = dataclasses.replace(api, body={**api.body, "systemData": {"createdAt": "2025-05-30T08:00:00Z"}})
    groups = [(live("web"), CRASHING), (api, known), (live("guest", ""), None)]
    now = datetime(2025, 6, 1, 9, tzinfo=UTC).timestamp()
    return Case(
        lambda style: render_status_text(groups, style, width=80, now=now, wide=True), render_status_json(groups)
    )


def status_schedule() -> Case:
    """What schedules do next has a column of its own."""
    groups = [(live("web"), CRASHING), (live("api"), RUNNING)]
    now = datetime(2025, 6, 1, 9, tzinfo=UTC).timestamp()
    switches = {live("api").id.key: Switch(now + 3 * 3600, Power.STOPPED)}
    return Case(
        lambda style: render_status_text(groups, style, now=now, switches=switches),
        render_status_json(groups, switches=switches),
    )


def status_none() -> Case:
    """No groups."""
    return Case(lambda style: render_status_text([], style), render_status_json([]))


def status_detail() -> Case:
    """One group with everything."""
    resource = live("web")
    switch = Switch(datetime(2025, 6, 1, 19, tzinfo=UTC).timestamp(), Power.RUNNING)
    return Case(
        lambda style: render_group_text(resource, CRASHING, style, switch=switch),
        render_status_json([(resource, CRASHING)], switches={resource.id.key: switch}),
    )


def status_detail_unread() -> Case:
    """One group whose run state was not read."""
    resource = live("api")
    return Case(lambda style: render_group_text(resource, None, style), render_status_json([(resource, None)]))


def drift_case(plan: Plan, *health: tuple[str, Health]) -> Case:
    """Return the reports of a drift."""
    drift = judge(plan, health, Baseline(History(Place("shop/prod", SUBSCRIPTION))), "2026-01-01T12:00:00Z")
    return Case(
        lambda style: render_drift_text(drift, HEADER, style), render_drift_json(drift, HEADER, tool_version="0.1.0")
    )


def drift_found() -> Case:
    """Every kind of drift at once."""
    field = FieldChange("containers[web].image", "shop/web:hotfix", "shop/web:1", ("properties",))
    gone = group("gone", {"containers": [container("gone", "gone:1")]})
    return drift_case(
        Plan(
            "shop/prod",
            (
                change("web", Action.UPDATE, Impact.RESTART, (field,), cause=Cause.AZURE),
                Change(gone.id, Action.CREATE, after=gone),
                same("api"),
            ),
            notices=(Notice("orphan", "rg-shop/old", "has this project's tag but no manifest"),),
        ),
        ("rg-shop/web", RUNNING),
        ("rg-shop/api", CRASHING),
    )


def drift_none() -> Case:
    """In sync, as far as anyone can tell."""
    paths = ("volumes[data].azureFile.storageAccountKey",)
    plan = Plan("shop/prod", (same("api"), same("web", not_compared=paths)))
    return drift_case(plan, ("rg-shop/api", RUNNING), ("rg-shop/web", Health(State.FINISHED)))


def drift_incomplete() -> Case:
    """Nothing found, and not everything seen."""
    return drift_case(Plan("shop/prod", (same("api"),), unreadable=(Unreadable("rg-shop/web", "no answer"),)))


def events() -> Case:
    """Every event, well and badly ended."""
    scope = Scope(SUBSCRIPTION, "rg-shop")
    image = FieldChange("containers[web].image", "a", "b")
    web = change("web", Action.UPDATE, Impact.RESTART, (image,))
    db = change("db", Action.REPLACE, Impact.RECREATE)
    tags = change("jobs", Action.UPDATE, Impact.TAGS_ONLY)
    refused = InvalidRequestError(
        "The image 'x' is not accessible.",
        code="InaccessibleImage",
        status=400,
        request_id="1f-2e",
        hint="Give registry credentials.",
    )
    told: tuple[Event, ...] = (
        ResourceGroupCreated(scope),
        FreezeOverridden("stock-taking (until 2026-01-04 00:00 Europe/Amsterdam)", "the shop is down\x1b[0m"),
        Started(web),
        Started(db),
        Started(tags),
        Waiting(web, "Pulling"),
        Succeeded(web, addressed("web", "203.0.113.4", "shop.westeurope.azurecontainer.io"), 12.4, RUNNING),
        Succeeded(tags, None, 0.42),
        Succeeded(same("api"), None, 0.1, RUNNING),
        Unhealthy(
            web,
            CRASHING,
            125,
            (("side", ("Traceback (most recent call last):", "\tKeyError: 'x'\x1b[0m")),),
            live=addressed("web", "10.0.0.4"),
        ),
        Failed(db, refused, 8, gone=True),
        Failed(db, refused, 8, gone=True, unrestored="it has ended", former="aci-reconcile apply --project f.yaml"),
        Failed(db, refused, 8, restored=True),
        Failed(db, refused, 8, restored=True, unrestored="it could not be stopped"),
        Failed(web, NotConvergedError("containers[web].image did not take"), 3700),
        Failed(web, NotConvergedError("still creating"), 60, health=CRASHING, logs=(("side", ("KeyError: 'x'",)),)),
        Moved(web, 0.2),
        Skipped(tags, "rg-shop/db failed"),
        ResourceGroupFailed(scope, ThrottledError("ThrottledError: slow down", code="ThrottledError")),
        ResourceGroupDeleted(scope),
        Finished(added=2, changed=1, seconds=12, reached=(Reached("rg-shop/web", "203.0.113.4"),)),
        Finished(added=1, changed=2, destroyed=1, unchanged=3, failed=1, skipped=2, seconds=125),
        Finished(interrupted=True, in_flight=("rg-shop/web",), override="the shop is down"),
    )
    return Case(
        lambda style: "\n".join(render_event_text(each, style) for each in told),
        "\n".join(render_event_json(each, timestamp=1_750_000_000.5 + at) for at, each in enumerate(told)),
    )


def addressed(name: str, ip: str, fqdn: str = "") -> Resource:
    """Return a live group with an address."""
    address: Json = {"ip": ip, "fqdn": fqdn} if fqdn else {"ip": ip}
    return Resource(ResourceId(SUBSCRIPTION, "rg-shop", name), {"properties": {"ipAddress": address}})


def diagnostics() -> Case:
    """Complaints of each severity, with and without a hint, and a hostile one."""
    found = (
        Diagnostic(
            Where("manifests/web.yaml", 14, 9),
            "ACI012",
            "port 3389 is reserved by ACI",
            "Use another port.",
            "containers[web].ports[0].port",
        ),
        Diagnostic(
            Where("manifests/api.yaml", 3), "ACI101", "memoryInGb is spelt memoryInGB", severity=Severity.WARNING
        ),
        Diagnostic(Where("manifests"), "ACI001", "no manifests", severity=Severity.NOTICE),
        Diagnostic(Where(HOSTILE, 1, 1), "ACI999", HOSTILE, HOSTILE, HOSTILE),
    )
    return Case(lambda style: render_diagnostics_text(found, style), render_diagnostics_json(found))


def checks_case(*checks: Check, header: Header = HEADER) -> Case:
    """Return the reports of checks."""
    return Case(
        lambda style: render_checks_text(checks, header, style),
        render_checks_json(checks, header, tool_version="0.1.0"),
    )


def checks_mixed() -> Case:
    """Every question, every verdict, and a hostile one."""
    write = "Microsoft.ContainerInstance/containerGroups/write on rg-shop"
    raise_it = "delete what is not needed, ask for less, or have the quota raised"
    return checks_case(
        Check(Question.READING, "rg-data/db", Verdict.FAILED, "no answer", addresses=("rg-data/db",)),
        Check(Question.SECRETS, "3 secrets available", Verdict.OK, addresses=("rg-shop/web",)),
        Check(Question.QUOTA, "ContainerGroups in westeurope", Verdict.OK, "3 of 100 used, 2 needed"),
        Check(Question.QUOTA, "StandardCores in westeurope", Verdict.FAILED, "97 of 100 used, 8 needed", raise_it),
        Check(Question.REGION, "Linux groups in westeurope", Verdict.OK, "up to 4 CPU and 16 GB"),
        Check(Question.SUBNET, "rg-net/v/s", Verdict.UNKNOWN, "AuthorizationFailed: the client may not read this"),
        Check(Question.PERMISSION, write, Verdict.OK, addresses=("rg-shop/web", "rg-shop/api")),
        Check(Question.PERMISSION, HOSTILE, Verdict.UNKNOWN, HOSTILE, HOSTILE, (HOSTILE,)),
        header=Header(HOSTILE, SUBSCRIPTION),
    )


def checks_passed() -> Case:
    """All is well."""
    return checks_case(Check(Question.QUOTA, "ContainerGroups in westeurope", Verdict.OK, "3 of 100 used, 2 needed"))


def checks_unknown() -> Case:
    """Nothing fails, and not everything is known."""
    silent = Check(Question.QUOTA, "westeurope", Verdict.UNKNOWN, "NotEmulated: not here")
    return checks_case(silent, Check(Question.REGION, "Linux groups in westeurope", Verdict.OK))


def checks_none() -> Case:
    """A plan that needs nothing."""
    return checks_case()


def checks_fleet(*more: ProjectChecks) -> Case:
    """Return the reports of a fleet: one project that is ready, one that is not, and one with nothing to do."""
    wanted = Check(Question.QUOTA, "ContainerGroups in westeurope", Verdict.OK, "3 of 100 used, 2 needed")
    late = "3 of 100 used, 96 needed, 2 needed by the projects before"
    short = Check(Question.QUOTA, "ContainerGroups in westeurope", Verdict.FAILED, late, "delete what is not needed")
    projects = (
        ProjectChecks("shop-prod", HEADER, (wanted,)),
        ProjectChecks("billing", Header("billing", SUBSCRIPTION), (wanted, short)),
        ProjectChecks("desk", Header("desk", SUBSCRIPTION)),
        *more,
    )
    return Case(
        lambda style: render_fleet_checks_text(projects, style),
        render_fleet_checks_json(projects, exit_code=1, tool_version="0.1.0"),
    )


def checks_fleet_broken() -> Case:
    """One of its projects could not be checked."""
    return checks_fleet(ProjectChecks(HOSTILE, error=AciReconcileError(HOSTILE, hint=HOSTILE)))


CASES: Mapping[str, Callable[[], Case]] = {
    "plan/adopt": adopt,
    "plan/create": create,
    "plan/delete": delete,
    "plan/held-back": held_back,
    "plan/hostile": hostile,
    "plan/many": many,
    "plan/no-changes": no_changes,
    "plan/no-changes-one": no_changes_one,
    "plan/not-compared": not_compared,
    "plan/nothing": nothing,
    "plan/orphan": orphan,
    "plan/replace": replace,
    "plan/sample": sample,
    "plan/secrets": secrets,
    "plan/stuck": stuck,
    "plan/unknown-fields": unknown_fields,
    "plan/unreadable": unreadable,
    "status/narrow": status_narrow,
    "status/wide": status_wide,
    "status/detail": status_detail,
    "status/detail-unread": status_detail_unread,
    "status/list": status_list,
    "status/none": status_none,
    "status/schedule": status_schedule,
    "drift/found": drift_found,
    "drift/incomplete": drift_incomplete,
    "drift/none": drift_none,
    "checks/fleet": checks_fleet,
    "checks/fleet-broken": checks_fleet_broken,
    "checks/mixed": checks_mixed,
    "checks/none": checks_none,
    "checks/passed": checks_passed,
    "checks/unknown": checks_unknown,
    "events/all": events,
    "complaints/all": diagnostics,
}


def expected(name: str, file: str, actual: str) -> str:
    """Return what the file holds; with ``GOLDEN_UPDATE``, after writing it."""
    path = HERE / name / file
    if os.environ.get("GOLDEN_UPDATE"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{actual}\n", encoding="utf-8")
    return path.read_text(encoding="utf-8").removesuffix("\n")


@pytest.mark.parametrize("name", CASES)
def test_text(name: str) -> None:
    """The plain text is the expected one, to the last space."""
    actual = CASES[name]().text(PLAIN)

    assert expected(name, "expected.txt", actual) == actual


@pytest.mark.parametrize("name", CASES)
def test_json(name: str) -> None:
    """The JSON is the expected one."""
    actual = CASES[name]().json

    assert expected(name, "expected.json", actual) == actual


@pytest.mark.parametrize("name", CASES)
def test_colour_is_only_a_table(name: str) -> None:
    """The coloured text without its escapes is the plain one."""
    case = CASES[name]()

    assert case.text(PLAIN) == re.sub(r"\x1b\[[0-9]+m", "", case.text(ANSI))


@pytest.mark.parametrize("name", CASES)
def test_nothing_leaks(name: str) -> None:
    """No report holds a secret."""
    case = CASES[name]()

    assert CANARY not in case.text(ANSI) + case.json


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("plan/")])
def test_plans_are_as_the_schema_says(name: str) -> None:
    """The published schema describes every plan."""
    VALIDATOR.validate(json.loads(CASES[name]().json))


def test_no_folder_is_left_over() -> None:
    """Each folder is a case."""
    kinds = {name.partition("/")[0] for name in CASES}

    assert set(CASES) == {f"{kind}/{path.name}" for kind in kinds for path in (HERE / kind).iterdir()}
