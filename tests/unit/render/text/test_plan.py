"""The text of a plan beyond the golden files: widths, verbosity, stable strings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from aci_reconcile.core.diff import FieldChange
from aci_reconcile.core.model import Resource, ResourceId
from aci_reconcile.core.secret import Secret
from aci_reconcile.planning.values import Action, Blocker, Change, Impact, Plan, Unreadable
from aci_reconcile.render.header import Header
from aci_reconcile.render.json.plan import render_plan_json
from aci_reconcile.render.rows import format_path
from aci_reconcile.render.text.plan import render_plan_text
from aci_reconcile.render.text.style import PLAIN

SUBSCRIPTION = "12345678-0000-0000-0000-000000000000"
SCHEMA = json.loads((Path(__file__).parents[4] / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))
HEADER = Header("shop/prod", SUBSCRIPTION)
IMAGE = FieldChange("containers[web].image", "shop/web:" + "1" * 300, "shop/web:" + "1" * 299 + "2")


def update(*fields: FieldChange) -> Change:
    """Return an update of one group."""
    side = Resource(ResourceId(SUBSCRIPTION, "rg", "web"), {})
    return Change(side.id, Action.UPDATE, Impact.RESTART, side, side, fields)


def no_op(name: str = "api") -> Change:
    """Return a group that is as declared."""
    return Change(ResourceId(SUBSCRIPTION, "rg", name), Action.NO_OP)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_values_end_at_the_edge(width: int) -> None:
    """A long value is cut at the edge of the width, whatever it is."""
    lines = render_plan_text(Plan("shop", (update(IMAGE),)), HEADER, PLAIN, width=width).splitlines()

    assert width == max(len(line) for line in lines if "1111" in line)


def test_a_cut_value_shows_the_difference() -> None:
    """Both sides are cut around the place at which they part."""
    text = render_plan_text(Plan("shop", (update(IMAGE),)), HEADER, PLAIN)

    assert [True, True] == [f'{end}"' in text for end in ("1111", "1112")]


@pytest.mark.parametrize("width", [40, 60, 80])
def test_the_name_of_a_missing_secret_is_never_cut(width: int) -> None:
    """It is what the reader has to set, so the note about it wraps."""
    name = "SHOP_PRODUCTION_PAYMENTS_API_KEY"
    secret = Secret.unavailable(f"${{env:{name}}}", f"the environment variable {name} is not set")
    body: Any = {
        "properties": {
            "containers": [
                {"name": "web", "properties": {"environmentVariables": [{"name": "KEY", "secureValue": secret}]}}
            ]
        }
    }
    side = Resource(ResourceId(SUBSCRIPTION, "rg", "web"), body)
    path = "containers[web].environmentVariables[KEY]"
    change = Change(side.id, Action.UPDATE, Impact.TAGS_ONLY, side, side, not_compared=(path,))
    text = render_plan_text(Plan("shop", (change,)), HEADER, PLAIN, width=width)
    told = text[text.index("(secret not compared") :].split(")")[0]

    assert f"(secret not compared: the environment variable {name} is not set" == " ".join(told.split())


def test_tags_that_nobody_sees_are_told_too() -> None:
    """Where only the secrets' fingerprint is written, the line says so: no change is without one."""
    side = Resource(ResourceId(SUBSCRIPTION, "rg", "web"), {})
    text = render_plan_text(
        Plan("shop", (Change(side.id, Action.UPDATE, Impact.TAGS_ONLY, side, side),)), HEADER, PLAIN
    )

    assert "  ~ rg/web [tags only]\n    + tags.aci-reconcile-secrets (fingerprint of the secrets)\n" in text


def test_verbose_cuts_nothing() -> None:
    """Verbose shows values and the subscription whole, and names what is unchanged."""
    text = render_plan_text(Plan("shop", (update(IMAGE), no_op())), HEADER, PLAIN, width=40, verbose=True)

    assert (
        f"""\
aci-reconcile will perform these actions (project shop/prod, subscription {SUBSCRIPTION}):

  ~ rg/web [restart in place]
      containers[web].image
          "{IMAGE.before}" -> "{IMAGE.after}"

    rg/api is unchanged

Plan: 0 to add, 1 to change, 0 to destroy.
      1 to restart, 1 unchanged."""
        == text
    )


