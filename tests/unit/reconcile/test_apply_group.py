"""One group on its way, against a backend that fails in every way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from factories import OWNER, FakeBackend, FakeClock, container, context, group, live, make_plan, owned, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.errors import (
    AciReconcileError,
    AzureError,
    BlockedError,
    ImmutableFieldError,
    InvalidRequestError,
    NoAnswerError,
    NotConvergedError,
    NotFoundError,
    QuotaError,
    RetryableError,
    SecretUnavailableError,
    ThrottledError,
    UsageError,
)
from aci_reconcile.core.health import State
from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.core.normalize import is_same, normalize
from aci_reconcile.core.secret import Secret
from aci_reconcile.planning import UNLIMITED
from aci_reconcile.reconcile import Wait, apply, delete_resource_groups
from aci_reconcile.reconcile.events import (
    Event,
    Failed,
    Finished,
    Moved,
    ResourceGroupCreated,
    ResourceGroupDeleted,
    ResourceGroupFailed,
    Skipped,
    Started,
    Succeeded,
    Unhealthy,
)
from aci_reconcile.reconcile.writes import add_tags

CHANGED = group("web", container(image="nginx:2"))


def run(backend: FakeBackend, *desired: Resource, clock: FakeClock | None = None, **more: Any) -> list[Event]:
    """Plan from what the backend holds, and apply."""
    rules = policy(**more.pop("rules", {}))
    proposal = make_plan(desired, list(backend.groups.values()), rules)
    return list(apply(proposal, context(backend, clock, policy=rules, **more)))


def last(events: list[Event]) -> Event:
    """Return the verdict over the one group: the event before ``Finished``."""
    assert isinstance(events[-1], Finished)
    return events[-2]


def test_a_create_is_one_put_between_reads() -> None:
    """Read, write, follow, read; the tags remember the write."""
    backend = FakeBackend.holding()
    events = run(backend, group())

    assert [("get", "rg-shop/web"), ("put", "rg-shop/web")] == backend.calls[:2]
    assert [("put", "rg-shop/web")] == backend.writes
    assert isinstance(last(events), Succeeded)
    assert {tags.OWNER, tags.APPLIED} == set(backend.groups[rid().key].tags)


def test_tags_alone_are_one_patch() -> None:
    """Nothing restarts for a tag."""
    backend = FakeBackend.holding(owned(group()))
    events = run(backend, group("web", tags={"team": "a"}))

    assert [("patch", "rg-shop/web")] == backend.writes
    assert isinstance(last(events), Succeeded)


def test_an_equal_group_is_not_written() -> None:
    """No difference, no write; it is only looked at."""
    backend = FakeBackend.holding(owned(group()))
    events = run(backend, group())

    assert [] == backend.calls
    assert isinstance(last(events), Succeeded)
    assert not any(isinstance(event, Started) for event in events)


def test_a_replacement_deletes_first_and_creates_when_it_is_gone() -> None:
    """Delete, read until nothing is found, put."""
    backend = FakeBackend.holding(owned(group()))
    run(backend, group(osType="Windows"), rules={"allow_replace": UNLIMITED})
    order = [verb for verb, _ in backend.calls]

    assert ["get", "delete", "get", "put"] == order[:4]


@pytest.mark.parametrize(
    "there", [None, owned(group(restartPolicy="Never")), live(group(), tags={tags.OWNER: "other"})]
)
def test_a_group_that_moved_is_not_written(there: Resource | None) -> None:
    """What the plan was made from is read again just before the write."""
    backend = FakeBackend.holding(owned(group()))
    proposal = make_plan([CHANGED], list(backend.groups.values()), policy())
    backend.groups = {} if there is None else {there.id.key: there}
    events = list(apply(proposal, context(backend)))

    assert isinstance(last(events), Moved)
    assert [] == backend.writes


def test_a_group_that_appeared_is_not_overwritten() -> None:
    """A create finds somebody else's group in its place."""
    backend = FakeBackend.holding()
    proposal = make_plan([group()], [], policy())
    backend.groups = {rid().key: live(group())}

    assert isinstance(last(list(apply(proposal, context(backend)))), Moved)


def test_one_that_is_already_gone_counts_as_deleted() -> None:
    """A deletion that somebody else made is as good."""
    backend = FakeBackend.holding(owned(group("old")), owned(group()))
    rules = policy(prune=True)
    proposal = make_plan([group()], list(backend.groups.values()), rules)
    del backend.groups[rid("old").key]
    events = list(apply(proposal, context(backend, policy=rules)))

    assert 1 == events[-1].destroyed  # type: ignore[union-attr]
    assert [] == backend.writes


