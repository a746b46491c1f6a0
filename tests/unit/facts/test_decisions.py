"""What a probe concludes from answers: the value, or that nothing follows from them."""

from __future__ import annotations

from typing import Any

import pytest

from aci_reconcile.facts.probes import (
    absence,
    containers,
    deep,
    echoes,
    errors,
    labels,
    limits,
    networks,
    power,
    profiles,
    regions,
    registries,
    streams,
    updates,
)
from aci_reconcile.facts.probes.steps import Heard, Reply, Seen, Unclear, decide_choice, has_other_cause


def refusal(status: int, code: str = "Bad", message: str = "") -> Reply:
    """Return an error in ARM's envelope."""
    return Reply(status, body={"error": {"code": code, "message": message}})


def group(status: int = 200, at: float = 0.0, **body: Any) -> Reply:
    """Return a group."""
    return Reply(status, {}, {"properties": {"provisioningState": "Succeeded"}, **body}, at)


def container(**properties: Any) -> Reply:
    """Return a group with one container."""
    return Reply(200, {}, {"properties": {"containers": [{"name": "main", "properties": properties}]}})


def address(**values: Any) -> Reply:
    """Return a group with an address."""
    return Reply(200, {}, {"properties": {"ipAddress": values}})


def creating(**properties: Any) -> Reply:
    """Return a group that is being created."""
    return Reply(201, {}, {"properties": {"provisioningState": "Creating", **properties}})


def credentials(**more: Any) -> Reply:
    """Return a group with the credentials of a registry."""
    return Reply(200, {}, {"properties": {"imageRegistryCredentials": [{"server": "s", "username": "u", **more}]}})


def updated(state: str, current: str) -> Reply:
    """Return the answer to an update."""
    view: Any = {"instanceView": {"currentState": {"state": current}}}
    return Reply(200, {}, {"properties": {"provisioningState": state, "containers": [{"properties": view}]}})


def heard(text: str = "", offer: Reply | None = None, *, greeted: bool = True, **more: Any) -> Heard:
    """Return what came over a stream."""
    body: Any = {"webSocketUri": "wss://x", "password": "p"}
    return Heard(offer or Reply(200, body=body), text, greeted=greeted, **more)


def numbered(*numbers: int) -> str:
    """Return the lines of a container that counts."""
    return "".join(f"probe-{number}\r\n" for number in numbers)


def usages(*names: str, **more: Any) -> Reply:
    """Return what a region says is used."""
    rows: Any = [{"name": {"value": name}, "currentValue": 0, "limit": 100, "unit": "Count", **more} for name in names]
    return Reply(200, body={"value": rows})


def value_of(verdict: Seen | Unclear) -> str:
    """Return what was found out, or `unclear`."""
    return verdict.value if isinstance(verdict, Seen) else "unclear"


