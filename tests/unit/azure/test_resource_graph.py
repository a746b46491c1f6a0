"""Resource Graph: pages, batches, its quota, what it leaves out, and what is made of its rows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from azure_world import AzureWorld
from factories import FakeClock
from hypothesis import given, settings
from hypothesis import strategies as st
from thoroughness import up_to
from unit.azure.scripted import Says, error, scripted

from aci_reconcile.azure.graph.index import Indexed, ResourceGraph
from aci_reconcile.azure.graph.quota import read_span
from aci_reconcile.core import tags
from aci_reconcile.core.errors import AuthenticationError, ForbiddenError, NoAnswerError, ThrottledError
from aci_reconcile.emulator import Knobs, Request

if TYPE_CHECKING:
    from collections.abc import Iterable

INSTANT = Knobs(provisioning_seconds=0, delete_linger_seconds=0)
IDS = tuple(f"00000000-0000-0000-0000-{number:012x}" for number in range(1, 30))
QUERY = "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01"
PACKAGE = Path(__file__).resolve().parents[3] / "aci_reconcile"
HIDDEN = {"name": "KEY", "value": "swordfish"}


def fill(world: AzureWorld, subscriptions: Iterable[str], number: int = 1, owner: str = "shop") -> None:
    """Make groups in subscriptions."""
    for each in subscriptions:
        place = f"/subscriptions/{each}/resourceGroups/rg-{each[-2:]}"
        world.arm("PUT", place, {"location": "westeurope"})
        for index in range(number):
            container: dict[str, Any] = {"image": "nginx:1", "resources": {"requests": {"cpu": 1, "memoryInGB": 1}}}
            container |= {"environmentVariables": [HIDDEN], "ports": [{"port": 80}]}
            properties = {"osType": "Linux", "containers": [{"name": "c", "properties": container}]}
            body = {"location": "westeurope", "tags": {tags.OWNER: owner}, "properties": properties}
            path = f"{place}/providers/Microsoft.ContainerInstance/containerGroups/g{index}"
            world.arm("PUT", path, body)


def make_world(**knobs: Any) -> AzureWorld:
    """Return a world where everything is at once."""
    return AzureWorld(replace(INSTANT, **knobs))


def count_queries(world: AzureWorld, status: int = 200) -> int:
    """Return how many queries were answered so."""
    return sum("ResourceGraph" in url and told == status for _, url, told in world.requests)


def open_small(world: AzureWorld, rows: int, batch: int) -> ResourceGraph:
    """Return a reader with small pages and batches."""
    return ResourceGraph(vars(world.backend)["_client"], world.clock, rows=rows, batch=batch)


def list_places(found: Indexed) -> list[str]:
    """Return the subscriptions and names of the groups."""
    return sorted(f"{each.id.subscription[-2:]}/{each.id.name}" for each in found.groups)


def test_a_few_queries_show_the_groups_of_many_subscriptions() -> None:
    """Without views, and without variables: nobody asks for them here."""
    world = make_world()
    fill(world, IDS)
    found = world.backend.open_graph(world.clock).list_groups(IDS)
    first = found.groups[0]

    assert (29, frozenset(IDS), None) == (len(found.groups), found.shown, found.failure)
    assert 2 == count_queries(world)
    assert ("westeurope", "Succeeded", "shop") == (
        first.body["location"],
        first.properties["provisioningState"],
        tags.owner(first),
    )
    assert "nginx:1" in str(first.body)
    assert "swordfish" not in str(first.body)


@settings(max_examples=up_to(15), deadline=None)
@given(rows=st.integers(1, 7), batch=st.integers(1, 4), number=st.integers(0, 3))
def test_no_size_of_pages_and_batches_loses_a_group(rows: int, batch: int, number: int) -> None:
    """Each is found once."""
    world = make_world()
    fill(world, IDS[:4], number)
    found = open_small(world, rows, batch).list_groups(IDS[:4])

    assert sorted(f"{each[-2:]}/g{index}" for each in IDS[:4] for index in range(number)) == list_places(found)
    assert frozenset(IDS[:4]) == found.shown


def test_only_groups_with_the_tag() -> None:
    """Whatever the case of its name; a text in a value is no tag."""
    world = make_world()
    fill(world, IDS[:1])
    place = f"/subscriptions/{IDS[0]}/resourceGroups/rg-01/providers/Microsoft.ContainerInstance/containerGroups"
    for name, own in (("upper", {tags.OWNER.upper(): "shop"}), ("value", {"note": tags.OWNER}), ("none", {})):
        body = json.loads(json.dumps({"location": "westeurope", "tags": own}))
        body["properties"] = {"osType": "Linux", "containers": [make_container()]}
        world.arm("PUT", f"{place}/{name}", body)

    assert ["01/g0", "01/upper"] == list_places(world.backend.open_graph(world.clock).list_tagged(IDS[:1], tags.OWNER))


def make_container() -> dict[str, Any]:
    """Return a small container."""
    return {"name": "c", "properties": {"image": "a", "resources": {"requests": {"cpu": 1, "memoryInGB": 1}}}}


def test_what_it_leaves_out_is_not_taken_for_empty() -> None:
    """A subscription that it does not show is named by its absence; one that is empty is shown."""
    world = make_world(graph_hidden=frozenset({IDS[1]}))
    fill(world, IDS[:2])
    graph = open_small(world, 10, 1)
    found = graph.list_groups(IDS[:3])

    assert (frozenset({IDS[0], IDS[2]}), None) == (found.shown, found.failure)
    assert ["01/g0"] == list_places(found)
    assert Indexed() == graph.list_groups(())


def test_it_stays_within_the_quota() -> None:
    """It waits for the reset, and is never refused, however many queries there are."""
    world = make_world(limits=True)
    fill(world, IDS[:2], 20)
    began = world.clock.now()
    found = open_small(world, 1, 10).list_groups(IDS[:2])

    assert 40 == len(found.groups)
    assert 42 == count_queries(world)
    assert 0 == count_queries(world, 429)
    assert 10 <= world.clock.now() - began <= 15


def test_others_of_the_same_user_use_the_quota_up() -> None:
    """A refusal is waited for, by what the answer says."""
    world = make_world(limits=True)
    fill(world, IDS[:1])
    for _ in range(15):
        world.emulator.handle(Request("POST", QUERY, {}, b"{}"))
    began = world.clock.now()
    found = world.backend.open_graph(world.clock).list_groups(IDS[:1])

    assert (1, 1) == (len(found.groups), count_queries(world, 429))
    assert 1 <= world.clock.now() - began <= 6


def test_a_large_answer_is_asked_for_in_smaller_pages() -> None:
    """Until it fits."""
    world = make_world(graph_payload_bytes=5000)
    fill(world, IDS[:1], 12)

    assert 12 == len(world.backend.open_graph(world.clock).list_groups(IDS[:1]).groups)
    assert count_queries(world, 400)


def test_a_missing_right_is_said() -> None:
    """Nothing is shown, and why."""
    world = make_world(not_actions=frozenset({"Microsoft.ResourceGraph/*"}))
    found = world.backend.open_graph(world.clock).list_groups(IDS[:1])

    assert (frozenset(), ()) == (found.shown, found.groups)
    assert isinstance(found.failure, ForbiddenError)


def page(*rows: Any, **more: Any) -> Says:
    """Return a page of rows."""
    return Says(
        200, {"totalRecords": len(rows), "count": len(rows), "resultTruncated": "false", "data": [*rows], **more}
    )


SHOWN = page({"id": f"/subscriptions/{IDS[0]}", "subscriptionId": IDS[0].upper()})
ROW = f"/subscriptions/{IDS[0]}/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroups/web"


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ((page({"id": "nonsense"}),), "has no id"),
        ((page({"id": ROW}, resultTruncated="true"),), "cut its answer short"),
        ((page({"id": ROW}, **{"$skipToken": "a"}), page(**{"$skipToken": "a"})), "does not end"),
        ((Says(200, {"data": {"rows": []}}),), "not that of Resource Graph"),
        ((Says(200, b"<html>"),), "not JSON"),
        ((error(400, "BadRequest", "some reason"),), "some reason"),
    ],
)
def test_an_answer_that_makes_no_sense_is_a_failure(answers: tuple[Says, ...], told: str) -> None:
    """It never looks as if there were fewer groups."""
    backend, _ = scripted(SHOWN, *answers)
    found = backend.open_graph(FakeClock()).list_groups(IDS[:1])

    assert (frozenset(), ()) == (found.shown, found.groups)
    assert told in str(found.failure)


def test_groups_of_other_subscriptions_are_left_out() -> None:
    """A server may answer anything."""
    backend, _ = scripted(SHOWN, page({"id": ROW}, {"id": ROW.replace(IDS[0], IDS[1])}))

    assert ["01/web"] == list_places(backend.open_graph(FakeClock()).list_groups(IDS[:1]))


@pytest.mark.parametrize("failure", [error(503, "ServiceUnavailable"), NoAnswerError("reset")])
def test_a_disturbance_is_waited_out(failure: Any) -> None:
    """A query only reads, so it is sent again; after the third time it is a failure."""
    backend, script = scripted(failure, SHOWN, failure, page({"id": ROW}))
    clock = FakeClock()

    assert 1 == len(backend.open_graph(clock).list_groups(IDS[:1]).groups)
    assert 4 == len(script.asked)

    backend, script = scripted(*[failure] * 9)
    found = backend.open_graph(clock).list_groups(IDS[:1])

    assert 3 == len(script.asked)
    assert found.failure is not None


@pytest.mark.parametrize(("told", "waited"), [("00:00:05", 50), ("99:00:00", 600), ("nonsense", 50)])
def test_an_endless_refusal_ends(told: str, waited: float) -> None:
    """As what it is, and after a time that no server can draw out."""
    backend, script = scripted(*[error(429, "RateLimiting", x_ms_user_quota_resets_after=told)] * 30)
    clock = FakeClock()
    found = backend.open_graph(clock).list_groups(IDS[:1])

    assert isinstance(found.failure, ThrottledError)
    assert 11 == len(script.asked)
    assert [] == script.slept
    assert waited == clock.now() - FakeClock().now()


def test_without_a_credential_nothing_works() -> None:
    """It is no reason to ask elsewhere."""
    backend, _ = scripted(error(401, "InvalidAuthenticationToken"))

    with pytest.raises(AuthenticationError):
        backend.open_graph(FakeClock()).list_groups(IDS[:1])


def find_modules(text: str) -> set[str]:
    """Return the modules of the package that hold a text."""
    files = (each for each in PACKAGE.rglob("*.py") if text in each.read_text(encoding="utf-8"))
    return {str(each.relative_to(PACKAGE)) for each in files}


def test_only_what_writes_nothing_asks_it() -> None:
    """A status and a drift check: whatever may lead to a write reads Azure Resource Manager."""
    asking = {"app/fleet_index.py", "app/owned_index.py"}

    assert asking == find_modules(".open_graph(")
    assert {"cli/commands/status.py"} == find_modules("import read_index")
    assert {"cli/commands/drift.py"} == find_modules("OwnedIndex()")
    assert {"cli/commands/drift.py"} == find_modules("check_drift(") - {"app/plan_checks.py"}
    assert {"app/plan_checks.py"} == find_modules(".make_searches(")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:00:03", 3.0), ("01:01:01.5", 3661.5), ("", None), ("3", None), ("00:00:-1", None), ("9" * 5000, None)],
)
def test_spans(text: str, seconds: float | None) -> None:
    """As the header has them."""
    assert seconds == read_span(text)
