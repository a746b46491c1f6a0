"""One form for manifests: ARM's spelling and order, and quotes where YAML would read something else.

Each step changes characters in place, so comments, empty lines and line breaks stay where they are. Nothing here makes
sure that the loader reads the same afterwards: who calls this compares.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import Kind
from aci_reconcile.core.fields.paths import below
from aci_reconcile.manifest.editing.place import SHORT, find_child
from aci_reconcile.manifest.editing.reorder import reorder
from aci_reconcile.manifest.editing.shorten import shorten
from aci_reconcile.manifest.editing.tree import Items, Text, read_trees, replace_spans
from aci_reconcile.manifest.editing.write import is_text_without_quotes, quote_value
from aci_reconcile.manifest.keys import GROUP
from aci_reconcile.manifest.syntax.reference_grammar import has_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.fields import Node
    from aci_reconcile.manifest.editing.tree import Edit, Tree

_FLAGS: Final = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_ENDS: Final = re.compile(r"(?<![ \t])[ \t]++(?=\r?\n|\Z)")


def format_text(text: str, *, as_json: bool, order: bool = True, short: bool = True) -> str:
    """Return a file in the one form.

    Args:
        text: the file, which the loader has accepted.
        as_json: whether it is JSON.
        order: whether keys may move. Where an alias would come before its anchor, they must not.
        short: whether to write the short form.

    Raises:
        ValueError: it is not YAML.
    """
    text = _trim(text, as_json=as_json)
    edits: dict[int, Edit] = {}
    for tree in read_trees(text, json=as_json):
        for edit in _list_edits(tree, GROUP, set(), as_json=as_json):
            edits.setdefault(edit[0], edit)
    text = replace_spans(text, edits.values())
    if as_json or not order:
        return text
    text = reorder(text, read_trees(text, json=False))
    if not short:
        return text
    text = shorten(text)
    return reorder(text, read_trees(text, json=False))


def _trim(text: str, *, as_json: bool) -> str:
    """Remove spaces at ends of lines, except in texts of several lines, and end the file with a line break."""
    texts = [each for tree in read_trees(text, json=as_json) for each in _list_texts(tree, set())]
    inside = sorted((each.start, each.end) for each in texts if "\n" in text[each.start : each.end])
    parts: list[str] = []
    done = at = 0
    for match in _ENDS.finditer(text):
        while at < len(inside) and inside[at][1] <= match.start():
            at += 1
        if at < len(inside) and inside[at][0] <= match.start():
            continue
        parts.append(text[done : match.start()])
        done = match.end()
    whole = "".join([*parts, text[done:]])
    # A block at the end has one more line break if the file has.
    if whole.endswith("\n") or not whole or any(each.style in {"|", ">"} and each.end == len(text) for each in texts):
        return whole
    return whole + ("\r\n" if "\r\n" in whole else "\n")


def _list_texts(tree: Tree, seen: set[int]) -> Iterator[Text]:
    if id(tree) in seen:
        return
    seen.add(id(tree))
    if isinstance(tree, Text):
        yield tree
    elif isinstance(tree, Items):
        for item in tree.items:
            yield from _list_texts(item, seen)
    else:
        for key, value in tree.entries:
            yield key
            yield from _list_texts(value, seen)


def _list_edits(tree: Tree, spec: Node | None, seen: set[int], *, as_json: bool) -> Iterator[Edit]:
    """Yield what to write in place of keys and values; what several places share is changed once."""
    if spec is None or id(tree) in seen:
        return
    seen.add(id(tree))
    if isinstance(tree, Text):
        yield from _edit_value(tree, spec, as_json=as_json)
    elif isinstance(tree, Items):
        for item in tree.items:
            yield from _list_edits(item, spec.item, seen, as_json=as_json)
    else:
        for key, value in tree.entries:
            name, following = find_child(key.text, spec)
            if name != key.text and spec.kind is Kind.OBJECT:
                quotes = key.style if key.style in {"'", '"'} else ""
                yield key.start, key.end, f"{quotes}{name}{quotes}"
            if isinstance(value, Text) and spec.kind is Kind.LIST and following is not None:
                following = below(following, SHORT.get(spec.row.name, ""))
            yield from _list_edits(value, following, seen, as_json=as_json)


def _edit_value(value: Text, spec: Node, *, as_json: bool) -> Iterator[Edit]:
    text = value.text
    if value.style in {"|", ">"} or (not value.style and text in _NULLS) or has_reference(text):
        return
    new = _choose_spelling(text, spec)
    unquoted = value.style and spec.kind in {Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN}
    risky = not value.style and spec.kind is Kind.STRING and not is_text_without_quotes(text)
    if new == text and not unquoted and not risky:
        return
    written = quote_value(new, spec, "" if unquoted else value.style, as_json=as_json)
    if new != text or unquoted or not written.startswith(text):
        yield value.start, value.end, written


def _choose_spelling(text: str, spec: Node) -> str:
    """Return a flag, or one of a few words, as ARM spells it."""
    if spec.kind is Kind.BOOLEAN:
        return _FLAGS.get(text.lower(), text)
    return next((each for each in spec.row.enum if each.lower() == text.lower()), text)
