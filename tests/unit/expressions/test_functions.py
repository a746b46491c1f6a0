"""The functions of templates, judged by the values that Microsoft documents, without any evaluator."""

from __future__ import annotations

from typing import Any

import pytest

from aci_reconcile.expressions.functions import JOINING, PLAIN
from aci_reconcile.expressions.hashes import make_guid, make_unique_string
from aci_reconcile.expressions.values import ExpressionError, Part, Text, check_size, join

ALL = {**JOINING, **PLAIN}


@pytest.mark.parametrize(
    ("expected", "name", "arguments"),
    [
        # Template functions, string
        ("b25lLCB0d28sIHRocmVl", "base64", ("one, two, three",)),
        ("one, two, three", "base64ToString", ("b25lLCB0d28sIHRocmVl",)),
        ({"one": "a", "two": "b"}, "base64ToJson", ("eyJvbmUiOiAiYSIsICJ0d28iOiAiYiJ9",)),
        (True, "contains", ("OneTwoThree", "e")),
        (False, "contains", ("OneTwoThree", "z")),
        (True, "contains", ({"one": "a"}, "ONE")),
        (True, "contains", (["one", "two"], "two")),
        (True, "endsWith", ("abcdef", "ef")),
        (True, "endsWith", ("abcdef", "F")),
        (False, "endsWith", ("abcdef", "e")),
        ("Hello, John Smith. Formatted text.", "format", ("{0}, {1}. Formatted text.", "Hello", "John Smith")),
        ("O", "first", ("One Two Three",)),
        ("one", "first", (["one", "two", "three"],)),
        (1, "indexOf", ("test", "e")),
        (0, "indexOf", ("abcdef", "A")),
        (3, "lastIndexOf", ("test", "t")),
        (-1, "indexOf", ("abcdef", "z")),
        (3, "length", (["one", "two", "three"],)),
        (13, "length", ("One Two Three",)),
        ("0000000123", "padLeft", ("123", 10, "0")),
        ("1231231234", "replace", ("123-123-1234", "-", "")),
        (["two", "three"], "skip", (["one", "two", "three"], 1)),
        ("two three", "skip", ("one two three", 4)),
        (["one", "two", "three"], "split", ("one,two,three", ",")),
        (["one", "two", "three"], "split", ("one;two,three", [",", ";"])),
        (True, "startsWith", ("abcdef", "AB")),
        ("two", "substring", ("one two three", 4, 3)),
        (["one", "two"], "take", (["one", "two", "three"], 2)),
        ("on", "take", ("one two three", 2)),
        ("one two three", "toLower", ("One Two Three",)),
        ("ONE TWO THREE", "toUpper", ("One Two Three",)),
        ("one two three", "trim", ("    one two three   ",)),
        ("http://contoso.com/resources/nested/azuredeploy.json", "uri",
         ("http://contoso.com/resources/", "nested/azuredeploy.json")),
        ("http%3A%2F%2Fcontoso.com%2Fresources%2Fnested%2Fazuredeploy.json", "uriComponent",
         ("http://contoso.com/resources/nested/azuredeploy.json",)),
        # Template functions, array and object
        ([5, 6, 7], "range", (5, 3)),
        (["efgh"], "array", ("efgh",)),
        (["1-1", "1-2", "2-1"], "concat", (["1-1", "1-2"], ["2-1"])),
        (0, "min", ([0, 3, 2, 5, 4],)),
        (5, "max", (0, 3, 2, 5, 4)),
        (["one", "two", "three", "four"], "union", (["one", "two", "three"], ["three", "four"])),
        ({"one": "a", "two": "b", "three": "c2"}, "union", ({"one": "a", "two": "b"}, {"three": "c2"})),
        (True, "empty", ({},)),
        ([1, 2, 3, 4], "flatten", ([[1, 2], [3, 4]],)),
        # Template functions, numeric and logical
        (8, "add", (5, 3)),
        (2, "div", (8, 3)),
        (1, "mod", (7, 3)),
        (15, "mul", (5, 3)),
        (4, "sub", (7, 3)),
        (4, "int", ("4",)),
        (True, "bool", ("true",)),
        (False, "bool", (0,)),
        (False, "not", (True,)),
        (True, "equals", ({"a": 1}, {"a": 1})),
        (False, "less", ("b", "a")),
        ("[1,2]", "string", ([1, 2],)),
        ("True", "string", (True,)),
    ],
)  # fmt: skip
def test_a_function_gives_what_is_documented(expected: object, name: str, arguments: tuple[Any, ...]) -> None:
    """The examples of ARM's reference of template functions."""
    assert expected == ALL[name.lower()](*arguments)


def test_a_unique_string_is_azures() -> None:
    """The value that Microsoft's azapi provider tests for; and each length of the last word of eight bytes counts."""
    subscription = "/subscriptions/00000000-0000-0000-0000-000000000000"

    assert "cwvxuqg24sifi" == make_unique_string(subscription, "resource-id")
    assert 9 == len({make_unique_string("x" * length) for length in range(1, 10)})
    assert make_unique_string("a", "b") == make_unique_string("a-b") != make_unique_string("A-b")


def test_a_guid_is_named_by_its_texts() -> None:
    """A UUID of version 5; the documentation says namespace and hyphens."""
    found = make_guid("a", "b")

    assert ("5", make_guid("a-b")) == (found[14], found)


def test_a_text_keeps_what_is_not_known() -> None:
    """Known texts beside each other become one; an unknown part alone stays itself."""
    part = Part()

    assert Text(("a1", part, "b")) == join(["a", 1, part, "", Text(("b",))])
    assert part is join([part, ""])


def test_size_and_depth_are_limited() -> None:
    """What doubles a few dozen times must not fill the memory."""
    deep: Any = 1
    for _ in range(50):
        deep = [deep]

    with pytest.raises(ExpressionError, match="nested too deep"):
        check_size(deep)
    with pytest.raises(ExpressionError, match="too large"):
        check_size(["x" * 2**19] * 3)