def test_waiting_helps_and_is_done() -> None:
    """Transitioning, throttled, transitioning: the same write again, later and later."""
    backend, clock = FakeBackend.holding(), FakeClock()
    began = clock.now()
    busy = RetryableError("busy", code="ContainerGroupTransitioning", status=409)
    backend.faults["put"] = [busy, ThrottledError("slow down", retry_after=60), busy]
    events = run(backend, group(), clock=clock)

    assert isinstance(last(events), Succeeded)
    assert 4 == backend.writes.count(("put", "rg-shop/web"))
    assert clock.now() - began > 60


class Failing(FakeBackend):
    """Azure that accepts every write and does not bring it to a good end."""

    def keep(self, resource: Resource) -> None:
        """Hold what is left of it."""
        super().keep(resource)
        there = self.groups[resource.id.key]
        failed = {**there.properties, "provisioningState": "Failed"}
        self.groups[resource.id.key] = Resource(there.id, {**there.body, "properties": failed})


def remembered(declared: Resource, there: Resource | None = None) -> Resource:
    """Return a live group that remembers the write of a manifest, whatever it has become since."""
    applied = str(tags.Applied(tags.digest_desired(declared.body)))
    return live(there or declared, tags={tags.OWNER: OWNER, tags.APPLIED: applied})


REDEPLOYED = {"redeploy": frozenset({rid().key})}
REFUSALS = (
    RetryableError("busy", code="ContainerGroupTransitioning", status=409),
    ThrottledError("slow down", retry_after=1),
)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_repair_that_is_refused_is_sent_again(refusal: AzureError) -> None:
    """The tags are those of the last write, whoever changed the group: they do not prove that this one arrived."""
    backend = FakeBackend.holding(remembered(group(), group("web", container(image="theirs:1"))))
    backend.faults["put"] = [refusal]
    events = run(backend, group())

    assert isinstance(last(events), Succeeded)
    assert 2 == backend.writes.count(("put", "rg-shop/web"))
    assert is_same(normalize(group().body)["properties"], normalize(backend.groups[rid().key].body)["properties"])


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_redeployment_that_is_refused_is_sent_again(refusal: AzureError) -> None:
    """Nothing differs before it or after it."""
    backend = FakeBackend.holding(remembered(group()))
    backend.faults["put"] = [refusal]
    events = run(backend, group(), rules=REDEPLOYED)

    assert isinstance(last(events), Succeeded)
    assert 2 == backend.writes.count(("put", "rg-shop/web"))


@pytest.mark.parametrize(("arrives", "puts"), [(True, 1), (False, 2)])
def test_a_redeployment_without_an_answer_is_known_by_its_transition(arrives: bool, puts: int) -> None:
    """It was settled before; if it is in transition now, containers are being restarted already."""
    backend, clock = FakeBackend.holding(remembered(group())), FakeClock()
    before, slept = backend.groups[rid().key], clock.sleep

    def carried_out(_verb: str) -> None:
        if arrives:
            moving = {**before.properties, "provisioningState": "Pending"}
            backend.groups[rid().key] = Resource(before.id, {**before.body, "properties": moving})

    def settles(seconds: float) -> None:
        slept(seconds)
        if seconds < 1:
            backend.groups[rid().key] = before

    backend.after_fault, clock.sleep = carried_out, settles  # type: ignore[method-assign]
    backend.faults["put"] = [NoAnswerError("reset")]
    events = run(backend, group(), clock=clock, rules=REDEPLOYED)

    assert isinstance(last(events), Succeeded)
    assert puts == backend.writes.count(("put", "rg-shop/web"))


@pytest.mark.parametrize("wait", [Wait.PROVISIONED, Wait.HEALTHY])
def test_a_provisioning_that_failed_is_no_success(wait: Wait) -> None:
    """Also where nobody waits for health, and where the operation is forgotten."""
    backend = Failing.holding()
    backend.faults["poll"] = [NotFoundError("no such operation", status=404)]
    event = last(run(backend, group(), wait=wait))

    assert isinstance(event, Unhealthy)
    assert ("provisioning failed",) == event.health.reasons[:1]


