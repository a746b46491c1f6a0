"""Variables for ``${var:NAME}``: declared in the project file, with values from there, options and variable files.

A variable file has lines as in a ``.env`` file, a JSON object, or a YAML map. A value is its source text, as in a
manifest: ``1.10`` is ``1.10``. References in it are not replaced.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import Where
from aci_reconcile.core.fields import Kind
from aci_reconcile.core.model import as_object, as_text
from aci_reconcile.manifest.project.codes import ACI178, ACI179, ACI180, ACI264
from aci_reconcile.manifest.source import json_reader, yaml_reader
from aci_reconcile.manifest.source.codes import ACI006
from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote
from aci_reconcile.manifest.source.nodes import Entry, MapNode, ScalarNode, describe
from aci_reconcile.manifest.syntax import scalars

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.manifest.code import Code
    from aci_reconcile.manifest.source.nodes import Source
    from aci_reconcile.manifest.syntax.items import Places

_KINDS: Final = {"string": Kind.STRING, "number": Kind.NUMBER, "boolean": Kind.BOOLEAN}
_WANTED: Final = {Kind.NUMBER: "a number", Kind.BOOLEAN: "`true` or `false`"}


@dataclass(frozen=True, slots=True)
class VariableReader:
    """Reads the values of variables; mistakes are noted at the declaration."""

    values: Mapping[str, str]
    """Values from the command line, which override defaults."""
    places: Places
    diagnostics: Diagnostics
    chosen: bool = True
    """Whether this is the chosen environment: only it needs values for all required variables."""

    def read(self, declared: Body) -> dict[str, str]:
        """Return the value of each variable that has one."""
        values = dict(self.values)
        for name, declaration in declared.items():
            value = self._read_variable(name, as_object(declaration))
            if value is not None:
                values[name] = value
        if self.chosen:
            self._check_given(declared)
        return values

    def _read_variable(self, name: str, declaration: Mapping[str, Json]) -> str | None:
        """Return the value of one variable, as a text; None if it has none."""
        kind = _KINDS.get(as_text(declaration.get("type")), Kind.STRING)
        default = declaration.get("default")
        value = self._check_type(as_text(default), kind, name, "its default") if default is not None else None
        # Options are meant for the chosen environment, whose variable may have another type.
        if name in self.values and not self.chosen:
            return self.values[name]
        if name in self.values:
            return self._check_type(self.values[name], kind, name, "the value from the command line")
        if value is None and declaration.get("required") is True and self.chosen:
            hint = f"give --var {name}=… or a --var-file"
            self._complain(ACI178, name, f"the variable {quote(name)} needs a value", hint)
        return value

    def _check_type(self, text: str, kind: Kind, name: str, what: str) -> str:
        """Return the text of a value of this kind; a wrong value is noted, but not quoted."""
        if kind is Kind.STRING:
            return text
        reading = scalars.read_scalar(kind, text, plain=True)
        if reading.failed:
            self._complain(ACI179, name, f"the variable must be {_WANTED[kind]}, but {what} is not", "")
        return str(reading.value).lower() if isinstance(reading.value, bool) else text

    def _check_given(self, declared: Body) -> None:
        """Warn of a value for an undeclared variable whose name is close to a declared one."""
        # A pipeline may pass the same options to several projects, so only a likely typo is reported.
        for name in self.values:
            near = self.diagnostics.suggest(name, declared) if name not in declared else ""
            if near:
                where = self.places.find(("variables",))
                self.diagnostics.add(ACI180, where, f"--var {name}: the project declares no such variable", hint=near)

    def _complain(self, code: Code, name: str, message: str, hint: str) -> None:
        where = self.places.find(("variables", name, "default"))
        self.diagnostics.add(code, where, message, hint=hint, path=f"variables.{name}")


NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
"""The names that references can use."""

_WRONG: Final = ACI264
_LINE: Final = "write NAME=VALUE; quotes, `export` and comments after a space work as in a .env file"


def read_variable_file(text: str, file: str) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    """Return the values of a file, and its diagnostics.

    Args:
        text: the content of the file.
        file: its name, which identifies YAML; JSON is also identified by its brace.
    """
    diagnostics = Diagnostics()
    name = file.lower()
    if name.endswith((".yaml", ".yml")):
        entries = _read_documents(tuple(yaml_reader.read_documents(text, file, diagnostics)), diagnostics)
    elif name.endswith(".json") or text.lstrip().startswith("{"):
        entries = _read_documents(tuple(json_reader.read_documents(text, file, diagnostics)), diagnostics)
    else:
        entries = tuple(_read_lines(text, file, diagnostics))
    read = ((entry.key, _read_value(entry, diagnostics)) for entry in entries)
    return {key: value for key, value in read if value is not None}, diagnostics.collect()


def _read_documents(documents: tuple[Source, ...], diagnostics: Diagnostics) -> tuple[Entry, ...]:
    """Return the values of a JSON or YAML document, without the ``$schema`` for editors."""
    if len(documents) > 1:
        diagnostics.add(_WRONG, documents[1].where, "a variable file must be a single document")
    for root in documents[:1]:
        if isinstance(root, MapNode):
            return root.without("$schema").entries
        if not (isinstance(root, ScalarNode) and root.null):
            diagnostics.add(_WRONG, root.where, f"expected a map of names and values, found {describe(root)}")
    return ()


def _read_value(entry: Entry, diagnostics: Diagnostics) -> str | None:
    """Return the value of an entry; None if it is not a text, number or boolean, or its name is not valid."""
    node = entry.value
    if not NAME.fullmatch(entry.key):
        message = f"{quote(entry.key)} is not a valid variable name"
        diagnostics.add(
            _WRONG, entry.where, message, hint="use letters, digits, `_`, `.` and `-`, with a letter or `_` first"
        )
    elif not isinstance(node, ScalarNode) or node.null:
        message = f"the value of {quote(entry.key)} is {describe(node)}; expected text, a number or a boolean"
        diagnostics.add(_WRONG, node.where, message, hint='write "" for an empty text')
    else:
        return node.text
    return None


def _read_lines(text: str, file: str, diagnostics: Diagnostics) -> Iterator[Entry]:
    """Yield the assignments of a ``.env`` file; each has a value, even if empty, and each name occurs once."""
    from dotenv.parser import parse_stream

    first: dict[str, int] = {}
    for each in parse_stream(io.StringIO(text)):
        where = _find_begin(each.original.string, each.original.line, file)
        if each.error or (each.key is not None and each.value is None):
            diagnostics.add(_WRONG, where, f"line {where.line} is not NAME=VALUE", hint=_LINE)
        elif each.key is not None and each.key in first:
            diagnostics.add(ACI006, where, f"duplicate key {quote(each.key)}; the first is in line {first[each.key]}")
        elif each.key is not None and each.value is not None:
            first[each.key] = where.line
            node = ScalarNode(each.value, where, plain=False)
            yaml_reader.check_characters(node, diagnostics)
            yield Entry(each.key, where, node)


def _find_begin(text: str, line: int, file: str) -> Where:
    """Return the line of an assignment, after the blank lines that the parser includes."""
    above = text[: len(text) - len(text.lstrip())]
    lines = re.split("\r\n|\n|\r", above)
    return Where(file, line + len(lines) - 1, len(lines[-1]) + 1)
