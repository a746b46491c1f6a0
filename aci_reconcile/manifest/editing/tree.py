"""The values of a file with the characters that they are written in.

The loader's nodes have the place of their first character, which is all that a message needs. An edit needs the last
one, too, and how the value is quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from aci_reconcile.manifest.source.json_reader import blank_comments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PROPERTIES: Final = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)*")
"""An anchor or a tag before a value, which the parser counts as part of it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A value that is one text, number or flag. Compared by identity where it matters whether two places share one."""

    text: str
    start: int
    end: int
    style: str
    """``'``, ``"``, ``|``, ``>``, or empty if it has no quotes."""


@dataclass(frozen=True, slots=True)
class Table:
    """A map."""

    entries: tuple[tuple[Text, Tree], ...]
    start: int
    end: int
    flow: bool


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Tree, ...]
    start: int
    end: int
    flow: bool


Tree: TypeAlias = "Text | Table | Items"


Edit: TypeAlias = "tuple[int, int, str]"
"""Where a text begins and ends, and what takes its place."""


def replace_spans(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with other texts in some places; they must not overlap."""
    parts: list[str] = []
    at = 0
    for start, end, new in sorted(edits):
        parts += (text[at:start], new)
        at = end
    return "".join((*parts, text[at:]))


def read_trees(text: str, *, json: bool) -> tuple[Tree, ...]:
    """Return the documents of a file that the loader has accepted.

    JSON is read as the YAML that it nearly is: its comments become spaces, so that every place stays.

    Raises:
        ValueError: it is not YAML.
    """
    import yaml

    loader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    source = blank_comments(text) if json else text
    try:
        return tuple(_read(text, each, {}) for each in yaml.compose_all(source, Loader=loader))
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _read(text: str, node: Any, known: dict[int, Tree]) -> Tree:
    """Return a node and what is below it. An alias is the same object as its anchor, so each is read once."""
    import yaml

    found = known.get(id(node))
    if found is not None:
        return found
    start = _skip_properties(text, node)
    end = cast("int", node.end_mark.index)
    if isinstance(node, yaml.ScalarNode):
        tree: Tree = Text(cast("str", node.value), start, end, cast("str", node.style) or "")
    elif isinstance(node, yaml.MappingNode):
        pairs = cast("list[tuple[Any, Any]]", node.value)
        tree = Table(tuple(_read_pairs(text, pairs, known)), start, end, bool(node.flow_style))
    else:
        tree = Items(tuple(_read(text, each, known) for each in node.value), start, end, bool(node.flow_style))
    known[id(node)] = tree
    return tree


def _read_pairs(text: str, pairs: list[tuple[Any, Any]], known: dict[int, Tree]) -> Iterator[tuple[Text, Tree]]:
    for key, value in pairs:
        name = _read(text, key, known)
        if isinstance(name, Text):
            yield name, _read(text, value, known)


def _skip_properties(text: str, node: Any) -> int:
    start, end = cast("int", node.start_mark.index), cast("int", node.end_mark.index)
    match = _PROPERTIES.match(text, start, end)
    return match.end() if match else start


def find_end(text: str, tree: Tree, after: int = 0) -> int:
    """Return the position after the last character of a value, without the comments and empty lines that follow.

    Args:
        text: the file.
        tree: the value.
        after: the end of its key. A value that begins before it is an alias, whose text follows the key.
    """
    if tree.start < after:
        match = re.compile(r"\s*:\s*\*[^\s,\[\]{}]+").match(text, after)
        return match.end() if match else after
    if isinstance(tree, Text):
        return tree.end if tree.style not in {"|", ">"} else len(text[: tree.end].rstrip())
    if tree.flow:
        return tree.end
    if isinstance(tree, Table):
        key, value = tree.entries[-1]
        return max(find_end(text, value, key.end), key.end + 1)
    return find_end(text, tree.items[-1])