NAMED = 'change the RestartPolicy (old "Always", new "Never")'
OLD, NEW = {"firstTimestamp": "t1"}, {"firstTimestamp": "t2"}
CASES: list[tuple[Seen | Unclear, str]] = [
    (updates.decide_refusal(refusal(400, "InvalidContainerGroupUpdate", NAMED)), "named"),
    (updates.decide_refusal(refusal(400, "InvalidContainerGroupUpdate", "the os type, restart policy")), "general"),
    (updates.decide_refusal(refusal(409, "ContainerGroupTransitioning", NAMED)), "unclear"),
    (updates.decide_refusal(group()), "unclear"),
    (updates.decide_tags(group(tags={"probe-round": "two"})), "true"),
    (updates.decide_tags(group(tags={"probe-round": "one"})), "false"),
    (updates.decide_tags(group()), "false"),
    (updates.decide_time(30, 5), "true"),
    (updates.decide_time(90, 5), "false"),
    (updates.decide_duration(30, 30, 5), "true"),
    (updates.decide_duration(30, 300, 5), "false"),
    (updates.decide_update(updated("Creating", "Waiting")), "true"),
    (updates.decide_update(updated("Creating", "Running")), "false"),
    (updates.decide_update(updated("Pending", "Waiting")), "false"),
    (updates.decide_restart(container(), container()), "unclear"),
    (updates.decide_replacement(group(), container(environmentVariables=[])), "true"),
    (updates.decide_replacement(group(), container(environmentVariables=[{"name": "ROUND"}])), "false"),
    (updates.decide_replacement(refusal(400), container()), "unclear"),
    (updates.decide_busy(refusal(409, "ContainerGroupTransitioning")), "true"),
    (updates.decide_busy(refusal(409, "Conflict")), "false"),
    (updates.decide_busy(group()), "false"),
    (updates.decide_ended(group())[0], "accept"),
    (updates.decide_ended(refusal(409, "Ended"))[0], "refuse"),
    (updates.decide_ended(refusal(409, "Ended"))[1], "Ended"),
    (updates.decide_ended(refusal(429, "TooManyRequests"))[0], "unclear"),
    (errors.decide_code("location-fixed", refusal(409, "InvalidResourceLocation"), "InvalidResourceLocation"), "true"),
    (errors.decide_code("location-fixed", group(), "InvalidResourceLocation"), "false"),
    (errors.decide_missing("container-not-found", refusal(404, "Any")), "true"),
    (errors.decide_missing("container-not-found", refusal(400, "Any")), "false"),
    (errors.decide_tail(refusal(400, "InvalidTail")), "true"),
    (errors.decide_tail(group()), "false"),
    (errors.decide_tail(refusal(429, "TooManyRequests")), "unclear"),
    (errors.decide_filter(Reply(200, {}, {"value": []})), "true"),
    (errors.decide_filter(refusal(400, "InvalidFilter")), "false"),
    (networks.decide_refusal("public-in-subnet", refusal(400)), "true"),
    (networks.decide_refusal("public-in-subnet", refusal(409, "ServiceAssociationLinkNotReady")), "unclear"),
    (networks.decide_refusal("public-in-subnet", group()), "false"),
    (networks.decide_time(120, 5), "true"),
    (networks.decide_time(30, 5), "false"),
    (networks.decide_late(creating(), creating(), address(ip="10.0.0.4")), "true"),
    (networks.decide_late(creating(), creating(ipAddress={}), address(ip="10.0.0.4")), "false"),
    (networks.decide_late(group(), group(), address(ip="10.0.0.4")), "unclear"),
    (networks.decide_late(creating(), creating(), group()), "unclear"),
    (networks.decide_used(refusal(400, "InUseSubnetCannotBeDeleted")), "true"),
    (networks.decide_used(refusal(409, "AnotherOperationInProgress")), "false"),
    (networks.decide_collision(creating(), refusal(409, "ServiceAssociationLinkNotReady"), creating()), "refuse"),
    (networks.decide_collision(creating(), creating(), creating()), "accept"),
    (networks.decide_collision(creating(), refusal(409, "Conflict"), creating()), "unclear"),
    (networks.decide_collision(refusal(400), creating(), creating()), "unclear"),
    (networks.decide_collision(creating(), creating(), group()), "unclear"),
    (networks.decide_plain(refusal(400, "SubnetMissingRequiredDelegation")), "true"),
    (networks.decide_plain(group()), "false"),
    (networks.decide_plain(refusal(429, "TooManyRequests")), "unclear"),
    (networks.decide_missing(refusal(404, "NotFound")), "true"),
    (networks.decide_missing(refusal(404, "ResourceNotFound")), "false"),
    (registries.decide_check(refusal(400, "InaccessibleImage")), "true"),
    (registries.decide_check(group()), "false"),
    (registries.decide_check(refusal(409, "RegistryErrorResponse")), "unclear"),
    (registries.decide_delegation(credentials(isDelegatedIdentity=False)), "true"),
    (registries.decide_delegation(credentials()), "false"),
    (registries.decide_delegation(group()), "unclear"),
    (power.decide_address(address(ip="1"), address(ip="2"), address(ip="3")), "another"),
    (power.decide_address(address(ip="1"), address(ip="1"), address(ip="1")), "same"),
    (power.decide_address(address(ip="1"), address(ip="1"), address(ip="3")), "unclear"),
    (power.decide_events(container(), container()), "unclear"),
    (power.decide_events(container(instanceView={"events": [OLD]}), container()), "false"),
    (
        power.decide_events(container(instanceView={"events": [OLD]}), container(instanceView={"events": [OLD, NEW]})),
        "true",
    ),
    (echoes.decide_location(group(location="West Europe"), "West Europe"), "false"),
    (echoes.decide_location(group(location="westeurope"), "West Europe"), "true"),
    (echoes.decide_location(group(location="WestEurope"), "West Europe"), "unclear"),
    (echoes.decide_location(group(location="westeurope"), "westeurope"), "unclear"),
    (echoes.decide_empty(container(environmentVariables=[{"name": "PROBE_EMPTY", "value": ""}])), "true"),
    (echoes.decide_empty(container(environmentVariables=[{"name": "PROBE_EMPTY"}])), "false"),
    (echoes.decide_empty(container()), "unclear"),
    (echoes.decide_secret(container(environmentVariables=[{"name": "PROBE_HIDDEN"}])), "true"),
    (echoes.decide_secret(container(environmentVariables=[{"name": "PROBE_HIDDEN", "value": "x"}])), "false"),
    (echoes.decide_secret(container()), "unclear"),
    (echoes.decide_name(group(name="probe"), "probe"), "true"),
    (echoes.decide_name(group(name="PROBE"), "probe"), "false"),
    (echoes.decide_name(refusal(404), "probe"), "unclear"),
    (echoes.decide_null(group(tags={"probe-null": ""})), "true"),
    (echoes.decide_null(group(tags={})), "false"),
    (echoes.decide_null(refusal(400)), "false"),
    (echoes.decide_null(refusal(403)), "unclear"),
    (decide_choice("capitals", group(201)), "accept"),
    (decide_choice("capitals", refusal(400)), "refuse"),
    (decide_choice("small-groups", refusal(500, "InternalServerError")), "refuse"),
    (decide_choice("capitals", refusal(409, "MissingSubscriptionRegistration")), "unclear"),
    (decide_choice("capitals", refusal(400, "ContainerGroupQuotaReached")), "unclear"),
    (limits.decide_ports(5, "6 ports: 400"), "5"),
    (limits.decide_ports(12, ""), "unclear"),
    (absence.decide_dialect(refusal(404, "ResourceNotFound"), refusal(404, "ContainerGroupNotFound")), "both"),
    (absence.decide_dialect(refusal(404, "ResourceNotFound"), refusal(404, "ResourceNotFound")), "arm"),
    (
        absence.decide_dialect(refusal(404, "ContainerGroupNotFound"), refusal(404, "ContainerGroupNotFound")),
        "provider",
    ),
    (absence.decide_dialect(refusal(404, "ContainerGroupNotFound"), refusal(404, "ResourceNotFound")), "unclear"),
    (absence.decide_dialect(refusal(404, "ResourceNotFound"), group()), "unclear"),
    (absence.decide_deletion(group()), "true"),
    (absence.decide_deletion(Reply(202)), "false"),
    (absence.decide_lingering(group(201), group(201), group())[0], "taken in subnet"),
    (absence.decide_lingering(refusal(409), group(201, at=30.0), group())[0], "taken"),
    (absence.decide_lingering(refusal(409), group(201, at=30.0), group())[1], "true"),
    (absence.decide_lingering(refusal(400), refusal(400), group())[0], "unclear"),
    (labels.decide_scope(group(), address(autoGeneratedDomainNameLabelScope="Unsecure")), "true"),
    (labels.decide_scope(group(), address(autoGeneratedDomainNameLabelScope="TenantReuse")), "false"),
    (labels.decide_scope(refusal(400), group()), "false"),
    (labels.decide_scope(refusal(503), group()), "unclear"),
    (containers.decide_events(refusal(404)), "unclear"),
    (containers.decide_events(container(instanceView={"events": [{"name": "Unhealthy", "type": "Normal"}]})), "false"),
    (containers.decide_order(Reply(200, body={"content": "second=$(FIRST)\n"})), "true"),
    (containers.decide_order(Reply(200, body={"content": "hello\nsecond=x\n"})), "false"),
    (containers.decide_order(Reply(200, body={"content": "hello"})), "unclear"),
    (deep.decide_page(Reply(200, body={"value": [{}, {}], "nextLink": "https://x"})), "2"),
    (deep.decide_page(Reply(200, body={"value": [{}, {}]})), "unclear"),
    (deep.decide_page(refusal(500)), "unclear"),
    (deep.decide_failure(Reply(200, body={"status": "Failed", "error": {"code": "X", "message": "y"}})), "true"),
    (deep.decide_failure(Reply(200, body={"status": "Failed"})), "false"),
    (deep.decide_failure(Reply(200, body={"status": "Succeeded"})), "unclear"),
    (streams.decide_stream(heard("# probe-42")), "true"),
    (streams.decide_stream(heard("# probe-42", broke="reset")), "true"),
    (streams.decide_stream(heard("# probe-42", greeted=False)), "false"),
    (streams.decide_stream(heard("# probe-42", Reply(200, body={"uri": "x"}))), "false"),
    (streams.decide_stream(heard("# echo probe-$((40 + 2))")), "unclear"),
    (streams.decide_stream(heard("", refusal(409))), "unclear"),
    (streams.decide_arguments(heard("\r\nprobe of several words\r\n")), "split"),
    (streams.decide_arguments(heard('exec: "/bin/echo probe of several words": not found')), "one word"),
    (streams.decide_arguments(heard("", refusal(400, "InvalidCommand"))), "one word"),
    (streams.decide_arguments(heard("", refusal(429, "TooManyRequests"))), "unclear"),
    (streams.decide_arguments(heard("/bin/echo probe of several words")), "unclear"),
    (streams.decide_arguments(heard(broke="reset")), "unclear"),
    (streams.decide_start([1, 2, 3], heard(numbered(1, 2, 3, 4))), "first line"),
    (streams.decide_start([1, 2, 3], heard(numbered(4))), "now"),
    (streams.decide_start([1, 2, 3], heard(numbered(3))), "now"),
    (streams.decide_start([1, 2, 3], heard(numbered(2, 3, 4))), "unclear"),
    (streams.decide_start([1, 2, 3], heard("probe-1")), "unclear"),
    (streams.decide_start([1, 2], heard(numbered(1))), "unclear"),
    (streams.decide_start([*range(1, 24)], heard(numbered(1))), "unclear"),
    (streams.decide_start([1, 2, 3], heard("", refusal(400))), "unclear"),
    (streams.decide_end([1, 2, 3], heard(numbered(23, 24, 1))), "group"),
    (streams.decide_end([1, 2, 3], heard(numbered(1, 23, 24), ended=True)), "run"),
    (streams.decide_end([1, 2, 3], heard(numbered(1, 23, 24))), "unclear"),
    (streams.decide_end([1, 2, 3], heard(numbered(23), ended=True)), "unclear"),
    (streams.decide_end([1, 2, 3], heard(numbered(23, 24), broke="reset")), "unclear"),
    (streams.decide_end([1, 2, 24, 1], heard(numbered(24, 1))), "unclear"),
    (streams.decide_end([1, 2, 3], heard("", refusal(400))), "unclear"),
    (regions.decide_usages(usages("ContainerGroups", "StandardCores", "New")), "true"),
    (regions.decide_usages(usages("ContainerGroups")), "false"),
    (regions.decide_usages(Reply(200, body={"value": [{"name": {"value": "ContainerGroups"}}]})), "false"),
    (regions.decide_usages(refusal(404)), "unclear"),
    (profiles.decide_creation(Reply(201, {"location": "https://x"}, {"properties": {"revision": 1}})), "false"),
    (profiles.decide_revisions(refusal(400), group()), "unclear"),
    (profiles.decide_revisions(group(), group()), "false"),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_what_follows_from_answers(case: int) -> None:
    """No answer leads to an exception, and what a probe did not ask for leads to nothing."""
    verdict, expected = CASES[case]

    assert expected == value_of(verdict), verdict


@pytest.mark.parametrize(
    ("content", "body"),
    [(b"", {}), (b"<html>", {}), (b"[1]", {}), (b'{"a": 1}', {"a": 1}), (b"\xff", {}), (b"[" * 100_000, {})],
)
def test_any_body_is_an_answer(content: bytes, body: dict[str, int]) -> None:
    """Texts from outside are hostile."""
    reply = Reply.read(500, {"X-A": "1"}, content, 0.0)

    assert (body, {"x-a": "1"}, "500") == (reply.body, reply.headers, reply.verdict)
    assert ("", "", "") == (reply.code, reply.provisioning, reply.ip)


def test_refusals_for_other_reasons_say_nothing() -> None:
    """No right, no quota, no capacity, no time."""
    assert all(has_other_cause(refusal(status)) for status in (401, 403, 404, 409, 429, 503, 504))
    assert not any(has_other_cause(refusal(status)) for status in (200, 201, 400, 500))
