"""Reads YAML text into nodes from events of the C parser, without guessing types, and within limits.

The parser's own constructors are not used: they would turn ``no`` into a boolean, ``1.10`` into a number and
``2019-12-01`` into a date before the schema is applied, and expand aliases without limit.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest.source.codes import ACI004, ACI005, ACI006, ACI007, ACI008, ACI009, ACI010
from aci_reconcile.manifest.source.diagnostics import find_odd_character, quote
from aci_reconcile.manifest.source.nodes import Entry, ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.source.simple_yaml import read_simple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import yaml

    from aci_reconcile.manifest.code import Code
    from aci_reconcile.manifest.source.diagnostics import Diagnostics
    from aci_reconcile.manifest.source.nodes import Source

MAX_DEPTH = 60
"""Levels of nesting. What walks the nodes is recursive, and Python's stack is limited."""

MAX_NODES = 100_000
"""Values of a document, aliases expanded: ten lines of aliases of aliases would be billions."""

MAX_TEXT = 8 * 1024 * 1024
"""Limit for the characters of a document's values with aliases expanded; a file has up to 1 MiB without them."""

_SHORT = 40
"""Texts up to this length are kept once: the keys and most values of thousands of groups are the same few."""

_BRACES = "quote the `{{ name }}` of another tool, or use `${var:name}`"
_new = tuple.__new__  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]  # of what, the calls say
"""Creates a named tuple in half the time of its constructor, since every value of every manifest is one."""


class Unreadable(Exception):  # noqa: N818  a signal within this package, never raised to callers
    """The rest of the file can't be read; the reason has been noted."""


class _Open(NamedTuple):
    """A collection that is still open."""

    where: Where
    is_map: bool
    anchor: str | None
    first: int
    """Number of nodes before it."""
    written: int
    """Number of characters before it."""
    items: list[Source]


def read_documents(text: str, file: str, diagnostics: Diagnostics) -> Iterator[Source]:
    """Yield the root of each document; one that can't be read ends the file."""
    simple = read_simple(text, file)
    yield from read_with_parser(text, file, diagnostics) if simple is None else simple


def read_with_parser(text: str, file: str, diagnostics: Diagnostics) -> Iterator[Source]:
    """Yield the root of each document of any YAML."""
    import yaml

    # The C parser is much faster; a PyYAML that was built without it still works.
    loader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        builder = _Builder(file, diagnostics, loader(text).get_event)
        while (root := builder.read_document()) is not None:
            yield root
    except Unreadable:
        return
    except yaml.MarkedYAMLError as error:
        report_error(error, text, file, diagnostics)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        diagnostics.add(ACI004, Where(file), f"this is not YAML: {quote(str(error).splitlines()[0])}")