def crowd(size: int) -> Plan:
    """Return a plan that creates so many groups."""
    groups = [Resource(ResourceId(SUBSCRIPTION, "rg", f"g{at}"), {"location": "westeurope"}) for at in range(size)]
    return Plan("shop", tuple(Change(each.id, Action.CREATE, after=each) for each in groups))


def test_limits_are_told_where_they_matter() -> None:
    """In the text between the verdict and what holds the plan back; in the JSON as a member of its own."""
    told = (
        "\n\nAzure's documented limits (100 creations in 5 minutes and 300 an hour per region) make this take about "
        "1 h 5 min; the apply paces itself by what Azure answers."
    )
    many, few = crowd(401), crowd(100)

    assert render_plan_text(many, HEADER, PLAIN).endswith(f"Plan: 401 to add, 0 to change, 0 to destroy.{told}")
    assert told not in render_plan_text(few, HEADER, PLAIN)
    assert {"seconds": 3900, "limit": "creations", "count": 401, "location": "westeurope"} == document(many)["limits"]
    assert "limits" not in document(few)
    jsonschema_rs.validate(SCHEMA, document(many))


def document(plan: Plan) -> Any:
    """Return the JSON of a plan."""
    return json.loads(render_plan_json(plan, HEADER, tool_version="0.1.0"))


def test_the_sample_of_the_documentation() -> None:
    """The golden sample is the one that docs/cli.md shows."""
    root = Path(__file__).parents[4]
    page = root / "docs" / "cli.md"
    golden = (root / "tests" / "golden" / "plan" / "sample" / "expected.txt").read_text(encoding="utf-8")

    assert golden in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "plan",
    [
        Plan("shop", (no_op(),), unreadable=(Unreadable("rg/web", "no answer"),)),
        Plan("shop", (no_op(),), blockers=(Blocker("owner", "rg/web belongs to ops", ("rg/web",), ""),)),
        Plan("shop", (update(),)),
    ],
)
def test_no_changes_is_a_claim(plan: Plan) -> None:
    """The plan says that nothing changes only where everything was read and nothing is held back."""
    text = render_plan_text(plan, HEADER, PLAIN)

    assert (False, True) == ("No changes." in text, "Plan: 0 to add, " in text)


def test_a_remark_that_does_not_fit_stands_by_the_path() -> None:
    """Where the value moves below its path, the remark stays with the path."""
    change = update(IMAGE)
    told = Change(
        change.id, change.action, change.impact, change.before, change.after, (IMAGE,), in_azure=(IMAGE.path,)
    )

    assert "containers[web].image  # changed in Azure\n" in render_plan_text(Plan("shop", (told,)), HEADER, PLAIN)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("containers[web].environmentVariables[A].value", "containers[web].environmentVariables[A]"),
        ("containers[web].environmentVariables[A].secureValue", "containers[web].environmentVariables[A]"),
        ("containers[web].environmentVariables[A]", "containers[web].environmentVariables[A]"),
        ("extensions[x].value", "extensions[x].value"),
    ],
)
def test_an_environment_variable_goes_by_its_name(path: str, expected: str) -> None:
    """Whether its value is secret makes no other path of it."""
    assert expected == format_path(path)


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        (1, "rg/g1: no answer"),
        (4, "rg/g1, rg/g2, rg/g3, rg/g4: no answer"),
        (5, "rg/g1, rg/g2, rg/g3 and 2 more: no answer"),
    ],
)
def test_what_failed_for_many_at_once_is_told_once(groups: int, told: str) -> None:
    """A list that cannot be had fails each of its groups; another failure has a line of its own."""
    failed = [Unreadable(f"rg/g{number}", "no answer") for number in range(1, groups + 1)]
    text = render_plan_text(Plan("shop", unreadable=(*failed, Unreadable("rg/other", "403"))), HEADER, PLAIN)

    assert [f"Error: {told}", "Error: rg/other: 403"] == [each for each in text.splitlines() if "Error" in each]
    assert f"{groups + 1} could not be read or compared" in text


def test_a_place_wraps_where_a_line_ends() -> None:
    """The first line names the place, which may be long; no name in it is broken, as one searches for names."""
    header = replace(HEADER, project="front-office/production", endpoint="local emulator")
    text = render_plan_text(Plan("shop", (update(IMAGE),)), header, PLAIN, width=80)

    first = text.split("\n\n", maxsplit=1)[0]
    assert first.splitlines() == [
        "aci-reconcile will perform these actions (project front-office/production,",
        "subscription 1234…, endpoint local emulator):",
    ]
