"""The laws of differences, on a body and the same body with one edit: no leaf may go unseen, no spelling may count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edits import Edit, compared_fields, edits, every_edit, means, rewrites
from factories import OWNER, make_plan, policy, rid
from hypothesis import given
from hypothesis import strategies as st
from strategies import echoed

from aci_reconcile.core import tags
from aci_reconcile.core.diff import Replaces, diff, patch
from aci_reconcile.core.fields import Kind
from aci_reconcile.core.model import Resource
from aci_reconcile.core.normalize import digest, is_same, normalize
from aci_reconcile.planning import Action, Impact

if TYPE_CHECKING:
    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.normalize import NormalForm


def test_every_edit_of_every_field_is_seen() -> None:
    """Not one field of the table can change unseen, in none of the ways in which it can change."""
    tried = list(every_edit())
    scalars_and_lists = {nodes[-1].row.path for nodes in compared_fields() if nodes[-1].kind is not Kind.OBJECT}

    assert [] == [
        (edit.path, edit.what) for edit in tried if not _is_seen(normalize(edit.before), normalize(edit.after))
    ]
    assert set() == scalars_and_lists - {edit.path for edit in tried}


def _is_seen(before: NormalForm, after: NormalForm) -> bool:
    """Whether two forms differ for every way of asking, and the difference leads from one to the other."""
    changes = diff(before, after)
    differ = not is_same(before, after) and not is_same(after, before) and digest(before) != digest(after)
    return differ and bool(changes) and is_same(patch(before, changes), after)


@given(edits())
def test_an_edit_is_seen(edit: Edit) -> None:
    """One leaf, one entry, one key: the difference shows, and so does another digest."""
    before, after = normalize(edit.before), normalize(edit.after)

    assert not is_same(before, after)
    assert not is_same(after, before)
    assert diff(before, after)
    assert digest(before) != digest(after)


@given(edits())
def test_an_edit_is_told_once_and_undone_by_its_reverse(edit: Edit) -> None:
    """The difference of one edit is one change, and it leads there and back."""
    before, after = normalize(edit.before), normalize(edit.after)
    there, back = diff(before, after), diff(after, before)

    assert is_same(after, patch(before, there))
    assert is_same(before, patch(after, back))
    assert [(each.keys, each.before, each.after) for each in there] == [
        (each.keys, each.after, each.before) for each in back
    ]


@given(rewrites())
def test_another_spelling_is_no_edit(edit: Edit) -> None:
    """Case where Azure folds it, 1.0 for 1, defaults, nulls, empty lists, the order of what has no order."""
    before, after = normalize(edit.before), normalize(edit.after)

    assert is_same(before, after)
    assert () == diff(before, after)
    assert digest(before) == digest(after)


@given(edits(), st.integers(0, 2**32))
def test_an_edit_is_planned(edit: Edit, seed: int) -> None:
    """Where live is as the manifest was, however Azure spells it, an edit costs what the table says."""
    desired, there = Resource(rid(), edit.after), _owned(echoed(edit.before, seed))
    (change,) = make_plan([desired], [there], policy(allow_replace=1, max_share=1)).changes

    if _names_a_profile(edit):  # what a profile says is compared with nothing; it has tests of its own
        return
    if _is_left_to_azure(edit):
        assert not change.writes
    elif _is_a_tag(edit):
        assert Impact.TAGS_ONLY is change.impact
    elif not edit.touches_a_key:
        assert _expected(edit) is change.action


def _owned(body: dict[str, Any]) -> Resource:
    """Return a live group of ours, settled."""
    properties = {**(body.get("properties") or {}), "provisioningState": "Succeeded"}
    return Resource(rid(), {**body, "properties": properties, "tags": {**(body.get("tags") or {}), tags.OWNER: OWNER}})


def _names_a_profile(edit: Edit) -> bool:
    named = [each.get("properties") or {} for each in (edit.before, edit.after)]
    return any(each.get(name) is not None for each in named for name in ("containerGroupProfile", "standbyPoolProfile"))


def _is_a_tag(edit: Edit) -> bool:
    return edit.path.startswith("tags")


def _is_left_to_azure(edit: Edit) -> bool:
    """Whether the edit takes away what Azure fills in by itself, or a tag, which stays until it is set to null."""
    if _is_a_tag(edit):
        return edit.what in {"a property less", "a key less"}
    return edit.what == "a property less" and _is_filled_in(edit.value, edit.where[-1])


def _is_filled_in(value: Any, node: Node) -> bool:
    """Whether all that an object holds is what Azure fills in."""
    if node.row.filled_in:
        return True
    if node.kind is not Kind.OBJECT or not isinstance(value, dict) or node.row.presence:
        return not means(value, node)
    return all(_is_filled_in(each, node.children[name]) for name, each in value.items() if name in node.children)


def _expected(edit: Edit) -> Action:
    """Return what the field table says that an edit costs."""
    node = edit.where[-1]
    levels = {node.replaces, *_levels(edit.value, node)}
    if edit.what in {"an entry more", "an entry less"} and node.row.key:
        levels = {node.row.membership, node.replaces}
    return Action.REPLACE if Replaces.YES in levels else Action.UPDATE


def _levels(value: Any, node: Node) -> set[Replaces]:
    """Return what the fields of a value cost that comes or goes as a whole."""
    if isinstance(value, dict) and node.kind is Kind.OBJECT:
        known = [(each, node.children[name]) for name, each in value.items() if name in node.children]
        inner = [_levels(each, child) for each, child in known if means(each, child)]
    elif isinstance(value, dict) and node.item is not None:
        inner = [_levels(each, node.item) for each in value.values()]
    elif isinstance(value, list) and node.item is not None:
        inner = [_levels(each, node.item) for each in value]
    else:
        inner = []
    return {node.replaces}.union(*inner)
