"""Operations that end badly, or not at all: what was asked of the containers is told with the failure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeBackend, container, context, group, make_plan, owned, policy

from aci_reconcile.core.backend import Operation, Progress
from aci_reconcile.core.errors import AuthenticationError, AzureError, InvalidRequestError, NoAnswerError
from aci_reconcile.reconcile import apply
from aci_reconcile.reconcile.events import Failed, Finished

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource


def failed(backend: FakeBackend, desired: Resource, **more: Any) -> Failed:
    """Plan from what the backend holds, apply, and return how the one group failed."""
    proposal = make_plan([desired], list(backend.groups.values()), policy())
    *_, event, finished = apply(proposal, context(backend, policy=policy(), **more))
    assert isinstance(event, Failed)
    assert isinstance(finished, Finished)
    return event


class Ending(FakeBackend):
    """Its operations end as it is told, and its groups with them."""

    progress = Progress("Failed", "ContainerGroupProvisioningFailed", "the image could not be pulled")
    provisioning = "Failed"

    def poll(self, operation: Operation, /) -> Progress:
        """Tell how the operation stands."""
        super().poll(operation)
        for key, there in self.groups.items():
            seen = {**there.properties, "provisioningState": self.provisioning}
            self.groups[key] = replace(there, body={**there.body, "properties": seen})
        return self.progress


def test_a_failed_operation_is_told_with_the_containers_and_their_last_words() -> None:
    """Azure's word for it seldom says what was wrong."""
    backend = Ending.holding()
    backend.state = {"state": "Terminated", "exitCode": 3, "detailStatus": "Error"}
    event = failed(backend, group(restartPolicy="Never"))

    assert event.health is not None
    assert ("provisioning failed", "container web: Terminated, exit code 3, Error") == event.health.reasons
    assert (("web", ("last words",)),) == event.logs


def test_what_is_not_provisioned_in_time_is_told_with_its_containers() -> None:
    """A pull that hangs is seen there and nowhere else."""
    backend = Ending.holding()
    backend.progress, backend.provisioning, backend.state = Progress("Creating"), "Creating", {"state": "Waiting"}
    event = failed(backend, group(), timeout=30)

    assert "still creating after 30 s" == event.error.message
    assert event.health is not None
    assert ["Waiting"] == [each.state for each in event.health.containers]
    assert () == event.logs


@pytest.mark.parametrize("fault", [InvalidRequestError("no", code="InaccessibleImage"), AuthenticationError("who?")])
def test_of_a_write_that_was_refused_no_containers_are_told(fault: AzureError) -> None:
    """Those that are there have nothing to do with it."""
    backend = FakeBackend.holding(owned(group(), state="Waiting", detailStatus="CrashLoopBackOff"))
    backend.faults["put"] = [fault]
    event = failed(backend, group("web", container(image="nginx:2")))

    assert (None, ()) == (event.health, event.logs)
    assert "logs" not in dict(backend.calls)


@pytest.mark.parametrize("fault", [AuthenticationError("expired"), NoAnswerError("reset")])
def test_a_failed_operation_is_told_where_nothing_more_can_be_read(fault: AzureError) -> None:
    """With what is known."""
    backend = Ending.holding()
    backend.faults["get"] = [None, fault]
    event = failed(backend, group())

    assert (None, "ContainerGroupProvisioningFailed") == (event.health, getattr(event.error, "code", ""))


def test_a_failed_operation_without_a_group_is_told_as_it_is() -> None:
    """There is nothing to look at."""
    backend = Ending.holding()
    poll = backend.poll

    def vanishing(operation: Operation, /) -> Progress:
        progress = poll(operation)
        backend.groups.clear()
        return progress

    backend.poll = vanishing  # type: ignore[method-assign]
    event = failed(backend, group())

    assert event.health is None
