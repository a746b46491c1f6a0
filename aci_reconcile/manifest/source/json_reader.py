"""JSON text as nodes, with the comments that editors and Azure's samples put into it."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest.source.codes import ACI004, ACI008, ACI009, ACI139
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.source.yaml_reader import MAX_DEPTH, MAX_NODES, Unreadable, check_characters, make_unique

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.source.diagnostics import Diagnostics
    from aci_reconcile.manifest.source.nodes import Source

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")
    |(?P<word>-?[0-9][0-9.eE+-]*|true|false|null)
    |(?P<mark>[][{},:])""",
    re.VERBOSE | re.DOTALL,
)
_MULTILINE = re.compile(_TOKEN.pattern.replace(r"\x00-\x1f", r"\x00-\x08\x0b\x0c\x0e-\x1f"), _TOKEN.flags)
"""The same with line breaks and tabs inside texts, which ARM templates may have (docs: ARM template syntax)."""
_STEPS = {"{": 1, "[": 1, "}": -1, "]": -1}
_MAX_TOKENS = 4 * MAX_NODES
"""A value is followed by a comma, and may have a key and a colon before it."""
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def read_documents(text: str, file: str, diagnostics: Diagnostics, *, multiline: bool = False) -> Iterator[Source]:
    """Yield the document of a JSON file; nothing if it is empty or invalid.

    Args:
        text: the content of the file.
        file: its name, for places.
        diagnostics: where mistakes are noted.
        multiline: whether a text may go over several lines, as in ARM templates.
    """
    try:
        yield from _Parser(text, file, diagnostics, _MULTILINE if multiline else _TOKEN).parse()
    except Unreadable:
        return


def blank_comments(text: str) -> str:
    """Return a valid JSON text with spaces in place of its comments and tabs, so that every place stays."""

    def blank(match: re.Match[str]) -> str:
        found = match.group()
        return re.sub("[^\\r\\n]", " ", found) if match["comment"] or match["space"] else found

    return _TOKEN.sub(blank, text)


class _Parser:
    """A recursive descent over the tokens, bounded in depth and number."""

    def __init__(self, text: str, file: str, diagnostics: Diagnostics, token: re.Pattern[str]) -> None:
        self._file = file
        self._token = token
        self._diagnostics = diagnostics
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        # All tokens are read before any is parsed, so that the bounds hold before the first recursion.
        self._tokens = list(self._scan(text))
        self._next = 0

    def parse(self) -> Iterator[Source]:
        if not self._peek():
            return
        root = self._parse_value()
        if self._peek():
            raise self._fail("something follows after the end of the document")
        yield root

    def _locate(self, offset: int) -> Where:
        line = bisect_right(self._starts, offset)
        return Where(self._file, line, offset - self._starts[line - 1] + 1)

    def _fail(self, message: str) -> Unreadable:
        where = self._tokens[min(self._next, len(self._tokens) - 1)][2]
        self._diagnostics.add(ACI004, where, f"this is not JSON: {message}")
        return Unreadable()

    def _scan(self, text: str) -> Iterator[tuple[str, str, Where]]:
        """Yield kind, text and place of each token, and an empty one at the end. Raises Unreadable."""
        at, depth, number = 0, 0, 0
        commented = False
        while at < len(text):
            match = self._token.match(text, at)
            if match is None:
                message = f"this is not JSON: {quote(text[at])} is out of place"
                self._diagnostics.add(ACI004, self._locate(at), message)
                raise Unreadable
            kind = match.lastgroup or ""
            # Editors and Azure's own samples put comments into JSON, so they are no error; one warning is enough.
            if kind == "comment" and not commented:
                commented = True
                self._diagnostics.add(
                    ACI139, self._locate(at), "JSON has no comments; other tools will reject this file"
                )
            elif kind not in {"space", "comment"}:
                text_of, number = match.group(), number + 1
                depth += _STEPS.get(text_of, 0)
                self._check_bounds(depth, number, at)
                yield kind, text_of, self._locate(at)
            at = match.end()
        yield "", "", self._locate(len(text))

    def _check_bounds(self, depth: int, number: int, at: int) -> None:
        """Refuse a text that is nested too deep, or has too many values, before parsing it."""
        if depth > MAX_DEPTH:
            self._diagnostics.add(ACI009, self._locate(at), f"nested more than {MAX_DEPTH} levels deep")
        elif number > _MAX_TOKENS:
            self._diagnostics.add(ACI008, self._locate(at), f"more than {MAX_NODES:,} values")
        else:
            return
        raise Unreadable

    def _peek(self) -> str:
        kind, text, _ = self._tokens[self._next]
        return text if kind == "mark" else kind

    def _take(self, wanted: str, message: str) -> None:
        if self._peek() != wanted:
            raise self._fail(message)
        self._next += 1

    def _parse_value(self) -> Source:
        kind = self._peek()
        if kind == "{":
            return self._parse_map()
        if kind == "[":
            return self._parse_list()
        if kind not in {"string", "word"}:
            raise self._fail("a value is missing")
        return self._parse_scalar()

    def _parse_scalar(self) -> ScalarNode:
        kind, text, where = self._tokens[self._next]
        if kind == "word":
            if text[0] not in "tfn" and not _NUMBER.fullmatch(text):
                raise self._fail(f"{quote(text)} is not a number")
            node = ScalarNode(text, where)
        else:
            node = ScalarNode(self._parse_string(text), where, plain=False)
        self._next += 1
        check_characters(node, self._diagnostics)
        return node

    def _parse_string(self, text: str) -> str:
        try:
            value: str = json.loads(text, strict=False)  # the pattern of a token is as strict as it should be
            value.encode()  # fails for half of a surrogate pair, which JSON can spell and UTF-8 cannot
        except ValueError as error:
            raise self._fail("the text contains an invalid escape") from error
        return value

    def _parse_list(self) -> ListNode:
        """Parse from ``[`` to ``]``. Raises Unreadable."""
        where = self._tokens[self._next][2]
        self._next += 1
        items: list[Source] = []
        while self._peek() != "]":
            if items:
                self._take(",", "a comma or `]` is missing")
            items.append(self._parse_value())
        self._next += 1
        return ListNode(tuple(items), where)

    def _parse_map(self) -> MapNode:
        """Parse from ``{`` to ``}``. Raises Unreadable."""
        where = self._tokens[self._next][2]
        self._next += 1
        pairs: list[tuple[ScalarNode, Source]] = []
        while self._peek() != "}":
            if pairs:
                self._take(",", "a comma or `}` is missing")
            if self._peek() != "string":
                raise self._fail("a key in quotes is missing")
            key = self._parse_scalar()
            self._take(":", "a `:` is missing after the key")
            pairs.append((key, self._parse_value()))
        self._next += 1
        return MapNode(tuple(make_unique(pairs, self._diagnostics)), where)
