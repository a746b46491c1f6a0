"""What other groups of the same run free, quota and labels, is waited for; nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeBackend, FakeClock, context, group, make_plan, owned, policy, rid

from aci_reconcile.core.errors import InvalidRequestError, QuotaError
from aci_reconcile.planning import Unreadable
from aci_reconcile.reconcile import apply
from aci_reconcile.reconcile.events import Event, Failed, Skipped, Succeeded, Waiting

if TYPE_CHECKING:
    from aci_reconcile.core.backend import Operation
    from aci_reconcile.core.errors import AzureError
    from aci_reconcile.core.model import Resource, ResourceId

SUBNET = [{"id": "/subscriptions/s/resourceGroups/n/providers/Microsoft.Network/virtualNetworks/v/subnets/s"}]


class Lingering(FakeBackend):
    """Azure that still shows a deleted group at the first two looks."""

    def delete(self, resource_id: ResourceId, /) -> Operation:
        """Accept the deletion."""
        before = self.groups.get(resource_id.key)
        done = super().delete(resource_id)
        if before is not None:
            self.left = [before] * 2
        return done

    def get(self, resource_id: ResourceId, /) -> Resource | None:
        """Read it, or what is left of it."""
        found = super().get(resource_id)
        left: list[Resource] = getattr(self, "left", [])
        return left.pop() if found is None and left and left[-1].id.key == resource_id.key else found


RULES: dict[str, Any] = {"prune": True, "max_deletes": 1, "max_share": 1.0}
FULL = QuotaError("reached", code="ContainerGroupQuotaReached")


def run(backend: FakeBackend, *names: str, clock: FakeClock | None = None) -> list[Event]:
    """Plan the groups of these names, delete what is left over, and apply; one request at a time."""
    rules = policy(**RULES)
    proposal = make_plan([group(name) for name in names], list(backend.groups.values()), rules)
    return list(apply(proposal, context(backend, clock, policy=rules), concurrency=1))


def test_it_waits_for_what_frees_the_quota() -> None:
    """The creation is refused; then what would be deleted in the end is deleted, and the creation sent again."""
    backend = Lingering.holding(owned(group("old")))
    backend.faults["put"] = [FULL]
    events = run(backend, "new")

    assert ["put", "delete", "put"] == [verb for verb, _ in backend.writes]
    assert {"old", "new"} == {each.change.id.name for each in events if isinstance(each, Succeeded)}
    assert "for a deletion that frees the quota" in [each.detail for each in events if isinstance(each, Waiting)]


def test_it_holds_no_subnet_that_the_deletion_needs() -> None:
    """Writes in one subnet come one after the other; who waits for a quota lets the others in."""
    backend = Lingering.holding(owned(group("z-old", subnetIds=SUBNET)))
    backend.faults["put"] = [FULL]
    rules = policy(**RULES)
    proposal = make_plan([group("a-new", subnetIds=SUBNET)], list(backend.groups.values()), rules)
    events = list(apply(proposal, context(backend, policy=rules)))

    assert ["put", "delete", "put"] == [verb for verb, _ in backend.writes]
    assert {"z-old", "a-new"} == {each.change.id.name for each in events if isinstance(each, Succeeded)}


def test_a_deletion_that_is_not_made_frees_nothing() -> None:
    """Beside a group that could not be read nothing is pruned, and nobody waits for it."""
    backend, rules = FakeBackend.holding(owned(group("old"))), policy(**RULES)
    backend.faults["put"] = [FULL]
    dark = Unreadable("rg-shop/dark", "no answer", rid("dark"))
    proposal = make_plan([group("new"), group("dark")], list(backend.groups.values()), rules, unreadable=(dark,))
    events = list(apply(proposal, context(backend, policy=rules)))

    assert {"dark": Failed, "new": Failed, "old": Skipped} == {
        each.change.id.name: type(each) for each in events if isinstance(each, (Failed, Skipped))
    }


def test_an_interruption_ends_the_wait_for_what_is_not_begun() -> None:
    """The creation was refused, so nothing of it is under way, and it is named as not begun."""
    backend = Lingering.holding(owned(group("old")))
    backend.faults["put"] = [FULL]
    rules = policy(**RULES)
    proposal = make_plan([group("new")], list(backend.groups.values()), rules)
    ctx = context(backend, policy=rules)
    refused: list[bool] = []
    events: list[Event] = []
    for event in apply(proposal, ctx, stopped=lambda: bool(refused)):
        events.append(event)
        if isinstance(event, Waiting) and "quota" in event.detail:
            refused.append(True)

    assert [("new", "interrupted"), ("old", "interrupted")] == [
        (each.change.id.name, each.because) for each in events if isinstance(each, Skipped)
    ]
    assert () == events[-1].in_flight  # type: ignore[union-attr]  # the last event is Finished


def test_azure_may_count_late() -> None:
    """The quota is not free in the moment in which the group is gone."""
    backend, clock = FakeBackend.holding(owned(group("old"))), FakeClock()
    began = clock.now()
    backend.faults["put"] = [FULL, FULL, FULL]
    events = run(backend, "new", clock=clock)

    assert not [each for each in events if isinstance(each, Failed)]
    assert 20 <= clock.now() - began < 60


@pytest.mark.parametrize("held", [(), ("other",)])
def test_where_nothing_frees_it_that_is_final(held: tuple[str, ...]) -> None:
    """A quota is no reason to wait."""
    backend = FakeBackend.holding(*(owned(group(name)) for name in held))
    backend.faults["put"] = [FULL]
    events = run(backend, "new", *held)

    assert ["ContainerGroupQuotaReached"] == [
        getattr(each.error, "code", "") for each in events if isinstance(each, Failed)
    ]
    assert 1 == len(backend.writes)


def labelled(name: str, label: str = "shop", **more: Any) -> Resource:
    """Return a group with a DNS label."""
    return group(name, ipAddress={"type": "Public", "dnsNameLabel": label, "ports": [{"port": 80}]}, **more)


TAKEN = InvalidRequestError("taken", code="DnsNameLabelAlreadyTaken")


def label_passed_on(desired: Resource, *faults: AzureError, clock: FakeClock | None = None) -> tuple[Event, list[str]]:
    """Delete a group with a label, and create another one; returns how that ended and what was sent."""
    backend = FakeBackend.holding(owned(labelled("old")))
    backend.faults["put"] = list(faults)
    rules = policy(**RULES)
    proposal = make_plan([desired], list(backend.groups.values()), rules)
    events = list(apply(proposal, context(backend, clock, policy=rules)))
    (end,) = (each for each in events if isinstance(each, Failed | Succeeded) and each.change.id.name == "new")
    return end, [verb for verb, _ in backend.writes]


def test_a_label_that_is_freed_late_is_asked_for_again() -> None:
    """Azure may notice later than the deletion ends."""
    end, sent = label_passed_on(labelled("new"), TAKEN, TAKEN)

    assert isinstance(end, Succeeded)
    assert ["delete", "put", "put", "put"] == sent


def test_a_label_that_stays_taken_is_an_error_within_a_minute() -> None:
    """Somebody else may have it by now."""
    clock = FakeClock()
    began = clock.now()
    end, sent = label_passed_on(labelled("new"), *[TAKEN] * 99, clock=clock)

    assert isinstance(end, Failed)
    assert ["delete", *["put"] * 5] == sent
    assert clock.now() - began < 60


@pytest.mark.parametrize("fault", [TAKEN, InvalidRequestError("no", code="InvalidContainerName")])
def test_what_this_run_does_not_free_is_an_error_at_once(fault: AzureError) -> None:
    """Another label is somebody else's, another refusal stays one; nothing is deleted in vain."""
    end, sent = label_passed_on(labelled("new", "blog" if fault is TAKEN else "shop"), fault)

    assert isinstance(end, Failed)
    assert (["put"] if fault is TAKEN else ["delete", "put"]) == sent
