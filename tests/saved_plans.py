"""Saved plans for tests: made in a world, with the secrets' fingerprints that the command would make."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from azure_world import API_VERSION
from factories import OWNER, SUBSCRIPTION

from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.secret import fingerprint
from aci_reconcile.render.header import Header
from aci_reconcile.saved import Document, Origin, add_seal, make_document, make_salt

if TYPE_CHECKING:
    from azure_world import AzureWorld

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning import Plan

HEADER = Header(OWNER, SUBSCRIPTION, "local emulator", "prod")
WEEK = 7 * 24 * 3600.0


def origin(plan: Plan, *desired: Resource, **more: Any) -> Origin:
    """Return what a plan was made from."""
    marks: dict[tuple[str, ...], str] = {
        change.id.key: fingerprint(secrets, entropy=partial(make_salt, change.after))
        for change in plan.changes
        if change.after is not None and change.writes
        for secrets in [secrets_of(change.after.body)]
        if all(secret.available for secret in secrets.values())
    }
    settings: dict[str, Any] = {"header": HEADER, "tool_version": "0.1.0", "api_version": API_VERSION, **more}
    return Origin(resources=desired, fingerprints=marks, **settings)


def made(world: AzureWorld, *desired: Resource, rules: dict[str, Any] | None = None, **more: Any) -> Document:
    """Plan in a world and return what would be saved."""
    plan = world.plan(*desired, **(rules or {}))
    return make_document(plan, origin(plan, *desired, **more))


def kept(world: AzureWorld, *desired: Resource, **rules: Any) -> Document:
    """Plan in a world and return the plan as it is saved, good for a week."""
    now = world.clock.now()
    return add_seal(made(world, *desired, rules=rules), created=now, expires=now + WEEK).document