class _Builder:
    def __init__(self, file: str, diagnostics: Diagnostics, next_event: Callable[[], Any]) -> None:
        self._file = file
        self._diagnostics = diagnostics
        self._next = next_event
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Source, int, int] | None] = {}
        self._nodes = 0
        self._written = 0

    def read_document(self) -> Source | None:
        """Take events until a document is complete, and return its root; None at the end of the file."""
        takes, following = _make_handlers(), self._next
        while True:
            event = following()
            take = takes.get(event.__class__)
            if take is not None:
                root = take(self, event)
                if root is not None:
                    return root
            elif isinstance(event, _get_end_event()):
                return None

    def begin_document(self, _event: Any) -> None:
        self._anchors = {}
        self._nodes = self._written = 0

    def _locate(self, event: Any) -> Where:
        mark = event.start_mark
        return _new(Where, (self._file, mark.line + 1, mark.column + 1))

    def _fail(self, code: Code, where: Where, message: str, hint: str = "") -> Unreadable:
        self._diagnostics.add(code, where, message, hint=hint)
        return Unreadable()

    def _complain_of_tag(self, tag: str, where: Where) -> None:
        self._diagnostics.add(
            ACI007, where, f"the YAML tag {show_tag(tag)} is not supported", hint=suggest_for_tag(tag)
        )

    def take_scalar(self, event: Any) -> Source | None:
        mark = event.start_mark
        where = _new(Where, (self._file, mark.line + 1, mark.column + 1))
        if event.tag is not None:
            self._complain_of_tag(event.tag, where)
        text: str = event.value
        if len(text) <= _SHORT:
            text = sys.intern(text)
        node = _new(ScalarNode, (text, where, not event.style))
        if not text.isprintable():  # a quick test that nearly every value passes
            check_characters(node, self._diagnostics)
        self._nodes += 1
        self._written += len(text)
        return self._put(node, event.anchor, 1, len(text))

    def begin_map(self, event: Any) -> None:
        self._begin(event, is_map=True)

    def begin_list(self, event: Any) -> None:
        self._begin(event, is_map=False)

    def _begin(self, event: Any, *, is_map: bool) -> None:
        where = self._locate(event)
        if event.tag is not None:
            self._complain_of_tag(event.tag, where)
        if len(self._stack) >= MAX_DEPTH:
            raise self._fail(ACI009, where, f"nested more than {MAX_DEPTH} levels deep")
        # None until the collection is complete: an alias inside it would contain itself.
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._stack.append(_new(_Open, (where, is_map, event.anchor, self._nodes, self._written, [])))

    def end(self, _event: Any) -> Source | None:
        """Complete the innermost open map or list."""
        done = self._stack.pop()
        self._nodes += 1
        size, written = self._nodes - done.first, self._written - done.written
        if done.is_map:
            node: Source = _new(MapNode, (_make_entries(done.items, self._diagnostics), done.where))
        else:
            node = _new(ListNode, (tuple(done.items), done.where))
        return self._put(node, done.anchor, size, written)

    def take_alias(self, event: Any) -> Source | None:
        """Put the node of an anchor in the place of its alias; it counts again towards the limits."""
        where = self._locate(event)
        if event.anchor not in self._anchors:
            raise self._fail(ACI004, where, f"this is not YAML: the alias {quote(event.anchor)} has no anchor")
        known = self._anchors[event.anchor]
        if known is None:
            raise self._fail(ACI008, where, f"the alias {quote(event.anchor)} contains itself")
        node, size, written = known
        self._nodes += size
        self._written += written
        return self._put(node, None, size, written)

    def _put(self, node: Source, anchor: str | None, size: int, written: int) -> Source | None:
        """Put a node where it belongs.

        Args:
            node: what is complete, and has been counted.
            anchor: its name, if it has one.
            size: how many nodes it is, with those below it.
            written: how many characters there are in all of them.
        """
        if self._nodes > MAX_NODES or self._written > MAX_TEXT:
            limit = f"{MAX_NODES:,} values" if self._nodes > MAX_NODES else f"{MAX_TEXT // 2**20} MiB of text"
            raise self._fail(ACI008, node.where, f"more than {limit} once the aliases are expanded")
        if anchor is not None:
            self._anchors[anchor] = (node, size, written)
        if not self._stack:
            return node
        self._stack[-1].items.append(node)
        return None


@functools.cache
def _make_handlers() -> Mapping[type, Callable[[_Builder, Any], Source | None]]:
    """Return what takes an event of each type; those that say nothing are missing."""
    import yaml

    return {
        yaml.ScalarEvent: _Builder.take_scalar,
        yaml.MappingStartEvent: _Builder.begin_map,
        yaml.MappingEndEvent: _Builder.end,
        yaml.SequenceStartEvent: _Builder.begin_list,
        yaml.SequenceEndEvent: _Builder.end,
        yaml.AliasEvent: _Builder.take_alias,
        yaml.DocumentStartEvent: _Builder.begin_document,
    }


@functools.cache
def _get_end_event() -> type:
    import yaml

    return yaml.StreamEndEvent


def check_characters(node: ScalarNode, diagnostics: Diagnostics) -> None:
    """Complain of control characters, which can be written with escapes; tabs and line ends are fine."""
    bad = next((char for char in node.text if (char < " " and char not in "\t\n\r") or char == "\x7f"), None)
    if bad is not None:
        diagnostics.add(ACI010, node.where, f"the control character U+{ord(bad):04X} is not allowed in a value")


def _make_entries(items: list[Source], diagnostics: Diagnostics) -> tuple[Entry, ...]:
    """Return the entries of a map from its keys and values in turn."""
    entries: dict[str, Entry] = {}
    each = iter(items)
    for key, value in zip(each, each, strict=True):
        text = key[0] if type(key) is ScalarNode else ""
        if not text or text == "<<" or text in entries:
            return _make_odd_entries(items, diagnostics)
        entries[text] = _new(Entry, (text, key.where, value))
    return tuple(entries.values())


