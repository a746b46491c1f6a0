"""Many groups watched with one list, few by asking after each."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeBackend, FakeClock, container, context, group, make_plan, owned, policy, rid

from aci_reconcile.core.backend import Operation, Progress
from aci_reconcile.core.errors import AzureError, ForbiddenError
from aci_reconcile.core.model import Resource
from aci_reconcile.planning import UNLIMITED
from aci_reconcile.reconcile import Wait, apply
from aci_reconcile.reconcile.events import Event, Failed, Finished, Moved, Succeeded, Waiting
from aci_reconcile.reconcile.watch import Listing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.model import ResourceId, Scope


@dataclass
class Slow(FakeBackend):
    """Azure that takes its time: ``takes`` holds the seconds of each group, by name; 10 for the others."""

    clock: FakeClock = field(default_factory=FakeClock)
    takes: dict[str, float] = field(default_factory=dict)
    fails: frozenset[str] = frozenset()
    ready: dict[str, float] = field(default_factory=dict)
    lists_show: Resource | None = None
    """What lists show in the place of the group with this id, where they are not to be believed."""

    def put(self, resource: Resource, /) -> Operation:
        """Accept a group."""
        super().put(resource)
        self.ready[resource.id.name] = self.clock.now() + self.takes.get(resource.id.name, 10)
        return Operation(url=resource.id.name)

    def poll(self, operation: Operation, /) -> Progress:
        """Tell how far it is."""
        super().poll(operation)
        name = operation.url
        if self.ready[name] > self.clock.now():
            return Progress("InProgress")
        return Progress("Failed", "NoRoom", "no room in the region") if name in self.fails else Progress("Succeeded")

    def get(self, resource_id: ResourceId, /) -> Resource | None:
        """Read it as it is now."""
        found = super().get(resource_id)
        return self._now(found) if found else None

    def list(self, scope: Scope, /) -> Iterable[Resource]:
        """List them as they are now."""
        shown = [self._now(each) for each in super().list(scope)]
        other = self.lists_show
        return [other if other and each.id == other.id else each for each in shown]

    def _now(self, live: Resource) -> Resource:
        seen: dict[str, Any] = copy.deepcopy(dict(live.body))
        if self.ready.get(live.id.name, 0) > self.clock.now():
            seen["properties"]["provisioningState"] = "Creating"
        elif live.id.name in self.fails and live.id.name in self.ready:
            seen["properties"]["provisioningState"] = "Failed"
        else:
            seen["properties"]["provisioningState"] = "Succeeded"
        return Resource(live.id, seen)

    @property
    def verbs(self) -> Counter[str]:
        """How often each request was made."""
        return Counter(verb for verb, _ in self.calls)


def ran(backend: Slow, *desired: Resource, **rules: Any) -> list[Event]:
    """Plan and apply, waiting for provisioning alone."""
    settings = policy(max_share=1.0, **rules)
    proposal = make_plan(desired, list(backend.groups.values()), settings)
    backend.calls.clear()
    return list(apply(proposal, context(backend, backend.clock, policy=settings, wait=Wait.PROVISIONED)))


def names(count: int) -> list[str]:
    """Return so many names."""
    return [f"g{number:03}" for number in range(count)]


def groups(count: int, image: str = "nginx:1.27") -> list[Resource]:
    """Return so many groups."""
    return [group(name, container(image=image)) for name in names(count)]


def test_one_list_serves_all() -> None:
    """Fifty creations: no group is read on its own, and no operation polled but by the first two, who were alone."""
    backend = Slow.holding()
    events = ran(backend, *groups(50))

    assert (50, 0) == (backend.verbs["put"], backend.verbs["get"])
    assert backend.verbs["poll"] <= 2
    assert 2 <= backend.verbs["list"] <= 35
    assert 50 == sum(isinstance(each, Succeeded) for each in events)


def test_few_groups_are_asked_after_one_by_one() -> None:
    """Two: each is read, written, polled and read."""
    backend = Slow.holding()
    ran(backend, *groups(2))

    assert 0 == backend.verbs["list"]
    assert backend.verbs["poll"] >= 4


def test_updates_are_watched_the_same_way() -> None:
    """And what each was before is read with one list, too."""
    backend = Slow.holding(*(owned(each) for each in groups(20)))
    events = ran(backend, *groups(20, "nginx:2"))

    assert 0 == backend.verbs["get"]
    assert backend.verbs["poll"] <= 2
    assert 20 == sum(isinstance(each, Succeeded) for each in events)


@pytest.mark.parametrize(("seconds", "lists"), [(0, 0), (4, 0), (6, 1)])
def test_the_list_of_the_plan_is_not_read_again_while_it_is_fresh(seconds: float, lists: int) -> None:
    """Five seconds, as with any list that was read just before a write."""
    backend = Slow.holding(*(owned(each) for each in groups(20)))
    settings = policy(max_share=1.0)
    listings = {rid().scope.key: Listing(backend.clock.now(), dict(backend.groups))}
    proposal = make_plan(groups(20, "nginx:2"), list(backend.groups.values()), settings)
    backend.clock.sleep(seconds)
    list(apply(proposal, context(backend, backend.clock, policy=settings, wait=Wait.NONE, listings=listings)))

    assert {"put": 20} | ({"list": lists} if lists else {}) == dict(backend.verbs)


@pytest.mark.parametrize(("seconds", "lists"), [(0, 0), (4, 0), (6, 1)])
def test_what_the_plan_read_after_its_list_counts_while_the_list_is_fresh(seconds: float, lists: int) -> None:
    """The plan was made from the get, which is newer than the list: a difference between the two is no news."""
    backend = Slow.holding(*(owned(each) for each in groups(20)))
    settings = policy(max_share=1.0)
    older = {**backend.groups, rid("g007").key: owned(group("g007", container(image="older:1")))}
    proposal = make_plan(groups(20, "nginx:2"), list(backend.groups.values()), settings)
    listings = {rid().scope.key: Listing(backend.clock.now(), older)}
    backend.clock.sleep(seconds)
    list(apply(proposal, context(backend, backend.clock, policy=settings, wait=Wait.NONE, listings=listings)))

    assert {"put": 20} | ({"list": lists} if lists else {}) == dict(backend.verbs)


def test_a_group_in_transition_is_read_again_however_fresh_its_read_is() -> None:
    """What it becomes decides what the write does to it."""
    backend = Slow.holding(*(owned(each) for each in groups(20)))
    settings = policy(max_share=1.0)
    settled = backend.groups[rid("g007").key]
    updating = {**settled.body, "properties": {**settled.properties, "provisioningState": "Updating"}}
    moving = Resource(settled.id, updating)
    seen = [*(each for key, each in backend.groups.items() if key != moving.id.key), moving]
    proposal = make_plan(groups(20, "nginx:2"), seen, settings)
    listings = {rid().scope.key: Listing(backend.clock.now(), dict(backend.groups))}
    list(apply(proposal, context(backend, backend.clock, policy=settings, wait=Wait.NONE, listings=listings)))

    assert {"put": 20, "list": 1} == dict(backend.verbs)


def test_what_somebody_else_wrote_since_the_plan_is_seen_in_its_own_read() -> None:
    """With a list that is no longer fresh: nothing is written over it."""
    backend = Slow.holding(*(owned(each) for each in groups(20)))
    settings = policy(max_share=1.0)
    listings = {rid().scope.key: Listing(backend.clock.now(), dict(backend.groups))}
    proposal = make_plan(groups(20, "nginx:2"), list(backend.groups.values()), settings)
    backend.clock.sleep(6)
    backend.groups[rid("g007").key] = owned(group("g007", container(image="theirs:1")))
    events = list(apply(proposal, context(backend, backend.clock, policy=settings, listings=listings)))

    assert ["g007"] == [each.change.id.name for each in events if isinstance(each, Moved)]


def test_deletions_are_watched_the_same_way() -> None:
    """One list shows that all are gone; the first two were alone."""
    backend = Slow.holding(*(owned(each) for each in (*groups(20), group("kept"))))
    ran(backend, group("kept"), prune=True, max_deletes=UNLIMITED)

    assert 20 == backend.verbs["delete"]
    assert backend.verbs["get"] <= 2
    assert backend.verbs["list"] <= 3


def test_a_list_that_fails_is_not_asked_for_again() -> None:
    """The identity may not list, say: the groups are asked after one by one, and all ends well."""
    backend = Slow.holding()
    backend.faults["list"] = [ForbiddenError("no", code="AuthorizationFailed", status=403)]
    events = ran(backend, *groups(20))

    assert 1 == backend.verbs["list"]
    assert backend.verbs["poll"] >= 40
    assert 20 == sum(isinstance(each, Succeeded) for each in events)


def test_a_list_that_fails_later_is_replaced_by_polling() -> None:
    """In the middle of the waiting."""
    backend = Slow.holding()
    backend.faults["list"] = [None, None, ForbiddenError("no", status=403)]
    events = ran(backend, *groups(20))

    assert 3 == backend.verbs["list"]
    assert 20 == sum(isinstance(each, Succeeded) for each in events)


def test_a_group_that_is_listed_as_failed_is_asked_after() -> None:
    """The list does not say why it failed; its operation does."""
    backend = Slow.holding()
    backend.fails = frozenset({"g003"})
    events = ran(backend, *groups(20))
    failed = [each for each in events if isinstance(each, Failed)]

    assert [("g003", "no room in the region")] == [(each.change.id.name, each.error.message) for each in failed]
    assert [AzureError] == [type(each.error) for each in failed]
    assert 1 == backend.calls.count(("poll", "g003"))
    assert backend.verbs["poll"] <= 3
    assert 19 == sum(isinstance(each, Succeeded) for each in events)


def test_a_settled_group_that_is_another_one_is_not_believed() -> None:
    """A list that lags behind, or shows what somebody else wrote: the operation is asked, then the group is read."""
    backend = Slow.holding(*(owned(each) for each in groups(20)))
    backend.lists_show = backend.groups[rid("g007").key]
    events = ran(backend, *groups(20, "nginx:2"))

    assert 1 == len({what for verb, what in backend.calls if verb == "poll"} - {"g000", "g001"})
    assert {"rg-shop/g007"} == {what for verb, what in backend.calls if verb == "get"}
    assert 20 == sum(isinstance(each, Succeeded) for each in events)


def test_somebody_else_who_wrote_meanwhile_is_seen_in_the_list() -> None:
    """A group that is no longer what the plan was made from is not written."""
    backend = Slow.holding(*(owned(each) for each in groups(20)))
    theirs = owned(group("g007", container(image="theirs")))
    backend.lists_show = theirs
    events = ran(backend, *groups(20, "nginx:2"))

    assert ["g007"] == [each.change.id.name for each in events if isinstance(each, Moved)]
    assert ("put", "rg-shop/g007") not in backend.calls


def test_a_group_that_does_not_settle_is_overdue() -> None:
    """The others are through, and then it is polled until its own timeout."""
    backend = Slow.holding()
    backend.takes["g000"] = 9999
    events = ran(backend, *groups(20))
    failed = [each for each in events if isinstance(each, Failed)]

    assert ["g000"] == [each.change.id.name for each in failed]
    assert "after 1800 s" in failed[0].error.message
    assert isinstance(events[-1], Finished)


def test_states_are_told_once() -> None:
    """However often the list shows them."""
    backend = Slow.holding()
    events = ran(backend, *groups(20))

    assert Counter({f"g{number:03}": 1 for number in range(20)}) == Counter(
        each.change.id.name for each in events if isinstance(each, Waiting) and each.detail == "Creating"
    )
