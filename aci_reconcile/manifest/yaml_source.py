"""YAML text as nodes: events of the C parser, put together here so that nothing is guessed and nothing is unbounded.

The parser's own constructors are never used: they would make ``no`` a flag, ``1.10`` a number and ``2019-12-01`` a date
before the schema is asked, and they expand aliases without end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aci_reconcile.errors import Where
from aci_reconcile.manifest.findings import quote
from aci_reconcile.manifest.nodes import Entry, ListNode, MapNode, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    import yaml

    from aci_reconcile.manifest.findings import Findings
    from aci_reconcile.manifest.nodes import Source

MAX_DEPTH = 60
MAX_NODES = 100_000


class Unreadable(Exception):  # noqa: N818  a signal within this package, never raised to callers
    """The rest of the file can't be read; the reason has been noted."""


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    where: Where
    is_map: bool
    anchor: str | None
    first: int
    """How many nodes there were before it."""
    items: list[Source] = field(default_factory=list["Source"])


def documents(text: str, file: str, findings: Findings) -> Iterator[Source]:
    """Yield the root of each document; one that can't be read ends the file."""
    builder = _Builder(file, findings)
    try:
        for event in _events(text, file, findings):
            document = builder.take(event)
            if document is not None:
                yield document
    except Unreadable:
        return


def _events(text: str, file: str, findings: Findings) -> Iterator[Any]:
    import yaml

    loader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        _complain(error, text, file, findings)
        raise Unreadable from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        findings.add("ACI004", Where(file), f"this is not YAML: {quote(str(error).splitlines()[0])}")
        raise Unreadable from error


def _complain(error: yaml.MarkedYAMLError, text: str, file: str, findings: Findings) -> None:
    mark = error.problem_mark or error.context_mark
    where = Where(file, mark.line + 1, mark.column + 1) if mark else Where(file)
    lines = text.splitlines()
    line = lines[where.line - 1] if 0 < where.line <= len(lines) else ""
    before = line[: where.column]
    if "\t" in before and not before.strip():
        findings.add("ACI005", where, "a tab in the indentation", hint="indent with spaces")
        return
    problem = " ".join(part for part in (error.context, error.problem) if part)
    findings.add("ACI004", where, f"this is not YAML: {problem or 'it cannot be parsed'}")


class _Builder:
    def __init__(self, file: str, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Source, int] | None] = {}
        self._nodes = 0

    def take(self, event: Any) -> Source | None:
        """Take one event; return a document's root when it is complete."""
        import yaml

        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.CollectionEndEvent):
            return self._end()
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if isinstance(event, yaml.CollectionStartEvent):
            self._begin(event, is_map=isinstance(event, yaml.MappingStartEvent))
        elif isinstance(event, yaml.DocumentStartEvent):
            self._anchors = {}
            self._nodes = 0
        return None

    def _where(self, event: Any) -> Where:
        return Where(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _fail(self, code: str, where: Where, message: str, hint: str = "") -> Unreadable:
        self._findings.add(code, where, message, hint=hint)
        return Unreadable()

    def _tag(self, event: Any, where: Where) -> None:
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f"the YAML tag {quote(tag)} is not supported"
            self._findings.add("ACI007", where, message, hint="leave it out: the schema says what type a value has")

    def _scalar(self, event: Any) -> Source | None:
        where = self._where(event)
        self._tag(event, where)
        node = ScalarNode(event.value, where, plain=not event.style)
        check_characters(node, self._findings)
        return self._put(node, event.anchor, 1)

    def _begin(self, event: Any, *, is_map: bool) -> None:
        where = self._where(event)
        self._tag(event, where)
        if len(self._stack) >= MAX_DEPTH:
            raise self._fail("ACI009", where, f"nested more than {MAX_DEPTH} levels deep")
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._stack.append(_Open(where, is_map, event.anchor, self._nodes))

    def _end(self) -> Source | None:
        done = self._stack.pop()
        size = self._nodes - done.first + 1
        if not done.is_map:
            return self._put(ListNode(tuple(done.items), done.where), done.anchor, size, 1)
        pairs = zip(done.items[::2], done.items[1::2], strict=True)
        node = MapNode(tuple(_entries(list(pairs), self._findings)), done.where)
        return self._put(node, done.anchor, size, 1)

    def _alias(self, event: Any) -> Source | None:
        where = self._where(event)
        if event.anchor not in self._anchors:
            raise self._fail("ACI004", where, f"this is not YAML: the alias {quote(event.anchor)} has no anchor")
        known = self._anchors[event.anchor]
        if known is None:
            raise self._fail("ACI008", where, f"the alias {quote(event.anchor)} contains itself")
        return self._put(known[0], None, known[1])

    def _put(self, node: Source, anchor: str | None, size: int, new: int | None = None) -> Source | None:
        self._nodes += size if new is None else new
        if self._nodes > MAX_NODES:
            message = f"more than {MAX_NODES:,} values once the aliases are expanded"
            raise self._fail("ACI008", node.where, message)
        if anchor is not None:
            self._anchors[anchor] = (node, size)
        if not self._stack:
            return node
        self._stack[-1].items.append(node)
        return None


def check_characters(node: ScalarNode, findings: Findings) -> None:
    """Complain of control characters, which can be written with escapes; tabs and line ends are fine."""
    bad = next((char for char in node.text if (char < " " and char not in "\t\n\r") or char == "\x7f"), None)
    if bad is not None:
        findings.add("ACI010", node.where, f"the control character U+{ord(bad):04X} may not stand in a value")


def _entries(pairs: list[tuple[Source, Source]], findings: Findings) -> Iterator[Entry]:
    merged: list[Source] = []
    own: list[tuple[ScalarNode, Source]] = []
    for key, value in pairs:
        if not isinstance(key, ScalarNode):
            findings.add("ACI004", key.where, "a key must be a single word", hint="did a `{…}` lose its quotes?")
        elif key.plain and key.text == "<<":
            merged.append(value)
        else:
            own.append((key, value))
    entries = list(unique(own, findings))
    yield from entries
    seen = {entry.key for entry in entries}
    for entry in _merged(merged, findings):
        if entry.key not in seen:
            seen.add(entry.key)
            yield entry


def unique(pairs: list[tuple[ScalarNode, Source]], findings: Findings) -> Iterator[Entry]:
    """Yield the entries of a map, and complain of a key that stands in it twice."""
    first: dict[str, Where] = {}
    for key, value in pairs:
        if key.plain and not key.text:
            findings.add("ACI004", key.where, "a key is missing before the `:`")
        elif key.text in first:
            line = first[key.text].line
            findings.add("ACI006", key.where, f"the key {quote(key.text)} stands here and in line {line}")
        else:
            first[key.text] = key.where
            yield Entry(key.text, key.where, value)


def _merged(nodes: list[Source], findings: Findings) -> Iterator[Entry]:
    for node in nodes:
        if isinstance(node, MapNode):
            yield from node.entries
        elif isinstance(node, ListNode):
            yield from _merged(list(node.items), findings)
        else:
            findings.add("ACI004", node.where, "`<<` merges maps, and this is none")
