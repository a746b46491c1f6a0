"""A recreation whose second half Azure refuses: given up on at once, and taken back where that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from factories import OWNER, FakeBackend, FakeClock, container, context, group, live, make_plan, owned, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.errors import (
    AzureError,
    ForbiddenError,
    ImmutableFieldError,
    InvalidRequestError,
    NoAnswerError,
    NotFoundError,
    QuotaError,
    RetryableError,
)
from aci_reconcile.core.normalize import normalize, secrets_of
from aci_reconcile.core.secret import Secret, fingerprint
from aci_reconcile.planning import UNLIMITED
from aci_reconcile.reconcile import apply
from aci_reconcile.reconcile.events import Event, Failed, Finished, Succeeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.model import Resource

WINDOWS = group(osType="Windows")
SECRET = Secret("s3cr3t", source="env:PW")
VARIABLE = {"name": "PW", "secureValue": SECRET}
FINAL = [
    InvalidRequestError("no", code="InvalidRequestContent", status=400),
    InvalidRequestError("no", code="InvalidOsType", status=400),
    InvalidRequestError("no", code="EmptyImageRegistryCredentialPassword", status=400),
    InvalidRequestError("no", code="DnsNameLabelAlreadyTaken", status=400),
    InvalidRequestError("no", code="MissingSubscriptionRegistration", status=409),
    ForbiddenError("no", code="RequestDisallowedByPolicy", status=403),
    ForbiddenError("no", code="AuthorizationFailed", status=403),
    NotFoundError("no", code="ResourceGroupNotFound", status=404),
]
PASSING = [
    RetryableError("busy", code="ContainerGroupTransitioning", status=409),
    QuotaError("full", code="ContainerGroupQuotaReached", status=400),
    NoAnswerError("reset"),
    InvalidRequestError("there", code="InvalidResourceLocation", status=409),
    AzureError("the operation failed, and Azure gave no reason"),
]


def run(backend: FakeBackend, *desired: Resource, clock: FakeClock | None = None, **rules: Any) -> list[Event]:
    """Plan with permission to recreate, and apply."""
    allowed = policy(allow_replace=UNLIMITED, **rules)
    proposal = make_plan(desired, list(backend.groups.values()), allowed)
    return list(apply(proposal, context(backend, clock, policy=allowed)))


def failure(events: list[Event]) -> Failed:
    """Return the one failure."""
    (event,) = [each for each in events if isinstance(each, Failed)]
    return event


def verbs(backend: FakeBackend) -> list[str]:
    """Return the writes that were sent."""
    return [verb for verb, _ in backend.writes]


def with_secret(*more: dict[str, Any], **properties: Any) -> Resource:
    """Return a group with a secret variable."""
    return group("web", container(environmentVariables=[VARIABLE, *more]), **properties)


def remembering(resource: Resource, value: str = "s3cr3t", **state: Any) -> Resource:
    """Return the live group with the fingerprint that our last write left, of its one secret."""
    secrets = {path: Secret(value) for path in secrets_of(resource.body)}
    mark = fingerprint(secrets, entropy=lambda size: b"s" * size)
    memory = {tags.OWNER: OWNER, tags.SECRETS: mark, tags.APPLIED: str(tags.Applied("d" * 32))}
    return live(resource, tags=memory, **state)


@pytest.mark.parametrize("refusal", FINAL, ids=lambda each: each.code)
def test_what_no_waiting_cures_ends_the_attempt_at_once(refusal: AzureError) -> None:
    """One deletion, one creation, no pause."""
    backend, clock = FakeBackend.holding(owned(group())), FakeClock()
    began = clock.now()
    backend.faults["put"] = [refusal] * 1000
    event = failure(run(backend, WINDOWS, clock=clock))

    assert ["delete", "put"] == verbs(backend)
    assert event.gone
    assert event.error is refusal
    assert clock.now() - began < 5


@pytest.mark.parametrize("code", ["InaccessibleImage", "MultipleErrorsOccurred"])
def test_a_registry_may_hiccup_twice(code: str) -> None:
    """The third refusal is believed; before it, the creation goes on."""
    for refusals, expected in ((2, Succeeded), (3, Failed)):
        backend = FakeBackend.holding(owned(group()))
        backend.faults["put"] = [InvalidRequestError("no", code=code)] * refusals
        events = run(backend, WINDOWS)

        assert isinstance(events[-2], expected)
        assert ["delete", "put", "put", "put"] == verbs(backend)


@pytest.mark.parametrize("refusal", PASSING, ids=lambda each: each.code or type(each).__name__)
def test_what_may_pass_is_waited_for(refusal: AzureError) -> None:
    """Nothing is left to lose."""
    backend = FakeBackend.holding(owned(group()))
    backend.faults["put"] = [refusal] * 4

    assert isinstance(run(backend, WINDOWS)[-2], Succeeded)


def test_the_former_group_is_put_back() -> None:
    """As it was, secrets and tags included; the apply has failed all the same."""
    former = remembering(with_secret(ipAddress={"type": "Public", "ports": [{"port": 80}]}))
    backend = FakeBackend.holding(former)
    backend.faults["put"] = [FINAL[0]]
    wanted = with_secret(osType="Windows", ipAddress={"type": "Public", "ports": [{"port": 80}]})
    events = run(backend, wanted, restore=True)
    event, finished = failure(events), events[-1]

    assert ["delete", "put", "put"] == verbs(backend)
    assert (True, False, "") == (event.restored, event.gone, event.unrestored)
    assert isinstance(finished, Finished)
    assert (1, ()) == (finished.failed, finished.in_flight)
    assert [SECRET] == list(secrets_of(backend.sent[-1].body).values())
    back = backend.groups[rid().key]
    assert "01010101" == tags.Applied.of(back.tags).serial
    assert normalize(former.body) == normalize(
        {**back.body, "tags": {**back.tags, tags.APPLIED: former.tags[tags.APPLIED]}}
    )


def test_what_azure_says_of_a_group_is_not_sent_back() -> None:
    """Nor is an address that Azure chose."""
    address = {"type": "Public", "ports": [{"port": 80}], "ip": "203.0.113.4", "fqdn": "x"}
    former = live(group(ipAddress=address), tags={tags.OWNER: OWNER})
    backend = FakeBackend.holding(former)
    backend.faults["put"] = [FINAL[0]]
    run(backend, WINDOWS, restore=True)
    properties = backend.sent[-1].properties

    assert {"type": "Public", "ports": [{"port": 80}]} == properties["ipAddress"]
    assert not {"instanceView", "provisioningState"} & properties.keys()
    assert [container()] == properties["containers"]


def test_one_that_was_stopped_is_stopped_again() -> None:
    """A creation starts the containers."""
    backend = FakeBackend.holding(owned(group()))
    backend.stop(rid())
    backend.calls.clear()
    backend.faults["put"] = [FINAL[0]]
    event = failure(run(backend, WINDOWS, restore=True))

    assert event.restored
    assert ["delete", "put", "put", "stop"] == verbs(backend)


UNFIT: dict[str, tuple[Resource, Resource]] = {
    "a job that has ended": (
        owned(group(restartPolicy="Never"), state="Terminated", exitCode=0),
        group("web", container(image="x"), restartPolicy="Never"),
    ),
    "another secret": (remembering(with_secret(), "another"), with_secret(osType="Windows")),
    "no fingerprint": (live(with_secret(), tags={tags.OWNER: OWNER}), with_secret(osType="Windows")),
    "a secret that only it has": (
        live(group("web", container(environmentVariables=[{"name": "X"}])), tags={tags.OWNER: OWNER}),
        WINDOWS,
    ),
    "files that only it has": (
        live(group(volumes=[{"name": "v", "secret": {}}]), tags={tags.OWNER: OWNER}),
        WINDOWS,
    ),
}


@pytest.mark.parametrize("case", UNFIT)
def test_what_is_not_put_back(case: str) -> None:
    """A job would run twice, and a body without its secrets is not the group that was there; the plan says so."""
    former, wanted = UNFIT[case]
    backend = FakeBackend.holding(former)
    backend.faults["put"] = [FINAL[0]] * 9
    allowed = policy(allow_replace=UNLIMITED, restore=True)
    proposal = make_plan([wanted], [former], allowed)
    event = failure(list(apply(proposal, context(backend, policy=allowed))))

    assert ["delete", "put"] == verbs(backend)
    assert (True, False) == (event.gone, event.restored)
    assert event.unrestored
    assert [event.unrestored] == [each.message.partition(": ")[2] for each in proposal.notices]


def test_a_new_secret_beside_the_old_one_is_no_hindrance() -> None:
    """What the former group holds is at hand, whatever else the new one wants."""
    backend = FakeBackend.holding(remembering(with_secret()))
    backend.faults["put"] = [FINAL[0]]
    more = {"name": "NEW", "secureValue": Secret("n3w", source="env:NEW")}
    event = failure(run(backend, with_secret(more, osType="Windows"), restore=True))

    assert event.restored
    assert [SECRET] == list(secrets_of(backend.sent[-1].body).values())


def test_a_creation_that_nobody_answers_is_no_refusal() -> None:
    """The new group may yet come, so the former one stays away."""
    backend = FakeBackend.holding(owned(group()))
    backend.faults["put"] = [NoAnswerError("reset")] * 1000
    event = failure(run(backend, WINDOWS, restore=True))

    assert (True, False, "") == (event.gone, event.restored, event.unrestored)


def test_a_former_group_that_azure_refuses_as_well_is_gone() -> None:
    """Both refusals are told."""
    backend = FakeBackend.holding(owned(group()))
    backend.faults["put"] = [FINAL[1], FINAL[5]]
    event = failure(run(backend, WINDOWS, restore=True))

    assert event.gone
    assert FINAL[1] is event.error
    assert "no" == event.unrestored


def test_an_update_that_becomes_a_recreation_is_taken_back_too() -> None:
    """Azure refuses it in place, and then the new group."""
    backend = FakeBackend.holding(owned(group()))
    immutable = ImmutableFieldError("immutable", code="InvalidContainerGroupUpdate")
    backend.faults["put"] = [immutable, FINAL[0]]
    event = failure(run(backend, group("web", container(image="nginx:2")), restore=True))

    assert event.restored
    assert ["put", "delete", "put", "put"] == verbs(backend)


def _stopping(backend: FakeBackend, verb: str) -> Iterator[bool]:
    while True:
        yield verb in verbs(backend)


@pytest.mark.parametrize("verb", ["delete", "put"])
def test_an_interruption_does_not_keep_the_former_group_away(verb: str) -> None:
    """The recreation was begun, and this is its end."""
    backend = FakeBackend.holding(owned(group()))
    backend.faults["put"] = [FINAL[0]]
    allowed = policy(allow_replace=UNLIMITED, restore=True)
    proposal = make_plan([WINDOWS], list(backend.groups.values()), allowed)
    stopping = _stopping(backend, verb)
    events = list(apply(proposal, context(backend, policy=allowed), stopped=lambda: next(stopping)))

    assert failure(events).restored
    assert ["delete", "put", "put"] == verbs(backend)


def test_the_plan_announces_what_would_be_put_back() -> None:
    """Group by group, for recreations alone."""
    allowed = policy(allow_replace=UNLIMITED, restore=True)
    desired = [group("a", osType="Windows"), group("b", container(image="x"))]
    proposal = make_plan(desired, [owned(group("a")), owned(group("b"))], allowed)

    assert [("restore", "rg-shop/a", "is restored if Azure refuses the new group")] == [
        (each.code, each.address, each.message) for each in proposal.notices
    ]
