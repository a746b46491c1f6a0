"""Reports for tests: a plan, a drift, an apply and complaints, each with something of everything, and a hostile one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from factories import OWNER, SUBSCRIPTION, rid

from aci_reconcile.core.diff import ABSENT, FieldChange, Replaces, make_secret_change
from aci_reconcile.core.errors import Diagnostic, InvalidRequestError, Severity, Where
from aci_reconcile.core.health import ContainerEvent, ContainerHealth, Health, State
from aci_reconcile.core.model import Body, Resource, Scope
from aci_reconcile.core.secret import Secret
from aci_reconcile.findings import Drift
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
from aci_reconcile.reconcile.events import (
    Event,
    Failed,
    Finished,
    FreezeOverridden,
    ResourceGroupCreated,
    ResourceGroupFailed,
    Skipped,
    Succeeded,
    Unhealthy,
)
from aci_reconcile.render.header import Header
from aci_reconcile.render.page.apply import make_apply_page
from aci_reconcile.render.page.drift import make_drift_page
from aci_reconcile.render.page.page import Link
from aci_reconcile.render.page.plan import make_plan_page
from aci_reconcile.render.page.validation import make_validation_page

if TYPE_CHECKING:
    from aci_reconcile.core.model import Json
    from aci_reconcile.render.page.page import Page

CANARY = "canary-s3cr3t"
EVIL = (
    "</details><script>alert(1)</script><img src=https://evil.example/x onerror=alert(2)> <!-- c --> & \"q\" 'a' "
    "[l](https://evil.example) ![i](https://evil.example/i.png) https://evil.example www.evil.example @team/all #123 "
    "a@evil.example ``` ~~~ ` :boom: **b** | x \x1b[31mred\x07\u202e ::error::gone ##[error]gone ]]> \ufffe {{ 7*7 }}"
)
"""A text that tries what it can in every format."""
HEADER = Header(OWNER, SUBSCRIPTION, environment="prod")


def change(
    name: str, action: Action, impact: Impact = Impact.NONE, fields: tuple[FieldChange, ...] = (), **more: object
) -> Change:
    """Return a change between two empty bodies whose differences are given."""
    side = Resource(rid(name), {}, where=Where(f"manifests/{name}.yaml", 2, 1))
    return Change(side.id, action, impact, side, side, fields, **more)  # type: ignore[arg-type]  # what a test says


def created(name: str) -> Change:
    """Return a group that is to be created, with a secret."""
    secret = Secret(CANARY, source="env:KEY")
    env: Json = [{"name": "LEVEL", "value": "info"}, {"name": "KEY", "secureValue": secret}]
    inner: Json = {"image": "shop/api:2", "environmentVariables": env}
    body: Body = {"location": "westeurope", "properties": {"containers": [{"name": name, "properties": inner}]}}
    return Change(rid(name), Action.CREATE, after=Resource(rid(name), body, where=Where(f"manifests/{name}.yaml", 1)))


IMAGE = FieldChange("containers[web].image", "shop/web:1.4.1", "shop/web:1.4.2")
MEMORY = FieldChange("containers[db].resources.requests.memoryInGB", 1.5, 4, replaces=Replaces.YES)
LONG = FieldChange("containers[web].command", ["run", *("slow" * 9,) * 3], ["run", *("fast" * 9,) * 3])
CRASHING = Health(
    State.UNHEALTHY,
    "Succeeded",
    "Running",
    (
        ContainerHealth("web", State.HEALTHY, "Running", started="2025-06-01T08:00:03Z", image="shop/web:1"),
        ContainerHealth(
            "side",
            State.UNHEALTHY,
            "Waiting",
            "CrashLoopBackOff",
            restarts=4,
            exit_code=1,
            image="side:1",
            events=(ContainerEvent("BackOff", "Warning", "Back-off restarting", 3, "", "2025-06-01T08:03:00Z"),),
        ),
    ),
    ("container side: CrashLoopBackOff",),
)


FORGE = "https://forge.example/shop/repo"


def plan() -> Page:
    """A plan with every action, a group that is held back, and one that could not be read."""
    port = FieldChange("ipAddress.ports[443/TCP]", ABSENT, {}, ("properties", "ipAddress", "ports", "443/TCP"))
    key = make_secret_change("containers[web].environmentVariables[KEY].secureValue", before=True, after=True)
    changes = (
        created("api"),
        change("web", Action.UPDATE, Impact.RESTART, (IMAGE, LONG, port, key), cause=Cause.AZURE),
        change("db", Action.REPLACE, Impact.RECREATE, (MEMORY,), loses=("new IP",), reasons=("the group has ended",)),
        change("jobs", Action.UPDATE, Impact.TAGS_ONLY, (FieldChange("tags.team", "shop", "data"),)),
        Change(rid("old"), Action.DELETE, before=Resource(rid("old"), {}), loses=("IP",)),
        change("same", Action.NO_OP),
    )
    reason = "rg-shop/db must be deleted and created again"
    told = Plan(
        OWNER,
        changes,
        (Blocker("replace", reason, ("rg-shop/db",), "--allow-replace"), Blocker("freeze", "Frozen", (), "")),
        (Notice("unknown-field", "rg-shop/web", "novelty is not known here"),),
        (ResourceGroupChange(Scope(SUBSCRIPTION, "rg-shop"), "westeurope"),),
        (Unreadable("rg-shop/lost", "no answer"),),
    )
    page = make_plan_page(told, HEADER, digest="sha256:" + "0" * 64)
    return replace(page, links=(Link("commit", "0123456789ab", f"{FORGE}/commit/01"), Link("run", "job", f"{FORGE}/7")))


def hostile() -> Page:
    """A plan in which every text is out to do harm."""
    evil = Resource(rid(EVIL), {"tags": {EVIL: EVIL}}, where=Where(EVIL, 1, 1))
    field = FieldChange(f"tags.{EVIL}", EVIL, EVIL * 3, ("tags", EVIL), Replaces.YES)
    told = Plan(
        EVIL,
        (
            Change(evil.id, Action.CREATE, after=evil),
            Change(evil.id, Action.REPLACE, Impact.RECREATE, evil, evil, (field,), (EVIL,), (EVIL,), (EVIL,)),
        ),
        (Blocker(EVIL, EVIL, (EVIL,), EVIL), Blocker(EVIL, EVIL, (evil.address,), EVIL)),
        (Notice(EVIL, EVIL, EVIL),),
        (ResourceGroupChange(Scope(SUBSCRIPTION, EVIL), EVIL),),
        (Unreadable(EVIL, EVIL),),
    )
    page = make_plan_page(told, Header(EVIL, EVIL, EVIL), digest=EVIL)
    return replace(page, links=tuple(Link(EVIL, EVIL, url) for url in (EVIL, "javascript:alert(1)", f"{FORGE}/(x)")))


def drift() -> Page:
    """Every kind of drift at once."""
    told = Plan(
        OWNER,
        (
            change("web", Action.UPDATE, Impact.RESTART, (IMAGE,), cause=Cause.AZURE),
            created("api"),
            change("sick", Action.NO_OP),
            change("same", Action.NO_OP, not_compared=("volumes[data].azureFile.storageAccountKey",)),
        ),
        notices=(Notice("orphan", "rg-shop/old", "has this project's tag but no manifest"),),
        unreadable=(Unreadable("rg-shop/lost", "no answer"),),
    )
    return make_drift_page(Drift(told, (("rg-shop/web", Health(State.HEALTHY)), ("rg-shop/sick", CRASHING))), HEADER)


def addressed(name: str, ip: str, fqdn: str = "") -> Resource:
    """Return a live group with an address."""
    address: Json = {"ip": ip, "fqdn": fqdn} if fqdn else {"ip": ip}
    return Resource(rid(name), {"properties": {"ipAddress": address}})


def applied() -> Page:
    """An apply in which something of everything went wrong."""
    web, db = change("web", Action.UPDATE, Impact.RESTART, (IMAGE,)), change("db", Action.REPLACE, Impact.RECREATE)
    jobs, same = change("jobs", Action.UPDATE, Impact.TAGS_ONLY), change("same", Action.NO_OP)
    late = change("late", Action.UPDATE, Impact.RESTART, (IMAGE,))
    refused = InvalidRequestError("The image is not accessible.", code="InaccessibleImage", request_id="1f", hint="Try")
    events: tuple[Event, ...] = (
        ResourceGroupCreated(Scope(SUBSCRIPTION, "rg-shop")),
        ResourceGroupFailed(Scope(SUBSCRIPTION, "rg-data"), refused),
        FreezeOverridden("stock-taking", "the shop is down"),
        Succeeded(created("api"), addressed("api", "203.0.113.4", "api.example.com"), 12.4, Health(State.HEALTHY)),
        Unhealthy(
            web, CRASHING, 125, (("side", ("Traceback:", "\tKeyError: 'x'")),), live=addressed("web", "10.0.0.4")
        ),
        Failed(db, refused, 8, gone=True),
        Skipped(jobs, "rg-shop/db failed"),
        Succeeded(same, None, 0.1, Health(State.HEALTHY)),
    )
    end = Finished(added=1, failed=2, unhealthy=1, skipped=1, seconds=140, in_flight=(late.address,), interrupted=True)
    return make_apply_page(Plan(OWNER, (created("api"), web, db, jobs, same, late)), events, end, HEADER)


DIAGNOSTICS = (
    Diagnostic(Where("manifests/web.yaml", 14, 9), "ACI012", "port 3389 is reserved", "Use another.", "ports[0]"),
    Diagnostic(Where("manifests/web.yaml", 3), "ACI110", "there is no `colour` here", severity=Severity.WARNING),
    Diagnostic(Where("manifests/api.yaml"), "ACI066", "no resources", severity=Severity.NOTICE),
    Diagnostic(Where(EVIL, 1, 1), EVIL, EVIL, EVIL, EVIL),
)


def complaints() -> Page:
    """Complaints of each severity, and a hostile one."""
    return make_validation_page(
        DIAGNOSTICS, ("manifests/api.yaml", "manifests/db.yaml", "manifests/web.yaml"), groups=3
    )


PAGES = {"plan": plan, "hostile": hostile, "drift": drift, "apply": applied, "validate": complaints}
