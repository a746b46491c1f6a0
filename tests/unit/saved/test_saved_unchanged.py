"""Groups that are as declared have short entries, by which everything is noticed that full ones would show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from azure_world import AzureWorld
from factories import OWNER, container, group, rid
from saved_plans import kept, made, origin

from aci_reconcile.core import tags
from aci_reconcile.core.model import Lifecycle, Power
from aci_reconcile.core.secret import Secret
from aci_reconcile.saved import find_moved, make_document, render_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.model import Resource
    from aci_reconcile.saved import Document

PATH = str(rid())
TOKEN = f"ghp_{'a1B2' * 9}"
WEB = group("web", tags={"team": "a"})
OURS = {**WEB.tags, tags.OWNER: OWNER}
LIVE_GROUP = ("rg-shop/web: the live group",)


def running(desired: Resource = WEB) -> AzureWorld:
    """Return a world in which a group runs as declared."""
    world = AzureWorld()
    world.apply(desired)
    return world


def tag(world: AzureWorld, **more: str | None) -> None:
    """Change tags behind the tool's back; None removes one."""
    merged = {**world.arm("GET", PATH)["tags"], **more}
    world.arm("PATCH", PATH, {"tags": {name: value for name, value in merged.items() if value is not None}})


def look(world: AzureWorld, desired: Resource, *, health: bool) -> Document:
    """Return what would be saved of a plan that looks from afar, or closely."""
    plan = world.plan(desired, health=health)
    return make_document(plan, origin(plan, desired))


def addresses(saved: Document, name: str) -> list[str]:
    """Return whose entries are there."""
    return [each["address"] for each in saved[name]]


def test_an_entry_is_short() -> None:
    """Who it is, where it is declared, and by what it is noticed that it moved: neither body."""
    saved = kept(running(), WEB)

    assert ["rg-shop/web"] == addresses(saved, "unchanged")
    assert {"address", "id", "where", "live"} == saved["unchanged"][0].keys()
    assert [] == saved["resource_changes"]
    assert 1 == saved["summary"]["unchanged"]
    assert "nginx" not in render_document(saved)


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (lambda world: tag(world, cost="1"), LIVE_GROUP),
        (lambda world: world.apply(WEB, redeploy=frozenset({rid().key})), LIVE_GROUP),
        (lambda world: tag(world, team="b"), ("rg-shop/web: the live group, no-op -> update",)),
        (
            lambda world: world.put(rid(), {**group("web", container(image="nginx:9")).body, "tags": OURS}),
            ("rg-shop/web: the live group, no-op -> update",),
        ),
        (lambda world: world.arm("DELETE", PATH), ("rg-shop/web: the live group, no-op -> create",)),
        (lambda world: tag(world, **{tags.OWNER: "other"}), LIVE_GROUP),
        (lambda world: tag(world, **{tags.PROTECTED: "true"}), LIVE_GROUP),
        (tag, ()),
    ],
    ids=["tag of others", "pushed again", "declared tag", "image", "gone", "owner", "protected", "nothing"],
)
def test_whatever_moves_is_noticed(happens: Callable[[AzureWorld], object], told: tuple[str, ...]) -> None:
    """Whether it makes a difference to the manifest or not."""
    world = running()
    saved = kept(world, WEB)
    happens(world)
    world.clock.sleep(60)

    assert ["rg-shop/web"] == addresses(saved, "unchanged")
    assert told == find_moved(saved, made(world, WEB))


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([], ("rg-shop/web: it is now planned",)),
        ([{"live": "0" * 32}], LIVE_GROUP),
    ],
    ids=["gone", "live"],
)
def test_what_a_file_says_of_it_has_to_be_so(entries: list[dict[str, str]], told: tuple[str, ...]) -> None:
    """Whoever writes the file can seal it, and is noticed all the same."""
    world = running()
    saved = kept(world, WEB)
    forged = {**saved, "unchanged": [{**saved["unchanged"][0], **each} for each in entries]}

    assert told == find_moved(forged, made(world, WEB))


def test_another_manifest_is_noticed_though_the_group_is_as_it_says() -> None:
    """A default that is written out is no difference, and still another manifest."""
    world = running()
    saved = kept(world, WEB)
    now = made(world, group("web", tags={"team": "a"}, sku="Standard"))

    assert ["rg-shop/web"] == addresses(now, "unchanged")
    assert ("rg-shop/web: its manifest",) == find_moved(saved, now)


def test_a_group_that_somebody_has_stopped_since_is_still_the_same() -> None:
    """A list does not tell, and a plan without a close look has to hold for an apply that looks closely."""
    world = running()
    saved = kept(world, WEB)
    world.arm("POST", f"{PATH}/stop")
    world.clock.sleep(60)
    now = look(world, WEB, health=True)

    assert (["rg-shop/web"], []) == (addresses(now, "resource_changes"), addresses(now, "unchanged"))
    assert () == find_moved(saved, now)
    assert saved["plan_digest"] == now["plan_digest"]


def test_an_ignored_field_is_looked_at_itself() -> None:
    """Its value is in no manifest, so that the group has an entry of its own."""
    desired = group("web", lifecycle=Lifecycle(ignore=("properties.containers[web].image",)))
    world = running(desired)
    saved = kept(world, desired)
    body = world.arm("GET", PATH)
    world.put(rid(), {**group("web", container(image="nginx:9")).body, "tags": body["tags"]})

    assert ["rg-shop/web"] == addresses(saved, "resource_changes")
    assert LIVE_GROUP == find_moved(saved, made(world, desired))


SECRETIVE = group("web", container(environmentVariables=[{"name": "A", "secureValue": Secret("x", source="env:A")}]))


@pytest.mark.parametrize(
    ("desired", "rules"),
    [
        (group("web", lifecycle=Lifecycle(power=Power.RUNNING)), {}),
        (group("web", lifecycle=Lifecycle(detach=True)), {}),
        (WEB, {"owner": "other"}),
        (SECRETIVE, {"fingerprint_key": Secret.unavailable("env:KEY", "not set")}),
    ],
    ids=["power", "released", "foreign", "not compared"],
)
def test_what_is_more_to_say_has_an_entry_in_full(desired: Resource, rules: dict[str, Any]) -> None:
    """A group that is not written is not always one that is as declared."""
    key = {"fingerprint_key": Secret("k" * 32)} if rules.keys() == {"fingerprint_key"} else {}
    world = AzureWorld()
    world.apply(SECRETIVE if key else group("web"), **key)
    if desired.lifecycle.detach:
        tag(world, **{tags.OWNER: None})
    saved = kept(world, desired, **rules)

    assert (["no-op"], []) == ([each["action"] for each in saved["resource_changes"]], saved["unchanged"])


def test_a_tag_that_looks_like_a_secret_is_in_no_digest() -> None:
    """Who has the file could guess it otherwise; a tag of ours holds none."""
    told: list[str] = []
    world = running()
    for value in ("1", TOKEN, TOKEN[::-1].replace("1", "2"), f"{TOKEN[:-4]}zzzz"):
        tag(world, note=value)
        told.append(kept(world, WEB)["unchanged"][0]["live"])

    assert told[1] == told[3]
    assert 3 == len(set(told))


def test_the_owner_is_in_the_digest() -> None:
    """As is every tag of ours."""
    world = running()
    before = kept(world, WEB)["unchanged"][0]["live"]
    tag(world, **{tags.OWNER: f"{OWNER}@abcdef"})
    after = kept(world, WEB, project_id="abcdef", known_ids=frozenset({"abcdef"}))["unchanged"][0]["live"]

    assert before != after
