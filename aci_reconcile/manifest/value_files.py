"""Files of values for ``${var:NAME}``: lines as in a ``.env`` file, a JSON object, or a YAML map.

A value is what stands in the file, as in a manifest: ``1.10`` is ``1.10``. Nothing in a value is replaced.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest import json_source, yaml_source
from aci_reconcile.manifest.findings import Findings, quote
from aci_reconcile.manifest.nodes import Entry, MapNode, ScalarNode, describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.manifest.nodes import Source

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
"""What a reference can name."""
_WRONG: Final = "ACI264"
_LINE: Final = "write NAME=VALUE; quotes, `export` and comments after a space work as in a .env file"


def read_values(text: str, file: str) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    """Return the values of a file, and what is wrong with it.

    Args:
        text: what stands in the file.
        file: its name, which tells YAML; JSON is known by its brace, too.
    """
    findings = Findings()
    name = file.lower()
    if name.endswith((".yaml", ".yml")):
        entries = _of_documents(tuple(yaml_source.documents(text, file, findings)), findings)
    elif name.endswith(".json") or text.lstrip().startswith("{"):
        entries = _of_documents(tuple(json_source.documents(text, file, findings)), findings)
    else:
        entries = tuple(_lines(text, file, findings))
    read = ((entry.key, _value(entry, findings)) for entry in entries)
    return {key: value for key, value in read if value is not None}, findings.sorted()


def _of_documents(documents: tuple[Source, ...], findings: Findings) -> tuple[Entry, ...]:
    """Return what the one document of a JSON or YAML file says; the schema that an editor is told is no value."""
    if len(documents) > 1:
        findings.add(_WRONG, documents[1].where, "a variable file must be a single document")
    for root in documents[:1]:
        if isinstance(root, MapNode):
            return root.without("$schema").entries
        if not (isinstance(root, ScalarNode) and root.null):
            findings.add(_WRONG, root.where, f"expected a map of names and values, found {describe(root)}")
    return ()


def _value(entry: Entry, findings: Findings) -> str | None:
    """Return a value that is a text, a number or a flag, and has a name that a reference can name; None: it has not."""
    node = entry.value
    if not NAME.fullmatch(entry.key):
        message = f"{quote(entry.key)} is not a valid variable name"
        findings.add(
            _WRONG, entry.where, message, hint="use letters, digits, `_`, `.` and `-`, with a letter or `_` first"
        )
    elif not isinstance(node, ScalarNode) or node.null:
        message = f"the value of {quote(entry.key)} is {describe(node)}; expected text, a number or a boolean"
        findings.add(_WRONG, node.where, message, hint='write "" for an empty text')
    else:
        return node.text
    return None


def _lines(text: str, file: str, findings: Findings) -> Iterator[Entry]:
    """Yield the assignments of a ``.env`` file; a value is a text, be it empty, and a name stands once."""
    from dotenv.parser import parse_stream

    first: dict[str, int] = {}
    for each in parse_stream(io.StringIO(text)):
        where = _begin(each.original.string, each.original.line, file)
        if each.error or (each.key is not None and each.value is None):
            findings.add(_WRONG, where, f"line {where.line} is not NAME=VALUE", hint=_LINE)
        elif each.key is not None and each.key in first:
            findings.add("ACI006", where, f"duplicate key {quote(each.key)}; the first is in line {first[each.key]}")
        elif each.key is not None and each.value is not None:
            first[each.key] = where.line
            node = ScalarNode(each.value, where, plain=False)
            yaml_source.check_characters(node, findings)
            yield Entry(each.key, where, node)


def _begin(text: str, line: int, file: str) -> Where:
    """Return where an assignment begins: what the parser took begins with the blank lines above it."""
    above = text[: len(text) - len(text.lstrip())]
    lines = re.split("\r\n|\n|\r", above)
    return Where(file, line + len(lines) - 1, len(lines[-1]) + 1)
