"""Evaluates the expressions of a template: before the deployment, and in it with what Azure answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator.deployments.functions import FUNCTIONS, LAZY, NOT_EMULATED
from aci_reconcile.emulator.errors import not_emulated
from aci_reconcile.emulator.model import is_list, is_object
from aci_reconcile.expressions.functions import JOINING, PLAIN
from aci_reconcile.expressions.syntax import Access, Literal, is_expression, parse, unescape
from aci_reconcile.expressions.values import CycleError, ExpressionError, check_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.emulator.deployments.place import Place
    from aci_reconcile.emulator.deployments.scope import Live, Names
    from aci_reconcile.emulator.model import Json
    from aci_reconcile.expressions.syntax import Call, Node

_COST = 200_000
"""Calls of functions and turns of loops that one deployment may cost; a large text counts as many."""
_PER_CALL = 100
_PER_TURN = 5
_MOST_TURNS = 800


class LiveError(ExpressionError):
    """The value is only known in the deployment."""


class Budget:
    """What the expressions of one deployment may still cost, and those that were read before."""

    def __init__(self) -> None:
        self._rest = _COST
        self._read: dict[str, Node] = {}

    def read(self, text: str) -> Node:
        """Return the tree of an expression: a loop reads it only once. Raises ExpressionError."""
        if text not in self._read:
            self._read[text] = parse(text)
        return self._read[text]

    def spend(self, value: Any, cost: int = 1) -> None:
        """Count one call by one of its values, or one turn of a loop. Raises ExpressionError."""
        size = len(value) if isinstance(value, str) or is_list(value) or is_object(value) else 0
        self._rest -= cost + size // _PER_CALL
        if self._rest < 0:
            raise ExpressionError("The expressions of the template take too long")


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Evaluates the expressions of one template."""

    place: Place
    names: Names
    budget: Budget
    live: Live | None = None
    """Before the deployment there is none, and what needs it raises LiveError."""
    indexes: Mapping[str, int] = field(default_factory=dict[str, int])
    """The turns of the loops that the expression stands in; the one under an empty name is the innermost."""
    in_default: bool = False
    """Whether the expression is the default of a parameter."""
    keeps_live: bool = False
    """Whether an expression that only the deployment can evaluate stays as it is."""
    static: bool = False
    """Whether nothing live may stand here at all: names, conditions, variables."""

    def at_turn(self, loop: str, turn: int) -> Evaluator:
        """Return an evaluator for one turn of a loop."""
        return replace(self, indexes={**self.indexes, loop.lower(): turn, "": turn})

    def resolve(self, node: Any) -> Any:
        """Return a part of a template with its expressions evaluated. Raises ExpressionError."""
        if isinstance(node, str):
            return self._resolve_text(node)
        if is_list(node):
            return [self.resolve(each) for each in node]
        if not is_object(node):
            return node
        plain = {self._resolve_key(key): self.resolve(each) for key, each in node.items() if key != "copy"}
        return plain | self._resolve_loops(node["copy"]) if "copy" in node else plain

    def _resolve_text(self, text: str) -> Any:
        try:
            return self.evaluate(text) if is_expression(text) else unescape(text)
        except LiveError:
            if self.keeps_live:
                return text
            raise

    def _resolve_key(self, key: str) -> str:
        return str(self.evaluate(key)) if is_expression(key) else unescape(key)

    def _resolve_loops(self, loops: Any) -> Json:
        """Return the properties that the loops of an object make. An object may have a property of that name, too."""
        if not is_list(loops) or not all(is_object(each) and "input" in each for each in loops):
            return {"copy": self.resolve(loops)}
        found: Json = {}
        for loop in loops:
            name = str(loop.get("name", ""))
            turns = self.count_turns(loop.get("count"))
            found[name] = []
            for turn in range(turns):
                self.budget.spend(None, _PER_TURN)
                found[name].append(self.at_turn(name, turn).resolve(loop["input"]))
            check_size(found[name])
        return found

    def count_turns(self, count: Any) -> int:
        """Return how often a loop turns. Raises ExpressionError."""
        turns = self.resolve(count)
        if isinstance(turns, bool) or not isinstance(turns, int) or turns < 0:
            raise ExpressionError(
                "The value of the property 'count' of a copy must be a whole number that is not negative"
            )
        if turns > _MOST_TURNS:
            raise ExpressionError(f"The copy count '{turns}' exceeds the maximum of '{_MOST_TURNS}'")
        return turns

    def evaluate(self, text: str) -> Any:
        """Return the value of an expression, given with its brackets. Raises ExpressionError."""
        return self.visit(self.budget.read(text))

    def visit(self, node: Node) -> Any:
        """Return the value of a part of an expression. Raises ExpressionError."""
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Access):
            return _access(self.visit(node.of), self.visit(node.key), safe=node.safe)
        value = self._call(node)
        self.budget.spend(value)
        return value

    def _call(self, node: Call) -> Any:
        name = node.name.lower()
        if name in LAZY:
            return LAZY[name](self, node.arguments)
        if name in NOT_EMULATED or "." in name:
            raise not_emulated(f"the template function '{node.name}'")
        arguments = [self.visit(each) for each in node.arguments]
        for each in arguments:
            self.budget.spend(each)
        try:
            if name in FUNCTIONS:
                return FUNCTIONS[name](self, *arguments)
            if name.startswith("list") and len(name) > len("list"):
                return self._list(node.name, *arguments)
            function = JOINING.get(name) or PLAIN.get(name)
            if function is not None:
                return check_size(function(*arguments))
        except (TypeError, AttributeError, IndexError, KeyError, OverflowError) as error:
            raise ExpressionError(f"The template function '{node.name}' cannot take these arguments") from error
        raise ExpressionError(f"The template function '{node.name}' is not valid")

    def require_live(self, function: str) -> Live:
        """Return what the deployment asks Azure with. Raises ExpressionError where nothing live may stand."""
        if self.static or self.in_default:
            raise ExpressionError(f"The template function '{function}' is not expected at this location")
        if self.live is None:
            raise LiveError(f"The template function '{function}' needs the deployment")
        return self.live

    def _list(self, function: str, target: str, version: str, body: Json | None = None) -> Any:
        return self.require_live(function).list(function, str(target), str(version), body or {})


