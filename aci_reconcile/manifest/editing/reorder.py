"""Puts the keys of maps into the order in which ARM documents them; each takes its comments along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import Kind
from aci_reconcile.core.fields.paths import below
from aci_reconcile.manifest.editing.tree import Items, Table, Text, find_end
from aci_reconcile.manifest.keys import GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.fields import Node
    from aci_reconcile.manifest.editing.tree import Tree

_FIRST: Final = ("$schema", "<<", "name", "type", "apiversion", "resourcegroup", "location", "tags")
"""What comes before the rest of a group, in lower case."""
_FIRST_INSIDE: Final = ("<<", "name")
"""What comes first further inside."""
_LAST: Final = "lifecycle"


def reorder(text: str, trees: tuple[Tree, ...]) -> str:
    """Return the text with the keys of its maps in order.

    The entries of a map are permuted as whole lines, so its length stays, and with it every place outside. Therefore
    the innermost maps, which come last, are done first, and no place has to be computed again.
    """
    tables = [each for tree in trees for each in _list_tables(tree, GROUP, set(), root=True)]
    for table, spec, root in sorted(tables, key=lambda each: each[0].start, reverse=True):
        text = _permute(text, table, spec, root=root)
    return text


def _list_tables(
    tree: Tree, spec: Node | None, seen: set[int], *, root: bool = False
) -> Iterator[tuple[Table, Node, bool]]:
    if spec is None or id(tree) in seen or isinstance(tree, Text):
        return
    seen.add(id(tree))
    if isinstance(tree, Items):
        for item in tree.items:
            yield from _list_tables(item, spec.item, seen)
        return
    if spec.kind is Kind.OBJECT and not tree.flow and len(tree.entries) > 1:
        yield tree, spec, root
    inner = spec.children.get("properties")
    for key, value in tree.entries:
        following = below(spec, key.text) or (below(inner, key.text) if inner is not None else None)
        yield from _list_tables(value, following, seen)


def _rank(key: str, spec: Node, *, root: bool) -> tuple[int, ...]:
    lowered = key.lower()
    first = _FIRST if root else _FIRST_INSIDE
    if lowered in first:
        return 0, first.index(lowered)
    if lowered == _LAST:
        return 3, 0
    for at, level in enumerate((spec, spec.children.get("properties"))):
        names = list(level.lowered) if level is not None else []
        if lowered in names:
            return 1 + at, names.index(lowered)
    requests = spec.children.get("requests")
    if requests is not None and lowered in requests.lowered:  # written without it, in its place
        return 1, list(spec.lowered).index("requests"), list(requests.lowered).index(lowered)
    return 2, 1000  # a property of a newer api-version


def _permute(text: str, table: Table, spec: Node, *, root: bool) -> str:
    ranks = [_rank(key.text, spec, root=root) for key, _ in table.entries]
    wanted = sorted(range(len(ranks)), key=lambda at: (ranks[at], at))
    if wanted == list(range(len(ranks))):
        return text
    starts = _find_starts(text, table, root=root)
    end = text.find("\n", _find_table_end(text, table)) + 1
    if not end:
        return text
    chunks = [text[one:other] for one, other in zip(starts, [*starts[1:], end], strict=True)]
    first = table.entries[0][0].start
    indent = text[text.rfind("\n", 0, first) + 1 : first]
    if indent.strip():  # the first key follows a dash, and the others have spaces in its place
        spaces = " " * len(indent)
        chunks[0] = spaces + chunks[0]
        if not chunks[wanted[0]].startswith(spaces) or chunks[wanted[0]].lstrip().startswith("#"):
            return text  # a comment cannot stand before a key that follows a dash
        return text[: starts[0]] + "".join(chunks[at] for at in wanted)[len(spaces) :] + text[end:]
    return text[: starts[0]] + "".join(chunks[at] for at in wanted) + text[end:]


def _find_table_end(text: str, table: Table) -> int:
    key, value = table.entries[-1]
    return max(find_end(text, value, key.end), key.end + 1)


def _find_starts(text: str, table: Table, *, root: bool) -> list[int]:
    """Return where each entry begins: at the comments above its key; what is above the first key of a file stays."""
    starts: list[int] = []
    least = 0
    for at, (key, value) in enumerate(table.entries):
        line = text.rfind("\n", 0, key.start) + 1
        indent = text[line : key.start]
        if at == 0 and indent.strip():
            line = key.start  # it follows a dash
        elif at > 0 or not root:
            line = _find_comments(text, line, indent, least)
        starts.append(line)
        least = text.find("\n", max(find_end(text, value, key.end), key.end)) + 1
    return starts


def _find_comments(text: str, line: int, indent: str, least: int) -> int:
    """Return where the comments begin that stand right above a line, with the same indentation."""
    while line > least:
        above = text.rfind("\n", 0, line - 1) + 1
        if above < least or not text.startswith(f"{indent}#", above):
            break
        line = above
    return line
