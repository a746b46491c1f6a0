"""Single values, typed from their source text."""

from __future__ import annotations

import pytest

from aci_reconcile.core.fields import Kind
from aci_reconcile.manifest import CODES
from aci_reconcile.manifest.syntax.scalars import choose, read_scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("true", True),
        ("False", False),
        ("no", "no"),
        ("12", 12),
        ("-1.5", -1.5),
        ("1e3", 1000.0),
        ("0o17", 15),
        ("0x1F", 31),
        ("1:30", "1:30"),
        ("2019-12-01", "2019-12-01"),
        ("1_0", "1_0"),
    ],
)
def test_free_values_follow_the_core_schema(text: str, value: object) -> None:
    """Where the schema leaves it open, plain scalars mean what YAML 1.2 says, and quoted ones are texts."""
    plain, quoted = read_scalar(Kind.ANY, text, plain=True), read_scalar(Kind.ANY, text, plain=False)

    assert (value, type(value)) == (plain.value, type(plain.value))
    assert text == quoted.value


@pytest.mark.parametrize("text", [".inf", "-.INF", ".nan", "1e999"])
def test_what_json_does_not_know(text: str) -> None:
    """Infinity and NaN are refused wherever they stand."""
    assert [CODES["ACI125"]] * 2 == [read_scalar(kind, text, plain=True).code for kind in (Kind.ANY, Kind.NUMBER)]


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1), ("+1", 1), ("1.0", 1), ("1e2", 100), (".5", None), ("1.5", None), ("9" * 31, None)]
)
def test_whole_numbers(text: str, value: int | None) -> None:
    """A fraction that is none is a whole number; one that is, and one without end, is not."""
    reading = read_scalar(Kind.INTEGER, text, plain=True)

    assert value == reading.value
    assert reading.failed is (value is None)


@pytest.mark.parametrize(
    ("text", "word"),
    [("linux", "Linux"), ("LINUX", "Linux"), ("Lin ux", "Linux"), ("linx", None), ("", None)],
)
def test_words_are_matched_without_case_and_spaces(text: str, word: str | None) -> None:
    """As ARM does it."""
    assert word == choose(text, ("Linux", "Windows"))
