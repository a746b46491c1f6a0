"""The quick comparison never says that two bodies are the same where the thorough one sees a difference."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from edits import Edit, edits, every_edit, rewrites
from hypothesis import given
from hypothesis import strategies as st
from strategies import bodies, echoed

from aci_reconcile.core.diff import diff
from aci_reconcile.core.echo import is_echo
from aci_reconcile.core.normalize import align, normalize

if TYPE_CHECKING:
    from collections.abc import Iterable


def check(live: Any, declared: Any) -> None:
    """Hold both against each other."""
    if is_echo(live, declared):
        after = normalize(declared)
        before, unknown = align(normalize(live), after)
        assert ((), ()) == (diff(before, after), unknown)


@given(edits(), st.integers(0, 2**32))
def test_a_body_and_the_same_with_one_edit(edit: Edit, seed: int) -> None:
    """Whichever of them is declared, and however Azure spells the other."""
    for live, declared in ((edit.before, edit.after), (edit.after, edit.before), (edit.after, edit.after)):
        check(live, declared)
        check(echoed(live, seed), declared)


@given(rewrites())
def test_another_spelling(edit: Edit) -> None:
    """It may be one or the other: never the wrong one."""
    check(edit.before, edit.after)
    check(edit.after, edit.before)


def test_every_edit_of_every_field() -> None:
    """Not one field can change unseen, and nearly all of them are recognized if they do not change."""
    tried = list(every_edit())
    for edit in tried:
        check(edit.before, edit.after)
        check(edit.after, edit.before)

    assert sum(is_echo(edit.after, copy.deepcopy(edit.after)) for edit in tried) > len(tried) * 0.8


@given(bodies(), st.integers(0, 2**32))
def test_what_azure_adds(declared: dict[str, Any], seed: int) -> None:
    """A default, something empty, what it computes: said or not, the answer is never wrong."""
    check(echoed(declared, seed), declared)
    check({**copy.deepcopy(declared), "id": "/x", "name": "x", "type": "y"}, declared)
    for live in _with_one_more(declared):
        check(live, declared)


def _with_one_more(declared: dict[str, Any]) -> Iterable[dict[str, Any]]:
    properties: dict[str, Any] = declared.get("properties", {})
    for value in ("", "x", 0, 1, True, None, [], {}, [1], {"a": 1}):
        yield {**declared, "unknown": value}
        yield {**declared, "properties": {**properties, "osType": value}}
        yield {**declared, "properties": {**properties, "instanceView": value}}
        for name in ("ipAddress", "diagnostics", "extensions"):
            yield {**declared, "properties": {**properties, name: {"type": value, "logAnalytics": {"x": value}}}}
