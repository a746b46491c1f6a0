"""Random container groups, grown from the field table, and what Azure and time may do to them."""

from __future__ import annotations

import copy
import random
from typing import Any

from hypothesis import strategies as st

from aci_reconcile.core.fields import ROOT, UNSET, Fold, Kind, Node
from aci_reconcile.core.secret import Secret

NAMES = st.text("abcXYZ019_-.", min_size=1, max_size=6)
TEXTS = st.one_of(st.sampled_from(["a", "B", "true", "1", "", "West Europe", "__x"]), st.text(max_size=6))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.floats(-9, 9), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=4,
)


URLS = {
    each: (each, each.lower(), f"{each}/", f"{each}:443/")
    for each in ("https://kv.vault.azure.net", "https://KV.example")
}
"""Addresses, each with other spellings of it."""


def bodies(*, secrets: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Return bodies in ARM's shape with any settable field, Secrets among them where asked for."""
    return _object(ROOT, secrets=secrets)


def _object(node: Node, *, secrets: bool) -> st.SearchStrategy[dict[str, Any]]:
    parts = {
        name: _value(child, secrets=secrets)
        for name, child in node.children.items()
        if child.row.settable and (secrets or not child.write_only)
    }
    required = {name: each for name, each in parts.items() if node.children[name].row.required}
    optional = {name: each for name, each in parts.items() if name not in required}
    if not optional:
        return st.fixed_dictionaries(required)
    picked = st.lists(st.sampled_from(sorted(optional)), unique=True, max_size=4)
    return picked.flatmap(lambda names: st.fixed_dictionaries({**required, **{name: optional[name] for name in names}}))


def _value(node: Node, *, secrets: bool) -> st.SearchStrategy[Any]:
    if node.write_only and node.kind in {Kind.STRING, Kind.ANY}:
        return st.builds(Secret, TEXTS)
    if node.row.enum:
        return st.sampled_from(node.row.enum).flatmap(lambda text: st.sampled_from([text, text.lower(), text.upper()]))
    if node.row.folds is Fold.URL:
        return st.one_of(TEXTS, st.sampled_from(sorted(URLS)))
    if node.kind in _SCALARS:
        scalar = _SCALARS[node.kind]
        return scalar if node.row.default is UNSET else st.one_of(scalar, st.just(node.row.default))
    if node.kind is Kind.OBJECT:
        return st.deferred(lambda: _object(node, secrets=secrets))
    assert node.item is not None
    inner = st.deferred(lambda: _value(node.item or node, secrets=secrets))
    if node.kind is Kind.MAP:
        return st.dictionaries(NAMES, inner, max_size=2)
    return st.lists(inner, max_size=2)


_SCALARS: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.STRING: TEXTS,
    Kind.INTEGER: st.integers(0, 70000),
    Kind.NUMBER: st.one_of(st.integers(0, 9), st.floats(0.1, 9)),
    Kind.BOOLEAN: st.booleans(),
    Kind.ANY: JSON,
}


def echoed(body: dict[str, Any], seed: int) -> dict[str, Any]:
    """Return the body as an Azure that likes to surprise would give it back: the same in meaning."""
    chance = random.Random(seed)
    result: dict[str, Any] = _echo(copy.deepcopy(body), ROOT, chance)
    return {**result, "id": "/x", "name": "x", "type": "y", "systemData": {"createdBy": "me"}}


def _echo(value: Any, node: Node | None, chance: random.Random) -> Any:
    if node is None or node.kind is Kind.ANY:
        return value
    if isinstance(value, dict) and node.kind is Kind.OBJECT:
        return _echoed_object(value, node, chance)
    if isinstance(value, dict):
        return {_spelled(name, node, chance): _echo(each, node.item, chance) for name, each in value.items()}
    if isinstance(value, list):
        items = [_echo(each, node.item, chance) for each in value]
        if node.row.key and not node.row.ordered and _unambiguous(items, node):
            chance.shuffle(items)
        return items
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value) if chance.random() < 0.5 else value
    return _spelled(value, node, chance) if isinstance(value, str) else value


def _echoed_object(value: dict[str, Any], node: Node, chance: random.Random) -> dict[str, Any]:
    told = {
        name: _echo(each, node.children.get(name), chance)
        for name, each in value.items()
        if not (name in node.children and node.children[name].write_only)
    }
    for name, child in node.children.items():
        row = child.row
        if name not in told and row.default is not UNSET and chance.random() < 0.5:
            told[name] = row.default
        elif name not in told and child.kind in {Kind.LIST, Kind.MAP} and chance.random() < 0.3:
            told[name] = []
        elif name not in told and row.computed and child.kind is Kind.STRING:
            told[name] = "told by Azure"
    return dict(sorted(told.items(), key=lambda _: chance.random()))


def _unambiguous(items: list[Any], node: Node) -> bool:
    """Whether no two entries share a key; those that do are told apart by their order."""
    keys = [_key(item, node) if isinstance(item, dict) else str(item).lower() for item in items]
    return len(set(keys)) == len(keys)


def _key(item: dict[str, Any], node: Node) -> str:
    """Return the key of an entry, absent parts by their default."""
    rows = {name: child.row for name, child in node.item.children.items()} if node.item else {}
    parts = [item.get(name, "" if rows[name].default is UNSET else rows[name].default) for name in node.row.key]
    return str(parts).lower()


def _spelled(text: str, node: Node, chance: random.Random) -> str:
    if node.row.folds is Fold.URL:
        return chance.choice(URLS.get(text, (text,)))
    if (node.row.folds is Fold.NOTHING and not node.row.enum) or not text.isascii():
        return text
    return chance.choice([text, text.lower(), text.upper()])
