"""What differs between two normal forms, in which order and words it is told, and what it costs."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from factories import body, container

from aci_reconcile.core.diff import ABSENT, FieldChange, Replaces, diff, make_secret_change, patch, split_leaves
from aci_reconcile.core.fields import Fold
from aci_reconcile.core.normalize import align, digest, fold, is_same, normalize, secrets_of
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from aci_reconcile.core.normalize import NormalForm


def test_equal_forms_do_not_differ() -> None:
    """Nothing is looked at any closer, and nothing is told."""
    form = normalize(body())

    assert () == diff(form, form)
    assert () == diff({}, {})


def test_differences_come_in_the_order_of_the_field_table() -> None:
    """A plan reads the same whatever order a manifest has; what nobody knows comes last."""
    before = normalize(body(container(image="a"), tags={"t": "1"}))
    after = normalize(body(container(image="b", command=["x"]), tags={"t": "2"}, restartPolicy="Never", zzz=1))

    assert [
        "tags.t",
        "restartPolicy",
        "containers[web].image",
        "containers[web].command",
        "zzz",
    ] == [each.path for each in diff(before, after)]


def test_entries_come_in_the_order_of_their_names() -> None:
    """Neither Azure's order nor that of a hash decides."""
    before = normalize(body(container("b"), container("a"), container("c")))
    after = normalize(body(*(container(name, image="x") for name in "cab")))

    assert [f"containers[{name}].image" for name in "abc"] == [each.path for each in diff(before, after)]


def test_what_lies_below_a_difference_is_not_told_again() -> None:
    """A list without keys is one value, however many of its parts are others."""
    before: dict[str, Any] = {"properties": {"containers": {"web": {"properties": {"command": ["a", "b"]}}}}}
    after: dict[str, Any] = {"properties": {"containers": {"web": {"properties": {"command": ["x", "y", "z"]}}}}}

    (change,) = diff(before, after)

    assert (["a", "b"], ["x", "y", "z"]) == (change.before, change.after)


def test_sides_without_anything_are_absent() -> None:
    """``ABSENT`` is not null: a tag that is set to null says something."""
    (came,), (went,) = diff({}, {"location": "x"}), diff({"location": "x"}, {})

    assert (ABSENT, "x") == (came.before, came.after)
    assert ("x", ABSENT) == (went.before, went.after)


def test_something_where_there_was_a_text_replaces_it() -> None:
    """Patching goes through what is no object."""
    before: dict[str, Any] = {"tags": "x"}
    after: dict[str, Any] = {"tags": {"a": "1"}}

    assert after == patch(before, diff(before, after))
    assert before == patch(after, diff(after, before))


def test_patching_away_what_is_not_there_is_nothing() -> None:
    """A change made twice is made once."""
    (gone,) = diff({"location": "x"}, {})

    assert {} == patch(patch({"location": "x"}, [gone]), [gone])


@pytest.mark.parametrize(
    ("before", "after", "sides"),
    [(True, True, (None, None)), (False, True, (ABSENT, None)), (True, False, (None, ABSENT))],
)
def test_a_secret_tells_that_it_came_changed_or_went(before: bool, after: bool, sides: tuple[Any, Any]) -> None:
    """Never from what to what."""
    change = make_secret_change("password", before=before, after=after, candidates=("a", "b"))

    assert FieldChange("password", *sides, secret=True, candidates=("a", "b")) == change


def test_leaves_of_what_came_and_of_what_went() -> None:
    """Each leaf on the side on which it is, in the table's order."""
    thing: dict[str, Any] = {"ports": {"80/TCP": {}}, "type": "Public", "dnsNameLabel": "shop"}
    (came,) = diff({"properties": {}}, {"properties": {"ipAddress": thing}})
    (went,) = diff({"properties": {"ipAddress": thing}}, {"properties": {}})
    paths = ["ipAddress.ports[80/TCP]", "ipAddress.type", "ipAddress.dnsNameLabel"]

    assert list(zip(paths, [ABSENT] * 3, [{}, "Public", "shop"], strict=True)) == [
        (each.path, each.before, each.after) for each in split_leaves(came)
    ]
    assert list(zip(paths, [{}, "Public", "shop"], [ABSENT] * 3, strict=True)) == [
        (each.path, each.before, each.after) for each in split_leaves(went)
    ]


@pytest.mark.parametrize("sides", [("a", "b"), ({"x": 1}, {"y": 1}), (ABSENT, {}), (ABSENT, [1])])
def test_what_is_no_object_that_came_or_went_is_its_own_leaf(sides: tuple[Any, Any]) -> None:
    """There is nothing to take apart."""
    change = FieldChange("x", *sides, keys=("x",))

    assert (change,) == split_leaves(change)


