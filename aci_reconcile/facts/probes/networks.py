"""Groups in a virtual network, which each probe makes and deletes: networks cost nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aci_reconcile.azure.http.urls import scope_path, with_query
from aci_reconcile.facts.probes.lab import attempt, drop, make_body, make_container, put, read, settle
from aci_reconcile.facts.probes.probe import Probe
from aci_reconcile.facts.probes.steps import (
    Reply,
    Seen,
    UnansweredError,
    Unclear,
    decide_choice,
    has_other_cause,
    send,
    show_flag,
    wait,
)

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Steps, Verdicts

API: Final = "2024-05-01"
"""The api-version of networks."""
SERVICE: Final = "Microsoft.ContainerInstance/containerGroups"
_LINK_API: Final = "2025-09-01"
_USUAL: Final = (60.0, 240.0)
"""Seconds: a creation, and one to two minutes more; with half of that on both sides."""


def networks_path(lab: Lab, *below: str) -> str:
    """Return the path of the networks of the resource group, or of something below them."""
    path = scope_path(lab.scope, "providers", "Microsoft.Network", "virtualNetworks", *below)
    return with_query(path, api_version=API)


def _make_network(lab: Lab, word: str, *, delegated: bool = True) -> Steps[str]:
    """Make a network with one subnet, and wait until it is there; return its name.

    Raises:
        UnansweredError: it was refused, or did not come.
    """
    name = lab.name(word)
    delegation: Json = [{"name": "aci", "properties": {"serviceName": SERVICE}}] if delegated else []
    subnet: Json = {"name": "groups", "properties": {"addressPrefix": "10.213.0.0/24", "delegations": delegation}}
    properties: Body = {"addressSpace": {"addressPrefixes": ["10.213.0.0/16"]}, "subnets": [subnet]}
    body: Body = {"location": lab.location, "tags": lab.tags(), "properties": properties}
    made = first = yield from send("PUT", networks_path(lab, name), body)
    while made.accepted and made.provisioning != "Succeeded" and made.at - first.at <= lab.wait_limit:
        yield from wait(lab.pause)
        made = yield from send("GET", networks_path(lab, name))
    if made.provisioning != "Succeeded":
        raise UnansweredError(f"its network was not made: {made.provisioning or made.verdict}")
    return name


def _make_inside(lab: Lab, network: str, subnet: str = "groups", **properties: Json) -> Body:
    """Return the body of a group in a subnet."""
    path = networks_path(lab, network, "subnets", subnet).partition("?")[0]
    ports: Json = [{"port": 80, "protocol": "TCP"}]
    address: Json = {"type": "Private", "ports": ports}
    more: dict[str, Json] = {"ipAddress": address, **properties}
    return make_body(lab, make_container(ports=ports), subnetIds=[{"id": path}], **more)


def _ask_inside(lab: Lab) -> Steps[Verdicts]:
    """Create a group in a subnet, watch its address, and try to delete what holds it there."""
    network, name = (yield from _make_network(lab, "net-inside")), lab.name("inside")
    ports: Json = [{"port": 80, "protocol": "TCP"}]
    public: Json = {"type": "Public", "ports": ports}
    refused = yield from attempt(lab, "inside-public", _make_inside(lab, network, ipAddress=public))
    label: Json = {"type": "Private", "ports": ports, "dnsNameLabel": lab.name("label")}
    labelled = yield from attempt(lab, "inside-label", _make_inside(lab, network, ipAddress=label))
    created = yield from _put_when_free(lab, name, _make_inside(lab, network))
    if not created.accepted:
        raise UnansweredError(f"its group was refused: {created.verdict}")
    early = yield from read(lab, name)
    live = yield from settle(lab, name)
    subnet = networks_path(lab, network, "subnets", "groups")
    link = subnet.partition("?")[0] + "/providers/Microsoft.ContainerInstance/serviceAssociationLinks/default"
    held = yield from send("DELETE", with_query(link, api_version=_LINK_API))
    used = yield from send("DELETE", subnet)
    return [
        decide_refusal("public-in-subnet", refused),
        decide_refusal("label-in-subnet", labelled),
        decide_time(live.at - created.at, lab.pause),
        decide_late(created, early, live),
        Seen("association-in-use", show_flag(not held.accepted), f"a DELETE of the link: {held.verdict}"),
        decide_used(used),
    ]


def _put_when_free(lab: Lab, name: str, body: Body) -> Steps[Reply]:
    """Write a group, and try again as long as its subnet is busy."""
    first = answer = yield from put(lab, name, body)
    while answer.status == HTTPStatus.CONFLICT and answer.at - first.at < lab.wait_limit:
        yield from wait(lab.pause)
        answer = yield from put(lab, name, body)
    return answer


def decide_refusal(fact: str, answer: Reply) -> Seen | Unclear:
    """Decide whether something is refused, as is believed."""
    how = f"{answer.verdict} {answer.message}".strip()
    if has_other_cause(answer):
        return Unclear(fact, how)
    return Seen(fact, show_flag(not answer.accepted), how)


def decide_time(seconds: float, pause: float) -> Seen:
    """Decide whether a creation in a network takes one to two minutes longer than others."""
    low, high = _USUAL
    how = f"Succeeded after {seconds:.0f} s, looked at every {pause:g} s"
    return Seen("creation-time-in-network", show_flag(low <= seconds <= high), how)


def decide_late(created: Reply, early: Reply, live: Reply) -> Seen | Unclear:
    """Decide whether the address is missing until the group has Succeeded."""
    if "ipAddress" not in live.properties:
        return Unclear("subnet-address-late", "the group never had an address")
    before = [each for each in (created, early) if each.provisioning != "Succeeded"]
    shown = any("ipAddress" in each.properties for each in before)
    if not before:
        return Unclear("subnet-address-late", "the group was there at once")
    how = f"before it had Succeeded, its address was {'shown' if shown else 'missing'}"
    return Seen("subnet-address-late", show_flag(not shown), how)


def decide_used(answer: Reply) -> Seen:
    """Decide whether a subnet with a group in it stays."""
    right = answer.code == "InUseSubnetCannotBeDeleted"
    return Seen("subnet-in-use", show_flag(right), f"a DELETE of the subnet: {answer.verdict}")


def _ask_collisions(lab: Lab) -> Steps[Verdicts]:
    """Create two groups in one subnet at the same time."""
    network = yield from _make_network(lab, "net-two")
    first = yield from put(lab, lab.name("first"), _make_inside(lab, network))
    second = yield from put(lab, lab.name("second"), _make_inside(lab, network))
    between = yield from read(lab, lab.name("first"))
    return [decide_collision(first, second, between)]


def decide_collision(first: Reply, second: Reply, between: Reply) -> Seen | Unclear:
    """Decide from a write during another in the same subnet whether they collide."""
    how = f"a PUT while another group of its subnet was {between.provisioning}: {second.verdict}"
    if not first.accepted or between.provisioning == "Succeeded":
        return Unclear("subnet-collisions", f"{how}; the first was answered {first.verdict}")
    if second.code == "ServiceAssociationLinkNotReady":
        return Seen("subnet-collisions", "refuse", how)
    return decide_choice("subnet-collisions", second)


def _ask_plain(lab: Lab) -> Steps[Verdicts]:
    """Name a subnet that is not delegated, and one that is not there."""
    network = yield from _make_network(lab, "net-plain", delegated=False)
    plain = yield from attempt(lab, "plain", _make_inside(lab, network))
    missing = yield from send("GET", networks_path(lab, network, "subnets", "none"))
    gone = yield from drop(lab, networks_path(lab, network))
    if not gone.accepted:
        raise UnansweredError(f"its network could not be deleted: {gone.verdict}")
    return [decide_plain(plain), decide_missing(missing)]


def decide_plain(answer: Reply) -> Seen | Unclear:
    """Decide whether a subnet has to be delegated."""
    if has_other_cause(answer):
        return Unclear("subnet-not-delegated", answer.verdict)
    right = answer.code == "SubnetMissingRequiredDelegation"
    return Seen("subnet-not-delegated", show_flag(right), f"a PUT answered {answer.verdict}")


def decide_missing(answer: Reply) -> Seen:
    """Decide how a missing subnet is answered."""
    right = (answer.status, answer.code) == (HTTPStatus.NOT_FOUND, "NotFound")
    return Seen("subnet-not-found", show_flag(right), f"a GET of a subnet that is not there: {answer.verdict}")


PROBES = (
    Probe(
        "network",
        "What is different for a group in a virtual network?",
        (
            *("public-in-subnet", "label-in-subnet", "creation-time-in-network", "subnet-address-late"),
            *("association-in-use", "subnet-in-use"),
        ),
        _ask_inside,
        seconds=240,
        network=True,
    ),
    Probe(
        "network-collisions",
        "Can two groups of a subnet be created at the same time?",
        ("subnet-collisions",),
        _ask_collisions,
        groups=2,
        seconds=240,
        network=True,
    ),
    Probe(
        "network-plain",
        "Does a subnet have to be delegated, and how is a missing one answered?",
        ("subnet-not-delegated", "subnet-not-found"),
        _ask_plain,
        groups=0,
        network=True,
    ),
)
