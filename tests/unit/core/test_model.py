"""Ids and bodies: what is declared and what is live have one shape."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest
from factories import SUBSCRIPTION, body, group, rid

from aci_reconcile.core.errors import Where
from aci_reconcile.core.model import (
    CONTAINER_GROUPS,
    Lifecycle,
    Resource,
    ResourceId,
    Scope,
    as_list,
    as_number,
    as_object,
    as_text,
)

TEXT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/{CONTAINER_GROUPS}/web"


def test_an_id_is_written_as_azure_writes_it() -> None:
    """And read back."""
    assert TEXT == str(rid())
    assert rid() == ResourceId.parse(TEXT)
    assert f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop" == str(rid().scope)


def test_an_id_of_another_kind_is_read_however_it_is_spelled() -> None:
    """Each part stays as it is written."""
    read = ResourceId.parse("/SUBSCRIPTIONS/Sub/resourcegroups/Rg/Providers/My.Kind/things/Name")

    assert ResourceId("Sub", "Rg", "Name", "My.Kind/things") == read


@pytest.mark.parametrize(
    "text", ["", "web", TEXT + "/", TEXT + "/sub", "x" + TEXT, TEXT.rpartition("/")[0], TEXT.replace("rg-shop", "")]
)
def test_what_is_no_id_is_refused(text: str) -> None:
    """With the text, so that it can be found."""
    with pytest.raises(ValueError, match="not an ARM resource id: ") as raised:
        ResourceId.parse(text)

    assert f"not an ARM resource id: {text!r}" == str(raised.value)


def test_ids_that_differ_in_case_are_of_one_group() -> None:
    """ARM folds it."""
    shouted = ResourceId(SUBSCRIPTION.upper(), "RG-SHOP", "WEB", CONTAINER_GROUPS.upper())

    assert rid().key == shouted.key
    assert Scope("sub", "rg").key == Scope("SUB", "RG").key
    assert rid().key != rid("db").key


def test_people_name_a_group_by_its_address() -> None:
    """The resource group and the name."""
    assert ("rg-shop/web", "rg-shop/web") == (rid().address, group().address)


def test_another_body_keeps_everything_else() -> None:
    """Where it stands, what it says to us, and what is known of its secrets."""
    lifecycle, where = Lifecycle(protect=True), Where("a.yaml", 1, 1)
    changed = Resource(rid(), body(), lifecycle, where, plain=True).with_body({"location": "x"})

    assert (rid(), {"location": "x"}, lifecycle, where, True) == (
        changed.id,
        changed.body,
        changed.lifecycle,
        changed.where,
        changed.plain,
    )


@pytest.mark.parametrize("empty", [{}, {"tags": None, "properties": None}, {"tags": "x", "properties": [1]}])
def test_a_body_without_its_parts_has_empty_ones(empty: dict[str, Any]) -> None:
    """Nobody need ask first."""
    bare = Resource(rid(), empty)

    assert ({}, {}) == (bare.tags, bare.properties)


OBJECT, PROXY, LIST, TUPLE = {"a": 1}, MappingProxyType({"a": 1}), [1], (1,)


@pytest.mark.parametrize(
    ("value", "is_object", "is_list", "text"),
    [
        (OBJECT, True, False, ""),
        (PROXY, True, False, ""),
        (LIST, False, True, ""),
        (TUPLE, False, True, ""),
        ("text", False, False, "text"),
        (1, False, False, ""),
        (None, False, False, ""),
    ],
)
def test_a_value_of_another_kind_is_an_empty_one(value: Any, is_object: bool, is_list: bool, text: str) -> None:
    """What comes from outside may be anything."""
    assert (value if is_object else {}) == as_object(value)
    assert (list(value) if is_list else []) == list(as_list(value))
    assert text == as_text(value)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1.0),
        (1.5, 1.5),
        (0, 0.0),
        (True, None),
        ("1", None),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
    ],
)
def test_numbers(value: Any, number: float | None) -> None:
    """Finite ones; a flag is none."""
    assert number == as_number(value)
