"""How values look, and which are not to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aci_reconcile.core.model import Body, Resource, ResourceId
from aci_reconcile.core.secret import Secret
from aci_reconcile.planning.values import Action, Change
from aci_reconcile.render.values import (
    conceal,
    cut,
    find_difference,
    find_hidden_texts,
    flatten,
    format_value,
    is_entry,
)

if TYPE_CHECKING:
    from aci_reconcile.core.model import Json

GROUP = ResourceId("sub", "rg", "web")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        (4, "4"),
        ("a\nb", r'"a\nb"'),
        ([], "[]"),
        (["a", 1, None], '["a", 1, null]'),
        ({"a": {"b": ["c"]}}, '{"a": {"b": ["c"]}}'),
        (Secret("hunter2"), "(secret)"),
        (["a", Secret("hunter2")], '["a", (secret)]'),
    ],
)
def test_show(value: Json, expected: str) -> None:
    """Values are JSON on one line; secrets are redacted wherever they stand."""
    assert expected == format_value(value)


@pytest.mark.parametrize(
    ("room", "around", "expected"),
    [
        (10, 0, "0123456789"),
        (5, 0, "0123…"),
        (5, 9, "…6789"),
        (5, 5, "…567…"),
        (1, 0, "…"),
    ],
)
def test_cut(room: int, around: int, expected: str) -> None:
    """A text is cut at the edge, around the position that matters."""
    assert expected == cut("0123456789", room, around=around)


@pytest.mark.parametrize(("left", "right", "expected"), [("abc", "abd", 2), ("abc", "abcd", 3), ("", "", 0)])
def test_parting(left: str, right: str, expected: int) -> None:
    """Two texts part where they first differ, or where the shorter one ends."""
    assert expected == find_difference(left, right)


def test_flatten() -> None:
    """Leaves come in the author's order, keyed entries by their key, nulls left out."""
    body: Body = {
        "tags": {"b": "2", "a": "1", "gone": None},
        "properties": {
            "containers": [{"name": "web", "properties": {"ports": [{"port": 80}], "command": ["x"], "image": None}}],
            "volumes": [],
            "novelty": [{"x": None}],
        },
    }

    assert [
        (("tags", "b"), "2"),
        (("tags", "a"), "1"),
        (("properties", "containers", "web", "properties", "ports", "80/TCP"), {}),
        (("properties", "containers", "web", "properties", "command"), ["x"]),
        (("properties", "volumes"), []),
        (("properties", "novelty"), [{"x": None}]),
    ] == list(flatten(body))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("tags", "team"), True),
        (("properties", "volumes", "data"), True),
        (("properties", "volumes", "data", "emptyDir"), False),
        (("properties", "novelty", "x"), False),
    ],
)
def test_is_entry(keys: tuple[str, ...], expected: bool) -> None:
    """Entries of maps and keyed lists are told from properties."""
    assert expected is is_entry(keys)


def test_a_live_text_that_is_now_a_secret_is_hidden() -> None:
    """What was readable in Azure and is a secret of the manifest is concealed; what the manifest shows is not."""
    before = Resource(GROUP, {"tags": {"a": "hunter2", "b": "1", "c": "other"}})
    after = Resource(GROUP, {"tags": {"b": "1"}, "properties": {"x": [Secret("hunter2"), Secret("1"), Secret("")]}})
    hidden = find_hidden_texts(Change(GROUP, Action.UPDATE, before=before, after=after))

    assert '{"a": (secret), "b": "1", "c": ["other", (secret)]}' == format_value(
        conceal({"a": "hunter2", "b": "1", "c": ["other", "hunter2"]}, hidden)
    )


def test_a_write_only_value_is_guarded_whatever_its_type() -> None:
    """What Azure never returns is shown nowhere, be it a text that nobody declared secret, or JSON of one's own."""
    settings: Json = {"key": "hunter2", "deep": [1, {"x": "hunter2"}], "none": None}
    volume: Json = {"name": "v", "secret": {"file": "aHVudGVyMg=="}}
    body: Body = {
        "properties": {
            "extensions": [{"name": "e", "properties": {"version": "1", "protectedSettings": settings}}],
            "volumes": [volume],
        }
    }

    assert [
        '"1"',
        "(secret)",
        '[(secret), {"x": (secret)}]',
        "(secret)",
    ] == [format_value(value) for _, value in flatten(body)]


def test_nothing_is_hidden_where_a_side_is_missing() -> None:
    """Without a manifest, or without a live group, there is nothing to hide."""
    resource = Resource(GROUP, {"tags": {"a": Secret("hunter2")}})
    created = Change(GROUP, Action.CREATE, after=resource)
    deleted = Change(GROUP, Action.DELETE, before=resource)

    assert frozenset() == find_hidden_texts(created) | find_hidden_texts(deleted)
