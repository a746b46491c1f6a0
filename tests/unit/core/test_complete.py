"""What Azure demands is said in every write, whether the manifest says it or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from factories import body, container, group, live, owned, policy

from aci_reconcile.core.complete import complete
from aci_reconcile.core.normalize import normalize
from aci_reconcile.planning import Action, plan

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource


def without_os(resource: Resource) -> Resource:
    """Return the group without its operating system."""
    properties = {name: value for name, value in resource.properties.items() if name != "osType"}
    return resource.with_body({**resource.body, "properties": properties})


def os_of(resource: Resource | None) -> Any:
    """Return the operating system that a write would name."""
    return None if resource is None else resource.properties.get("osType")


@pytest.mark.parametrize("given", [{}, {"osType": None}])
def test_the_default_is_said_where_a_body_is_silent(given: dict[str, Any]) -> None:
    """Azure refuses a group without ``osType`` and fills nothing in."""
    silent: dict[str, Any] = {"properties": {"containers": [container()], **given}}

    assert {"containers": [container()], "osType": "Linux"} == complete(silent)["properties"]


def test_what_is_said_stays() -> None:
    """A Windows group is a Windows group."""
    said = body(osType="Windows")

    assert said == complete(said)


@pytest.mark.parametrize("profile", ["containerGroupProfile", "standbyPoolProfile"])
def test_a_profile_says_it_itself(profile: str) -> None:
    """A group that takes its settings from a profile is sent as it is."""
    claimed: dict[str, Any] = {"properties": {"containers": [], profile: {"id": "/subscriptions/…"}}}

    assert claimed == complete(claimed)


def test_completing_changes_no_meaning() -> None:
    """A body and the same body with its defaults said have one normal form."""
    silent = {"properties": {"containers": [container()]}}

    assert normalize(silent) == normalize(complete(silent))


WRITES = {
    Action.CREATE: [],
    Action.UPDATE: [owned(group("web", container(image="nginx:1.26")))],
    Action.ADOPT: [live(group("web", container(image="nginx:1.26")))],
    Action.REPLACE: [owned(group("web", restartPolicy="Never"))],
}


@pytest.mark.parametrize("action", WRITES)
def test_every_write_says_it(action: Action) -> None:
    """Creating, changing, adopting and recreating alike."""
    made = plan([without_os(group())], WRITES[action], policy(adopt=True, allow_replace=1, max_share=1))

    assert [(action, "Linux")] == [(change.action, os_of(change.after)) for change in made.changes]


def test_a_manifest_that_is_silent_matches_a_linux_group() -> None:
    """Saying the default in a write is no difference."""
    made = plan([without_os(group())], [owned(group())], policy())

    assert [Action.NO_OP] == [change.action for change in made.changes]
