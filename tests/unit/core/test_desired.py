"""What a desired body gets before it is sent, and what of it a profile decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from factories import OWNER, body, container, group, live, make_plan, owned, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.desired import add_required_defaults, takes_profile, without_profile
from aci_reconcile.core.model import Resource
from aci_reconcile.core.normalize import normalize
from aci_reconcile.planning import Action, Impact
from aci_reconcile.reconcile.comparison import diff_after_write


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

    assert {"containers": [container()], "osType": "Linux"} == add_required_defaults(silent)["properties"]


def test_what_is_said_stays() -> None:
    """A Windows group is a Windows group."""
    said = body(osType="Windows")

    assert said == add_required_defaults(said)


@pytest.mark.parametrize("profile", ["containerGroupProfile", "standbyPoolProfile"])
def test_a_profile_says_it_itself(profile: str) -> None:
    """A group that takes its settings from a profile is sent as it is."""
    claimed: dict[str, Any] = {"properties": {"containers": [], profile: {"id": "/subscriptions/…"}}}

    assert claimed == add_required_defaults(claimed)


def test_completing_changes_no_meaning() -> None:
    """A body and the same body with its defaults said have one normal form."""
    silent = {"properties": {"containers": [container()]}}

    assert normalize(silent) == normalize(add_required_defaults(silent))


WRITES = {
    Action.CREATE: [],
    Action.UPDATE: [owned(group("web", container(image="nginx:1.26")))],
    Action.ADOPT: [live(group("web", container(image="nginx:1.26")))],
    Action.REPLACE: [owned(group("web", restartPolicy="Never"))],
}


@pytest.mark.parametrize("action", WRITES)
def test_every_write_says_it(action: Action) -> None:
    """Creating, changing, adopting and recreating alike."""
    made = make_plan([without_os(group())], WRITES[action], policy(adopt=True, allow_replace=1, max_share=1))

    assert [(action, "Linux")] == [(change.action, os_of(change.after)) for change in made.changes]


def test_a_manifest_that_is_silent_matches_a_linux_group() -> None:
    """Saying the default in a write is no difference."""
    made = make_plan([without_os(group())], [owned(group())], policy())

    assert [Action.NO_OP] == [change.action for change in made.changes]


PROFILE = {"id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroupProfiles/p"}
POOL = {"id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.StandbyPool/standbyContainerGroupPools/p"}


def claim(value: str = "value", **properties: Any) -> Resource:
    """Return a group that is taken from a standby pool."""
    settings = {"configMap": {"keyValuePairs": {"key": value}}}
    inner = {
        "containers": [{"name": "web", "properties": settings}],
        "containerGroupProfile": {**PROFILE, "revision": 1},
        "standbyPoolProfile": POOL,
        **properties,
    }
    return Resource(rid(), {"location": "westus", "tags": {}, "properties": inner})


def answer(desired: Resource, value: str = "value", **properties: Any) -> Resource:
    """Return what Azure shows of it: the settings of the profile, and no word of the pool."""
    settings = {
        "image": "nginx",
        "configMap": {"keyValuePairs": {"key": value}},
        "command": [],
        "ports": [{"port": 80}],
        "environmentVariables": [],
        "resources": {"requests": {"memoryInGB": 1.5, "cpu": 1.0}},
    }
    inner = {
        "sku": "Standard",
        "isCreatedFromStandbyPool": True,
        "provisioningState": "Succeeded",
        "containers": [{"name": "web", "properties": settings}],
        "initContainers": [],
        "imageRegistryCredentials": [],
        "containerGroupProfile": {**PROFILE, "revision": 1},
        "osType": "Windows",
        "restartPolicy": "Never",
        "instanceView": {"events": [], "state": "Running"},
        **properties,
    }
    applied = tags.digest_desired(desired.body)
    owned = {tags.OWNER: OWNER, tags.APPLIED: str(tags.Applied(applied))}
    return Resource(rid(), {"location": "westus", "tags": owned, "properties": inner})


def test_a_claim_is_equal_to_its_answer() -> None:
    """Image, resources and the operating system come from the profile, and are no difference."""
    proposal = make_plan([claim()], [answer(claim())], policy())

    assert [(Action.NO_OP, ())] == [(each.action, each.fields) for each in proposal.changes]


def test_what_the_claim_says_itself_is_compared() -> None:
    """A config map that changed in Git."""
    (change,) = make_plan([claim("other")], [answer(claim("other"))], policy()).changes

    assert (Action.UPDATE, Impact.RESTART) == (change.action, change.impact)
    assert ["containers[web].configMap.keyValuePairs.key"] == [each.path for each in change.fields]


def test_another_revision_of_the_profile_is_a_difference() -> None:
    """The manifest names it, and so does Azure."""
    live = answer(claim(), containerGroupProfile={**PROFILE, "revision": 2})

    (change,) = make_plan([claim()], [live], policy()).changes

    assert ["containerGroupProfile.revision"] == [each.path for each in change.fields]


def test_a_profile_without_a_pool_leaves_out_only_what_the_manifest_leaves_out() -> None:
    """What it does say is compared, though it be the default."""
    desired = claim(restartPolicy="Always")
    properties = {name: each for name, each in desired.properties.items() if name != "standbyPoolProfile"}
    desired = replace(desired, body={**desired.body, "properties": properties})

    (change,) = make_plan([desired], [answer(desired)], policy()).changes

    assert ["restartPolicy"] == [each.path for each in change.fields]


def test_containers_of_the_profile_are_left_to_it() -> None:
    """A sidecar that the manifest does not name."""
    shown = answer(claim())
    sidecar = {"name": "sidecar", "properties": {"image": "envoy"}}
    live = answer(claim(), containers=[*shown.properties["containers"], sidecar])  # type: ignore[misc]  # it is a list

    (change,) = make_plan([claim()], [live], policy()).changes

    assert (Action.NO_OP, ()) == (change.action, change.fields)


def test_a_claim_is_sent_as_it_is_written() -> None:
    """Azure refuses an operating system beside a pool."""
    assert claim().body == add_required_defaults(claim().body)


def test_a_claim_that_took_is_seen_as_taken() -> None:
    """After the write nothing is left of the change."""
    (change,) = make_plan([claim()], [], policy()).changes
    assert change.after is not None
    live = answer(claim())
    shown = live.with_body({**live.body, "tags": change.after.tags})

    assert () == diff_after_write(change, change.after, shown)


@pytest.mark.parametrize("live", [body(), body(container("a"), sku="Standard"), {}])
def test_other_groups_answer_for_everything(live: dict[str, Any]) -> None:
    """Where there is no profile nothing is left to it."""
    assert not takes_profile(group().body)
    assert live is without_profile(live, group().body)