def test_patience_ends_at_the_timeout() -> None:
    """Then Azure's last word is the error."""
    backend = FakeBackend.holding()
    backend.faults["put"] = [RetryableError("busy", code="ContainerGroupTransitioning")] * 1000
    event = last(run(backend, group(), timeout=120))

    assert isinstance(event, Failed)
    assert "busy" == event.error.message


def test_a_refusal_is_final_and_others_go_on() -> None:
    """One failed group does not stop independent ones."""
    backend = FakeBackend.holding()
    backend.faults["put"] = [InvalidRequestError("no", code="InvalidContainerName")]
    events = run(backend, group("a"), group("b"), group("c"))
    finished = events[-1]

    assert isinstance(finished, Finished)
    assert (2, 1) == (finished.added, finished.failed)


def test_an_operation_that_azure_forgot_is_settled_by_reading() -> None:
    """Its address answers 404; the group itself tells how it went."""
    backend = FakeBackend.holding()
    backend.faults["poll"] = [NotFoundError("no such operation", status=404)]

    assert isinstance(last(run(backend, group())), Succeeded)


@pytest.mark.parametrize("arrived", [True, False])
def test_a_put_without_an_answer_is_settled_by_reading(arrived: bool) -> None:
    """It is sent again only if it did not arrive."""
    backend = FakeBackend.holding()
    backend.faults["put"] = [NoAnswerError("504")]
    change = make_plan([group()], [], policy()).changes[0]
    assert change.after is not None
    wanted = add_tags(change, change.after, "", context(backend))
    if arrived:
        backend.after_fault = lambda _verb: backend.keep(wanted)
    events = run(backend, group())

    assert isinstance(last(events), Succeeded)
    assert (1 if arrived else 2) == backend.writes.count(("put", "rg-shop/web"))


def test_a_refused_update_offers_the_recreation() -> None:
    """Without permission it fails and says what would release it; nothing was deleted."""
    backend = FakeBackend.holding(owned(group()))
    backend.faults["put"] = [ImmutableFieldError("immutable", code="InvalidContainerGroupUpdate")]
    event = last(run(backend, CHANGED))

    assert isinstance(event, Failed)
    assert "--allow-replace" in event.error.hint
    assert "delete" not in dict(backend.writes)


def test_a_refused_update_is_recreated_when_allowed() -> None:
    """With permission, the same apply brings it there."""
    backend = FakeBackend.holding(owned(group()))
    backend.faults["put"] = [ImmutableFieldError("immutable", code="InvalidContainerGroupUpdate")]
    event = last(run(backend, CHANGED, rules={"allow_replace": UNLIMITED}))

    assert isinstance(event, Succeeded)
    assert ["put", "delete", "put"] == [verb for verb, _ in backend.writes]


def test_a_replacement_that_cannot_be_created_again_says_so_loudly() -> None:
    """What may pass is waited for until the timeout; then the group is gone."""
    backend, clock = FakeBackend.holding(owned(group())), FakeClock()
    began = clock.now()
    backend.faults["put"] = [QuotaError("no room")] * 1000
    event = last(run(backend, group(osType="Windows"), rules={"allow_replace": UNLIMITED}, clock=clock, timeout=600))

    assert isinstance(event, Failed)
    assert event.gone
    assert 500 < clock.now() - began <= 600


def test_a_replacement_is_created_as_soon_as_it_can_be() -> None:
    """Its own label comes free, and an answer that was lost is asked for again."""
    address = {"type": "Public", "ports": [{"port": 80}], "dnsNameLabel": "shop"}
    backend = FakeBackend.holding(owned(group(ipAddress=address)))
    backend.faults["put"] = [InvalidRequestError("taken", code="DnsNameLabelAlreadyTaken"), NoAnswerError("reset")]
    event = last(run(backend, group(osType="Windows", ipAddress=address), rules={"allow_replace": UNLIMITED}))

    assert isinstance(event, Succeeded)
    assert ["delete", "put", "put", "put"] == [verb for verb, _ in backend.writes]


def test_what_azure_does_not_take_is_an_error_that_names_the_field() -> None:
    """And the group remembers it: the next apply writes nothing, and fails the same way."""
    backend = FakeBackend.holding(owned(group()))
    backend.drop = ("dnsConfig",)
    desired = group(dnsConfig={"nameServers": ["10.0.0.1"]})
    first = last(run(backend, desired))
    written = len(backend.writes)
    second = last(run(backend, desired))

    assert isinstance(first, Failed)
    assert isinstance(second, Failed)
    assert "dnsConfig" in first.error.message
    assert isinstance(second.error, NotConvergedError)
    assert written == len(backend.writes)


