"""How wrong requests are answered: most of them need no group at all."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aci_reconcile.azure.http.urls import RESOURCES_API, location_path, scope_path, subscription_path, with_query
from aci_reconcile.core.model import Scope, as_list
from aci_reconcile.core.resource_types import CONTAINER_GROUPS
from aci_reconcile.facts.probes.lab import make, make_body, put
from aci_reconcile.facts.probes.probe import Probe
from aci_reconcile.facts.probes.steps import Reply, Seen, Unclear, has_other_cause, send, show_flag

if TYPE_CHECKING:
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Steps, Verdicts

_OLD: Final = "1999-01-01"
_BEFORE: Final = "2017-01-01"
"""A version from before container groups."""
_NOWHERE: Final = "6f6e6c79-6120-4070-8072-6f6265000000"
"""The GUID of an operation that nobody began."""
_ELSEWHERE: Final = ("westus", "eastus")


def _ask_arm(lab: Lab) -> Steps[Verdicts]:
    """Ask without a version, with wrong ones, and for what is not there."""
    groups = lab.list_path().partition("?")[0]
    none = Scope(lab.scope.subscription, f"{lab.scope.resource_group}-{lab.run}")
    operation = location_path(lab.scope.subscription, lab.location, "operations") + f"/{_NOWHERE}"
    kind = f"resourceType eq '{CONTAINER_GROUPS.name}'"
    listed = {"api_version": RESOURCES_API, "$filter": kind}
    wrong = yield from send("GET", groups)
    old = yield from send("GET", with_query(scope_path(lab.scope), api_version=_OLD))
    early = yield from send("GET", with_query(groups, api_version=_BEFORE))
    nonsense = yield from send(
        "GET", with_query(f"{subscription_path('nonsense')}/resourceGroups", api_version=RESOURCES_API)
    )
    missing = yield from send("GET", with_query(scope_path(none), api_version=RESOURCES_API))
    never = yield from send("GET", with_query(operation, api_version=lab.api_version))
    found = yield from send("GET", with_query(scope_path(lab.scope, "resources"), **listed))
    return [
        decide_code("missing-api-version", wrong, "MissingApiVersionParameter"),
        decide_code("invalid-api-version", old, "InvalidApiVersionParameter"),
        decide_code("no-registered-provider", early, "NoRegisteredProviderFound"),
        decide_code("invalid-subscription", nonsense, "InvalidSubscriptionId"),
        decide_code("resource-group-not-found", missing, "ResourceGroupNotFound"),
        decide_missing("operation-not-found", never),
        decide_filter(found),
    ]


def _ask_group(lab: Lab) -> Steps[Verdicts]:
    """Ask for a container that is not there, for a number of lines that is none, and for another region."""
    name, body = lab.name("errors"), make_body(lab)
    yield from make(lab, name, body)
    missing = yield from send("GET", lab.path(name, "containers", "none", "logs"))
    tail = yield from send("GET", f"{lab.path(name, 'containers', 'main', 'logs')}&tail=many")
    other = next(each for each in _ELSEWHERE if each != lab.location)
    moved = yield from put(lab, name, {**body, "location": other})
    return [
        decide_missing("container-not-found", missing),
        decide_tail(tail),
        decide_code("location-fixed", moved, "InvalidResourceLocation"),
    ]


def decide_code(fact: str, answer: Reply, code: str) -> Seen:
    """Decide whether an error has the code that is believed."""
    return Seen(fact, show_flag(answer.code == code), answer.verdict)


def decide_missing(fact: str, answer: Reply) -> Seen:
    """Decide whether something that is not there is answered with 404, whatever the code."""
    return Seen(fact, show_flag(answer.status == HTTPStatus.NOT_FOUND), answer.verdict)


def decide_tail(answer: Reply) -> Seen | Unclear:
    """Decide whether the number of lines has to be one."""
    if has_other_cause(answer):
        return Unclear("tail-number", answer.verdict)
    return Seen("tail-number", show_flag(not answer.accepted), f"tail=many: {answer.verdict}")


def decide_filter(answer: Reply) -> Seen:
    """Decide whether ARM's list of resources can be filtered by their type."""
    right = answer.accepted and "value" in answer.body
    how = f"{answer.verdict}, {len(as_list(answer.body.get('value')))} resources"
    return Seen("resources-filter", show_flag(right), how)


PROBES = (
    Probe(
        "arm-errors",
        "How does ARM answer wrong versions, and what is not there?",
        (
            *("missing-api-version", "invalid-api-version", "no-registered-provider", "invalid-subscription"),
            *("resource-group-not-found", "operation-not-found", "resources-filter"),
        ),
        _ask_arm,
        groups=0,
        seconds=10,
    ),
    Probe(
        "group-errors",
        "How are a missing container, a wrong number of lines and another region answered?",
        ("container-not-found", "tail-number", "location-fixed"),
        _ask_group,
    ),
)