class Lookup:
    """The variables of a template, each evaluated once and when it is needed."""

    def __init__(self, variables: Json, evaluator: Evaluator) -> None:
        self._variables = {name.lower(): value for name, value in variables.items()}
        self._evaluator = replace(evaluator, static=True, indexes={})
        self._found: Json = {}
        self._open: set[str] = set()

    def find(self, name: str) -> Any:
        """Return the value of a variable. Raises ExpressionError."""
        key = name.lower()
        if key in self._found:
            return self._found[key]
        if key not in self._variables:
            raise ExpressionError(f"The template variable '{name}' is not found")
        if key in self._open:
            raise CycleError(f"The template variable '{name}' refers to itself")
        self._open.add(key)
        self._found[key] = check_size(self._evaluator.resolve(self._variables[key]))
        self._open.discard(key)
        return self._found[key]


def _access(of: Any, key: Any, *, safe: bool) -> Any:
    """Return a property or an item; names ignore case."""
    if is_object(of):
        found = next((name for name in of if name.lower() == str(key).lower()), None)
        if found is not None:
            return of[found]
        known = ", ".join(of)
        message = f"The language expression property '{key}' doesn't exist, available properties are '{known}'"
    elif isinstance(key, int) and not isinstance(key, bool) and (is_list(of) or isinstance(of, str)):
        if -1 < key < len(of):
            return of[key]
        message = f"The language expression property array index '{key}' is out of bounds"
    else:
        message = f"The language expression property '{key}' can't be evaluated"
    if safe:
        return None
    raise ExpressionError(message)