def test_tags_that_a_put_does_not_take_are_patched() -> None:
    """Whether a PUT writes tags is contested; a PATCH does."""
    backend = FakeBackend.holding(owned(group()))
    keep = backend.keep

    def forgetful(resource: Resource) -> None:
        keep(replace(resource, body={**resource.body, "tags": dict(backend.groups[resource.id.key].tags)}))

    backend.keep = forgetful  # type: ignore[method-assign]
    event = last(run(backend, group("web", container(image="nginx:2"), tags={"team": "a"})))

    assert isinstance(event, Succeeded)
    assert ["put", "patch"] == [verb for verb, _ in backend.writes]


def test_tags_that_others_add_meanwhile_are_theirs() -> None:
    """A policy that tags every write is no failure."""
    backend = FakeBackend.holding(owned(group()))
    keep = backend.keep

    def audited(resource: Resource) -> None:
        keep(replace(resource, body={**resource.body, "tags": {**resource.tags, "audit": "x"}}))

    backend.keep = audited  # type: ignore[method-assign]
    event = last(run(backend, CHANGED))

    assert isinstance(event, Succeeded)
    assert "audit" in backend.groups[rid().key].tags


def test_a_crash_loop_fails_the_apply_with_its_last_words() -> None:
    """Succeeded provisioning says nothing."""
    backend = FakeBackend.holding()
    backend.state = {"state": "Terminated", "exitCode": 3, "detailStatus": "Error"}
    event = last(run(backend, group(restartPolicy="Never")))

    assert isinstance(event, Unhealthy)
    assert (("web", ("last words",)),) == event.logs
    assert State.UNHEALTHY is event.health.state


def test_an_unhealthy_group_fails_the_next_apply_too() -> None:
    """Even though nothing differs any more."""
    there = owned(group(restartPolicy="Never"), state="Terminated", exitCode=1)
    event = last(run(FakeBackend.holding(there), group(restartPolicy="Never")))

    assert isinstance(event, Unhealthy)


def test_a_group_that_never_comes_up_is_given_up_on() -> None:
    """At the timeout, as not healthy."""
    backend = FakeBackend.holding()
    backend.state = {"state": "Waiting", "detailStatus": "pulling"}
    event = last(run(backend, group(), timeout=60))

    assert isinstance(event, Unhealthy)
    assert any("60 s" in reason for reason in event.health.reasons)


@pytest.mark.parametrize(
    ("state", "unseen"),
    [({"state": "Waiting"}, ("rg-shop/web",)), ({"state": "Terminated", "exitCode": 1, "detailStatus": "Error"}, ())],
)
def test_what_was_provisioned_counts_however_it_runs(state: dict[str, Any], unseen: tuple[str, ...]) -> None:
    """It is there; that it was not seen running, or seen to fail, is said apart."""
    backend = FakeBackend.holding()
    backend.state = state
    end = run(backend, group(restartPolicy="Never"), timeout=60)[-1]

    assert isinstance(end, Finished)
    assert (1, 1, 1, unseen) == (end.added, end.failed, end.unhealthy, end.unseen)


@pytest.mark.parametrize(("wait", "reads"), [(Wait.NONE, 0), (Wait.PROVISIONED, 1), (Wait.HEALTHY, 1)])
def test_what_is_waited_for(wait: Wait, reads: int) -> None:
    """``none`` looks no more, the others read the result."""
    backend = FakeBackend.holding()
    run(backend, group(), wait=wait)
    after = [verb for verb, _ in backend.calls][2:]

    assert reads == after.count("get")


def test_dependencies_come_first_and_their_failure_skips() -> None:
    """``dependsOn`` takes an address or a name."""
    backend = FakeBackend.holding()
    backend.faults["put"] = [InvalidRequestError("no")]
    web = group("web", lifecycle=Lifecycle(depends_on=("db",)))
    events = run(backend, web, group("db"))

    assert [("put", "rg-shop/db")] == backend.writes
    assert any(isinstance(event, Skipped) and event.change.address == "rg-shop/web" for event in events)


def test_a_circle_is_refused_before_the_first_write() -> None:
    """Named, with its path."""
    backend = FakeBackend.holding()
    first = group("a", lifecycle=Lifecycle(depends_on=("b",)))
    second = group("b", lifecycle=Lifecycle(depends_on=("rg-shop/a",)))

    with pytest.raises(UsageError, match=r"rg-shop/a -> rg-shop/b|rg-shop/b -> rg-shop/a"):
        run(backend, first, second)


