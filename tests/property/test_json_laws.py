"""JSON for files and terminals: what is written fast is what the standard library writes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.render.escape import dump

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
KEYS = st.text() | st.integers() | st.booleans() | st.none()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner)
    | st.dictionaries(KEYS, inner, max_size=2),
)  # fmt: skip


@given(VALUES, st.sampled_from([None, 2, 4]))
def test_a_document_is_what_the_library_writes(value: object, indent: int | None) -> None:
    """Byte by byte, but for DEL, which a terminal must not get."""
    assert json.dumps(value, indent=indent, allow_nan=False).replace("\x7f", r"\u007f") == dump(value, indent=indent)


@pytest.mark.parametrize("wrong", [float("nan"), {"a": [float("inf")]}])
def test_what_json_has_no_word_for_is_refused(wrong: object) -> None:
    """As the library refuses it."""
    with pytest.raises(ValueError, match="JSON"):
        dump(wrong)
