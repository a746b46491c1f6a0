"""What moved since a plan was saved is named, each thing by its name."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from azure_world import API_VERSION, AzureWorld
from factories import OWNER, SUBSCRIPTION, container, group, rid
from saved_plans import HEADER, kept, made

from aci_reconcile.core import tags
from aci_reconcile.core.errors import Where
from aci_reconcile.core.model import Lifecycle
from aci_reconcile.core.secret import Secret
from aci_reconcile.planning import UNLIMITED
from aci_reconcile.saved import find_moved, find_other_target

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.model import Resource
    from aci_reconcile.render.header import Header
    from aci_reconcile.saved import Document

OLD, NEW = container(image="nginx:1"), container(image="nginx:2")
PATH = str(rid())


def secretive(value: str) -> Resource:
    """Return a group with a secret and a new image."""
    variable = {"name": "A", "secureValue": Secret(value, source="env:A")}
    return group("web", container(image="nginx:2", environmentVariables=[variable]))


def since(world: AzureWorld, desired: Resource, happens: Callable[[], object], **rules: Any) -> tuple[str, ...]:
    """Save a plan, let something happen, and return what moved."""
    saved = kept(world, desired, **rules)
    happens()
    return find_moved(saved, made(world, desired, rules=rules))


def running(*others: Resource, restart: str = "Always") -> AzureWorld:
    """Return a world in which the group runs with the old image."""
    world = AzureWorld()
    world.apply(group("web", OLD, restartPolicy=restart), *others)
    return world


def placed(saved: Document, header: Header, version: str) -> tuple[str, ...]:
    """Return what makes a saved plan one for another place, or another tool."""
    return find_other_target(saved, header, tool_version=version, api_version=API_VERSION)


DB, WEB = group("db"), group("web", OLD, tags={"team": "a"})


@pytest.mark.parametrize(
    ("desired", "rules"),
    [
        ((DB, group("web", NEW, tags={"team": "a"})), {}),
        ((DB, group("web", OLD, tags={"team": "b"})), {}),
        ((DB, group("web", OLD, tags={"team": "a"}, osType="Windows")), {"allow_replace": 1}),
        ((DB,), {"prune": True}),
        ((DB, WEB, group("new")), {}),
    ],
    ids=["update", "tags", "recreation", "deletion", "creation"],
)
def test_a_plan_is_good_once(desired: tuple[Resource, ...], rules: dict[str, Any]) -> None:
    """Applied, and taken back by others, who pushed what stays, too: all is as it was, and the plan is stale."""
    world = AzureWorld()
    world.apply(DB, WEB)
    saved = kept(world, *desired, **rules)
    world.apply(*desired, **rules)
    back = {"prune": True, "allow_replace": UNLIMITED, "redeploy": frozenset({DB.id.key})}
    world.apply(DB, WEB, **back)
    again = made(world, *desired, rules=rules)

    assert [(each["address"], each["action"]) for each in saved["resource_changes"]] == [
        (each["address"], each["action"]) for each in again["resource_changes"]
    ]
    assert any(each.endswith(": the live group") for each in find_moved(saved, again))


def test_what_others_push_again_beside_a_change_counts() -> None:
    """A group that stays as it is was written all the same: what was looked at is not what is there."""
    world = AzureWorld()
    world.apply(DB, WEB)
    desired = (DB, group("web", NEW, tags={"team": "a"}))
    saved = kept(world, *desired)
    world.apply(DB, WEB, redeploy=frozenset({DB.id.key}))

    assert ("rg-shop/db: the live group",) == find_moved(saved, made(world, *desired))


def test_a_tag_without_a_serial_is_as_good_as_ever() -> None:
    """What a former version wrote is neither a difference nor a reason to write; the next write gives it one."""
    world = AzureWorld()
    world.apply(WEB)
    body = world.arm("GET", PATH)
    applied = tags.Applied.of(body["tags"])
    old = {**body["tags"], tags.APPLIED: str(tags.Applied(applied.desired))}
    world.arm("PATCH", PATH, {"tags": old})
    plan = world.plan(WEB)
    saved = kept(world, group("web", NEW))

    assert not plan
    assert () == find_moved(saved, made(world, group("web", NEW)))
    world.apply(group("web", NEW))
    assert "" != tags.Applied.of(world.arm("GET", PATH)["tags"]).serial


def nothing() -> None:
    """Let nothing happen."""


def test_nothing_moved() -> None:
    """Time alone moves nothing."""
    world = running()

    assert () == since(world, group("web", NEW), lambda: world.clock.sleep(9999))
    assert () == since(AzureWorld(), group("web", NEW), nothing)
    assert () == since(world, group("web", OLD), nothing)


def test_places_in_files_do_not_count() -> None:
    """A comment above the manifest is no change of it."""
    world = AzureWorld()
    saved, now = kept(world, group()), made(world, group())
    entry = {**now["resource_changes"][0], "where": {"file": "web.yaml", "line": 9, "column": 1}}

    assert () == find_moved(saved, {**now, "resource_changes": [entry]})


def test_the_place_of_an_ignored_field_does_not_count() -> None:
    """It is a place in a file like any other, though the life cycle holds it."""
    ignore = Lifecycle(ignore=("sku",))
    saved, now = (
        made(AzureWorld(), group("web", lifecycle=dataclasses.replace(ignore, ignored_at=(Where("web.yaml", line),))))
        for line in (1, 9)
    )

    assert () == find_moved(saved, now)


def test_a_manifest() -> None:
    """Whether it changed, came or went."""
    world = running()
    saved = kept(world, group("web", NEW))
    changed = made(world, group("web", container(image="nginx:3")))
    more = made(world, group("web", NEW), group("db"))
    other = made(world, group("db"))

    assert ("rg-shop/web: its manifest",) == find_moved(saved, changed)
    assert ("rg-shop/db: it is now declared, it is now planned",) == find_moved(saved, more)
    assert (
        "rg-shop/db: it is now declared, it is now planned",
        "rg-shop/web: it is no longer declared, it is no longer planned",
    ) == find_moved(saved, other)


def test_the_live_group() -> None:
    """Another difference, one more tag of somebody else's, or no group any more."""
    image, tag, gone = running(), running(), running()

    def tagged() -> None:
        tag.arm("PATCH", PATH, {"tags": {**tag.arm("GET", PATH)["tags"], "cost": "1"}})

    def pushed() -> None:
        body = image.arm("GET", PATH)
        image.put(rid(), {**group("web", container(image="nginx:9")).body, "tags": body["tags"]})

    def deleted() -> None:
        gone.arm("DELETE", PATH)
        gone.clock.sleep(60)

    assert ("rg-shop/web: the live group",) == since(image, group("web", NEW), pushed)
    assert ("rg-shop/web: the live group",) == since(tag, group("web", NEW), tagged)
    assert ("rg-shop/web: the live group, update -> create",) == since(gone, group("web", NEW), deleted)


