"""The rows as a tree, made once at import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.fields.model import Field, Kind, Node, Replaces

if TYPE_CHECKING:
    from collections.abc import Iterable


def build(rows: Iterable[Field]) -> Node:
    """Return the root object whose descendants are the rows.

    Raises:
        ValueError: two rows have one path, or a row hangs in the air.
    """
    by_parent: dict[str, list[Field]] = {}
    paths = {""}
    for row in rows:
        parent = _parent(row.path)
        if row.path in paths or parent not in paths:
            raise ValueError(f"field table: {row.path} stands twice, or before what holds it")
        paths.add(row.path)
        by_parent.setdefault(parent, []).append(row)
    return _node(Field("", Kind.OBJECT, "A container group."), Replaces.NO, by_parent, write_only=False)


def _parent(path: str) -> str:
    if path.endswith("[]"):
        return path.removesuffix("[]")
    return path.rpartition(".")[0]


def _node(row: Field, inherited: Replaces, by_parent: dict[str, list[Field]], *, write_only: bool) -> Node:
    replaces = max(row.replaces, inherited, key=lambda each: each.rank)
    hidden = write_only or row.write_only
    below = {each.name: _node(each, replaces, by_parent, write_only=hidden) for each in by_parent.get(row.path, ())}
    compared = not (row.computed or row.untold or hidden)
    confides = row.confidential or any(each.confides for each in below.values())
    if row.kind in {Kind.LIST, Kind.MAP}:
        item = next(iter(below.values()), None)
        return Node(row, row.kind, replaces, hidden, item=item, compared=compared, confides=confides)
    lowered = {name.lower(): name for name in below}
    required = tuple(name for name, each in below.items() if each.row.required)
    chosen = tuple((name, *each.row.computed_beside) for name, each in below.items() if each.row.computed_beside)
    return Node(
        row,
        row.kind,
        replaces,
        hidden,
        below,
        lowered=lowered,
        required=required,
        compared=compared,
        confides=confides,
        chosen=chosen,
    )
