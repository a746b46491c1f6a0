"""Container group profiles and their revisions. A profile runs nothing, and costs nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_list, as_object
from aci_reconcile.facts.probes.lab import drop, make_body, make_container
from aci_reconcile.facts.probes.probe import Probe
from aci_reconcile.facts.probes.steps import Seen, Unclear, has_operation, send, show_flag

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Reply, Steps, Verdicts

_KIND: Final = "containerGroupProfiles"
_FACTS: Final = ("profile-created", "profile-revisions")


def _ask(lab: Lab) -> Steps[Verdicts]:
    """Create a profile, write it with another size, and read its revisions."""
    name = lab.name("profile")
    path = lab.provider_path(_KIND, name)
    created = yield from send("PUT", path, _make_profile(lab, 1.0))
    if not created.accepted:
        return [Unclear(fact, f"its profile was refused: {created.verdict}") for fact in _FACTS]
    changed = yield from send("PUT", path, _make_profile(lab, 2.0))
    first = yield from send("GET", lab.provider_path(_KIND, name, "revisions", "1"))
    yield from drop(lab, path)
    return [decide_creation(created), decide_revisions(changed, first)]


def _make_profile(lab: Lab, size: float) -> Body:
    """Return a profile in an unusual spelling, with a secret variable."""
    secret = {"name": "PROBE_HIDDEN", "secureValue": "not-a-secret"}
    body = make_body(lab, make_container(size=size, environmentVariables=[secret]))
    return {**body, "properties": {**as_object(body["properties"]), "sku": "standard"}}


def decide_creation(created: Reply) -> Seen:
    """Decide whether a profile is created at once, in the contract's spelling and without its secrets."""
    properties = created.properties
    variables = as_list(created.container().get("environmentVariables"))
    secret = as_object(next(iter(variables), None))
    right = (
        created.status == HTTPStatus.CREATED
        and not has_operation(created)
        and (properties.get("revision"), properties.get("sku"), set(secret)) == (1, "Standard", {"name"})
    )
    how = f"{created.verdict}, revision {properties.get('revision')}, sku {properties.get('sku')}, variable {secret}"
    return Seen("profile-created", show_flag(right), how)


def decide_revisions(changed: Reply, first: Reply) -> Seen | Unclear:
    """Decide whether a changed profile is a new revision, and the former one is as it was."""
    if not (changed.accepted and first.accepted):
        return Unclear("profile-revisions", f"{changed.verdict} for a change, {first.verdict} for revision 1")
    requests = as_object(as_object(first.container().get("resources")).get("requests"))
    number, size = changed.properties.get("revision"), requests.get("cpu")
    how = f"a change made revision {number}, and revision 1 has {size} CPU"
    return Seen("profile-revisions", show_flag(number == 2 and size == 1), how)  # noqa: PLR2004  the second one


PROBES = (
    Probe("profiles", "What does a profile answer, and do its revisions stay?", _FACTS, _ask, groups=0, seconds=5),
)
