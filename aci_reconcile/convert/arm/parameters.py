"""The parameters and variables of a template, each read when an expression first needs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.convert.conversion import Variable
from aci_reconcile.convert.cursor import to_json
from aci_reconcile.convert.values import Hole, is_known
from aci_reconcile.core.redaction import is_secret_setting
from aci_reconcile.expressions.syntax import is_expression, unescape
from aci_reconcile.expressions.values import CycleError, ExpressionError, Text, Value, check_size, show
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.convert.cursor import Cursor, MapCursor
    from aci_reconcile.convert.findings import Findings
    from aci_reconcile.manifest.source.nodes import Source

_TYPES: Final = {"string": "string", "int": "number", "bool": "boolean"}
_BOUNDS: Final = ("minValue", "maxValue", "minLength", "maxLength")
_DEEPEST: Final = 30
"""Variables, or parameters, each of which needs the next one: the stack has an end."""


@dataclass(frozen=True, slots=True)
class Given:
    """A value for a parameter from outside of the template: a parameter file, or the command line."""

    value: Value
    where: str


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read by name, each once: a value, or why there is none."""

    kind: str
    """What the names are names of, for messages."""
    values: dict[str, Value] = field(default_factory=dict[str, Any])
    errors: dict[str, ExpressionError] = field(default_factory=dict[str, ExpressionError])
    pending: dict[str, None] = field(default_factory=dict[str, None])
    """What is being read: each needs the next one."""

    def find(self, name: str, read: Callable[[str], Value]) -> Value:
        """Return the value of a name, in any case. Raises ExpressionError."""
        key = name.lower()
        if key in self.errors:
            raise self.errors[key]
        if key in self.pending:
            raise CycleError(f"the {self.kind} `{name}` refers to itself")
        if len(self.pending) >= _DEEPEST:
            raise ExpressionError(f"more than {_DEEPEST} {self.kind}s need each other")
        if key not in self.values:
            self.pending[key] = None
            try:
                self.values[key] = read(name)
            except ExpressionError as error:
                self.errors[key] = error
                raise
            finally:
                del self.pending[key]
        return self.values[key]


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a template."""

    declared: MapCursor | None
    given: Mapping[str, Given]
    findings: Findings
    evaluate: Callable[[str], Value]
    _read: Readings = field(default_factory=lambda: Readings("parameter"))

    def find(self, name: str) -> Value:
        """Return the value of a parameter. Raises ExpressionError."""
        return self._read.find(name, self._read_one)

    def _read_one(self, name: str) -> Value:
        cursor = self.declared.find(name) if self.declared else None
        definition = cursor.map() if cursor else None
        if cursor is None or definition is None:
            raise ExpressionError(f"the template has no parameter `{name}`")
        return self._decide(name, cursor, definition)

    def finish(self) -> None:
        """Say which parameters no container group uses."""
        for _, cursor in self.declared or ():
            if cursor.unread:
                cursor.note("no container group uses this parameter")

    def _decide(self, name: str, cursor: Cursor, definition: MapCursor) -> Value:
        kind = definition.text("type").lower()
        description = self._describe(definition)
        allowed = definition.find("allowedValues")
        choices = [to_json(each.take()) for each in allowed.items()] if allowed else []
        for key in _BOUNDS:
            definition.note(key, "variables of a project have no bounds: the value is not checked")
        definition.note("nullable", "a parameter that may be null is written with its value, or as a required variable")
        default = definition.find("defaultValue")
        secret = kind.startswith("secure") or (kind == "string" and is_secret_setting(name))
        if secret:
            return self._hide(name, default, kind)
        given = self.given.get(name.lower())
        if given and default is not None:
            default.note(f"{given.where} gives another value")
        value = given.value if given else (self._evaluate_default(default) if default else None)
        if choices and is_known(value) and value is not None and value not in choices:
            cursor.findings.lose(cursor.where, cursor.path, f"{quote(show(value))} is none of its allowedValues")
        if choices:
            description = f"{description.rstrip('.')}. One of: {', '.join(map(show, choices))}".removeprefix(". ")
        return self._make(name, kind, value, Variable(name, cursor.where, description=description))

    def _make(self, name: str, kind: str, value: Value, variable: Variable) -> Value:
        """Return what stands for a parameter: a variable of the project, unless it composes others."""
        if isinstance(value, Text) or (isinstance(value, Hole) and (value.secret or value.reference)):
            return value
        if kind not in _TYPES:
            if value is None:
                raise ExpressionError(f"it needs the value of `{name}`, which has none: give a parameter file")
            return value
        asked = value.variable.description if isinstance(value, Hole) and value.variable else ""
        known = value if is_known(value) else None
        text = None if known is None else (str(known).lower() if isinstance(known, bool) else show(known))
        full = Variable(name, variable.where, text, _TYPES[kind], variable.description or asked)
        return Hole(name, full) if known is None else Hole(name, full, known=known)

    def _describe(self, definition: MapCursor) -> str:
        metadata = definition.map("metadata")
        text = metadata.text("description") if metadata else ""
        for _, cursor in metadata or ():
            if cursor.path.rpartition(".")[2].lower() != "description":
                cursor.note("metadata of the template")
        return " ".join(text.split())

    def _hide(self, name: str, default: Cursor | None, kind: str) -> Value:
        given = self.given.get(name.lower())
        if given and isinstance(given.value, Hole):
            if default is not None:
                default.note("the parameter file names a secret of a vault instead")
            return given.value
        if default is not None:
            empty = isinstance(default.node, ScalarNode) and not default.node.text
            default.note("an empty secret" if empty else "a secret in clear text, which no manifest gets: set it anew")
        if not kind.startswith("secure"):
            where = default.where if default else (self.declared.where if self.declared else None)
            if where is not None:
                self.findings.note(where, f"parameters.{name}", "its name says that it is a secret")
        return Hole(name, secret=(name,))

    def _evaluate_default(self, default: Cursor) -> Value:
        """Return the default of a parameter; None if only a deployment knows it."""
        try:
            value = evaluate_node(default.take(), self.evaluate)
        except CycleError:
            raise
        except ExpressionError as error:
            self.findings.lose(default.where, default.path, f"the default is not known here: {error}")
            return None
        return value


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of a template."""

    declared: MapCursor | None
    evaluate: Callable[[str], Value]
    _read: Readings = field(default_factory=lambda: Readings("variable"))

    def find(self, name: str) -> Value:
        """Return the value of a variable. Raises ExpressionError."""
        return self._read.find(name, self._read_one)

    def _read_one(self, name: str) -> Value:
        cursor = self.declared.find(name) if self.declared else None
        if cursor is None:
            raise ExpressionError(f"the template has no variable `{name}`")
        return check_size(evaluate_node(cursor.take(), self.evaluate))

    def finish(self) -> None:
        """Say which variables no container group uses."""
        for _, cursor in self.declared or ():
            if cursor.unread:
                cursor.note("no container group uses this variable")


def evaluate_node(node: Source, evaluate: Callable[[str], Value]) -> Value:
    """Return a node with its expressions evaluated. Raises ExpressionError."""
    if isinstance(node, MapNode):
        return {entry.key: evaluate_node(entry.value, evaluate) for entry in node.entries}
    if isinstance(node, ListNode):
        return [evaluate_node(each, evaluate) for each in node.items]
    if node.plain:
        return to_json(node)
    return evaluate(node.text) if is_expression(node.text) else unescape(node.text)
