"""Where in a file the value of a path stands, or would stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import Kind
from aci_reconcile.core.fields.paths import Keys, below, parse
from aci_reconcile.manifest.editing.tree import Items, Table, Text
from aci_reconcile.manifest.keys import GROUP
from aci_reconcile.manifest.source.nodes import fold_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.fields import Node
    from aci_reconcile.manifest.editing.tree import Tree

SHORT: Final = {"environmentVariables": "value", "volumeMounts": "mountPath"}
"""Lists that the short form writes as a map from the name of an entry to this property of it."""
_OMITTED: Final = frozenset({"properties", "requests"})
"""Levels that the short form leaves out."""
_DEFAULTS: Final = {"protocol": "tcp"}
"""Parts of the key of a list entry that may be left out."""


@dataclass(frozen=True, slots=True)
class Place:
    """The innermost value on the way of a path, and the rest of the way, which is not in the file."""

    tree: Tree
    rest: Keys
    spec: Node | None
    """The field that ``tree`` is the value of."""


def parse_path(path: str, containers: tuple[str, ...]) -> Keys | None:
    """Return the keys of a path as plans print it; that of the only container may begin inside it."""
    keys = _parse(path)
    if keys is None and len(containers) == 1:
        inside = _parse(f"containers[].{path}")
        keys = inside and tuple(each or containers[0] for each in inside)
    if keys is not None and keys[-2:-1] and keys[-2] in SHORT:  # a variable: its value is meant
        keys = (*keys, SHORT[keys[-2]])
    return keys


def _parse(path: str) -> Keys | None:
    """Return the keys of a path, which may leave out `requests`, as manifests may."""
    return parse(GROUP, path) or parse(GROUP, path.replace("resources.", "resources.requests.", 1))


def find_spec(keys: Keys) -> Node | None:
    """Return the field that keys lead to."""
    spec: Node | None = GROUP
    for key in keys:
        spec = below(spec, key)
    return spec


def settle_keys(tree: Tree, keys: Keys) -> Keys:
    """Return the keys; for an environment variable those of its secret, if that is what the file has."""
    if keys[-1:] == ("value",) and keys[-3:-2] == ("environmentVariables",):
        secure = (*keys[:-1], "secureValue")
        return keys if find_place(tree, secure).rest else secure
    return keys


def find_place(tree: Tree, keys: Keys) -> Place:
    """Return the value that the keys lead to; of several ways, the one that is complete, or the longest."""
    return _descend(tree, keys, GROUP)


def _descend(tree: Tree, keys: Keys, spec: Node | None) -> Place:
    ways = [Place(tree, keys, spec)]
    if keys:
        ways += [_descend(*each) for each in _list_steps(tree, keys, spec)]
    return min(ways, key=lambda each: len(each.rest))


def _list_steps(tree: Tree, keys: Keys, spec: Node | None) -> Iterator[tuple[Tree, Keys, Node | None]]:
    """Yield what is one step further on the way, each with the keys that are left."""
    key, rest = keys[0], keys[1:]
    following = below(spec, key)
    if isinstance(tree, Items):
        yield from ((each, rest, following) for at, each in enumerate(tree.items) if _is_entry(each, at, key, spec))
    elif isinstance(tree, Table):
        for name, value in tree.entries:
            if _is_same(name.text, key, spec):
                yield value, rest, following
        if spec is not None and spec.kind is Kind.OBJECT and key in _OMITTED:
            yield tree, rest, following
    elif spec is not None and spec.row.path.endswith("[]") and _is_short(spec, keys):
        yield tree, (), following


def _is_short(spec: Node, keys: Keys) -> bool:
    """Whether a single text stands for this property of a list entry."""
    owner = spec.row.path.removesuffix("[]").rpartition(".")[2]
    return keys == (SHORT.get(owner, "port" if owner == "ports" else ""),)


def _is_same(written: str, key: str, spec: Node | None) -> bool:
    if spec is None or spec.kind is Kind.ANY:
        return written == key
    if spec.kind is Kind.MAP:
        return written.lower() == key.lower() if spec.row.caseless else written == key
    if spec.kind is Kind.LIST:
        return written == key
    return fold_key(written) == fold_key(key)


def _is_entry(tree: Tree, at: int, key: str, spec: Node | None) -> bool:
    names = spec.row.key if spec is not None else ()
    if not names:
        return key == str(at)
    if isinstance(tree, Text):
        found = [tree.text, *(_DEFAULTS.get(name, "") for name in names[1:])]
    else:
        found = [_read_member(tree, name) for name in names]
    wanted = key.split("/") if len(names) > 1 else [key]
    return all(one.lower() == other.lower() for one, other in zip(found, wanted, strict=False))


def _read_member(tree: Tree, name: str) -> str:
    """Return a property of a list entry as text."""
    if isinstance(tree, Table):
        for key, value in tree.entries:
            if isinstance(value, Text) and fold_key(key.text) == fold_key(name):
                return value.text
    return _DEFAULTS.get(name, "")


def find_child(key: str, spec: Node) -> tuple[str, Node | None]:
    """Return ARM's spelling of a key, and its field; the level `properties` may be left out."""
    if spec.kind is not Kind.OBJECT:
        return key, below(spec, key)
    for level in (spec, *(spec.children[name] for name in ("properties", "requests") if name in spec.children)):
        found = level.lowered.get(key.lower()) or level.lowered.get(fold_key(key))
        if found is not None:
            return found, level.children[found]
    return key, None


def list_names(tree: Tree) -> tuple[str, ...]:
    """Return the keys of a map, or the names of a list's entries, for messages."""
    if isinstance(tree, Table):
        return tuple(key.text for key, _ in tree.entries)
    return tuple(filter(None, (_read_member(each, "name") for each in tree.items))) if isinstance(tree, Items) else ()


def is_in_list(keys: Keys) -> bool:
    """Whether a path leads through a list."""
    specs = (find_spec(keys[:at]) for at in range(1, len(keys)))
    return any(spec is not None and spec.kind is Kind.LIST for spec in specs)
