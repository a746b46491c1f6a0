"""What differs between two normal forms. The only importer of deepdiff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, cast

from aci_reconcile.core.fields import FIELDS, ROOT, Kind, Node, Replaces
from aci_reconcile.core.fields.paths import Keys, below, display, walk
from aci_reconcile.core.normalize import is_same

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.model import Json
    from aci_reconcile.core.normalize import NormalForm

__all__ = [
    "ABSENT",
    "Absent",
    "FieldChange",
    "Replaces",
    "diff",
    "make_secret_change",
    "patch",
    "sort_changes",
    "split_leaves",
]


class Absent(Enum):
    """The side of a change on which there is nothing."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One difference.

    ``path`` is how people name it (``containers[web].environmentVariables[LOG_LEVEL]``): ARM's path without
    ``properties``, keyed entries by their key. ``before`` and ``after`` are normal-form values, complete sub-objects if
    one was added or removed, ``ABSENT`` if there is nothing. ``secret``: neither side may be shown.
    """

    path: str
    before: Json | Absent
    after: Json | Absent
    keys: Keys = ()
    replaces: Replaces = Replaces.NO
    secret: bool = False
    candidates: tuple[str, ...] = ()
    """Of a secret: the paths of which at least one changed, if one fingerprint covers several."""


def diff(before: NormalForm, after: NormalForm) -> tuple[FieldChange, ...]:
    """Return the differences in the field table's order: patching ``before`` with them gives ``after``."""
    if is_same(before, after):
        return ()
    found = {_cut(path) for path in _list_deepdiff_paths(*_drop_equal(before, after))}
    tops = sorted((keys for keys in found if not _is_covered(keys, found)), key=_make_order_key)
    return tuple(_make_change(keys, before, after) for keys in tops)


def sort_changes(changes: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
    """Return changes in the field table's order."""
    return tuple(sorted(changes, key=lambda each: _make_order_key(each.keys)))


def make_secret_change(path: str, *, before: bool, after: bool, candidates: tuple[str, ...] = ()) -> FieldChange:
    """Return the change of a write-only value, without its values."""
    sides = (None if before else ABSENT, None if after else ABSENT)
    return FieldChange(path, *sides, secret=True, candidates=candidates)


def patch(before: NormalForm, changes: Iterable[FieldChange]) -> NormalForm:
    """Return the normal form with the changes made; nothing is mutated."""
    result = before
    for change in changes:
        result = _patch_value(result, change.keys, change.after)
    return result


def split_leaves(change: FieldChange) -> tuple[FieldChange, ...]:
    """Split the change of an added or removed object into one change for each leaf, to show them."""
    side = change.after if change.before is ABSENT else change.before
    one_sided = change.before is ABSENT or change.after is ABSENT
    if not one_sided or not isinstance(side, Mapping) or not side:
        return (change,)
    below_it: list[FieldChange] = []
    for name in sorted(side, key=lambda name: _make_order_key((*change.keys, name))):
        keys = (*change.keys, name)
        before, after = (side[name], ABSENT) if change.after is ABSENT else (ABSENT, side[name])
        below_it += split_leaves(replace(change, path=display(ROOT, keys), keys=keys, before=before, after=after))
    return tuple(below_it)


def _list_deepdiff_paths(before: NormalForm, after: NormalForm) -> Iterable[list[str | int]]:
    """Yield the path of everything that DeepDiff reports.

    Names with two leading underscores are compared, too (an environment variable may have such a name), and so are
    objects that DeepDiff would report as a whole because they differ too much.
    """
    from deepdiff import DeepDiff

    found = cast(
        "Mapping[str, Any]",
        DeepDiff(before, after, view="tree", ignore_private_variables=False, threshold_to_diff_deeper=0),
    )
    for levels in found.values():
        for level in levels:
            yield level.path(output_format="list")


def _drop_equal(before: NormalForm, after: NormalForm) -> tuple[NormalForm, NormalForm]:
    """Return both without what is the same in both.

    DeepDiff makes objects for everything that it walks, the equal parts too: for one changed variable of a whole group
    it takes 3.5 ms and 1,700 objects, for the variable alone 1 ms and a hundred (measured).
    """
    left, right = dict(before), dict(after)
    for name in before.keys() & after.keys():
        old, new = before[name], after[name]
        if is_same(old, new):
            del left[name], right[name]
        elif isinstance(old, dict) and isinstance(new, dict):
            left[name], right[name] = _drop_equal(old, new)
    return left, right


def _cut(path: list[str | int]) -> Keys:
    """Return the path up to the first list: lists without keys are atoms."""
    keys: list[str] = []
    for key in path:
        if not isinstance(key, str):  # a position in a list without keys, such as a command: its order has a meaning
            break
        keys.append(key)
    return tuple(keys)


def _is_covered(keys: Keys, found: set[Keys]) -> bool:
    return any(keys[:length] in found for length in range(1, len(keys)))


def _make_change(keys: Keys, before: NormalForm, after: NormalForm) -> FieldChange:
    old, new = _get_value(before, keys), _get_value(after, keys)
    return FieldChange(display(ROOT, keys), old, new, keys, _replaces(keys, old, new))


def _get_value(form: Json, keys: Keys) -> Json | Absent:
    for key in keys:
        if not isinstance(form, Mapping) or key not in form:
            return ABSENT
        form = form[key]
    return form


def _patch_value(form: Json, keys: Keys, value: Json | Absent) -> NormalForm:
    result: NormalForm = dict(form) if isinstance(form, Mapping) else {}
    first, *rest = keys
    if rest:
        result[first] = _patch_value(result.get(first), tuple(rest), value)
    elif value is ABSENT:
        result.pop(first, None)
    else:
        result[first] = value
    return result


def _replaces(keys: Keys, before: Json | Absent, after: Json | Absent) -> Replaces:
    """Return whether the change replaces the group; the list decides about an added or removed entry."""
    *_, (_, parent, node) = walk(ROOT, keys)
    # Whether an entry can come or go in place is a question of its own: for containers, users' reports and the
    # documentation disagree, while the size of one that stays can never change.
    if parent is not None and parent.kind is Kind.LIST and (before is ABSENT or after is ABSENT):
        return _worst((parent.row.membership, parent.replaces))
    sides = [side for side in (before, after) if side is not ABSENT]
    return _worst(level for side in sides for level in _list_levels(side, node))


def _list_levels(value: Json, node: Node | None) -> Iterable[Replaces]:
    if node is not None:
        yield node.replaces
        if isinstance(value, Mapping):
            for name, inner in value.items():
                yield from _list_levels(inner, below(node, name))


def _worst(levels: Iterable[Replaces]) -> Replaces:
    return max(levels, key=lambda level: level.rank, default=Replaces.NO)


_RANK: Final = {row.path: rank for rank, row in enumerate(FIELDS)}


def _make_order_key(keys: Keys) -> tuple[tuple[int, str], ...]:
    """Order as the field table does, entries of lists and maps by name."""
    return tuple(
        (_RANK.get(node.row.path, len(_RANK)) if node is not None else len(_RANK), key)
        for key, _, node in walk(ROOT, keys)
    )
