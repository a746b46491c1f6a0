"""What belongs to every event of a group: attempt, Azure's request id, seconds."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from factories import FakeBackend, FakeClock, container, context, group, make_plan, owned, policy

from aci_reconcile.core.errors import InvalidRequestError, RetryableError, ThrottledError
from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.planning import UNLIMITED
from aci_reconcile.reconcile import apply
from aci_reconcile.reconcile.events import Event, Failed, Finished, Paced, Skipped, Started, Succeeded, Trace, Waiting
from aci_reconcile.render.json.apply import render_event_json

if TYPE_CHECKING:
    from aci_reconcile.core.backend import Operation
    from aci_reconcile.core.model import ResourceId

BUSY = RetryableError("busy", code="ContainerGroupTransitioning", status=409)
CHANGED = group("web", container(image="nginx:2"))


class Numbered(FakeBackend):
    """A backend that gives each write it accepts a request id."""

    def put(self, resource: Resource, /) -> Operation:
        """Accept a group."""
        operation = super().put(resource)
        return replace(operation, request_id=f"put-{len(self.writes)}")

    def delete(self, resource_id: ResourceId, /) -> Operation:
        """Accept a deletion."""
        operation = super().delete(resource_id)
        return replace(operation, request_id=f"delete-{len(self.writes)}")


def ran(backend: FakeBackend, *desired: Resource, **more: Any) -> list[Event]:
    """Plan and apply."""
    rules = policy(allow_replace=UNLIMITED)
    proposal = make_plan(desired, list(backend.groups.values()), rules)
    return list(apply(proposal, context(backend, more.pop("clock", None), policy=rules, **more)))


def traces(events: list[Event], *kinds: type[Event]) -> list[Trace]:
    """Return the traces of the events of these kinds."""
    found = (getattr(each, "trace", None) for each in events if isinstance(each, kinds or (object,)))
    return [each for each in found if each is not None]


def test_a_group_begins_without_a_trace() -> None:
    """Nothing was sent yet."""
    assert [Trace()] == traces(ran(Numbered.holding(), group()), Started)


def test_the_first_attempt_is_number_one() -> None:
    """With the id that Azure gave the write it accepted."""
    (trace,) = traces(ran(Numbered.holding(), group()), Succeeded)

    assert (1, "put-1") == (trace.attempt, trace.request_id)


def test_each_repetition_counts_and_takes_time() -> None:
    """Busy, throttled, busy: accepted at the fourth attempt."""
    backend, clock = Numbered.holding(owned(group())), FakeClock()
    began = clock.now()
    backend.faults["put"] = [BUSY, ThrottledError("slow down", retry_after=60), BUSY]
    (trace,) = traces(ran(backend, CHANGED, clock=clock), Succeeded)

    assert (4, "put-4") == (trace.attempt, trace.request_id)
    assert clock.now() - began == trace.seconds
    assert trace.seconds > 60


def test_attempts_of_a_replacement_are_counted_by_write() -> None:
    """Two deletions, then one creation: the number is of the write that was sent last."""
    backend = Numbered.holding(owned(group()))
    backend.faults["delete"] = [BUSY]
    events = ran(backend, group(osType="Windows"))
    deleted = next(each for each in events if isinstance(each, Waiting) and each.detail.startswith("deleted"))
    (created,) = traces(events, Succeeded)

    assert (2, "delete-2") == (deleted.trace.attempt, deleted.trace.request_id)
    assert (1, "put-3") == (created.attempt, created.request_id)


def test_tags_are_written_without_an_operation() -> None:
    """A PATCH counts; Azure's id of it is not told by the backend."""
    backend = Numbered.holding(owned(group()))
    (trace,) = traces(ran(backend, group("web", tags={"team": "a"})), Succeeded)

    assert (1, "") == (trace.attempt, trace.request_id)


def test_a_refused_write_is_told_with_its_attempt() -> None:
    """Azure accepted none; the id of the refusal stands in the error."""
    backend = Numbered.holding()
    backend.faults["put"] = [BUSY, InvalidRequestError("no", request_id="refused-1")]
    (failed,) = (each for each in ran(backend, group()) if isinstance(each, Failed))

    assert (2, "") == (failed.trace.attempt, failed.trace.request_id)
    assert "refused-1" == getattr(failed.error, "request_id", "")


def test_groups_have_traces_of_their_own() -> None:
    """What one group waits is not counted for another; one that was never begun has none."""
    backend, clock = Numbered.holding(), FakeClock()
    backend.faults["put"] = [InvalidRequestError("no")]
    desired = (group("a"), group("b"), group("c", lifecycle=Lifecycle(depends_on=("a",))))
    events = ran(backend, *desired, clock=clock)

    assert [Trace()] == traces(events, Skipped)
    assert {"a", "b"} == {each.change.id.name for each in events if isinstance(each, Started)}
    assert 1 == len(traces(events, Succeeded)) == len(traces(events, Failed))


def test_the_stream_of_json_has_them() -> None:
    """Each event of a group has attempt, request id and seconds; other events have none."""
    backend = Numbered.holding(owned(group()))
    backend.faults["put"] = [BUSY]
    events = [*ran(backend, CHANGED), Paced("writes", 12)]
    documents = [json.loads(render_event_json(each, timestamp=0)) for each in events]
    members = {"attempt", "azure_request_id", "elapsed"}

    for event, document in zip(events, documents, strict=True):
        assert (set() if isinstance(event, (Finished, Paced)) else members) == members & document.keys()
    ended = next(each for each in documents if each["type"] == "succeeded")
    assert (2, "put-2") == (ended["attempt"], ended["azure_request_id"])
    assert 1 <= ended["elapsed"] <= 20
    assert ended["elapsed"] == round(ended["elapsed"], 3)
