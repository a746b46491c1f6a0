"""Finds the fields that a path names, as people write paths: in ARM's form or the short one, with names or numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import Kind
from aci_reconcile.manifest.keys import GROUP, PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aci_reconcile.core.fields import Node

DOCUMENTS: Final = {"a manifest": GROUP, "the project file": PROJECT}
"""The roots of the paths, by what holds them."""

_STEP: Final = re.compile(r"\.?(?:\[([^\]]*)\]|([^.\[\]]+))")
_UNWRITTEN: Final = ("properties", "requests")
"""What the short form leaves out."""


@dataclass(frozen=True, slots=True)
class Place:
    """A field, and the kind of file that has it."""

    document: str
    node: Node

    @property
    def path(self) -> str:
        """The path in the short form."""
        return shorten(self.node.row.path)


def shorten(path: str) -> str:
    """Return ARM's path as the short form has it."""
    steps = [each for each in path.split(".") if each.removesuffix("[]") not in _UNWRITTEN or each == path]
    return ".".join(steps)


def find_places(path: str) -> tuple[Place, ...]:
    """Return the fields that a path names: from the top of a file, otherwise all whose paths end in it."""
    steps = _split(path)
    if not steps:
        return ()
    if steps[0][0] == "defaults" and len(steps) > 1:  # the fields of a manifest
        return find_places(path.partition(".")[2])
    found = ((document, _descend(root, steps)) for document, root in DOCUMENTS.items())
    whole = tuple(Place(document, node) for document, node in found if node is not None)
    return whole or tuple(_find_ends([name.lower() for name, entry in steps if not entry]))


def find_near(path: str) -> str:
    """Return a path that is spelled like one that names nothing: as a whole, else its last step; empty if none is."""
    wanted = ".".join(name for name, entry in _split(path) if not entry).lower()
    places = tuple(_list_places())
    written = {each.path.replace("[]", "").lower(): each.path.replace("[]", "") for each in places}
    ends = {each.node.row.name.lower(): each.node.row.name for each in places}
    near = get_close_matches(wanted, list(written), n=1, cutoff=0.8)
    last = get_close_matches(wanted.rpartition(".")[2], list(ends), n=1, cutoff=0.75)
    return next(iter((*(written[each] for each in near), *(ends[each] for each in last))), "") if wanted else ""


def list_paths() -> tuple[str, ...]:
    """Return all paths in the short form, each once."""
    return tuple(dict.fromkeys(each.path for each in _list_places()))


def _split(path: str) -> list[tuple[str, bool]]:
    """Return the steps of a path, and of each whether it can only be an entry of a list or a map."""
    steps: list[tuple[str, bool]] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            return []
        at = match.end()
        entry = match[1] if match[1] is not None else match[2]
        steps.append((entry, match[1] is not None or entry == "*" or entry.isdigit()))
    return steps


def _descend(root: Node, steps: Sequence[tuple[str, bool]]) -> Node | None:
    """Return the field that steps from the top lead to. The name of an entry may be left out, too."""
    node: Node | None = root
    for name, entry in steps:
        if node is None:
            return None
        if node.kind in {Kind.LIST, Kind.MAP}:
            child = None if entry or node.item is None else _find_child(node.item, name)
            # A name is an entry's, unless it is nearly that of a field.
            mistyped = child is None and not entry and node.item is not None and _is_near(node.item, name)
            node = None if mistyped else child or node.item
        else:
            node = None if entry else _find_child(node, name)
    return node


def _find_child(node: Node, name: str) -> Node | None:
    spelled = node.lowered.get(name.lower())
    if spelled is not None:
        return node.children[spelled]
    wrappers = (node.children[each] for each in _UNWRITTEN if each in node.children)
    return next((found for each in wrappers if (found := _find_child(each, name)) is not None), None)


def _is_near(node: Node, name: str) -> bool:
    inner = node.children.get("properties")
    known = [*node.children, *(inner.children if inner is not None else ())]
    return bool(get_close_matches(name, known, n=1, cutoff=0.8))


def _find_ends(names: Sequence[str]) -> Iterator[Place]:
    """Yield the fields whose paths end in the names."""
    for place in _list_places():
        written = place.path.replace("[]", "").lower().split(".")
        if names and written[-len(names) :] == list(names):
            yield place


def _list_places() -> Iterator[Place]:
    """Yield every field, without those of environments: they are the project's."""
    for document, root in DOCUMENTS.items():
        for node in _walk(root):
            if not node.row.path.startswith("environments.*.") or node.row.path.endswith("groups"):
                yield Place(document, node)


def _walk(node: Node) -> Iterator[Node]:
    below = [*node.children.values(), *([node.item] if node.item is not None else [])]
    for each in below:
        if each.row.name not in {"", "*", *_UNWRITTEN}:
            yield each
        if each.row.settable:
            yield from _walk(each)
