"""Carrying over: a field that ``lifecycle.ignore`` leaves to others keeps its live value in every write.

Azure does not tell all of a live value: what it withholds is taken from the manifest where that declares it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from aci_reconcile.core.fields import ROOT, Fold, Kind, Node
from aci_reconcile.core.fields.paths import Keys, along, below, parse
from aci_reconcile.core.model import as_list, as_object
from aci_reconcile.core.normalize import entry_key
from aci_reconcile.core.withheld import with_declared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.model import Body, Json


def carry_over(desired: Body, live: Body, paths: tuple[str, ...]) -> Body:
    """Return the desired body with the live value at each of these paths, present or absent, and its own secrets there.

    What leads into an entry of a list that the live body does not have is as declared, as in a group that is created.

    Raises:
        ValueError: a path names no field, or one that Azure never returns.
    """
    for path in paths:
        desired = cast("Body", _carried(desired, live, ignorable(path), ROOT))
    return desired


def ignorable(path: str) -> Keys:
    """Return the keys of a path that ``lifecycle.ignore`` may hold.

    Raises:
        ValueError: it names no field, or one that Azure never returns and that can therefore not be carried over.
    """
    keys = parse(ROOT, path)
    if keys is None:
        raise ValueError(f"{path}: no such field")
    node: Node | None = ROOT
    for key in keys:
        node = below(node, key)
    if node is not None and node.write_only:
        raise ValueError(f"{path}: Azure never returns this field, so it cannot be carried over")
    return tuple(_folded(key, parent) for key, parent, _ in along(ROOT, keys))


def _folded(key: str, parent: Node | None) -> str:
    """Return the key of an entry as the normal form has it: a server or a protocol may be spelled in any way."""
    if parent is None or parent.kind is not Kind.LIST or not parent.row.key:
        return key
    names = parent.row.key
    if names == ("",):
        return entry_key(key, parent)
    return entry_key(dict(zip(names, key.split("/") if len(names) > 1 else [key], strict=False)), parent)


def entry_lacking(body: Body, keys: Keys) -> Keys:
    """Return the keys of the entry of a list that a body lacks and that a path leads into; empty where there is none.

    The entry that the path itself names may be lacking: somebody else adds it.
    """
    at = next((at for at, value in enumerate(_along(body, keys), 1) if value is None and _is_entry(keys[:at])), 0)
    return keys[:at] if at < len(keys) else ()


def entry_names(body: Body, keys: Keys) -> tuple[str, ...]:
    """Return the keys of the entries of the list at a place of a body."""
    *_, (_, _, node) = along(ROOT, keys)
    return tuple(entry_key(each, node) for each in as_list(value_at(body, keys))) if node is not None else ()


def value_at(body: Body, keys: Keys) -> Json:
    """Return what stands at a place of a body; None where nothing does."""
    return [body, *_along(body, keys)][-1]


def _along(body: Body, keys: Keys) -> Iterator[Json]:
    """Yield what stands at each step of a way through a body."""
    value: Json = body
    for key, parent, _ in along(ROOT, keys):
        if parent is not None and parent.kind is Kind.LIST:
            value = next((each for each in as_list(value) if entry_key(each, parent) == key), None)
        else:
            members = as_object(value)
            value = members.get(spelled(key, members, parent))
        yield value


def _is_entry(keys: Keys) -> bool:
    *_, (_, parent, _) = along(ROOT, keys)
    return parent is not None and parent.kind is Kind.LIST


def _carried(desired: Json, live: Json, keys: Keys, node: Node | None) -> Json:
    """Return ``desired`` with what ``live`` has at ``keys``; None where neither has anything."""
    if not keys:
        return with_declared(live, desired, node)
    rest = keys[1:]
    if node is not None and node.kind is Kind.LIST and node.item is not None:
        return _carried_entry(desired, live, keys, node)
    theirs, members = as_object(live), dict(as_object(desired))
    here, first = spelled(keys[0], members, node), spelled(keys[0], theirs, node)
    value = _carried(members.get(here), theirs.get(first), rest, below(node, first))
    if value is None or (isinstance(value, Mapping) and not value and first not in theirs):
        members.pop(here, None)
    elif first in theirs and here != first:
        members = {(first if name == here else name): each for name, each in members.items()} | {first: value}
    else:
        members[here] = value
    return members or (None if desired is None else {})


def spelled(name: str, members: Body, node: Node | None) -> str:
    """Return a name as an object spells it; in a map whose names fold, another spelling is the same name."""
    if name in members or node is None or not (node.row.caseless or node.row.folds is Fold.CASE):
        return name
    return next((each for each in members if each.lower() == name.lower()), name)


def _carried_entry(desired: Json, live: Json, keys: Keys, node: Node) -> Json:
    """Return the list with one entry carried over, in its place; entries that only live has come last.

    Nobody else can have set anything in an entry that live does not have: it is made as it is declared.
    """
    wanted, theirs = list(as_list(desired)), list(as_list(live))
    here = [position for position, each in enumerate(wanted) if entry_key(each, node) == keys[0]]
    there = [each for each in theirs if entry_key(each, node) == keys[0]]
    if (not here or not there) and (len(keys) > 1 or not (here or there)):
        return desired
    if not here:
        return [*wanted, there[0]]
    value = _carried(wanted[here[0]], there[0] if there else None, keys[1:], node.item)
    return [*wanted[: here[0]], *([] if value is None else [value]), *wanted[here[0] + 1 :]]
