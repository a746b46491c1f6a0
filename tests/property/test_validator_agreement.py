"""The quick validator and the one whose complaints are shown agree about every body."""

from __future__ import annotations

import copy
import json
import math
from functools import cache
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from factories import body, container
from hypothesis import given
from hypothesis import strategies as st
from strategies import JSON, bodies

from aci_reconcile.manifest import load_schema

ODD: tuple[Any, ...] = (
    None,
    True,
    "",
    [],
    {},
    [None],
    {"": None},
    0,
    -1,
    -0.0,
    0.5,
    1.0,
    1e308,
    5e-324,
    2**31,
    2**53 + 1,
    2**63,
    2**64,
    10**30,
    -(10**30),
    "x" * 1000,
    "\x00",
    "\U0001f600" * 63,
    "e\u0301",
    "${VALUE}",
)
ENDLESS = (math.nan, math.inf, -math.inf)


@cache
def _validators() -> tuple[Any, Any]:
    wanted = load_schema("container-group")
    return jsonschema_rs.Draft7Validator(wanted), jsonschema.Draft7Validator(wanted)


def verdicts(value: Any) -> tuple[bool, bool]:
    """Return what the two say of a body."""
    quick, slow = _validators()
    return quick.is_valid(value), slow.is_valid(value)


def named(value: dict[str, Any]) -> dict[str, Any]:
    """Return the body with a name, as the loader shows it."""
    return {"name": "checked-elsewhere", **value}


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every list or object within the value, with each of its keys."""
    here = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [(value, key) for key in here] + [place for key in here for place in places(value[key])]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a body in which none to three values were replaced, removed or put in a wrong place."""
    value = named(copy.deepcopy(draw(bodies())))
    for _ in range(draw(st.integers(0, 3))):
        spots = places(value)
        held, key = spots[draw(st.integers(0, len(spots) - 1))]
        what = draw(st.sampled_from(["odd", "json", "remove", "twice", "unknown"]))
        if what == "remove":
            del held[key]
        elif what == "twice":
            held[key] = [copy.deepcopy(held[key])] * 2
        elif what == "unknown" and isinstance(held, dict):
            held[draw(st.sampled_from(["colour", "Name", "", "$ref"]))] = draw(JSON)
        else:
            held[key] = draw(JSON) if what == "json" else copy.deepcopy(draw(st.sampled_from(ODD)))
        if not value:
            break
    return value


@given(mutated())
def test_they_agree_about_bodies(value: dict[str, Any]) -> None:
    """Of the right shape, or with wrong types, missing and unknown members, numbers of any size, texts of any kind."""
    quick, slow = verdicts(value)

    assert quick is slow


@given(JSON)
def test_they_agree_about_any_json(value: Any) -> None:
    """Most of which is no group at all."""
    quick, slow = verdicts(value)

    assert quick is slow


FIELDS: dict[str, tuple[Any, ...]] = {
    "the whole": (),
    "location": ("location",),
    "tags": ("tags",),
    "a tag": ("tags", "a"),
    "containers": ("properties", "containers"),
    "cpu": ("properties", "containers", 0, "properties", "resources", "requests", "cpu"),
    "image": ("properties", "containers", 0, "properties", "image"),
    "environment": ("properties", "containers", 0, "properties", "environmentVariables"),
    "port": ("properties", "ipAddress", "ports", 0, "port"),
    "zones": ("zones",),
}


def with_value(path: tuple[Any, ...], odd: Any) -> Any:
    """Return a valid body with something odd at one place."""
    if not path:
        return odd
    address = {"type": "Public", "ports": [{"port": 80}]}
    value: Any = named(body(container(environmentVariables=[]), tags={"a": "b"}, ipAddress=address))
    value["zones"] = ["1"]
    held = value
    for key in path[:-1]:
        held = held[key]
    held[path[-1]] = odd
    return value


@pytest.mark.parametrize("field", FIELDS)
def test_they_agree_about_odd_values(field: str) -> None:
    """Each at each of these places."""
    disagreed = [odd for odd in ODD if len(set(verdicts(with_value(FIELDS[field], odd)))) > 1]

    assert [] == disagreed


@pytest.mark.parametrize("field", FIELDS)
def test_what_is_no_number_is_never_waved_through(field: str) -> None:
    """JSON has none of them: where the quick one says yes, so does the other."""
    values = [with_value(FIELDS[field], odd) for odd in ENDLESS]

    assert [] == [value for value in values if verdicts(value) == (True, False)]


def test_the_plain_body_is_valid_to_both() -> None:
    """Or the other tests would compare two refusals."""
    plain = with_value(("location",), "westeurope")

    assert (True, True) == verdicts(plain)
    assert (True, True) == verdicts(json.loads(json.dumps(plain)))
