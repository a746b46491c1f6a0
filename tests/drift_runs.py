"""Runs of drift on a made-up Azure: what is declared, what is live, the last run, what is accepted."""

from __future__ import annotations

import copy
from datetime import date
from typing import TYPE_CHECKING, Any

from factories import group, make_plan, owned, policy

from aci_reconcile.core.errors import Where
from aci_reconcile.core.health import assess
from aci_reconcile.core.model import Resource
from aci_reconcile.findings import Acceptance, Baseline, Drift, History, Place, judge, to_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.planning import Unreadable

NOON = 1_767_268_800.0
"""2026-01-01 12:00 UTC."""
DAY = 86_400.0
PLACE = Place("shop/prod", "sub", "")
ONE, OTHER = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"


def run_drift(
    desired: Sequence[Resource],
    live: Sequence[Resource],
    last: Drift | None = None,
    *,
    days: float = 0,
    accept: Sequence[Acceptance] = (),
    unreadable: Sequence[Unreadable] = (),
    **more: Any,
) -> Drift:
    """Return what a run finds some days after the first one."""
    made = make_plan(desired, live, policy(**more), unreadable=unreadable)
    states = ((each.address, each.before) for each in made.changes if each.after is not None)
    health = tuple((address, assess(found.body, now=NOON)) for address, found in states if found is not None)
    history = last.history if last is not None and last.history is not None else History(PLACE)
    memory = Baseline(history, tuple(accept), frozenset({"rg-shop"}), kept=True, told=True)
    return judge(made, health, memory, to_moment(NOON + days * DAY))


def list_findings(drift: Drift) -> list[tuple[str, str, str]]:
    """Return the reported findings as kind, address and path."""
    return [(each.kind.value, each.address, each.path) for each in drift.findings if each.reported]


def acceptance(until: str = "2026-01-31", **more: Any) -> Acceptance:
    """Return an acceptance; without more of everything about ``rg-shop/web``."""
    settings: dict[str, Any] = {"address": "" if "fingerprint" in more else "rg-shop/web", **more}
    settings["paths"] = frozenset(settings.get("paths", ()))
    return Acceptance("ticket 1", date.fromisoformat(until), Where("aci-reconcile.accepted.yaml", 1, 3), **settings)


def seen(
    name: str = "web", *, ip: str = "", digest: str = "", restarts: int = 0, stopped: bool = False, **more: Any
) -> Resource:
    """Return a live group of ours with an address, the digest of its pulled image, and restarts."""
    live = owned(group(name), **more)
    body: dict[str, Any] = copy.deepcopy(dict(live.body))
    if ip:
        body["properties"]["ipAddress"] = {"type": "Public", "ports": [{"port": 80, "protocol": "TCP"}], "ip": ip}
    view = body["properties"]["containers"][0]["properties"]["instanceView"]
    if stopped:
        body["properties"]["instanceView"]["state"] = "Stopped"
        view["currentState"] = {"state": "Terminated", "detailStatus": "Container stopped per client request"}
    view["restartCount"] = restarts
    if digest:
        message = f'Successfully pulled image "docker.io/library/nginx@{digest}"'
        view["events"] = [{"name": "Pulled", "type": "Normal", "message": message, "lastTimestamp": "2026-01-01"}]
    return Resource(live.id, body)


def public(name: str = "web") -> Resource:
    """Return a declared group with a public address."""
    return group(name, ipAddress={"type": "Public", "ports": [{"port": 80, "protocol": "TCP"}]})
