"""A resource group that is deleted: its deletion is followed to its end, well or badly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from factories import OWNER, FakeBackend, context, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.backend import Operation, Progress
from aci_reconcile.core.errors import InvalidRequestError, NoAnswerError, NotFoundError, RetryableError
from aci_reconcile.reconcile import delete_resource_groups
from aci_reconcile.reconcile.events import Finished, ResourceGroupDeleted, ResourceGroupFailed

if TYPE_CHECKING:
    from aci_reconcile.core.model import Scope
    from aci_reconcile.reconcile.events import Event

SCOPE = rid().scope


@dataclass
class Slow(FakeBackend):
    """A deletion goes on for as many looks at the resource group as there are states in ``states``."""

    states: list[str] = field(default_factory=list)
    url: str = "https://example.invalid/operationresults/1"
    told: list[Progress | Exception] = field(default_factory=list)

    def delete_resource_group(self, scope: Scope, /) -> Operation:
        """Accept the deletion."""
        self._told("delete_rg", scope.resource_group)
        return Operation(self.url)

    def get_resource_group(self, scope: Scope, /) -> dict[str, Any] | None:
        """Tell the next state; none once it is gone."""
        self._told("get_rg", scope.resource_group)
        if ("delete_rg", scope.resource_group) not in self.calls:
            return {"tags": {tags.OWNER: f"{OWNER}@aaaaaa"}}
        return {"properties": {"provisioningState": self.states.pop(0)}} if self.states else None

    def poll(self, operation: Operation, /) -> Progress:
        """Tell how the deletion goes on."""
        self._told("poll", operation.url)
        said = self.told.pop(0) if self.told else Progress("InProgress")
        if isinstance(said, Exception):
            raise said
        return said


def ended(backend: Slow) -> list[Event]:
    """Delete the resource group; returns what was told."""
    rules = policy(project_id="aaaaaa")
    return list(delete_resource_groups([SCOPE], context(backend, policy=rules, timeout=3600)))


def test_one_with_our_id_goes() -> None:
    """It is looked at until it is there no longer."""
    events = ended(Slow(states=["Deleting", "Deleting"]))

    assert [ResourceGroupDeleted, Finished] == [type(each) for each in events]


@pytest.mark.parametrize(
    "told",
    [
        InvalidRequestError("blocked", code="ResourceGroupDeletionBlocked", status=409),
        RetryableError("blocked", code="SomethingElse", status=409),
        Progress("Failed", "Blocked", "blocked"),
    ],
)
def test_a_deletion_that_fails_is_noticed_at_once(told: Progress | Exception) -> None:
    """What the operation says is final: nobody waits for --timeout."""
    backend = Slow(states=["Deleting"] * 99, told=[Progress("InProgress"), told])
    failed, _ = ended(backend)

    assert isinstance(failed, ResourceGroupFailed)
    assert "blocked" == failed.error.message
    assert 2 == len([call for call in backend.calls if call[0] == "poll"])


def test_one_without_an_operation_is_known_by_its_state() -> None:
    """It was on its way out, and is not any more."""
    failed, _ = ended(Slow(states=["Deleting", "Succeeded"], url=""))

    assert isinstance(failed, ResourceGroupFailed)
    assert "Azure stopped deleting rg-shop; its state is Succeeded" == failed.error.message


@pytest.mark.parametrize("told", [NotFoundError("no such operation", status=404), NoAnswerError("silence")])
def test_an_operation_that_cannot_be_asked_is_no_failure(told: Exception) -> None:
    """The resource group itself tells."""
    events = ended(Slow(states=["Deleting", "Deleting"], told=[told, told]))

    assert isinstance(events[0], ResourceGroupDeleted)


def test_a_resource_group_may_outlive_its_deletion_for_a_moment() -> None:
    """Where the operation has ended well, an old state is only old."""
    events = ended(Slow(states=["Deleting", "Succeeded"], told=[Progress("Succeeded")]))

    assert isinstance(events[0], ResourceGroupDeleted)
