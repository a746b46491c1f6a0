"""What became of a write where an Azure Policy has a say in tags."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeBackend, container, context, group, live, make_plan, owned, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.errors import NotConvergedError
from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.planning import Action
from aci_reconcile.reconcile import apply
from aci_reconcile.reconcile.events import Event, Failed, Succeeded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.model import ResourceId


@dataclass
class Governed(FakeBackend):
    """Azure with a policy that sets tags in whatever is written; a name that is there is spelled as the policy does."""

    sets: Mapping[str, str] = field(default_factory=dict[str, str])

    def keep(self, resource: Resource) -> None:
        """Store what was put."""
        super().keep(self._governed(resource))

    def patch_tags(self, resource_id: ResourceId, tags: Mapping[str, str], /) -> None:
        """Write tags."""
        super().patch_tags(resource_id, self._tags(tags))

    def _governed(self, resource: Resource) -> Resource:
        return replace(resource, body={**resource.body, "tags": self._tags(resource.tags)})

    def _tags(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        folded = {name.lower() for name in self.sets}
        return {**{name: value for name, value in sent.items() if name.lower() not in folded}, **self.sets}


def world(*there: Resource, **sets: str) -> Governed:
    """Return a world with a policy that sets these tags."""
    backend = Governed.holding(*there)
    backend.sets = sets
    return backend


def run(backend: FakeBackend, *desired: Resource, **rules: Any) -> Event:
    """Plan and apply; returns the verdict over the one group."""
    allowed = policy(**rules)
    proposal = make_plan(desired, list(backend.groups.values()), allowed)
    return list(apply(proposal, context(backend, policy=allowed)))[-2]


def verbs(backend: FakeBackend) -> list[str]:
    """Return the writes since the last time."""
    told = [verb for verb, _ in backend.writes]
    backend.calls.clear()
    return told


def failure(event: Event) -> NotConvergedError:
    """Return what was said of fields that did not take."""
    assert isinstance(event, Failed)
    assert isinstance(event.error, NotConvergedError)
    return event.error


IGNORING = Lifecycle(ignore=("tags.env",))
CREATED = group("web", tags={"env": "dev"}, lifecycle=IGNORING)


@pytest.mark.parametrize("spelling", ["env", "ENV", "Env"])
def test_an_ignored_tag_that_a_policy_sets_is_not_demanded_back(spelling: str) -> None:
    """At its creation, and at a later write, whatever the spelling of the path; another apply has nothing to do."""
    backend = world(env="prod")
    desired = replace(CREATED, lifecycle=Lifecycle(ignore=(f"tags.{spelling}",)))
    created = run(backend, desired)
    first = verbs(backend)
    run(backend, desired)
    idle = verbs(backend)
    changed = replace(group("web", container(image="nginx:2"), tags={"env": "dev"}), lifecycle=desired.lifecycle)
    updated = run(backend, changed)

    assert isinstance(created, Succeeded)
    assert isinstance(updated, Succeeded)
    assert (["put"], [], ["put"]) == (first, idle, verbs(backend))


def test_another_ignored_field_that_is_set_on_the_way_in_is_not_demanded_back() -> None:
    """A policy may append more than tags."""
    backend = FakeBackend.holding()
    keep = backend.keep

    def appended(resource: Resource) -> None:
        properties = {**resource.properties, "diagnostics": {"logAnalytics": {"workspaceId": "w"}}}
        keep(replace(resource, body={**resource.body, "properties": properties}))

    backend.keep = appended  # type: ignore[method-assign]
    event = run(backend, replace(group(), lifecycle=Lifecycle(ignore=("diagnostics",))))

    assert isinstance(event, Succeeded)
    assert ["put"] == verbs(backend)


def test_a_tag_that_a_policy_spells_in_its_own_way_has_taken() -> None:
    """Azure does not tell capitals from small letters in a name."""
    backend = world(ENV="dev")
    event = run(backend, group("web", tags={"env": "dev"}))

    assert isinstance(event, Succeeded)
    assert ["put"] == verbs(backend)
    assert not make_plan([group("web", tags={"env": "dev"})], list(backend.groups.values()), policy())


def test_a_declared_tag_that_a_policy_sets_is_corrected_once_and_then_left() -> None:
    """It is told each time that the group is not as declared, by whose hand it may be so, and nothing is written."""
    backend, desired = world(env="prod"), group("web", tags={"env": "dev"})
    error = failure(run(backend, desired))
    first = verbs(backend)
    again = failure(run(backend, desired))

    assert ["put", "patch", "patch"] == first  # the tag once more, and what did not take
    assert [] == verbs(backend)
    assert "Azure accepted the write but did not apply tags.env" == error.message == again.message
    ignoring = '`lifecycle: {ignore: ["tags.env"]}`'
    assert f"an Azure Policy may set tags: ignore them with {ignoring}, or declare what it sets" == error.hint
    assert error.hint == again.hint


def test_what_the_hint_says_ends_it() -> None:
    """The tag is left to the policy, and all is well without a write."""
    backend = world(env="prod")
    run(backend, group("web", tags={"env": "dev"}))
    verbs(backend)

    assert isinstance(run(backend, CREATED), Succeeded)
    assert [] == verbs(backend)


def test_another_value_in_the_manifest_is_tried() -> None:
    """What did not take is remembered of one manifest, and says nothing of another."""
    backend = world(env="prod")
    run(backend, group("web", tags={"env": "dev"}))
    verbs(backend)
    run(backend, group("web", tags={"env": "test"}))

    assert ["patch", "patch"] == verbs(backend)  # the tag, and what did not take


def test_a_group_that_was_adopted_and_never_written_remembers_it_too() -> None:
    """And the tag does not say that a body was written: its secrets would count as new."""
    desired = group("web", tags={"env": "dev"})
    backend = world(live(desired), env="prod")
    failure(run(backend, desired, adopt=True))
    first = verbs(backend)
    failure(run(backend, desired, adopt=True))

    assert (["patch", "patch"], []) == (first, verbs(backend))
    assert "" == tags.Applied.of(backend.groups[rid().key].tags).desired


def test_our_own_tags_are_written_beside_one_that_does_not_take() -> None:
    """Protection is asked for, and is not held up by a policy."""
    backend = world(env="prod")
    run(backend, group("web", tags={"env": "dev"}))
    run(backend, group("web", tags={"env": "dev"}, lifecycle=Lifecycle(protect=True)))

    assert "true" == backend.groups[rid().key].tags[tags.PROTECTED]


def test_a_stuck_tag_says_so_in_the_plan() -> None:
    """Nothing is planned, and the plan says why and what to do."""
    backend, desired = world(env="prod"), group("web", tags={"env": "dev"})
    run(backend, desired)
    (change,) = make_plan([desired], list(backend.groups.values()), policy()).changes

    assert (Action.NO_OP, True) == (change.action, change.stuck)
    why = "an Azure Policy may set tags, and lifecycle.ignore leaves them to it"
    assert (f"Azure did not take this at the last write: {why}",) == change.reasons


def test_a_field_that_is_set_again_and_again_is_not_only_to_be_recreated() -> None:
    """Whoever appends it to a write appends it to a creation, too."""
    backend = FakeBackend.holding(owned(group()))
    keep = backend.keep

    def appended(resource: Resource) -> None:
        keep(replace(resource, body={**resource.body, "identity": {"type": "SystemAssigned"}}))

    backend.keep = appended  # type: ignore[method-assign]
    error = failure(run(backend, group("web", container(image="nginx:2"))))

    ignoring = '`lifecycle: {ignore: ["identity"]}`'
    assert (
        f"if something else sets it, such as an Azure Policy, use {ignoring}; otherwise recreate the group"
        == error.hint
    )
