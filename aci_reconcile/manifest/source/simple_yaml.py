"""Reads the YAML that nearly all manifests are written in, in a third of the parser's time.

Maps and lists by indentation, plain and quoted values in one line, ``{…}`` and ``[…]`` in one line, comments. Anything
else (anchors, tags, blocks of text, escapes, letters beyond ASCII, mistakes) is left to the parser: nothing is guessed,
and no mistake is reported from here. A test holds both against each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest.source.nodes import Entry, ListNode, MapNode, ScalarNode, new_tuple
from aci_reconcile.manifest.source.yaml_lines import MAX_LEVELS, NOTHING, SEPARATOR, NotSimpleError, Text, read_line

if TYPE_CHECKING:
    from aci_reconcile.manifest.source.nodes import Source
    from aci_reconcile.manifest.source.yaml_lines import Flow, Line

_MAX_DOCUMENT: Final = 50_000
"""Characters of a document: too few for more values than the parser allows."""


class _Open:
    """A map or list that is still open, and the key that it stands under."""

    __slots__ = ("entries", "indent", "items", "key", "where")

    def __init__(self, indent: int, where: Where, key: Entry | None, *, is_map: bool) -> None:
        self.indent = indent
        self.where = where
        self.key = key
        self.entries: dict[str, Entry] | None = {} if is_map else None
        self.items: list[Source] = []


def read_simple(text: str, file: str) -> tuple[Source, ...] | None:
    """Return the root of each document, as the parser would; None if only the parser can tell."""
    if not text.isascii():
        return None
    if len(text) > _MAX_DOCUMENT and max(map(len, text.split("\n---\n"))) > _MAX_DOCUMENT:
        return None
    try:
        return _Reader(file).read(text)
    except NotSimpleError:
        return None


class _Reader:
    """Reads one file, line by line."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._stack: list[_Open] = []
        self._roots: list[Source] = []
        self._waiting: Entry | None = None
        """A key whose value is not in its line; in place of the value, what it is if no other line has one."""

    def read(self, text: str) -> tuple[Source, ...]:
        """Return the root of each document.

        Raises:
            NotSimpleError: only the parser can tell.
        """
        separated, take = False, self._take
        for number, raw in enumerate(text.split("\n"), 1):
            line = read_line(raw)
            if line.indent >= 0:
                take(line, number)
            elif line is SEPARATOR:
                if self._stack:
                    self._end_document()
                elif separated:  # an empty document
                    raise NotSimpleError
                separated = True
            elif line is not NOTHING:
                raise NotSimpleError
        self._end_document()
        return tuple(self._roots)

    def _take(self, line: Line, number: int) -> None:
        """Put what a line says where it belongs."""
        indent, dash, key, column, value, end = line
        stack, file = self._stack, self._file
        if self._waiting is not None:
            self._settle(self._waiting, indent, number, dash=dash)
        elif not stack:
            stack.append(_Open(0, new_tuple(Where, (file, number, 1)), None, is_map=True))
        top = stack[-1]
        while top.indent > indent or (top.entries is None and not dash and top.indent == indent):
            self._close()
            if not stack:
                raise NotSimpleError
            top = stack[-1]
        if top.indent != indent or dash is not (top.entries is None):
            raise NotSimpleError
        if dash:
            if value is not None and not key:
                top.items.append(_place(value, file, number))
                return
            top = _Open(indent + 2, new_tuple(Where, (file, number, column)), None, is_map=True)
            stack.append(top)
        entries = _get_entries(top)
        if key in entries:
            raise NotSimpleError
        where = new_tuple(Where, (file, number, column))
        if value is None:
            missing = new_tuple(ScalarNode, ("", new_tuple(Where, (file, number, end)), True))
            self._waiting = new_tuple(Entry, (key, where, missing))
        else:
            entries[key] = new_tuple(Entry, (key, where, _place(value, file, number)))

    def _settle(self, waiting: Entry, indent: int, number: int, *, dash: bool) -> None:
        """Decide by the following line what the value of a key is: a map, a list, or nothing."""
        self._waiting = None
        top = self._stack[-1]
        if indent > top.indent or (dash and indent == top.indent):
            where = new_tuple(Where, (self._file, number, indent + 1))
            self._stack.append(_Open(indent, where, waiting, is_map=not dash))
        else:
            _get_entries(top)[waiting.key] = waiting

    def _close(self) -> None:
        """Complete the innermost map or list, and put it into the one around it."""
        done = self._stack.pop()
        node: Source
        if done.entries is None:
            node = new_tuple(ListNode, (tuple(done.items), done.where))
        else:
            node = new_tuple(MapNode, (tuple(done.entries.values()), done.where))
        if not self._stack:
            self._roots.append(node)
        elif done.key is None:
            self._stack[-1].items.append(node)
        else:
            name, where, _ = done.key
            _get_entries(self._stack[-1])[name] = new_tuple(Entry, (name, where, node))

    def _end_document(self) -> None:
        if not self._stack or len(self._stack) > MAX_LEVELS:
            raise NotSimpleError
        if self._waiting is not None:
            _get_entries(self._stack[-1])[self._waiting.key] = self._waiting
            self._waiting = None
        while self._stack:
            self._close()


def _get_entries(collection: _Open) -> dict[str, Entry]:
    if collection.entries is None:
        raise NotSimpleError
    return collection.entries


def _place(value: Text | Flow, file: str, number: int) -> Source:
    """Return the node of a value in a line of a file."""
    if isinstance(value, Text):
        text, column, plain = value
        return new_tuple(ScalarNode, (text, new_tuple(Where, (file, number, column)), plain))
    keys, column, values = value
    where = new_tuple(Where, (file, number, column))
    if keys is None:
        return new_tuple(ListNode, (tuple([_place(each, file, number) for each in values]), where))
    return new_tuple(
        MapNode,
        (
            tuple(
                [
                    new_tuple(Entry, (key, new_tuple(Where, (file, number, at)), _place(each, file, number)))
                    for (key, at), each in zip(keys, values, strict=True)
                ]
            ),
            where,
        ),
    )
