"""A body, and the same body with one edit.

Two bodies grown apart differ in so many places that no single field ever decides whether they are equal. Here one leaf
is another one, one list is longer or shorter, one key has come or gone; or nothing that means anything has changed.
What an edit means is worked out from the field table alone, without the code that is tested.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from strategies import URLS, bodies

from aci_reconcile.core.fields import ROOT, UNSET, Fold, Kind, Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SALT = "~"
"""A character that the random bodies never hold."""


_LONGEST_REPR = 5_000


@dataclass(frozen=True, slots=True, repr=False)
class Edit:
    """One edit: what the body was and is, and the field that was touched."""

    before: dict[str, Any]
    after: dict[str, Any]
    what: str
    where: tuple[Node, ...]
    """The nodes from the root's child down to the one that was touched."""
    value: Any = None
    """What was put there or taken away, where something came or went."""

    def __repr__(self) -> str:
        return f"{self.what} at {self.path}: {self.before!r} -> {self.after!r}"[:_LONGEST_REPR]

    def _repr_pretty_(self, printer: Any, cycle: bool, /) -> None:
        """Print it for Hypothesis, which would print the nodes otherwise, and all that is below them."""
        printer.text(repr(self))

    @property
    def path(self) -> str:
        """The path of the field that was touched."""
        return self.where[-1].row.path if self.where else ""

    @property
    def touches_a_key(self) -> bool:
        """Whether an entry of a keyed list was renamed, which is one entry less and another one more."""
        above = [node.row.key for node in self.where[:-1]]
        return bool(above) and any(self.where[-1].row.name in key for key in above)


def every_edit() -> Iterator[Edit]:
    """Yield, for each field of the table in a body of its own, every edit of it that means something."""
    for nodes in compared_fields():
        body = _holding(nodes, _pair(nodes[-1]))
        yield from (edit for edit in _meaningful(body) if edit.where == nodes)


def compared_fields(node: Node = ROOT, above: tuple[Node, ...] = ()) -> Iterator[tuple[Node, ...]]:
    """Yield the way to every field that is compared."""
    inner = node.children.values() if node.kind is Kind.OBJECT else [node.item] if node.item is not None else []
    for each in inner:
        if each.compared:
            yield (*above, each)
            yield from compared_fields(each, (*above, each))


def _pair(node: Node) -> Any:
    """Return a value with two of whatever there can be two of."""
    if node.kind is Kind.LIST and node.item is not None:
        first, second = _sample(node.item), copy.deepcopy(_sample(node.item))
        if isinstance(second, dict):
            second.update({name: f"{second.get(name)}2" for name in node.row.key if isinstance(second.get(name), str)})
            second.update({name: 7 for name in node.row.key if isinstance(second.get(name), int)})
        return [first, second if isinstance(second, dict) else f"{second}2"]
    if node.kind is Kind.MAP and node.item is not None:
        return {"__a": _sample(node.item), "b": _sample(node.item)}
    return "__Text" if node.kind is Kind.STRING and not node.row.enum else _sample(node)


def _holding(nodes: tuple[Node, ...], value: Any) -> dict[str, Any]:
    """Return the smallest body that has a value at the end of a way."""
    for node, above in zip(reversed(nodes), (*reversed(nodes[:-1]), ROOT), strict=True):
        if above.kind is Kind.LIST:
            value = [value]
        elif above.kind is Kind.MAP:
            value = {"__a": value}
        else:
            needed = {name: _sample(each) for name, each in above.children.items() if each.row.required}
            value = {**needed, node.row.name: value}
    body: dict[str, Any] = value
    return body


_Spot = tuple[Any, tuple[Node, ...], tuple[str | int, ...]]
"""A value, the nodes that lead to it, and the way to it."""


def edits(*, secrets: bool = False) -> st.SearchStrategy[Edit]:
    """Return edits that change what a body means."""
    return st.tuples(bodies(secrets=secrets), st.integers(0, 9999)).map(lambda drawn: _picked(_meaningful, *drawn))


def rewrites() -> st.SearchStrategy[Edit]:
    """Return edits that change nothing but the spelling."""
    return st.tuples(bodies(), st.integers(0, 9999)).map(lambda drawn: _picked(_meaningless, *drawn))


def _picked(edits_of: Callable[[dict[str, Any]], Iterable[Edit]], body: dict[str, Any], number: int) -> Edit:
    found = tuple(edits_of(body))
    return found[number % len(found)]


