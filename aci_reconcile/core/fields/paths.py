"""Paths: the keys that lead to a place in a normal form, and how people write them.

``("properties", "containers", "web", "properties", "image")`` is written ``containers[web].image``: entries of a keyed
list by their key in brackets, the author's own names (tags) after a dot or, where they are no plain words, in brackets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.core.fields.model import Kind, Node

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Keys: TypeAlias = "tuple[str, ...]"

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_VARIABLE = re.compile(r"(environmentVariables\[.*\])\.(?:secureV|v)alue$", re.DOTALL)
_STEP = re.compile(r"\.?([^.\[\]]+)|\[([^\]]*)\]")


def below(node: Node | None, name: str) -> Node | None:
    """Return the node one step down a normal form; None if nothing is known about it."""
    if node is None:
        return None
    kind = node.kind
    if kind is Kind.OBJECT:  # first, because nearly every place is one
        return node.children.get(name)
    return node.item if kind is Kind.LIST or kind is Kind.MAP else node.children.get(name)


def walk(root: Node, keys: Sequence[str]) -> Iterator[tuple[str, Node | None, Node | None]]:
    """Yield each key with the nodes it leads from and to."""
    node: Node | None = root
    for key in keys:
        parent, node = node, below(node, key)
        yield key, parent, node


def display(root: Node, keys: Sequence[str]) -> str:
    """Return the path as people write it."""
    text = ""
    for key, parent, node in walk(root, keys):
        if node is not None and node.row.unnamed:
            continue
        bracketed = parent is not None and (
            parent.kind is Kind.LIST or (parent.kind is Kind.MAP and _WORD.fullmatch(key) is None)
        )
        text += f"[{key}]" if bracketed else f".{key}"
    return text.removeprefix(".")


def to_report_path(path: str) -> str:
    """Return a path as reports show it: an environment variable by its name alone."""
    return _VARIABLE.sub(r"\1", path)


def parse(root: Node, path: str) -> Keys | None:
    """Return the keys that a path as people write it leads along, in ARM's spelling.

    Wrappers may be left out (``properties``), spelling is matched without regard to case. None: no such field.
    """
    keys: list[str] = []
    node: Node | None = root
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None or node is None:
            return None
        at = match.end()
        steps = _find_step(node, match[1] if match[1] is not None else match[2])
        if steps is None:
            return None
        keys += steps
        for step in steps:
            node = below(node, step)
    return tuple(keys) or None


def _find_step(node: Node, name: str) -> list[str] | None:
    if node.kind in {Kind.LIST, Kind.MAP}:
        return [name]
    spelled = node.lowered.get(name.lower())
    if spelled is not None:
        return [spelled]
    wrapper = node.children.get("properties")
    spelled = wrapper.lowered.get(name.lower()) if wrapper is not None else None
    return ["properties", spelled] if spelled is not None else None