def test_a_group_that_was_as_declared() -> None:
    """Somebody changed it after the plan of nothing was saved."""
    world = running()

    def pushed() -> None:
        world.put(rid(), {**group("web", NEW).body, "tags": {tags.OWNER: OWNER}})

    assert ("rg-shop/web: the live group, no-op -> update",) == since(world, group("web", OLD), pushed)


def test_a_secret_of_a_group_that_was_as_declared() -> None:
    """The group is written now, and nobody touched it in Azure."""
    world = AzureWorld()
    world.apply(secretive("one"))
    saved = kept(world, secretive("one"))

    assert ("rg-shop/web: no-op -> update",) == find_moved(saved, made(world, secretive("two")))


@pytest.mark.parametrize("name", ["tags.cost", "sku"])
def test_a_field_that_is_ignored_from_now_on(name: str) -> None:
    """Then more of the live group counts, which is no change of it."""
    world = running()
    saved = kept(world, group("web", OLD))
    ignoring = group("web", OLD, lifecycle=Lifecycle(ignore=(name,)))

    assert ("rg-shop/web: its manifest",) == find_moved(saved, made(world, ignoring))


def test_run_state() -> None:
    """A group that ended meanwhile is no longer updated but recreated."""
    world = AzureWorld()
    world.apply(group("web", container(image="alpine", command=["sleep", "300"]), restartPolicy="Never"))
    desired = group("web", NEW, restartPolicy="Never")
    told = since(world, desired, lambda: world.clock.sleep(600), allow_replace=UNLIMITED)

    assert ("rg-shop/web: its run state, update -> replace",) == told


def test_a_secret() -> None:
    """It had to be written before, and has to be now, but it is another one."""
    world = running()
    saved = kept(world, secretive("one"))

    assert () == find_moved(saved, made(world, secretive("one")))
    assert ("rg-shop/web: its secrets, or the key of their fingerprint",) == find_moved(
        saved, made(world, secretive("two"))
    )


def test_what_a_file_shows_of_a_creation_has_to_be_so() -> None:
    """Whoever writes the file can seal it, and people read there what they approve."""
    saved = kept(AzureWorld(), group("web", NEW))
    (entry,) = saved["resource_changes"]
    change = entry["change"]
    containers = [{**each, "properties": OLD["properties"]} for each in change["after"]["properties"]["containers"]]
    after = {**change["after"], "properties": {**change["after"]["properties"], "containers": containers}}
    forged = {**saved, "resource_changes": [{**entry, "change": {**change, "after": after}}]}

    assert ("rg-shop/web: its planned change",) == find_moved(forged, made(AzureWorld(), group("web", NEW)))


