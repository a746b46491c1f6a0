"""Carrying over: a field in ``lifecycle.ignore`` keeps its live value in every write.

Azure withholds secrets of a live value; they are taken from the manifest if it declares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from aci_reconcile.core.fields import ROOT, Fold, Kind, Node
from aci_reconcile.core.fields.paths import Keys, below, parse, walk
from aci_reconcile.core.model import as_list, as_object
from aci_reconcile.core.normalize import entry_key
from aci_reconcile.core.withheld import with_declared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.model import Body, Json


def carry_over(desired: Body, live: Body, paths: tuple[str, ...]) -> Body:
    """Return the desired body with the live value, or its absence, at each of these paths; declared secrets stay.

    List entries that the live body does not have stay as declared, as in a new group.

    Raises:
        ValueError: a path names no field, or one that Azure never returns.
    """
    for path in paths:
        desired = cast("Body", _carry(desired, live, parse_ignorable(path), ROOT))
    return desired


def parse_ignorable(path: str) -> Keys:
    """Return the keys of a path in ``lifecycle.ignore``.

    Raises:
        ValueError: it names no field, or one that Azure never returns and that can therefore not be carried over.
    """
    keys = parse(ROOT, path)
    if keys is None:
        raise ValueError(f"{path}: no such field")
    node: Node | None = ROOT
    for key in keys:
        node = below(node, key)
    if node is not None and node.write_only:  # nothing could be carried over, and the write would remove it
        raise ValueError(f"{path}: Azure never returns this field, so it cannot be carried over")
    return tuple(_fold_key(key, parent) for key, parent, _ in walk(ROOT, keys))


def _fold_key(key: str, parent: Node | None) -> str:
    """Return the key of a list entry in the normal form's spelling, such as a server in lower case."""
    if parent is None or parent.kind is not Kind.LIST or not parent.row.key:
        return key
    names = parent.row.key
    if names == ("",):
        return entry_key(key, parent)
    return entry_key(dict(zip(names, key.split("/") if len(names) > 1 else [key], strict=False)), parent)


def find_missing_entry(body: Body, keys: Keys) -> Keys:
    """Return the keys of the list entry that a path leads into and that a body lacks; empty if it lacks none.

    The entry that the path itself names may be missing: somebody else adds it.
    """
    at = next((at for at, value in enumerate(_walk(body, keys), 1) if value is None and _is_entry(keys[:at])), 0)
    return keys[:at] if at < len(keys) else ()


def list_entry_keys(body: Body, keys: Keys) -> tuple[str, ...]:
    """Return the keys of all entries of a list in a body."""
    *_, (_, _, node) = walk(ROOT, keys)
    return tuple(entry_key(each, node) for each in as_list(value_at(body, keys))) if node is not None else ()


def value_at(body: Body, keys: Keys) -> Json:
    """Return the value at a place of a body; None if there is none."""
    return [body, *_walk(body, keys)][-1]


def _walk(body: Body, keys: Keys) -> Iterator[Json]:
    """Yield the value at each step of a path through a body."""
    value: Json = body
    for key, parent, _ in walk(ROOT, keys):
        if parent is not None and parent.kind is Kind.LIST:
            value = next((each for each in as_list(value) if entry_key(each, parent) == key), None)
        else:
            members = as_object(value)
            value = members.get(find_spelling(key, members, parent))
        yield value


def _is_entry(keys: Keys) -> bool:
    *_, (_, parent, _) = walk(ROOT, keys)
    return parent is not None and parent.kind is Kind.LIST


def _carry(desired: Json, live: Json, keys: Keys, node: Node | None) -> Json:
    """Return ``desired`` with the live value at ``keys``; None if neither has one."""
    if not keys:
        return with_declared(live, desired, node)
    rest = keys[1:]
    if node is not None and node.kind is Kind.LIST and node.item is not None:
        return _carry_entry(desired, live, keys, node)
    theirs, members = as_object(live), dict(as_object(desired))
    here, first = find_spelling(keys[0], members, node), find_spelling(keys[0], theirs, node)
    value = _carry(members.get(here), theirs.get(first), rest, below(node, first))
    # Absent live means absent in the write, too; so does an object that only held what was carried over.
    if value is None or (isinstance(value, Mapping) and not value and first not in theirs):
        members.pop(here, None)
    elif first in theirs and here != first:  # Azure's spelling stays, or the write would rename a tag
        members = {(first if name == here else name): each for name, each in members.items()} | {first: value}
    else:
        members[here] = value
    return members or (None if desired is None else {})


def find_spelling(name: str, members: Body, node: Node | None) -> str:
    """Return a name as an object spells it; some maps ignore case."""
    if name in members or node is None or not (node.row.caseless or node.row.folds is Fold.CASE):
        return name
    return next((each for each in members if each.lower() == name.lower()), name)


def _carry_entry(desired: Json, live: Json, keys: Keys, node: Node) -> Json:
    """Return the list with one entry carried over in place; an entry that only live has comes last.

    An entry that live does not have stays as declared: nobody else can have set anything in it.
    """
    wanted, theirs = list(as_list(desired)), list(as_list(live))
    here = [position for position, each in enumerate(wanted) if entry_key(each, node) == keys[0]]
    there = [each for each in theirs if entry_key(each, node) == keys[0]]
    if (not here or not there) and (len(keys) > 1 or not (here or there)):
        return desired
    if not here:
        return [*wanted, there[0]]
    value = _carry(wanted[here[0]], there[0] if there else None, keys[1:], node.item)
    return [*wanted[: here[0]], *([] if value is None else [value]), *wanted[here[0] + 1 :]]
