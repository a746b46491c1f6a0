"""A saved plan looks like the plan that it is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from azure_world import AzureWorld
from factories import container, group, make_plan, rid
from hypothesis import given, settings
from saved_plans import HEADER, kept, origin
from strategies import bodies
from thoroughness import up_to

from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.core.secret import Secret
from aci_reconcile.planning.values import Unreadable
from aci_reconcile.render.text.plan import render_plan_text
from aci_reconcile.render.text.style import PLAIN
from aci_reconcile.saved import add_seal, make_document, render_saved_text

if TYPE_CHECKING:
    from aci_reconcile.planning import Plan


def shown(proposal: Plan, *desired: Resource) -> str:
    """Return the text of the saved plan, up to what is told of the file."""
    saved = add_seal(make_document(proposal, origin(proposal, *desired)), created=0, expires=60).document
    return render_saved_text(saved, PLAIN, problems=(), verbose=True).partition("\n\nPlan digest:")[0]


def secretive(*names: str, suffix: str = "") -> Resource:
    """Return a group with some secrets."""
    variables = [{"name": name, "secureValue": Secret(name + suffix, source=f"env:{name}")} for name in names]
    return group("web", container(environmentVariables=variables), lifecycle=Lifecycle(protect=True))


ADDRESS = {"type": "Public", "ports": [{"port": 80}], "dnsNameLabel": "shop"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], [group("web", ipAddress=ADDRESS), group("db", identity=None)]),
        ([group("web")], [group("web")]),
        ([group("web", container(image="nginx:1"))], [group("web", container(image="nginx:2"), tags={"a": "b"})]),
        ([group("web", ipAddress=ADDRESS)], [group("web", osType="Windows", ipAddress=ADDRESS), group("db")]),
        ([group("web"), group("old")], [group("db")]),
        ([secretive("A")], [secretive("A", suffix="x")]),
        ([secretive("A", "B")], [secretive("A", "B", suffix="x")]),
    ],
    ids=["create", "nothing", "update", "replace", "prune", "secret", "secrets"],
)
def test_it_is_shown_as_it_was(before: list[Resource], after: list[Resource]) -> None:
    """Line by line, in the author's order, with what holds it back."""
    world = AzureWorld()
    if before:
        world.apply(*before)
    proposal = world.plan(*after, prune=True, max_deletes=0)

    assert render_plan_text(proposal, HEADER, PLAIN, verbose=True) == shown(proposal, *after)


@settings(max_examples=up_to(50))
@given(body=bodies(secrets=True))
def test_any_body_comes_back(body: dict[str, Any]) -> None:
    """Whatever a manifest may hold, a saved plan of it can be shown."""
    desired = Resource(rid(), body)
    proposal = make_plan([desired], [], AzureWorld().plan(group()).policy)
    saved = add_seal(make_document(proposal, origin(proposal)), created=0, expires=60).document
    told = render_saved_text(saved, PLAIN, problems=(), verbose=True).partition("\n\nPlan digest:")[0]

    assert render_plan_text(proposal, HEADER, PLAIN, verbose=True) == told


def test_what_could_not_be_read_is_told() -> None:
    """A plan that is not complete says so, still."""
    world = AzureWorld()
    proposal = make_plan(
        [group("web"), group("db")],
        [],
        world.plan(group()).policy,
        unreadable=(Unreadable("rg-shop/db", "Forbidden"),),
    )

    assert render_plan_text(proposal, HEADER, PLAIN, verbose=True) == shown(proposal, group("web"), group("db"))


def test_the_file_has_its_own_lines() -> None:
    """When it was saved, how long it is good, what is missing, and why it is stale."""
    world = AzureWorld()
    missing = {"name": "A", "secureValue": Secret.unavailable("env:A", "not set")}
    saved = kept(world, group("web", container(environmentVariables=[missing])))
    told = render_saved_text(saved, PLAIN, problems=("one", "two\n  three"))

    assert [
        "Missing: rg-shop/web needs env:A: not set",
        "",
        f"Plan digest: {saved['plan_digest']}",
        "Saved at 2023-11-14T22:13:20.000Z by aci-reconcile 0.1.0, valid until 2023-11-21T22:13:20.000Z.",
        "",
        "Stale: one",
        "Stale: two",
        "  three",
    ] == told.splitlines()[-8:]