def test_one_at_a_time_in_a_subnet() -> None:
    """Azure answers 409 to parallel writes in one subnet."""
    subnet = [{"id": "/subscriptions/s/subnets/x"}]
    backend = FakeBackend.holding()
    run(backend, group("a", subnetIds=subnet), group("b", subnetIds=subnet))
    verbs = [call for call in backend.calls if call[0] in {"put", "poll"}]

    assert ["put", "poll", "put", "poll"] == [verb for verb, _ in verbs]


REFUSED: dict[str, tuple[Any, type[AciReconcileError]]] = {
    "a blocker": (group(osType="Windows"), BlockedError),
    "a missing secret": (
        group(
            "web", container(environmentVariables=[{"name": "A", "secureValue": Secret.unavailable("env:A", "unset")}])
        ),
        SecretUnavailableError,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_everything_is_refused_before_the_first_request(case: str) -> None:
    """A plain function that checks, then hands out the generator."""
    desired, error = REFUSED[case]
    backend = FakeBackend.holding(owned(group()))

    with pytest.raises(error):
        run(backend, desired)
    assert [] == backend.calls


def test_resource_groups_come_first_and_carry_the_owner() -> None:
    """So that destroy knows them again."""
    backend, rules = FakeBackend(), policy(create_resource_groups=True)
    proposal = make_plan([group()], [], rules, missing=(rid().scope,))
    events = list(apply(proposal, context(backend, policy=rules)))

    assert isinstance(events[0], ResourceGroupCreated)
    assert {tags.OWNER: OWNER} == backend.resource_groups[rid().scope.key]["tags"]


def test_a_resource_group_that_cannot_be_created_skips_its_groups() -> None:
    """And says which."""
    backend, rules = FakeBackend(), policy(create_resource_groups=True)
    backend.faults["create_rg"] = [InvalidRequestError("no")]
    events = list(apply(make_plan([group()], [], rules, missing=(rid().scope,)), context(backend, policy=rules)))

    assert [ResourceGroupFailed, Skipped, Finished] == [type(event) for event in events]


DELETED: dict[str, tuple[dict[str, Any], tuple[Resource, ...], type[Event]]] = {
    "ours and empty": ({"tags": {tags.OWNER: OWNER}}, (), ResourceGroupDeleted),
    "not ours": ({"tags": {}}, (), ResourceGroupFailed),
    "not empty": ({"tags": {tags.OWNER: OWNER}}, (live(group()),), ResourceGroupFailed),
}


@pytest.mark.parametrize("case", DELETED)
def test_which_resource_groups_are_deleted(case: str) -> None:
    """Only those that we created and that hold nothing any more."""
    told, held, event = DELETED[case]
    backend = FakeBackend.holding(*held)
    backend.resource_groups = {rid().scope.key: told}
    events = list(delete_resource_groups([rid().scope], context(backend)))

    assert [event, Finished] == [type(each) for each in events]
    assert (event is ResourceGroupDeleted) is (("delete_rg", "rg-shop") in backend.calls)


def test_an_interrupted_run_names_what_it_did_not_see_running() -> None:
    """What was provisioned is there; a second apply looks after it."""
    backend, stop = FakeBackend.holding(), [False]
    rules = policy()
    backend.state = {"state": "Waiting"}
    seen: list[Event] = []
    for event in apply(make_plan([group("a"), group("b")], [], rules), context(backend), stopped=lambda: stop[0]):
        seen.append(event)
        stop[0] = bool(backend.writes)
    finished = seen[-1]

    assert isinstance(finished, Finished)
    assert finished.interrupted
    assert finished.unseen
    assert set(finished.unseen) <= {"rg-shop/a", "rg-shop/b"}
    assert (len(finished.unseen), ()) == (finished.added, finished.in_flight)


def test_a_group_that_is_let_go_loses_our_tags_and_runs_on() -> None:
    """One PATCH."""
    there = live(group(), tags={tags.OWNER: OWNER, tags.APPLIED: "v1:x", "team": "a"})
    backend = FakeBackend.holding(there)
    event = last(run(backend, group("web", lifecycle=Lifecycle(detach=True))))

    assert isinstance(event, Succeeded)
    assert [("patch", "rg-shop/web")] == backend.writes
    assert {"team": "a"} == backend.groups[rid().key].tags
