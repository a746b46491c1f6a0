"""A lock that is lost during an apply: no write begins, what was begun ends, and the next run goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeBackend, context, group, make_plan, owned, policy

from aci_reconcile.core.errors import LockLostError, NoAnswerError
from aci_reconcile.core.model import Lifecycle
from aci_reconcile.planning import UNLIMITED
from aci_reconcile.reconcile import apply
from aci_reconcile.reconcile.events import Event, Failed, Finished, Skipped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.backend import Operation
    from aci_reconcile.core.model import Resource, ResourceId

WHY = "the lock was not renewed for 40 s"


@dataclass
class FencedBackend(FakeBackend):
    """A backend with a lock that is lost after so many writes; from then on it refuses them, as the fence does."""

    lost_after: int = 0

    def find_loss(self) -> str:
        """Return why the lock is lost; empty while it is not."""
        return WHY if len(self.writes) >= self.lost_after else ""

    def put(self, resource: Resource, /) -> Operation:
        """Write a group."""
        self._check()
        return super().put(resource)

    def patch_tags(self, resource_id: ResourceId, tags: Mapping[str, str], /) -> None:
        """Write tags."""
        self._check()
        super().patch_tags(resource_id, tags)

    def delete(self, resource_id: ResourceId, /) -> Operation:
        """Delete a group."""
        self._check()
        return super().delete(resource_id)

    def _check(self) -> None:
        if why := self.find_loss():
            raise LockLostError(why)


def hold(*live: Resource, lost_after: int) -> FencedBackend:
    """Return a backend that holds these live groups."""
    backend = FencedBackend.holding(*live)
    backend.lost_after = lost_after
    return backend


def run(backend: FencedBackend, *desired: Resource, seen: bool = True) -> list[Event]:
    """Plan and apply, one request at a time; ``seen`` is whether the engine learns of the loss before it sends."""
    allowed = policy(allow_replace=UNLIMITED, max_deletes=UNLIMITED, max_share=1.0, prune=True)
    proposal = make_plan(desired, list(backend.groups.values()), allowed)
    more: dict[str, Any] = {"find_lock_loss": backend.find_loss} if seen else {}
    return list(apply(proposal, context(backend, policy=allowed, **more), concurrency=1))


def end(events: list[Event]) -> Finished:
    """Return the last event."""
    assert isinstance(events[-1], Finished)
    return events[-1]


@pytest.mark.parametrize("seen", [True, False], ids=["seen before", "refused below"])
@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        ((), group()),
        ((owned(group()),), group("web", osType="Windows")),
        ((owned(group()),), group("web", tags={"team": "shop"})),
        ((owned(group()), owned(group("db"))), group("db")),
    ],
    ids=["creation", "recreation", "tags", "deletion"],
)
def test_nothing_is_written_without_the_lock(there: tuple[Resource, ...], wanted: Resource, *, seen: bool) -> None:
    """Whatever the change, and whoever notices it first."""
    backend = hold(*there, lost_after=0)
    events = run(backend, wanted, seen=seen)
    skipped = [each for each in events if isinstance(each, Skipped)]

    assert backend.writes == []
    assert [(each.because, each.unfinished) for each in skipped] == [(WHY, True)]
    assert (end(events).failed, end(events).unfinished, end(events).unfinished_because) == (0, 1, WHY)


@pytest.mark.parametrize("seen", [True, False], ids=["seen before", "refused below"])
def test_what_was_begun_ends_and_the_rest_is_left(seen: bool) -> None:
    """The first group is seen to its end; what depends on the second is unfinished with it."""
    backend = hold(lost_after=1)
    wanted = (
        group("db"),
        group("api", lifecycle=Lifecycle(depends_on=("rg-shop/db",))),
        group("web", lifecycle=Lifecycle(depends_on=("rg-shop/api",))),
    )
    ended = end(run(backend, *wanted, seen=seen))

    assert backend.writes == [("put", "rg-shop/db")]
    assert (ended.added, ended.failed, ended.unfinished, ended.planned) == (1, 0, 2, 3)


def test_a_group_that_was_deleted_to_be_created_again_is_reported_as_gone() -> None:
    """From now on it may be somebody else's to create; the next run does."""
    backend = hold(owned(group()), lost_after=1)
    events = run(backend, group("web", osType="Windows"))
    (failed,) = [each for each in events if isinstance(each, Failed)]

    assert backend.writes == [("delete", "rg-shop/web")]
    assert (failed.gone, failed.error.message) == (True, WHY)
    assert (end(events).failed, end(events).unfinished) == (1, 0)


def test_a_write_without_an_answer_is_not_sent_again() -> None:
    """It is looked for, and left to the next run."""
    backend = hold(lost_after=1)
    backend.faults["put"] = [NoAnswerError("no answer")]
    ended = end(run(backend, group()))

    assert backend.writes == [("put", "rg-shop/web")]
    assert (ended.added, ended.failed, ended.unfinished, ended.in_flight) == (0, 0, 1, ())
