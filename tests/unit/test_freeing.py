"""A creation that a quota refuses waits for deletions of the same run, and for nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from factories import FakeBackend, FakeClock, context, group, owned, policy

from aci_reconcile.errors import QuotaError
from aci_reconcile.events import Event, Failed, Succeeded, Waiting
from aci_reconcile.plan import plan
from aci_reconcile.reconcile import apply

RULES: dict[str, Any] = {"prune": True, "max_deletes": 1, "max_share": 1.0}
FULL = QuotaError("reached", code="ContainerGroupQuotaReached")


def run(backend: FakeBackend, *names: str, clock: FakeClock | None = None) -> list[Event]:
    """Plan the groups of these names, delete what is left over, and apply; one request at a time."""
    rules = policy(**RULES)
    proposal = plan([group(name) for name in names], list(backend.groups.values()), rules)
    return list(apply(proposal, context(backend, clock, policy=rules), concurrency=1))


def test_it_waits_for_what_frees_the_quota() -> None:
    """The creation comes first and is refused; after the deletion it is sent again."""
    backend = FakeBackend.holding(owned(group("old")))
    backend.faults["put"] = [FULL]
    events = run(backend, "new")

    assert ["put", "delete", "put"] == [verb for verb, _ in backend.writes]
    assert {"old", "new"} == {each.change.id.name for each in events if isinstance(each, Succeeded)}
    assert ["for deletions that free the quota"] == [each.detail for each in events if isinstance(each, Waiting)][:1]


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