def _spots(value: Any, nodes: tuple[Node, ...], way: tuple[str | int, ...]) -> Iterator[_Spot]:
    """Yield every value that the table describes, from the outside in."""
    node = nodes[-1] if nodes else ROOT
    yield value, nodes, way
    if isinstance(value, dict) and node.kind is Kind.OBJECT:
        for name, each in value.items():
            if name in node.children and not _is_computed(node.children[name], value):
                yield from _spots(each, (*nodes, node.children[name]), (*way, name))
    elif isinstance(value, dict) and node.kind is Kind.MAP and node.item is not None:
        for name, each in value.items():
            yield from _spots(each, (*nodes, node.item), (*way, name))
    elif isinstance(value, list) and node.kind is Kind.LIST and node.item is not None:
        for index, each in enumerate(value):
            yield from _spots(each, (*nodes, node.item), (*way, index))


def _is_computed(node: Node, beside: dict[str, Any]) -> bool:
    """Whether Azure says what a property is, always or beside what else its object says."""
    name, value = node.row.computed_beside or ("", "")
    return node.row.computed or (bool(name) and str(beside.get(name, "")).lower() == value.lower())


def _meaningful(body: dict[str, Any]) -> Iterator[Edit]:
    for value, nodes, way in _spots(body, (), ()):
        node = nodes[-1] if nodes else ROOT
        if not all(each.compared for each in nodes):  # such as a flag below a standby pool, which Azure never returns
            continue
        for what, other in _others(value, node):
            yield Edit(body, _with(body, way, other), what, nodes)
        if isinstance(value, dict) and node.kind is Kind.OBJECT:
            for what, child, other in _members(value, node):
                name = child.row.name
                moved = other[name] if name in other else value[name]
                yield Edit(body, _with(body, way, other), what, (*nodes, child), moved)


def _others(value: Any, node: Node) -> Iterator[tuple[str, Any]]:
    """Yield values that mean something else."""
    if node.row.enum:
        yield "another choice", next(each for each in node.row.enum if each.lower() != str(value).lower())
    elif node.kind is Kind.MAP and node.item is not None:
        yield from _maps(value, node, node.item)
    elif node.kind is Kind.LIST and node.item is not None:
        yield from _lists(value, node, node.item)
    elif value is not None:
        yield from _scalars(value, node)


def _scalars(value: Any, node: Node) -> Iterator[tuple[str, Any]]:
    match node.kind:
        case Kind.STRING:
            yield "a letter more", value + SALT
            if value:
                yield "a text less", "" if node.row.default != "" else SALT
            if node.row.folds is Fold.NOTHING and value.swapcase() != value:
                yield "other case", value.swapcase()
        case Kind.INTEGER | Kind.NUMBER:
            yield "one more", value + 1
            if node.kind is Kind.NUMBER:
                yield "a little more", value + 0.25
        case Kind.BOOLEAN:
            yield "the opposite", not value
            yield "a number for it", int(value)
        case Kind.ANY:
            yield "other JSON", [SALT, value]
            yield "JSON with a key more", {SALT: value}
        case _:
            return


def _maps(value: dict[str, Any], node: Node, item: Node) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "a key more", {**value, SALT: _sample(item)}
    folded = [name.lower() for name in value]
    for name, each in value.items():
        if each is not None and (node.row.folds is Fold.NOTHING or folded.count(name.lower()) == 1):
            yield "a key less", {key: other for key, other in value.items() if key != name}


def _lists(value: list[Any], node: Node, item: Node) -> Iterator[tuple[str, list[Any]]]:
    yield "an entry more", [*value, _sample(item)]
    for index in range(len(value)):
        if node.row.key != ("",) or value.count(value[index]) == 1:
            yield "an entry less", [*value[:index], *value[index + 1 :]]
    if node.row.key and not node.row.ordered:
        return
    if len(value) > 1 and _differ(value[0], value[1], item):
        yield "another order", [value[1], value[0], *value[2:]]


def _differ(left: Any, right: Any, item: Node) -> bool:
    """Whether two entries are different for certain: texts that no folding makes equal, or entries with other keys."""
    if item.kind is Kind.STRING:
        return str(left).lower() != str(right).lower()
    names = [name for name in item.children if item.children[name].kind is Kind.STRING]
    entries: list[dict[str, Any]] = [left, right]
    first, second = ([str(entry.get(name, "")).lower() for name in names[:1]] for entry in entries)
    return first != second