def test_an_object_that_comes_costs_what_its_worst_field_costs() -> None:
    """The address of a group can only be had by a recreation where one of its fields can."""
    (change,) = diff({"properties": {}}, {"properties": {"ipAddress": {"type": "Private"}}})

    assert Replaces.YES is change.replaces


@pytest.mark.parametrize(
    ("before", "after", "cost"),
    [
        (body(container()), body(container(), container("two")), Replaces.MAY),
        (body(container(), container("two")), body(container()), Replaces.MAY),
        (body(container(command=["a"])), body(container(command=["b"])), Replaces.NO),
        (body(zzz=1), body(zzz=2), Replaces.NO),
    ],
)
def test_what_a_change_costs(before: dict[str, Any], after: dict[str, Any], cost: Replaces) -> None:
    """An entry that comes or goes is judged as such, another value by its own field."""
    (change,) = diff(normalize(before), normalize(after))

    assert cost is change.replaces


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (MappingProxyType({"a": 1}), {"a": 1}, True),
        (MappingProxyType({"a": 1}), {"a": 2}, False),
        ({"a": 1}, MappingProxyType({"a": 1, "b": 2}), False),
        (["a"], "a", False),
        ("a", ["a"], False),
        ([], {}, False),
        (1, 1.0, True),
        (1, True, False),
        (False, 0, False),
        (None, None, True),
        ("1", 1, False),
    ],
)
def test_same(left: Any, right: Any, equal: bool) -> None:
    """Equal by value; a number is no flag, and a list no text."""
    assert equal is is_same(left, right)


def test_a_digest_takes_any_text() -> None:
    """Half a character, as a broken editor leaves it, is a text, too."""
    assert digest({"tags": {"a": "\ud800"}}) != digest({"tags": {"a": "\ud801"}})


def test_folding() -> None:
    """Spaces count where only case is folded."""
    assert ["A b", "a b", "ab"] == [fold("A b", how) for how in (Fold.NOTHING, Fold.CASE, Fold.SPACES)]


def test_what_became_empty_and_still_means_something_stays() -> None:
    """An entry of a list, and an empty directory, are there although all in them is left to Azure."""
    live = normalize(
        {"properties": {"subnetIds": [{"id": "/a", "name": "made"}], "volumes": [{"name": "data", "emptyDir": {}}]}}
    )

    kept, unknown = align(live, {})

    assert ({"properties": {"subnetIds": {"/a": {}}, "volumes": {"data": {"emptyDir": {}}}}}, ()) == (kept, unknown)


def test_what_holds_nothing_but_what_azure_fills_in_goes() -> None:
    """A manifest need not answer for it."""
    live = normalize({"properties": {"confidentialComputeProperties": {"ccePolicy": "filled in"}}})

    assert ({}, ()) == align(live, {})


def test_names_of_identities_fold_case() -> None:
    """ARM ids come back in other spellings."""
    given: dict[str, Any] = {"identity": {"type": "UserAssigned", "userAssignedIdentities": {"/Subscriptions/A": {}}}}
    told: dict[str, Any] = {"identity": {"type": "UserAssigned", "userAssignedIdentities": {"/subscriptions/a": {}}}}

    assert is_same(normalize(given), normalize(told))


def test_secrets_of_lists_without_keys_go_by_their_place() -> None:
    """JSON of the author's own shape counts text by text."""
    settings: dict[str, Any] = {"list": [Secret("a"), {"deep": Secret("b")}], "text": Secret("c")}
    extension: dict[str, Any] = {
        "name": "x",
        "properties": {"extensionType": "t", "version": "1", "protectedSettings": settings},
    }

    assert [
        "extensions[x].protectedSettings.list[0]",
        "extensions[x].protectedSettings.list[1].deep",
        "extensions[x].protectedSettings.text",
    ] == list(secrets_of({"properties": {"extensions": [extension]}}))


def test_patching_goes_through_what_is_no_object() -> None:
    """Something stands there that has to give way."""
    inside = FieldChange("tags.a", ABSENT, "1", ("tags", "a"))

    assert {"tags": {"a": "1"}, "location": "x"} == patch({"tags": "x", "location": "x"}, [inside])
    assert {"tags": {"a": "1"}} == patch({}, [inside])


def test_patching_leaves_the_form_as_it_was() -> None:
    """At every depth."""
    form: dict[str, Any] = {"tags": {"a": "0"}}

    assert {"tags": {"a": "1"}} == patch(form, [FieldChange("tags.a", "0", "1", ("tags", "a"))])
    assert {"tags": {"a": "0"}} == form


def test_what_comes_as_a_whole_costs_what_the_deepest_of_it_costs() -> None:
    """An address cannot change its type in place, however far down that stands."""
    address: NormalForm = {"properties": {"ipAddress": {"type": "Private"}}}

    assert (FieldChange("", ABSENT, address["properties"], ("properties",), Replaces.YES),) == diff({}, address)