def test_a_clone_that_derives_another_id() -> None:
    """The pipeline that plans and the one that applies may have clones of two depths: our own tags are no change."""
    saved = kept(AzureWorld(), group("web", NEW))
    (entry,) = saved["resource_changes"]
    change = entry["change"]
    after = {**change["after"], "tags": {**change["after"]["tags"], "aci-reconcile-project": "shop/prod@0000000000"}}
    elsewhere = {**saved, "resource_changes": [{**entry, "change": {**change, "after": after}}]}

    assert after != change["after"]
    assert find_moved(elsewhere, made(AzureWorld(), group("web", NEW))) == ()


def test_an_orphan() -> None:
    """A group of ours that nobody declares, once it is pruned."""
    world = running(group("old"))
    saved = kept(world, group("web", OLD), prune=True)
    world.arm("DELETE", str(rid("old")))
    world.clock.sleep(60)

    assert ("rg-shop/old: it is no longer planned",) == find_moved(
        saved, made(world, group("web", OLD), rules={"prune": True})
    )


def test_options() -> None:
    """What the project file allows counts like what the command line does."""
    world = running()
    saved = kept(world, group("web", NEW))
    now = made(world, group("web", NEW), rules={"max_deletes": 5, "adopt": True})

    assert ("option adopt", "option max_deletes") == find_moved(saved, now)


def test_variables() -> None:
    """Those that options gave, by name."""
    world = AzureWorld()
    saved = made(world, group(), variables={"a": "1", "b": "2"})
    now = made(world, group(), variables={"a": "2", "c": "3"})

    assert ("variable a", "variable b", "variable c") == find_moved(saved, now)


def test_a_resource_group() -> None:
    """One that was to be created is there now."""
    world = AzureWorld()
    world.arm("DELETE", f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-shop")
    world.clock.sleep(60)
    saved = kept(world, group(), create_resource_groups=True)
    world.arm("PUT", f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-shop", {"location": "westeurope"})
    now = made(world, group(), rules={"create_resource_groups": True})

    assert ("resource groups: the plan would create different ones",) == find_moved(saved, now)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"project": "other/prod"}, "project: shop/prod -> other/prod"),
        ({"environment": ""}, "environment: prod -> none"),
        ({"subscription": "1"}, f"subscription: {SUBSCRIPTION} -> 1"),
        ({"endpoint": "http://127.0.0.1:1"}, "endpoint: local emulator -> http://127.0.0.1:1"),
    ],
)
def test_the_place_is_looked_at_before_azure_is_asked(changed: dict[str, Any], told: str) -> None:
    """Nobody wants to know what differs elsewhere."""
    saved = kept(AzureWorld(), group())
    here = dataclasses.replace(HEADER, **changed)

    assert (told,) == placed(saved, here, "0.1.0")
    assert () == placed(saved, HEADER, "0.2.0")


def test_another_tool() -> None:
    """Its major version, not the small steps."""
    saved = kept(AzureWorld(), group())

    assert ("version of aci-reconcile: 0.1.0 -> 1.0.0",) == placed(saved, HEADER, "1.0.0")
    assert ("version of aci-reconcile: 0.1.0 -> 1.0.0",) == find_moved(
        saved, made(AzureWorld(), group(), tool_version="1.0.0")
    )


def test_another_api_version() -> None:
    """It may mean something else by the same words."""
    saved, now = kept(AzureWorld(), group()), made(AzureWorld(), group(), api_version="2026-01-01")
    early = find_other_target(saved, HEADER, tool_version="0.1.0", api_version="2026-01-01")

    assert find_moved(saved, now) == early
    assert ("api-version: 2025-09-01 -> 2026-01-01",) == find_moved(saved, now)


@pytest.mark.parametrize("name", ["reasons", "loses", "stuck", "fields", "impact", "secrets_not_compared"])
def test_whatever_else_is_to_be_done(name: str) -> None:
    """Nothing about a group is let pass, though no fingerprint shows it."""
    world = running()
    saved, now = kept(world, group("web", NEW)), made(world, group("web", NEW))
    entry: Document = {**now["resource_changes"][0], name: "something else"}

    assert ("rg-shop/web: its planned change",) == find_moved(saved, {**now, "resource_changes": [entry]})


def test_what_a_file_says_of_its_place_is_told_on_one_line() -> None:
    """Whoever wrote it may have written line breaks, and what a terminal obeys."""
    saved = {**kept(AzureWorld(), group()), "subscription": "\x1b[31mred\n::error::x"}

    assert (f"subscription: red ::error::x -> {HEADER.subscription}",) == placed(saved, HEADER, "0.1.0")