def _members(value: dict[str, Any], node: Node) -> Iterator[tuple[str, Node, dict[str, Any]]]:
    """Yield an object with one property more or less, of those that mean something."""
    for name, child in node.children.items():
        if not child.compared or _is_computed(child, value):
            continue
        if name not in value:
            yield "a property more", child, {**value, name: _sample(child)}
        elif means(value[name], child):
            yield "a property less", child, {key: each for key, each in value.items() if key != name}


def means(value: Any, node: Node) -> bool:
    """Whether leaving a value out would say something else."""
    if value is None or value == "" or not node.compared:
        return False  # an empty text says as little as none where it is the key of an entry
    if isinstance(value, dict):
        if node.row.presence or (node.kind is Kind.MAP and any(each is not None for each in value.values())):
            return True
        return node.kind is Kind.OBJECT and any(
            means(each, node.children[name]) for name, each in value.items() if name in node.children
        )
    if isinstance(value, list):
        return bool(value)
    default = node.row.default
    return default is UNSET or str(value).replace(" ", "").lower() != str(default).lower()


def _sample(node: Node) -> Any:
    """Return a value that means something: no default, and nothing empty."""
    default = node.row.default
    if node.row.enum:
        return next(each for each in reversed(node.row.enum) if each != default)
    if node.kind is Kind.OBJECT:
        needed = [name for name, child in node.children.items() if child.row.required]
        first = next((name for name, child in node.children.items() if child.compared), None)
        names = needed or ([first] if first else [])
        return {name: _sample(node.children[name]) for name in names}
    if node.kind is Kind.LIST and node.item is not None:
        return [_sample(node.item)]
    if node.kind is Kind.MAP and node.item is not None:
        return {SALT: _sample(node.item)}
    if node.kind is Kind.BOOLEAN:
        return default is not True
    if node.kind in {Kind.INTEGER, Kind.NUMBER}:
        return 77_777
    return SALT


def _meaningless(body: dict[str, Any]) -> Iterator[Edit]:
    for value, nodes, way in _spots(body, (), ()):
        node = nodes[-1] if nodes else ROOT
        for what, other in _spellings(value, node):
            yield Edit(body, _with(body, way, other), what, nodes)


def _spellings(value: Any, node: Node) -> Iterator[tuple[str, Any]]:
    """Yield what means the same."""
    folded = bool(node.row.enum) or node.row.folds in {Fold.CASE, Fold.SPACES}
    if isinstance(value, str) and value.isascii() and folded:
        yield "other case", value.swapcase()
    if isinstance(value, str) and value in URLS:
        yield "another spelling of the address", URLS[value][-1]
    if isinstance(value, str) and node.row.folds is Fold.SPACES:
        yield "a space more", f"{value} "
    if isinstance(value, int) and not isinstance(value, bool):
        yield "a float", float(value)
    if isinstance(value, dict) and node.kind is Kind.OBJECT:
        yield from _padded(value, node)
    if isinstance(value, list) and node.row.key and not node.row.ordered and len(value) > 1:
        keys = [_key_of(each, node) for each in value]
        if len(set(keys)) == len(keys):
            yield "another order", value[::-1]


def _key_of(entry: Any, node: Node) -> str:
    """Return what names an entry of a keyed list, absent parts by their default."""
    if not isinstance(entry, dict) or node.item is None:
        return str(entry).lower()
    members: dict[str, Any] = entry
    rows = {name: child.row for name, child in node.item.children.items()}
    parts = [members.get(name, "" if rows[name].default is UNSET else rows[name].default) for name in node.row.key]
    return str(parts).replace(" ", "").lower()


def _padded(value: dict[str, Any], node: Node) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the object with something that says nothing."""
    yield "properties in another order", dict(reversed(value.items()))
    for name, child in node.children.items():
        if name in value:
            continue
        yield "a null", {**value, name: None}
        if child.row.computed and child.kind is Kind.STRING:
            yield "a computed value", {**value, name: SALT}
        if child.row.default is not UNSET:
            yield "a default", {**value, name: child.row.default}
        if child.kind in {Kind.LIST, Kind.MAP}:
            yield "something empty", {**value, name: [] if child.kind is Kind.LIST else {}}


def _with(body: dict[str, Any], way: Iterable[str | int], value: Any) -> dict[str, Any]:
    """Return a copy of the body with another value at the end of a way."""
    steps = list(way)
    if not steps:
        whole: dict[str, Any] = copy.deepcopy(value)
        return whole
    result = copy.deepcopy(body)
    inner: Any = result
    for step in steps[:-1]:
        inner = inner[step]
    inner[steps[-1]] = value
    return result
