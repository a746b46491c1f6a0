"""Writes what can be written short in the short form; comments stay, or the long form does.

Each step changes lines in place and reads the file again, from the innermost values outwards.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import Kind
from aci_reconcile.manifest.editing.lists import BLANK, list_to_map, shift
from aci_reconcile.manifest.editing.place import find_child
from aci_reconcile.manifest.editing.tree import Items, Table, Text, find_end, read_trees, replace_spans
from aci_reconcile.manifest.keys import GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.fields import Node
    from aci_reconcile.manifest.editing.tree import Edit, Tree

_WRAPPERS: Final = ("properties", "requests")
"""Levels that the short form leaves out."""
_PASSES: Final = 12
"""More than the levels of a manifest."""
_UNSAFE: Final = re.compile(r"[#&!]|<<")
"""Comments, anchors, tags and merged maps do not survive a move onto one line."""


def shorten(text: str) -> str:
    """Return a file with wrappers, lists of pairs and ports in the short form.

    Raises:
        ValueError: it is not YAML.
    """
    for _ in range(_PASSES):
        found = [edit for tree in read_trees(text, json=False) for edit in _list_edits(text, tree)]
        if not found:
            break
        text = replace_spans(text, _select_inner(found))
    return text


def _select_inner(edits: list[Edit]) -> list[Edit]:
    """Return the edits that have no other within them. Two of them never overlap otherwise."""
    ordered = sorted(edits, key=lambda each: (each[0], -each[1]))
    alone = [one for one, other in pairwise(ordered) if other[0] >= one[1]]
    return [*alone, ordered[-1]]


def _list_edits(text: str, tree: Tree) -> Iterator[Edit]:
    """Yield what to write in place of what, in a document that is a group."""
    names = {key.text.lower() for key, _ in tree.entries} if isinstance(tree, Table) else set[str]()
    if "name" in names and names & {"containers", "properties"}:
        yield from _walk(text, tree, GROUP, set())


def _walk(text: str, tree: Tree, spec: Node | None, seen: set[int]) -> Iterator[Edit]:
    if spec is None or id(tree) in seen or isinstance(tree, Text):
        return
    seen.add(id(tree))
    if isinstance(tree, Items):
        for item in tree.items:
            yield from _walk(text, item, spec.item, seen)
            yield from _shorten_port(text, item, spec.item)
        return
    for key, value in tree.entries:
        name, following = find_child(key.text, spec)
        if value.start < key.end:  # an alias
            continue
        if name in _WRAPPERS and following is not None and spec.children.get(name) is following:
            yield from _lift(text, tree, key, value, spec, following)
        if isinstance(value, Items) and following is not None and following.kind is Kind.LIST:
            yield from list_to_map(text, key, value, following)
        yield from _walk(text, value, following, seen)


def _shorten_port(text: str, item: Tree, spec: Node | None) -> Iterator[Edit]:
    """``{port: 80}`` is ``80``."""
    if spec is None or not spec.row.path.endswith(".ports[]") or not isinstance(item, Table) or len(item.entries) != 1:
        return
    key, value = item.entries[0]
    if key.text.lower() != "port" or not isinstance(value, Text) or value.start < key.end:
        return
    end = item.end if item.flow else find_end(text, value)
    written = text[item.start : end]
    if "\n" not in written and not _UNSAFE.search(written.replace(text[value.start : value.end], "")):
        yield item.start, end, text[value.start : value.end]


def _lift(text: str, parent: Table, key: Text, value: Tree, spec: Node, inner: Node) -> Iterator[Edit]:
    """Put the entries of a wrapper beside it."""
    if not isinstance(value, Table) or not value.entries or not _fit_beside(value, parent, spec, inner):
        return
    if value.flow:
        yield from _lift_flow(text, parent, key, value)
    elif not parent.flow:
        yield from _lift_block(text, key, value)


def _fit_beside(value: Table, parent: Table, spec: Node, inner: Node) -> bool:
    """Whether each key is known to be the wrapper's, and is not also around it."""
    names = [key.text.lower() for key, _ in value.entries]
    taken = {*spec.lowered, *(key.text.lower() for key, _ in parent.entries)}
    return all(name in inner.lowered and name not in taken for name in names)


def _lift_flow(text: str, parent: Table, key: Text, value: Table) -> Iterator[Edit]:
    within = text[value.start + 1 : value.end - 1].strip().rstrip(",").rstrip()
    before = text[key.end : value.start]
    if "\n" in within or _UNSAFE.search(before) or _UNSAFE.search(within):
        return
    if parent.flow:
        yield key.start, value.end, within
        return
    indent = text[text.rfind("\n", 0, key.start) + 1 : key.start]
    if indent.strip(" -"):
        return
    parts = [text[name.start : find_end(text, each, name.end)] for name, each in value.entries]
    break_ = "\r\n" if "\r\n" in text else "\n"
    yield key.start, value.end, f"{break_}{' ' * len(indent)}".join(parts)


def _lift_block(text: str, key: Text, value: Table) -> Iterator[Edit]:
    start = text.rfind("\n", 0, key.start) + 1
    first = text.rfind("\n", 0, value.entries[0][0].start) + 1
    head, *gap = text[key.end : first].splitlines()
    if text[start : key.start].strip() or head.strip() != ":" or not all(map(BLANK.fullmatch, gap)):
        return
    if any(name.text == "<<" for name, _ in value.entries):
        return
    depth = (value.entries[0][0].start - first) - (key.start - start)
    body = text.find("\n", key.end) + 1
    end = _find_block_end(text, value, key.start - start)
    if depth > 0:
        yield start, end, shift(f"\n{text[body:end]}", -depth)[1:]


def _find_block_end(text: str, value: Table, column: int) -> int:
    """Return the end of the last line of a map, with the comments below it that are indented as it is."""
    name, last = value.entries[-1]
    at = text.find("\n", max(find_end(text, last, name.end), name.end + 1)) + 1 or len(text)
    while at < len(text):
        stop = text.find("\n", at) + 1 or len(text)
        line = text[at:stop]
        if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) <= column:
            break
        at = stop
    return at
