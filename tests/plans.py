"""Short words for tests of plans: the one change of a plan, what holds it, groups as our last write left them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from factories import OWNER, container, group, live

from aci_reconcile.core import tags
from aci_reconcile.core.secret import Secret, fingerprint

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning import Change, Plan

SECRET = {"name": "DB", "secureValue": Secret("s3cret", source="env:DB")}


MISSING = {"name": "DB", "secureValue": Secret.unavailable("env:DB", "is not set")}


def only(proposal: Plan) -> Change:
    """Return the one change of a plan."""
    (change,) = proposal.changes
    return change


def codes(proposal: Plan) -> list[str]:
    """Return what holds the plan."""
    return [blocker.code for blocker in proposal.blockers]


def with_secret(variable: dict[str, Any] = SECRET) -> Resource:
    """Return a group with a secret variable."""
    return group("web", container(environmentVariables=[variable]))


def stamped(resource: Resource, *secrets: str, applied: bool = True) -> Resource:
    """Return the live group as our last write left it, with a fingerprint of the secrets it then held."""
    values = {
        f"containers[web].environmentVariables[{name}]": Secret(value)
        for name, value in [s.split("=") for s in secrets]
    }
    mark = fingerprint(values, entropy=lambda n: b"s" * n)
    memory = {tags.OWNER: OWNER, tags.SECRETS: mark} if mark else {tags.OWNER: OWNER}
    if applied:
        memory[tags.APPLIED] = str(tags.Applied(tags.digest_desired(resource.body)))
    return live(resource, tags=memory)


def applied(desired: Resource, refused: str = "") -> dict[str, str]:
    """Return the tags that our last write of a manifest without secrets has left."""
    return {tags.OWNER: OWNER, tags.APPLIED: str(tags.Applied(tags.digest_desired(desired.body), refused))}