def _make_odd_entries(items: list[Source], diagnostics: Diagnostics) -> tuple[Entry, ...]:
    """Return the entries of a map with mistakes or ``<<``: its own keys win over those that this brings."""
    merged: list[Source] = []
    own: list[tuple[ScalarNode, Source]] = []
    each = iter(items)
    for key, value in zip(each, each, strict=True):
        if not isinstance(key, ScalarNode):
            diagnostics.add(ACI004, key.where, "a key must be a single word", hint=_BRACES)
        elif key.plain and key.text == "<<":  # the merge key of YAML 1.1
            merged.append(value)
        else:
            own.append((key, value))
    entries = make_unique(own, diagnostics)
    if merged:
        seen = {entry.key for entry in entries}
        for entry in _list_merged(merged, diagnostics):
            if entry.key not in seen:
                seen.add(entry.key)
                entries.append(entry)
    return tuple(entries)


def make_unique(pairs: list[tuple[ScalarNode, Source]], diagnostics: Diagnostics) -> list[Entry]:
    """Return the entries of a map, and complain of a key that stands in it twice."""
    first: dict[str, Entry] = {}
    for key, value in pairs:
        text = key.text
        if not text and key.plain:
            diagnostics.add(ACI004, key.where, "a key is missing before the `:`")
        elif text in first:
            line = first[text].where.line
            diagnostics.add(ACI006, key.where, f"duplicate key {quote(text)}; the first is in line {line}")
        else:
            first[text] = _new(Entry, (text, key.where, value))
    return list(first.values())


def _list_merged(nodes: list[Source], diagnostics: Diagnostics) -> Iterator[Entry]:
    for node in nodes:
        if isinstance(node, MapNode):
            yield from node.entries
        elif isinstance(node, ListNode):
            yield from _list_merged(list(node.items), diagnostics)
        else:
            diagnostics.add(ACI004, node.where, "`<<` merges maps, and this is not a map")


def report_error(error: yaml.MarkedYAMLError, text: str, file: str, diagnostics: Diagnostics) -> None:
    """Note why a text can't be read."""
    mark = error.problem_mark or error.context_mark
    where = Where(file, mark.line + 1, mark.column + 1) if mark else Where(file)
    lines = text.splitlines()
    line = lines[where.line - 1] if 0 < where.line <= len(lines) else ""
    before = line[: where.column]
    # The parser's own message is about a character that "cannot start any token".
    if "\t" in before and not before.strip():
        diagnostics.add(ACI005, where, "a tab in the indentation", hint="indent with spaces")
        return
    problem = " ".join(part for part in (error.context, error.problem) if part)
    hint = _find_hint(problem, line, lines[where.line - 2] if 1 < where.line <= len(lines) + 1 else "")
    diagnostics.add(ACI004, where, f"this is not YAML: {problem or 'it cannot be parsed'}", hint=hint)


def _find_hint(problem: str, line: str, above: str) -> str:
    """Return what to do about a problem that the parser names only in its own terms; empty if it is clear."""
    odd = find_odd_character(line) or find_odd_character(above)
    if odd:
        return odd
    if "cannot start any token" in problem:
        return "a value that begins with @, ` or % needs quotes"
    if "while parsing a flow" in problem and ("${" in line or "{{" in line):
        return "inside `{…}` and `[…]`, a text with braces needs quotes"
    if "mapping values are not allowed" in problem:
        return "a value that contains `: ` needs quotes, and each key needs its own line"
    return ""


def suggest_for_tag(tag: str) -> str:
    """Say what to do about a YAML tag."""
    # Published exports of `az` have such tags, of the classes of its SDK.
    if "python/" in tag:
        return "an old `az container export` wrote this: write a plain word, such as `type: SystemAssigned`"
    if tag in {"!override", "!reset"}:  # of Compose, which merges the files
        return "`docker compose config` resolves it: convert its output, or give --compose-config"
    return "remove it: the schema defines the type of a value"


def show_tag(tag: str) -> str:
    """Return a tag as people write it."""
    return quote(tag.replace("tag:yaml.org,2002:", "!!"))
