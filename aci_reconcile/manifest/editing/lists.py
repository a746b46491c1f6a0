"""Writes a list of pairs, such as environment variables, as a map from names to values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.editing.place import SHORT
from aci_reconcile.manifest.editing.tree import Items, Table, Text, find_end
from aci_reconcile.manifest.editing.write import quote_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.core.fields import Node
    from aci_reconcile.manifest.editing.tree import Edit

_COMMENT: Final = re.compile(r"#.*")
BLANK: Final = re.compile(r"[ \t]*(#.*)?")
"""A line that is empty, or only a comment."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """An entry of the list."""

    name: Text
    rest: Mapping[str, Text]
    """Its other properties."""
    start: int
    """Where the entry begins: at its dash, or at its brace."""
    inner: int
    """Where its first key begins."""
    end: int


def list_to_map(text: str, key: Text, items: Items, spec: Node) -> Iterator[Edit]:
    """Yield the edit that writes a list as a map, if the map says the same, and has room for its comments."""
    if spec.row.name not in SHORT or spec.item is None:
        return
    pairs = [_read_pair(text, each, spec.item, flow=items.flow) for each in items.items]
    found = [each for each in pairs if each is not None]
    names = [each.name.text for each in found]
    if not found or len(found) < len(pairs) or not all(_is_short(each, spec) for each in found):
        return
    if len(set(names)) < len(names) or any("${" in name or not name for name in names):
        return  # a map holds no name twice, and no reference as a name
    written = _write_flow(text, items, found, spec) if items.flow else _write_block(text, key, found, spec)
    if written is not None:
        yield written


def _is_short(pair: _Pair, spec: Node) -> bool:
    """Whether an entry can stand after its name; a mount only if it is no more than a path, as ``import`` has it."""
    main = SHORT[spec.row.name]
    return set(pair.rest) == {main} or (len(pair.rest) == 1 and main == "value")


def _read_pair(text: str, tree: object, spec: Node, *, flow: bool) -> _Pair | None:
    """Return an entry; None if it is more than a name and other texts, or has anchors or a merged map."""
    if not isinstance(tree, Table) or not tree.entries or (flow and not tree.flow):
        return None
    members: dict[str, Text] = {}
    for key, value in tree.entries:
        name = spec.lowered.get(key.text.lower())
        gap = text[key.end : value.start]
        if name is None or not isinstance(value, Text) or value.start < key.end or gap.strip() != ":":
            return None
        members[name] = value
    dash = text.rfind("-", 0, tree.start) if not flow else tree.start
    if not flow and text[dash + 1 : tree.start].strip():
        return None
    found = members.pop("name", None)
    if found is None or "\n" in text[found.start : found.end]:
        return None
    end = tree.end if tree.flow else max(find_end(text, each) for each in (found, *members.values()))
    return _Pair(found, members, dash, tree.entries[0][0].start, end)


def _write_flow(text: str, items: Items, pairs: list[_Pair], spec: Node) -> Edit | None:
    if "\n" in text[items.start : items.end] or any(each.style in {"|", ">"} for each in _list_values(pairs)):
        return None
    parts: list[str] = []
    for each in pairs:
        ((name, value),) = each.rest.items()
        raw = text[value.start : value.end]
        body = raw if name == SHORT[spec.row.name] else f"{{{name}: {raw}}}"
        parts.append(f"{_quote(each.name, None)}: {body}".rstrip())
    return items.start, items.end, "{" + ", ".join(parts) + "}"


def _list_values(pairs: list[_Pair]) -> list[Text]:
    return [value for each in pairs for value in (each.name, *each.rest.values())]


def _write_block(text: str, key: Text, pairs: list[_Pair], spec: Node) -> Edit | None:
    """Write each entry in the line of its dash; comments between them keep their lines."""
    start = text.rfind("\n", 0, pairs[0].start) + 1
    column, outer = pairs[0].start - start, _find_column(text, key.start)
    if start <= key.end or text[start : pairs[0].start].strip():
        return None
    head, *gap = text[key.end : start].splitlines()
    if not BLANK.fullmatch(head.strip().removeprefix(":")) or not all(map(BLANK.fullmatch, gap)):
        return None  # an anchor, which stays what it is
    indent = column if column > outer else outer + 2
    parts: list[str] = []
    at = start = text.index("\n", key.end) + 1
    for pair in pairs:
        line = text.rfind("\n", 0, pair.start) + 1
        stop = text.find("\n", pair.end)
        stop = len(text) if stop < 0 else stop
        entry = _write_entry(text, pair, spec, indent, text[pair.start : stop])
        if entry is None or line < at:
            return None
        parts += [_shift_comments(text[at:line], indent - column), entry, text[stop : stop + 1]]
        at = stop + 1
    return start, min(at, len(text)), "".join(parts)


def _write_entry(text: str, pair: _Pair, spec: Node, indent: int, written: str) -> str | None:
    """Return an entry with the one comment that its line has room for; None if it has more."""
    comments = _find_comments(pair, written)
    ((name, value),) = pair.rest.items()
    block = value.style in {"|", ">"}
    if len(comments) > (0 if block else 1):
        return None
    head = f"{' ' * indent}{_quote(pair.name, None)}:"
    raw = text[value.start : find_end(text, value)]
    depth = indent - _find_column(text, pair.inner)  # lines of a text stay as deep below their key as they were
    if name == SHORT[spec.row.name]:
        head += f" {shift(raw, depth)}".rstrip()
    elif block:
        break_ = "\r\n" if "\r\n" in text else "\n"
        head += f"{break_}{' ' * (indent + 2)}{name}: {shift(raw, depth + 2)}"
    else:
        head += f" {{{name}: {_quote(value, _find_leaf(spec, name))}}}"
    return head + (f"  {comments[0]}" if comments else "") + ("\r" if written.endswith("\r") else "")


def _find_column(text: str, at: int) -> int:
    return at - (text.rfind("\n", 0, at) + 1)


def _find_leaf(spec: Node, name: str) -> Node | None:
    return spec.item.children.get(name) if spec.item is not None else None


def _find_comments(pair: _Pair, written: str) -> list[str]:
    """Return the comments within an entry: what is left of it without its keys and values."""
    left = list(written)
    for each in (pair.name, *pair.rest.values()):
        for at in range(max(each.start - pair.start, 0), min(each.end - pair.start, len(left))):
            left[at] = left[at] if left[at] == "\n" else " "
    return [each.rstrip() for each in _COMMENT.findall("".join(left))]


def _quote(value: Text, spec: Node | None) -> str:
    return quote_value(value.text, spec, value.style, as_json=False)


def _shift_comments(text: str, depth: int) -> str:
    return re.sub(r"^(?=[ ]*#)", " " * depth, text, flags=re.MULTILINE) if depth else text


def shift(text: str, depth: int) -> str:
    """Return lines with that many spaces more before all but the first, or less; none gets less than it has."""
    if depth < 0:
        return re.sub(rf"(?<=\n) {{1,{-depth}}}", "", text)
    return re.sub(r"(?<=\n)(?=[^\r\n])", " " * depth, text)
