"""What the tool relies on in Azure, in a subscription or on the emulator: only the endpoint differs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from live.subscription import wait_until

from aci_reconcile.core.errors import AzureError, ImmutableFieldError, InvalidRequestError, RetryableError
from aci_reconcile.core.model import Resource, as_list, as_object
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from live.subscription import Place

    from aci_reconcile.core.model import Json

pytestmark = pytest.mark.e2e

CANARY = "canary-4be1"


def has_state(place: Place, name: str, state: str) -> bool:
    """Return whether the instance view of a group has a state."""
    live = place.backend.get(place.id(name))
    assert live is not None
    return as_object(live.properties.get("instanceView") or {}).get("state") == state


@pytest.mark.live(groups=1, seconds=180)
def test_a_group_is_created_tagged_and_deleted(place: Place) -> None:
    """It runs; its secret does not come back; lists have no instance view; tags are replaced as a whole."""
    variables: Json = [{"name": "KEY", "secureValue": Secret(CANARY)}, {"name": "MODE", "value": "x"}]
    operation = place.backend.put(place.make_group("web", environmentVariables=variables))

    assert "Succeeded" == place.finish(operation)
    wait_until(lambda: has_state(place, "web", "Running"))

    live = place.backend.get(place.id("web"))
    assert live is not None
    container = as_object(as_object(as_list(live.properties["containers"])[0])["properties"])

    assert [{"name": "KEY"}, {"name": "MODE", "value": "x"}] == container["environmentVariables"]
    assert CANARY not in json.dumps(live.body)

    (listed,) = (each for each in place.backend.list(place.scope) if each.id.key == live.id.key)

    assert "instanceView" not in listed.properties

    place.backend.patch_tags(live.id, {"owner": "data"})
    tagged = place.backend.get(live.id)

    assert tagged is not None
    assert {"owner": "data"} == tagged.tags

    place.backend.delete(live.id)
    wait_until(lambda: place.backend.get(live.id) is None)


@pytest.mark.live(groups=1, seconds=150)
def test_what_azure_refuses(place: Place) -> None:
    """A write into a transition, which may succeed later; what cannot change in place; a body that is none."""
    operation = place.backend.put(place.make_group("web"))
    with pytest.raises(RetryableError) as busy:
        place.backend.put(place.make_group("web"))
    place.finish(operation)
    with pytest.raises(ImmutableFieldError) as immutable:
        place.backend.put(place.make_group("web", cpu=2))
    wrong = Resource(place.id("wrong"), {"location": place.location, "properties": {"containers": "none"}})
    with pytest.raises(InvalidRequestError):
        place.backend.put(wrong)

    assert ("ContainerGroupTransitioning", "InvalidContainerGroupUpdate") == (busy.value.code, immutable.value.code)


@pytest.mark.live(groups=1, seconds=120)
def test_the_logs_of_a_task(place: Place) -> None:
    """All of them, and the last lines, once it has ended."""
    command: Json = ["/bin/sh", "-c", "echo one; echo two"]
    place.finish(place.backend.put(place.make_group("task", policy="Never", command=command)))
    wait_until(lambda: has_state(place, "task", "Succeeded"))
    wait_until(lambda: "two" in place.backend.logs(place.id("task"), "app"))

    assert ["one", "two"] == place.backend.logs(place.id("task"), "app").split()
    assert ["two"] == place.backend.logs(place.id("task"), "app", tail=1).split()


@pytest.mark.live(groups=0, seconds=0)
def test_what_is_not_there(place: Place) -> None:
    """A group is absent, deleting it is no error, and it has no logs."""
    missing = place.id("none")

    assert place.backend.get(missing) is None
    assert "" == place.backend.delete(missing).url
    with pytest.raises(AzureError):
        place.backend.logs(missing, "app")
