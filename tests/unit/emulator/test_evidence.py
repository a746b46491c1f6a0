"""What the emulator believes has a source: each default, refusal and knob names a row, and nothing names another."""

from __future__ import annotations

import ast
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from unit.emulator.emulator_world import World, changed, container, group, public

from aci_reconcile.emulator import Knobs
from aci_reconcile.emulator.evidence import FACTS, rests_on

ROOT = Path(__file__).resolve().parents[3]
EMULATOR = ROOT / "aci_reconcile" / "emulator"
FIRST = "properties.containers.0"
TWICE = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
SECRET = {"name": "data", "secret": {"f": "YQ=="}}
# What nothing shows Azure refusing: taken, unless a knob asks for the code.
UNPROVEN: list[tuple[str, Any, str]] = [
    ("properties.containers", [container("web"), container("web")], "DuplicateContainerName"),
    ("properties.initContainers", [{"name": "web", "properties": {"image": "a"}}], "DuplicateContainerName"),
    (f"{FIRST}.properties.environmentVariables", TWICE, "DuplicateEnvironmentVariable"),
    (f"{FIRST}.properties.volumeMounts", [{"name": "data", "mountPath": "/d"}], "InvalidVolumeMount"),
    ("properties.volumes", [{"name": "data"}], "InvalidVolume"),
    ("properties.volumes", [{"name": "data", "emptyDir": {}, "secret": {}}], "InvalidVolume"),
]
# Calls that refuse, or fill in: each has to name its row.
CITING = {"ArmError", "invalid_update", "refuse", "missing", "Default", "knob", "setting"}


@cache
def calls() -> tuple[tuple[str, str, ast.Call], ...]:
    """Every call in the emulator: where it is, what it calls, and the call."""
    found: list[tuple[str, str, ast.Call]] = []
    for file in sorted(EMULATOR.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                found.append((f"{file.relative_to(EMULATOR)}:{node.lineno}", name, node))
    return tuple(found)


def fact_of(call: ast.Call) -> str:
    """The row that a call names, as it is written; empty where it names none."""
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "fact"), None)
    if isinstance(given, ast.Constant):
        return str(given.value)
    return "" if given is None else f"({ast.unparse(given)})"


def test_each_refusal_each_default_and_each_knob_names_its_row() -> None:
    """A belief without a source is not written down by mistake."""
    silent = [where for where, name, call in calls() if name in CITING and not fact_of(call)]
    passed_on = {fact_of(call) for _, name, call in calls() if name in CITING and fact_of(call).startswith("(")}

    assert [] == silent
    assert {"(fact)", "(known.fact)", "(row.fact)"} == passed_on


def test_every_row_is_named_somewhere_and_nothing_names_another() -> None:
    """The table holds what the code believes, no more and no less."""
    named = {fact_of(call) for _, _, call in calls()} - {"", "(fact)", "(known.fact)", "(row.fact)"}
    for _, name, call in calls():
        if name == "rests_on":
            named |= {str(ast.literal_eval(each)) for each in call.args}

    assert {fact.id for fact in FACTS} == named


def test_rows_have_ids_of_their_own_and_say_where() -> None:
    """One row for each belief."""
    assert len(FACTS) == len({fact.id for fact in FACTS})
    assert [] == [fact.id for fact in FACTS if not (fact.statement and fact.where)]
    assert [] == [fact.id for fact in FACTS if fact.id != fact.id.lower().replace(" ", "-")]


def test_every_knob_rests_on_a_row() -> None:
    """Also those that are the emulator's own."""
    known = {fact.id for fact in FACTS}

    assert [] == [knob.name for knob in fields(Knobs) if knob.metadata["fact"] not in known]


def test_a_belief_that_the_table_lacks_is_an_error_at_once() -> None:
    """Not only when a test looks."""
    with pytest.raises(LookupError):
        rests_on("no-such-row")


@pytest.mark.parametrize(("path", "value", "code"), UNPROVEN)
def test_what_nothing_shows_refused_is_taken_unless_it_is_asked_for(path: str, value: Any, code: str) -> None:
    """By its code, or with all of them."""
    body = changed(group(), path, value)

    assert 201 == World().put("web", body).status
    for asked in (code, "all"):
        world = World(Knobs(unproven_refusals=frozenset({asked})))

        assert (400, code) == world.code(world.put("web", body))


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        (
            {"ipAddress": public(80, 80), "containers": [container("web", ports=[{"port": 80}])]},
            "DuplicateIpAddressPort",
        ),
        (
            {
                "volumes": [SECRET],
                "containers": [container("web", volumeMounts=[{"name": "data", "mountPath": "/a"}] * 2)],
            },
            "InvalidVolumeMount",
        ),
        (
            {
                "imageRegistryCredentials": [{"server": "r.io", "identity": "i"}] * 2,
                "containers": [container("a"), container("b")],
            },
            "DuplicateImageRegistryServer",
        ),
        (
            {"volumes": [SECRET], "containers": [container("web", volumeMounts=[{"name": "data", "mountPath": ""}])]},
            "InvalidVolumeMount",
        ),
    ],
)
def test_unproven_refusals_that_need_two_properties(properties: Any, code: str) -> None:
    """Likewise."""
    strict = World(Knobs(unproven_refusals=frozenset({"all"})))

    assert 201 == World().put("web", group(**properties)).status
    assert (400, code) == strict.code(strict.put("web", group(**properties)))
